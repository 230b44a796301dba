"""Filling the whole town, step by step, and counting what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from wangge_core.data_care.statistics import publish_statistics
from wangge_core.db import tables as t
from wangge_core.deployment import Deployment
from wangge_server.demo.appraising import make_schemes
from wangge_server.demo.ground import make_ground
from wangge_server.demo.life import live
from wangge_server.demo.offices import make_offices
from wangge_server.demo.overlays import make_overlays
from wangge_server.demo.register import make_registers
from wangge_server.demo.rosters import AHEAD, check_in_on_duty, make_calendars, make_rosters
from wangge_server.demo.sizes import sizes_for
from wangge_server.demo.staff import make_staff, representatives
from wangge_server.demo.things import make_things
from wangge_server.demo.ties import make_ties
from wangge_server.demo.town import Tell, Town

COUNTED = {
    "grids": t.grid,
    "buildings": t.building,
    "units": t.unit,
    "households": t.household,
    "people": t.person,
    "organisations": t.organization,
    "assets": t.asset,
    "places": t.place,
    "offices": t.office,
    "accounts": t.account,
    "posts": t.post,
    "events": t.event,
    "entries of their history": t.event_history,
    "tasks": t.task,
    "deadlines": t.event_clock,
    "photographs": t.attachment,
    "reports without an account": t.public_report,
    "calendars": t.calendar,
    "shifts": t.shift,
    "ties to grids": t.grid_binding,
    "courses taken": t.training,
    "schemes of appraisal": t.appraisal_scheme,
}
SOME = (
    ("events closed", t.event, t.event.c.closed),
    ("tasks open", t.task, t.task.c.open),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What came of it: how many rows there are of each sort, how many events are closed, and the login of a holder of each role."""

    counts: Mapping[str, int]
    logins: Mapping[str, str]


def untold(step: str, done: int, whole: int) -> None:
    """For whoever does not want to hear of progress."""
    del step, done, whole


def today(zone: ZoneInfo) -> datetime:
    """The last midnight of a place: where the three months end when nothing else is said."""
    return datetime.now(UTC).astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


async def fill(
    deployment: Deployment, *, seed: int = 1, scale: float = 1.0, until: datetime | None = None, tell: Tell = untold
) -> Filled:
    """Fill an empty, started deployment with a town whose three months end at `until`.

    Equal seeds, scales and ends make equal towns. Raises DemoError, and SettingError where no grid type of the town is switched on.
    """
    rules = deployment.rules
    sizes = sizes_for(rules.registry, scale)
    town = Town(deployment=deployment, sizes=sizes, seed=seed, until=until or today(rules.zone), tell=tell)
    clock, deployment.clock = deployment.clock, lambda: town.founded
    try:
        for step in (make_ground, make_overlays, make_registers, make_things, make_offices, make_staff, make_calendars, live):
            await step(town)
        deployment.clock = lambda: town.until - AHEAD
        await make_rosters(town)
        deployment.clock = lambda: town.until
        await check_in_on_duty(town)
        await make_ties(town)
        await make_schemes(town)
        async with deployment.write() as work:
            await publish_statistics(work)
    finally:
        deployment.clock = clock
    return Filled(counts=await count(deployment), logins=representatives(town))


async def count(deployment: Deployment) -> dict[str, int]:
    """How many rows there are of each sort."""
    async with deployment.read() as work:
        counts = {name: int(await work.value(sa.select(sa.func.count()).select_from(table))) for name, table in COUNTED.items()}
        more = {
            name: int(await work.value(sa.select(sa.func.count()).select_from(table).where(rule))) for name, table, rule in SOME
        }
    return counts | more
