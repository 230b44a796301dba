"""Filling the whole town, step by step, and counting what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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
from wangge_server.demo.populations import make_populations
from wangge_server.demo.register import make_registers
from wangge_server.demo.rosters import AHEAD, check_in_on_duty, make_calendars, make_rosters
from wangge_server.demo.sizes import sizes_for
from wangge_server.demo.staff import make_staff, representatives
from wangge_server.demo.things import make_things
from wangge_server.demo.ties import make_ties, tie_grids
from wangge_server.demo.town import Tell, Town
from wangge_server.demo.year.simulating import first_of_month, simulate

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
OF_A_SIMULATION = {
    "needs": t.need,
    "visits": t.visit,
    "patrols": t.patrol,
    "hand-overs": t.hand_over,
    "absences": t.delegation,
    "campaigns": t.campaign,
    "targets": t.campaign_target,
    "appraisals": t.appraisal_run,
}
SOME = (
    ("events closed", t.event, t.event.c.closed),
    ("tasks open", t.task, t.task.c.open),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What came of it: how many rows there are of each sort, how many events are closed, and the login of a holder of each role.

    `refused` is what the core did not take of a simulation's field work, by code.
    """

    counts: Mapping[str, int]
    logins: Mapping[str, str]
    refused: Mapping[str, int] = field(default_factory=dict[str, int])


def untold(step: str, done: int, whole: int) -> None:
    """For whoever does not want to hear of progress."""
    del step, done, whole


def today(zone: ZoneInfo) -> datetime:
    """The last midnight of a place: where the three months end when nothing else is said."""
    return datetime.now(UTC).astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


GROUNDWORK = (
    make_ground,
    make_overlays,
    make_registers,
    make_populations,
    make_things,
    make_offices,
    make_staff,
    make_calendars,
)


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
        for step in (*GROUNDWORK, live):
            await step(town)
        await _end(town)
        await make_ties(town)
        await make_schemes(town)
        async with deployment.write() as work:
            await publish_statistics(work)
    finally:
        deployment.clock = clock
    return Filled(counts=await count(deployment), logins=representatives(town))


async def fill_simulated(
    deployment: Deployment, *, months: int, seed: int = 1, scale: float = 1.0, until: datetime | None = None, tell: Tell = untold
) -> Filled:
    """Fill an empty, started deployment with a town that lived through whole months, with its field work and appraisals.

    They end with the month before `until`. Equal seeds, scales, months and ends make equal towns. Raises as `fill`.
    """
    rules = deployment.rules
    last = first_of_month((until or today(rules.zone)).astimezone(rules.zone))
    days = (last.date() - first_of_month(last, months).date()).days
    sizes = sizes_for(rules.registry, scale, days=days)
    town = Town(deployment=deployment, sizes=sizes, seed=seed, until=last, tell=tell, days=days)
    clock, deployment.clock = deployment.clock, lambda: town.founded
    try:
        for step in GROUNDWORK:
            await step(town)
        course = await tie_grids(town)
        await make_schemes(town)
        refused = await simulate(town, course)
        await _end(town)
        async with deployment.write() as work:
            await publish_statistics(work)
    finally:
        deployment.clock = clock
    return Filled(counts=await count(deployment, COUNTED | OF_A_SIMULATION), logins=representatives(town), refused=refused)


async def _end(town: Town) -> None:
    """Who is on duty around the end."""
    town.deployment.clock = lambda: town.until - AHEAD
    await make_rosters(town)
    town.deployment.clock = lambda: town.until
    await check_in_on_duty(town)


async def count(deployment: Deployment, counted: Mapping[str, sa.Table] = COUNTED) -> dict[str, int]:
    """How many rows there are of each sort."""
    async with deployment.read() as work:
        counts = {name: int(await work.value(sa.select(sa.func.count()).select_from(table))) for name, table in counted.items()}
        more = {
            name: int(await work.value(sa.select(sa.func.count()).select_from(table).where(rule))) for name, table, rule in SOME
        }
    return counts | more
