"""Field work in tests: what a worker of the town records, under which circumstances."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from grounds import place
from towns import GRIDS, Town
from wangge_core.db import tables as t
from wangge_core.ledger.entries import PatrolKind, VisitOutcome, WorkKind
from wangge_core.ledger.patrol_requests import NewPatrol
from wangge_core.ledger.targets import Target, TargetSort
from wangge_core.ledger.tracks import TrackPoint
from wangge_core.ledger.visit_requests import NewVisit
from wangge_core.rights.viewers import Viewer

URBAN, RURAL = GRIDS["urban"], GRIDS["rural"]
WORKER = "community.grid_worker"


async def worker(town: Town, code: str = URBAN, role: str = WORKER) -> Viewer:
    """Somebody whose post began long ago."""
    async with town.deployment.write() as work:
        await work.run(sa.update(t.post).values(starts_at=work.now - timedelta(days=90)))
    return await town.viewer(role, code)


async def moments_ago(town: Town, minutes: float) -> datetime:
    async with town.deployment.read() as work:
        return work.now - timedelta(minutes=minutes)


async def household_of(town: Town) -> int:
    async with town.deployment.read() as work:
        return await work.value(sa.select(t.household.c.id))


async def a_visit(town: Town, **given: Any) -> NewVisit:
    """A visit of the household in 101 an hour ago, at which somebody was met."""
    household = Target(sort=TargetSort.HOUSEHOLD, id=await household_of(town))
    met = {"what": WorkKind.VISIT, "outcome": VisitOutcome.MET, "target": household, "started_at": await moments_ago(town, 60)}
    return NewVisit(**met | given)


async def a_patrol(town: Town, minutes: int = 60, **given: Any) -> NewPatrol:
    """A patrol that ended a minute ago."""
    ended = await moments_ago(town, 1)
    return NewPatrol(**{"what": PatrolKind.PATROL, "started_at": ended - timedelta(minutes=minutes), "ended_at": ended} | given)


def track(since: datetime, *steps: tuple[float, float, float]) -> tuple[TrackPoint, ...]:
    """Points by minutes since the start, and columns and rows of the ground."""
    found = ((minute, *place(column, row)) for minute, column, row in steps)
    return tuple(TrackPoint(at=since + timedelta(minutes=minute), longitude=east, latitude=north) for minute, east, north in found)
