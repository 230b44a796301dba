"""Recounting deadlines after a change of a calendar: every event whose deadline moved says so in its history, and the change itself keeps
how many deadlines were counted and which moved."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.columns import instant_text
from wangge_core.db.work import Work
from wangge_core.deadlines.calendars import CalendarSetting, set_calendars
from wangge_core.deadlines.recounting import Moved, recount
from wangge_core.errors import Outcome
from wangge_core.events.history import HistoryEntryKind, record_entry
from wangge_core.events.stage_tasks import WITH_STAGE
from wangge_core.rights.viewers import Viewer
from wangge_core.steering.steering import tell
from wangge_core.tasks.giving import postpone_tasks

MOST_LISTED = 100
"""How many of the deadlines that moved a change lists; it counts all of them."""


async def set_and_recount(work: Work, viewer: Viewer, settings: Sequence[CalendarSetting]) -> list[Outcome]:
    """Make or change calendars, and count all running deadlines of working time anew. For MANAGE_CALENDARS over the whole ground.

    What moved is kept with each calendar that was changed.
    """
    outcomes = await set_calendars(work, viewer, settings)
    ids = sorted({outcome.id for outcome in outcomes if outcome.id is not None})
    if ids:
        counted, moved, listed = await _recount(work)
        change = {"at": work.now, "account_id": viewer.account_id, "counted": counted, "moved": moved, "events": listed}
        await work.insert(t.calendar_change, [{"calendar_id": id, **change} for id in ids])
    return outcomes


async def _recount(work: Work) -> tuple[int, int, list[dict[str, Any]]]:
    counted, moved, listed = 0, 0, list[dict[str, Any]]()
    async for batch in recount(work):
        counted, moved = counted + batch.counted, moved + len(batch.moved)
        of_event: dict[int, list[Moved]] = {}
        for one in batch.moved:
            of_event.setdefault(one.event_id, []).append(one)
        rows = await work.by_ids(list(t.event.c), t.event.c.id, of_event)
        for id, changes in of_event.items():
            said = [_said(one) for one in changes]
            answers = {"deadlines": said}
            await record_entry(work, rows[id], HistoryEntryKind.RECALCULATED, values=batch.due[id]._asdict(), answers=answers)
            await postpone_tasks(work, id, WITH_STAGE, batch.due[id].stage_due_at)
            tell(work, rows[id], HistoryEntryKind.RECALCULATED)
            listed += [{"event": id, "number": rows[id].number, **one} for one in said[: MOST_LISTED - len(listed)]]
    return counted, moved, listed


def _said(moved: Moved) -> dict[str, Any]:
    before = instant_text(moved.before) if moved.before else None
    return {"scope": moved.scope.value, "before": before, "after": instant_text(moved.after) if moved.after else None}


async def uncounted(work: Work) -> dict[int, int]:
    """How many running deadlines have no due time because their calendar does not cover a year, by year."""
    clock = t.event_clock
    rows = await work.rows(
        sa.select(clock.c.missing_year, sa.func.count().label("how_many"))
        .where(clock.c.state != "STOPPED", clock.c.missing_year.is_not(None))
        .group_by(clock.c.missing_year)
        .order_by(clock.c.missing_year)
    )
    return {row.missing_year: row.how_many for row in rows}
