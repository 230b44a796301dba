"""Recounting: deadlines that run are counted anew after a calendar has changed, in batches, and what that moved is told."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.deadlines.clock_rows import Clock, load_clocks, load_clocks_by_id, save_clocks
from wangge_core.deadlines.clocks import ClockScope, ClockState
from wangge_core.deadlines.counting import BY_CALENDAR
from wangge_core.deadlines.reading import calendars_of
from wangge_core.deadlines.running import Due, due_of
from wangge_core.deadlines.turns import schedule_turns

BATCH = 500


@dataclass(frozen=True, slots=True)
class Moved:
    """A deadline that a calendar has moved. Either moment is None where no due time could be counted."""

    event_id: int
    scope: ClockScope
    before: datetime | None
    after: datetime | None


@dataclass(frozen=True, slots=True)
class Recounted:
    """A batch: how many deadlines were counted anew, which moved, and when their events are due now."""

    counted: int
    moved: Sequence[Moved]
    due: dict[int, Due]


async def recount(work: Work, batch: int = BATCH) -> AsyncIterator[Recounted]:
    """Count every running deadline of working time anew. The events are locked until the transaction ends, by ascending key over all
    batches, as everybody locks several."""
    clock, after = t.event_clock, (0, 0)
    place = sa.tuple_(clock.c.event_id, clock.c.id)
    running = sa.and_(clock.c.state == ClockState.RUNNING.value, clock.c.kind.in_(BY_CALENDAR), clock.c.fixed_due_at.is_(None))
    while True:
        query = sa.select(clock.c.event_id, clock.c.id).where(running, place > after).order_by(*place.clauses).limit(batch)
        rows = await work.rows(query)
        if not rows:
            return
        after = (rows[-1].event_id, rows[-1].id)
        await _lock(work, {row.event_id for row in rows})
        yield await _recount(work, [row.id for row in rows])


async def _lock(work: Work, event_ids: set[int]) -> None:
    """No move is made while its event's clocks are counted."""
    if not work.on_sqlite:
        event = t.event
        await work.rows(sa.select(event.c.id).where(event.c.id.in_(event_ids)).order_by(event.c.id).with_for_update())


async def _recount(work: Work, ids: Sequence[int]) -> Recounted:
    calendars = await calendars_of(work)
    clocks = [clock for clock in await load_clocks_by_id(work, ids) if clock.state is ClockState.RUNNING]
    moved: list[Moved] = []
    changed: list[Clock] = []
    for clock in clocks:
        before, missing = clock.due_at, clock.missing_year
        clock.reckon(calendars)
        if clock.due_at != before:
            moved.append(Moved(clock.event_id, clock.scope, before, clock.due_at))
            clock.forget_turns(work.now)
        if (clock.due_at, clock.missing_year) != (before, missing):
            clock.changed = True
            changed.append(clock)
    await save_clocks(work, changed)
    await schedule_turns(work, calendars, changed)
    return Recounted(len(clocks), moved, await _due(work, {one.event_id for one in moved}))


async def _due(work: Work, event_ids: set[int]) -> dict[int, Due]:
    of_event: dict[int, list[Clock]] = {id: [] for id in event_ids}
    for clock in await load_clocks(work, event_ids):
        of_event[clock.event_id].append(clock)
    return {id: due_of(clocks) for id, clocks in of_event.items()}
