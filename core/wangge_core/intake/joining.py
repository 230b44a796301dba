"""The same matter reported again: it joins the event that is open, counts for it, and after some reports the next level is told.

A matter is counted, never a person: whoever reported it already is kept informed once more and raises nothing.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, refused
from wangge_core.events.history import HistoryEntryKind, locked_event, record_entry
from wangge_core.events.levels import next_level
from wangge_core.events.states import locked_state
from wangge_core.intake.contacts import Contact, phone_indexes
from wangge_core.intake.counting import counted_name, is_spent
from wangge_core.intake.matters import shown_kinds
from wangge_core.intake.showing import followed_event, reporter_of
from wangge_core.plugin.declarations.kinds import Priority
from wangge_core.plugin.declarations.tasks import TaskKind
from wangge_core.rights.viewers import Viewer
from wangge_core.tasks.giving import NewTask, give_tasks

RAISED = {
    Priority.LOW: Priority.NORMAL,
    Priority.NORMAL: Priority.HIGH,
    Priority.HIGH: Priority.URGENT,
    Priority.URGENT: Priority.URGENT,
}
RULE = "intake.reported_again"


class Again(NamedTuple):
    """What is said of a matter once more, by whom."""

    description: str
    contact: Contact
    account_id: int | None
    payer: str = ""
    """By what a reporter is known for an hour who is known by nothing else: an address, or an account that wants to be unnamed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """What became of it: the event, whether it counted, and the number of its entry in the event's history."""

    outcome: Outcome
    counted: bool = False
    sequence: int = 0


async def join(work: Work, viewer: Viewer, event_id: int | None, again: Again) -> Joined:
    """Join a report to an event that is shown to the public and open; any other is as little there as none."""
    asked, shown = event_id or 0, shown_kinds(work.rules.registry)
    kind_id = await work.value(sa.select(t.event.c.kind_id).where(t.event.c.id == asked))
    event_id = await followed_event(work, asked)
    row = await locked_event(work, reporter_of(event_id, viewer.language), event_id)
    if row is None or row.closed or not {kind_id, row.kind_id} <= shown:
        return Joined(outcome=refused("NOT_FOUND", "sameAs", what="Matter", id=asked))
    return await count_again(work, row, again)


async def count_again(
    work: Work, row: sa.Row[Any], again: Again, *, by: Viewer | None = None, post_id: int | None = None
) -> Joined:
    """Write that a matter was reported again, count it unless that one had reported it, and tell the next level when it is time."""
    counted = not await _has_reported(work, row, again)
    times = row.times_reported + counted
    sequence = await record_entry(
        work,
        row,
        HistoryEntryKind.REPORTED_AGAIN,
        viewer=by,
        post_id=post_id,
        values={"times_reported": times},
        answers={"description": again.description.strip()},
    )
    work.announce("event.reported_again", row.id, row.grid_id, kind=row.kind_id, stage=row.stage)
    if counted and times >= work.rules.intake.reports_to_raise and not await _was_raised(work, row.id):
        await _raise(work, row.id)
    return Joined(outcome=Outcome(id=row.id), counted=counted, sequence=sequence)


async def _has_reported(work: Work, row: sa.Row[Any], again: Again) -> bool:
    """Whether this reporter is known to have reported the matter: by the account, or by the telephone."""
    report = t.public_report
    same: list[sa.ColumnElement[bool]] = []
    if again.account_id is not None:
        same.append(report.c.account_id == again.account_id)
    if indexes := phone_indexes(work, again.contact):
        same.append(report.c.phone_index.in_(indexes))
    if again.account_id is not None and again.account_id == row.reporter_id:
        return True
    if not same:
        return await has_told(work, row.id, again.payer)
    return bool(await work.value(sa.select(sa.exists().where(report.c.event_id == row.id, sa.or_(*same)))))


async def has_told(work: Work, event_id: int, payer: str) -> bool:
    """Note that somebody who is known by nothing else has told of an event; whether they had done so within the hour.

    Where not even an address is known, nobody is taken for anybody else.
    """
    return payer.rstrip(":") == payer != "" and await is_spent(work, counted_name(work, f"told:{event_id}", payer), 1)


async def _was_raised(work: Work, event_id: int) -> bool:
    """Whether the next level was told already; joining and separating events make more and less reports of one at once."""
    return bool(await work.value(sa.select(sa.exists().where(t.task.c.event_id == event_id, t.task.c.rule == RULE))))


async def _raise(work: Work, event_id: int) -> None:
    """Raise the priority by one and tell whoever answers above the stage in which the event stands."""
    state = await locked_state(work, reporter_of(event_id, "zh"), event_id)
    assert state is not None, "it was there a statement ago"
    row, above = state.row, await next_level(work, state.situation)
    priority = RAISED[Priority(row.priority)]
    said = {"timesReported": row.times_reported, "level": above.level.value}
    await record_entry(work, row, HistoryEntryKind.ESCALATED, values={"priority": priority.value}, answers=said)
    work.announce("event.escalated", row.id, row.grid_id, kind=row.kind_id, stage=row.stage)
    task = NewTask(
        event_id=row.id,
        grid_id=row.grid_id,
        path=row.path,
        kind=TaskKind.ACKNOWLEDGE,
        rule=RULE,
        role_ids=above.role_ids,
        note=f"多次上报：{row.times_reported} 次 · reported {row.times_reported} times",
        acknowledged=True,
    )
    await give_tasks(work, [task])
