"""Timers: what happens to an event as its clocks run. Each turn is taken once: whoever answers is warned, is chased up when the time has
passed, and then the next level is told. Where the workflow gives the service itself a move out of the stage, that move is made instead.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from wangge_core.db import tables as t
from wangge_core.db.columns import instant_text
from wangge_core.db.work import Work
from wangge_core.deadlines.clock_rows import Clock, load_clocks_by_id, save_clocks
from wangge_core.deadlines.clocks import ClockScope
from wangge_core.deadlines.known import Calendars
from wangge_core.deadlines.reading import calendars_of
from wangge_core.deadlines.turns import NextTurn, Turn, grace_ends, schedule_turns, take, turn_of
from wangge_core.errors import Outcome
from wangge_core.events.history import HistoryEntryKind
from wangge_core.events.levels import next_level
from wangge_core.jobs.claiming import Job
from wangge_core.moves.moves import move_events_as_system
from wangge_core.moves.sponsors import tell_sponsors
from wangge_core.plugin.declarations.roles import SYSTEM
from wangge_core.plugin.declarations.tasks import TaskKind
from wangge_core.plugin.definitions import MoveDefinition
from wangge_core.rights.viewers import SYSTEM_VIEWER
from wangge_core.steering.deferring import resume_when_due
from wangge_core.steering.steering import Steered, Steering, holders, new_task, record, steered, why_not_running
from wangge_core.tasks.giving import give_tasks

PASSED = "已超过办理时限，请说明进展。"
TOLD = "下级办理超过时限，请督促处理。"
"""What the tasks say."""


async def take_turns(work: Work, job: Job) -> None:
    """Take the turns of a clock whose time has come, in their order, and wait for the next one."""
    while True:
        event = await steered(work, SYSTEM_VIEWER, Steering(event_id=job.content["event"]))
        if isinstance(event, Outcome) or why_not_running(event) is not None:
            return
        clock = next(iter(await load_clocks_by_id(work, [int(job.key)])), None)
        calendars = await calendars_of(work)
        turn = None if clock is None else turn_of(work, calendars, clock)
        if clock is None or turn is None:
            return
        if turn.at > work.now:
            await schedule_turns(work, calendars, [clock])
            return
        take(clock, turn.turn, work.now)
        await save_clocks(work, [clock])
        await _TAKE[turn.turn](work, event, clock, turn, calendars)


async def resume(work: Work, job: Job) -> None:
    """Let a deferred event go on whose date has come."""
    await resume_when_due(work, job.content["event"])


async def _warn(work: Work, event: Steered, clock: Clock, turn: NextTurn, calendars: Calendars) -> None:
    del turn, calendars
    if _own_move(event, clock) is None:
        await record(work, None, event, HistoryEntryKind.WARNED, None, answers=_said(clock))


async def _run_out(work: Work, event: Steered, clock: Clock, turn: NextTurn, calendars: Calendars) -> None:
    move = _own_move(event, clock)
    if move is not None and (await move_events_as_system(work, event.id, move.name)).accepted:
        return
    answer_due = grace_ends(clock, calendars, turn.at, work.rules.escalation_days)
    chase = {"event_id": event.id, "sequence": event.sequence, "note": PASSED, "at": work.now, "answer_due_at": answer_due}
    await work.insert(t.event_chase, [chase])
    await give_tasks(work, [new_task(event, kind=TaskKind.ANSWER_CHASE, note=PASSED, due_at=answer_due, **holders(event))])
    values = {"times_chased": event.row.times_chased + 1}
    answers = {**_said(clock), "answer_due_at": answer_due}
    await record(work, None, event, HistoryEntryKind.OVERDUE, None, answers=answers, values=values)
    await tell_sponsors(work, event)


async def _escalate(work: Work, event: Steered, clock: Clock, turn: NextTurn, calendars: Calendars) -> None:
    del turn, calendars
    above = await next_level(work, event.situation)
    await give_tasks(work, [new_task(event, kind=TaskKind.ACKNOWLEDGE, note=TOLD, role_ids=above.role_ids, acknowledged=True)])
    answers = {**_said(clock), "level": above.level.value, "roles": list(above.role_ids)}
    await record(work, None, event, HistoryEntryKind.ESCALATED, None, answers=answers)


_TAKE: Mapping[Turn, Callable[[Work, Steered, Clock, NextTurn, Calendars], Awaitable[None]]] = {
    Turn.WARN: _warn,
    Turn.RUN_OUT: _run_out,
    Turn.ESCALATE: _escalate,
}


def _own_move(event: Steered, clock: Clock) -> MoveDefinition | None:
    """The move out of the stage that the service itself makes when the clock of the stage runs out."""
    if clock.scope is not ClockScope.STAGE:
        return None
    moves = event.situation.definition.moves
    return next((move for move in moves if event.row.stage in move.sources and SYSTEM.name in move.by), None)


def _said(clock: Clock) -> dict[str, Any]:
    """Which deadline it is."""
    return {"deadline": clock.scope.value, "due_at": instant_text(clock.due_at) if clock.due_at else None}
