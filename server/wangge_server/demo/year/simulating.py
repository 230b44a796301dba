"""Simulating: whole months of a town, day by day, up to the first day of a month."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from wangge_core.appraisals.crediting import CREDIT
from wangge_core.handlers import HANDLERS
from wangge_core.indicators.counting import COUNT, counting_job
from wangge_core.jobs.running import Handler, Outside
from wangge_core.jobs.scheduling import schedule
from wangge_server.demo.life import Life, live
from wangge_server.demo.timers import run_due
from wangge_server.demo.town import Town
from wangge_server.demo.year.campaigns import Campaigns
from wangge_server.demo.year.months import Months
from wangge_server.demo.year.needs import make_needs, make_seasons
from wangge_server.demo.year.rounds import Rounds
from wangge_server.demo.year.staff import Staff

COUNTING: Mapping[str, Handler] = {
    name: handle for name, handle in HANDLERS.items() if name in (COUNT, CREDIT) and not isinstance(handle, Outside)
}


def first_of_month(until: datetime, back: int = 0) -> datetime:
    """Midnight of the first day of the month, so many months back."""
    year, month = divmod(until.year * 12 + until.month - 1 - back, 12)
    return until.replace(year=year, month=month + 1, day=1, hour=0, minute=0, second=0, microsecond=0)


async def simulate(town: Town, course: int) -> Mapping[str, int]:
    """Let a town live through its days with field work and appraisals. What the core refused, by code."""
    await make_needs(town)
    await make_seasons(town)
    staff = Staff(town, town.dice("staff of the year"), course)
    year = Year(
        town=town,
        staff=staff,
        rounds=Rounds(town, town.dice("rounds"), staff.away),
        campaigns=Campaigns(town, town.dice("campaigns")),
        months=Months(town, town.dice("months")),
    )
    await live(town, year)
    assert year.life is not None, "it lived"
    await year.count(town.until)
    await year.appraise(year.life, town.until)
    return year.rounds.refused


@dataclass(slots=True, kw_only=True)
class Year:
    """What is done beside events on each day."""

    town: Town
    staff: Staff
    rounds: Rounds
    campaigns: Campaigns
    months: Months
    life: Life | None = None
    day: int = 0

    async def begin(self, life: Life, at: datetime) -> None:
        """In the morning: what ended is appraised, and whoever goes out asks what is due."""
        self.life, self.day = life, self.day + 1
        self.town.deployment.clock = lambda: at
        if self.day > 1 and at.astimezone(self.town.deployment.rules.zone).day == 1:
            await self.appraise(life, at)
        await self.rounds.ask(life, at)

    async def end(self, life: Life, at: datetime) -> None:
        """In the evening: what was done is sent, and counted."""
        self.town.deployment.clock = lambda: at
        async with self.town.deployment.write() as work:
            await self.rounds.send(life, work)
            await self.campaigns.go_on(life, work, self.day)
            await self.months.publish(life, work)
            await self.staff.go_on(life, work, self.day)
        await self.count(at)

    async def appraise(self, life: Life, at: datetime) -> None:
        """Appraise the month that is over."""
        self.town.deployment.clock = lambda: at
        last = (at.astimezone(self.town.deployment.rules.zone) - timedelta(days=1)).date()
        async with self.town.deployment.write() as work:
            runs = await self.months.begin(life, work, last)
        await self.count(at)
        async with self.town.deployment.write() as work:
            await self.months.freeze(life, work, runs)

    async def count(self, at: datetime) -> None:
        """Let the job count what has happened, until all is counted."""
        self.town.deployment.clock = lambda: at
        async with self.town.deployment.write() as work:
            await schedule(work, [counting_job(at)])
        while True:
            async with self.town.deployment.write() as work:
                if await run_due(work, at, at, COUNTING) is None:
                    return
