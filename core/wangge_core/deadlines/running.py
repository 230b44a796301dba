"""Clocks of events while they run: started with the report, moved on with each move, paused, extended and stopped.

A clock never guesses: where its calendar does not cover the year in which it would run out, the move goes through and the clock is
without a due time until the calendar covers that year (`recounting.py`).
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.deadlines.clock_rows import Clock, load_clocks, save_clocks
from wangge_core.deadlines.clocks import (
    BY_DETAIL,
    BY_KIND,
    BY_PLAN,
    RECORDED,
    ClockedEvent,
    ClockScope,
    ClockState,
    Counted,
    counted,
)
from wangge_core.deadlines.counting import CONTINUOUS, FIXED
from wangge_core.deadlines.known import Calendars
from wangge_core.deadlines.limits import limits_of
from wangge_core.deadlines.reading import calendars_of
from wangge_core.deadlines.turns import RESUME, cancel_turns, let_pass, schedule_turns
from wangge_core.jobs.scheduling import NewJob, cancel, schedule
from wangge_core.plugin.definitions import ClockDefinition, LimitDefinition, MoveDefinition

__all__ = [
    "ClockedEvent",
    "Due",
    "exempt_clock",
    "extend_clock",
    "move_clocks",
    "pause_clocks",
    "replan_clocks",
    "restart_clocks",
    "resume_clocks",
    "start_clocks",
    "stop_clocks",
]

log = logging.getLogger("wangge.deadlines")


class Due(NamedTuple):
    """When an event's stage and the whole of it are due; None where that cannot be told or nothing runs."""

    stage_due_at: datetime | None
    whole_due_at: datetime | None


class _Facts(NamedTuple):
    """What new clocks are made of besides their events."""

    calendars: Calendars
    limits: dict[str, Sequence[LimitDefinition]]
    planned: dict[int, date]


async def start_clocks(work: Work, starts: Sequence[tuple[ClockedEvent, datetime]]) -> list[Due]:
    """Start the clocks of events that were just reported, each at its moment; in the order given.

    Not for events that were closed already when they were recorded: no clock runs for them. Of what was late before it was recorded
    here nobody is told.
    """
    facts = await _facts(work, [event for event, _ in starts], planned=False)
    made: list[Clock] = []
    dues: list[Due] = []
    for event, at in starts:
        start = event.definition.start
        stage = _new(work, facts, event, ClockScope.STAGE, start.clock, at, start.name)
        whole = _new_whole(work, facts, event, at)
        made += [clock for clock in (stage, whole) if clock is not None]
        dues.append(Due(stage.due_at if stage else None, whole.due_at if whole else None))
    for clock in made:
        if clock.started_at < work.now or clock.fixed_because == RECORDED:
            let_pass(work, facts.calendars, clock)
    await save_clocks(work, made)
    await schedule_turns(work, facts.calendars, made)
    _tell_missing(made)
    return dues


async def move_clocks(work: Work, event: ClockedEvent, move: MoveDefinition, from_stage: str, to_stage: str) -> Due:
    """Stop, pause, start or go on with the clocks as a move wants it. `from_stage` equals `to_stage` where the move changes none.

    The clock of the stage that is left stops, or waits where the move `pauses_clock`; coming back to a stage whose clock waits, the clock
    goes on with what remains, by another limit where the event has got one meanwhile. A clock over the whole starts anew with the moves
    that restart it, and when the event leaves an end or a stage of its `until` again.
    """
    clocks = await load_clocks(work, [event.id]) or await _adopted(work, event)
    facts = await _facts(work, [event], planned=True)
    if from_stage != to_stage:
        await _end_deferral(work, clocks)
        _leave(work, clocks, move)
        stage = event.definition.stage(to_stage)
        if stage.final:
            _stop(work, clocks)
        elif (waiting := _waiting_at(clocks, to_stage)) is not None:
            waiting.go_on(work.now)
        elif (new := _new(work, facts, event, ClockScope.STAGE, stage.clock, work.now, to_stage)) is not None:
            clocks.append(new)
    _replan(work, facts, event, clocks)
    _move_whole(work, facts, event, clocks, move, from_stage, to_stage)
    return await _finish(work, facts.calendars, clocks)


async def pause_clocks(work: Work, event_id: int, because: str, until: datetime) -> Due:
    """Let all running clocks of an event wait until a date, when the job `deadline.resume` comes."""
    clocks = await load_clocks(work, [event_id])
    for clock in clocks:
        if clock.state is ClockState.RUNNING:
            clock.wait(work.now, because, until=until)
    await schedule(work, [NewJob(name=RESUME, key=str(event_id), run_at=until, content={"event": event_id})])
    return await _finish(work, await calendars_of(work), clocks)


async def resume_clocks(work: Work, event_id: int) -> Due:
    """Let the clocks that were paused until a date go on with what remains."""
    clocks = await load_clocks(work, [event_id])
    await _end_deferral(work, clocks)
    return await _finish(work, await calendars_of(work), clocks)


async def extend_clock(work: Work, event_id: int, stage_due_at: datetime, because: str) -> Due:
    """Move the deadline of the present stage on; what is waited after that moves it on further. Whether it may be, the caller has asked."""
    clocks = await load_clocks(work, [event_id])
    clock = next((one for one in reversed(clocks) if one.of_present_stage), None)
    if clock is not None:
        clock.fix(stage_due_at, work.now, because)
        clock.extensions += 1
    return await _finish(work, await calendars_of(work), clocks)


async def stop_clocks(work: Work, event_id: int) -> Due:
    """Stop all clocks of an event: it was joined to another, or ended otherwise than by a move."""
    clocks = await load_clocks(work, [event_id])
    _stop(work, clocks)
    return await _finish(work, await calendars_of(work), clocks)


async def restart_clocks(work: Work, event_id: int, stopped_at: datetime) -> Due:
    """Let the clocks go on that `stop_clocks` stopped at a moment, because the event was separated again: they waited since."""
    clocks = await load_clocks(work, [event_id])
    for clock in clocks:
        if clock.stopped_at == stopped_at:
            clock.start_again(work.now, "并案")
    return await _finish(work, await calendars_of(work), clocks)


async def replan_clocks(work: Work, event: ClockedEvent) -> Due:
    """Count the clocks anew that go by a plan, by a limit or by the details of an event, after these have changed."""
    clocks = await load_clocks(work, [event.id])
    _replan(work, await _facts(work, [event], planned=True), event, clocks)
    return await _finish(work, await calendars_of(work), clocks)


async def exempt_clock(work: Work, event_id: int, stage: str, because: str) -> bool:
    """Exempt the delay of the latest clock of a stage that ran out: an appeal was granted. False where none ran out.

    The clock goes on as it is; statistics leave the delay out.
    """
    clocks = [one for one in await load_clocks(work, [event_id]) if one.scope is ClockScope.STAGE and one.stage == stage]
    late = next((one for one in reversed(clocks) if one.ran_out(work.now)), None)
    if late is not None:
        late.exempt(work.now, because)
        await save_clocks(work, [late])
    return late is not None


async def _facts(work: Work, events: Sequence[ClockedEvent], *, planned: bool) -> _Facts:
    definitions = {id(event.definition): event.definition for event in events}.values()
    kinds = {
        clock.kind for one in definitions for clock in (one.whole, *(stage.clock for stage in one.stages)) if clock is not None
    }
    limits = await limits_of(work, {event.kind_id for event in events}) if BY_KIND in kinds else {}
    steps = await _planned(work, [event.id for event in events]) if planned and BY_PLAN in kinds else {}
    return _Facts(await calendars_of(work), limits, steps)


async def _planned(work: Work, event_ids: Iterable[int]) -> dict[int, date]:
    """The planned date of each project's current step: the first that is not done."""
    step = t.project_step
    rows = await work.rows(
        sa.select(step.c.event_id, step.c.planned_on)
        .where(step.c.event_id.in_(list(event_ids)), step.c.done_at.is_(None))
        .order_by(step.c.event_id, step.c.ordinal.desc())
    )
    return {row.event_id: row.planned_on for row in rows if row.planned_on is not None}


def _new(
    work: Work,
    facts: _Facts,
    event: ClockedEvent,
    scope: ClockScope,
    clock: ClockDefinition | None,
    at: datetime,
    stage: str | None = None,
) -> Clock | None:
    if clock is None:
        return None
    found = counted(clock, event, work.rules.zone, facts.limits.get(event.kind_id, ()), facts.planned.get(event.id))
    return _made(facts, event, scope, clock, found, at, stage)


def _made(
    facts: _Facts,
    event: ClockedEvent,
    scope: ClockScope,
    clock: ClockDefinition | None,
    found: Counted,
    at: datetime,
    stage: str | None,
) -> Clock:
    made = Clock(
        event_id=event.id,
        scope=scope,
        stage=stage,
        clock=clock,
        kind=found.kind,
        amount=found.amount,
        limit_name=found.limit_name,
        calendar_id=_calendar_of(facts, event, found),
        started_at=at,
    )
    if found.moment is not None:
        made.fix(found.moment, at, found.because)
    made.reckon(facts.calendars)
    return made


def _calendar_of(facts: _Facts, event: ClockedEvent, found: Counted) -> int | None:
    calendar = None if found.kind == CONTINUOUS else facts.calendars.for_office(event.office_id)
    return calendar.id if calendar else None


def _new_whole(work: Work, facts: _Facts, event: ClockedEvent, at: datetime) -> Clock | None:
    """The clock over all of an event that was just reported."""
    whole, start = event.definition.whole, event.definition.start.name
    if event.recorded_due_at is not None:
        found = Counted(kind=FIXED, moment=event.recorded_due_at, because=RECORDED)
        return _made(facts, event, ClockScope.WHOLE, whole, found, at, None)
    if whole is None or start in whole.until or (whole.since and start not in whole.since):
        return None
    return _new(work, facts, event, ClockScope.WHOLE, whole, at)


def _move_whole(
    work: Work, facts: _Facts, event: ClockedEvent, clocks: list[Clock], move: MoveDefinition, from_stage: str, to_stage: str
) -> None:
    whole = event.definition.whole
    if whole is None:
        return
    running = next((one for one in reversed(clocks) if one.scope is ClockScope.WHOLE and one.is_open), None)
    ended = event.definition.stage(to_stage).final or to_stage in whole.until
    left = event.definition.stage(from_stage).final or from_stage in whole.until
    reached = to_stage in whole.since and not any(one.scope is ClockScope.WHOLE for one in clocks)
    again = move.name in whole.restarted_by and (running is not None or left)
    if running is not None and (ended or again):
        running.stop(work.now)
    if not ended and (again or reached or (left and running is None)):
        new = _new(work, facts, event, ClockScope.WHOLE, whole, work.now)
        clocks += [] if new is None else [new]


def _leave(work: Work, clocks: Sequence[Clock], move: MoveDefinition) -> None:
    for clock in clocks:
        if clock.of_present_stage:
            if move.pauses_clock:
                clock.wait(work.now, move.label.zh, by_move=True)
            else:
                clock.stop(work.now)


def _stop(work: Work, clocks: Iterable[Clock]) -> None:
    for clock in clocks:
        if clock.is_open:
            clock.stop(work.now)


def _waiting_at(clocks: Sequence[Clock], stage: str) -> Clock | None:
    return next((one for one in reversed(clocks) if one.stage == stage and one.waits_by_move), None)


def _replan(work: Work, facts: _Facts, event: ClockedEvent, clocks: Iterable[Clock]) -> None:
    """A plan, a limit or a detail that has changed gives another due time; what an extension or a record says stays."""
    for clock in clocks:
        given = clock.extensions or clock.fixed_because == RECORDED
        if not clock.is_open or given or clock.clock is None or clock.clock.kind not in (BY_PLAN, BY_DETAIL, BY_KIND):
            continue
        found = counted(clock.clock, event, work.rules.zone, facts.limits.get(event.kind_id, ()), facts.planned.get(event.id))
        if clock.count_as(found, work.now):
            clock.calendar_id = clock.calendar_id or _calendar_of(facts, event, found)
            clock.reckon(facts.calendars)
            clock.forget_turns(work.now)


async def _end_deferral(work: Work, clocks: Iterable[Clock]) -> None:
    deferred = [clock for clock in clocks if clock.deferred]
    for clock in deferred:
        clock.go_on(work.now)
    await cancel(work, RESUME, {str(clock.event_id) for clock in deferred})


async def _adopted(work: Work, event: ClockedEvent) -> list[Clock]:
    """The clock over the whole of an event that was reported before clocks were kept."""
    row = await work.first(sa.select(t.event.c.reported_at, t.event.c.closed).where(t.event.c.id == event.id))
    if row is None or row.closed or event.definition.whole is None:
        return []
    whole = _new_whole(work, await _facts(work, [event], planned=False), event, row.reported_at)
    return [] if whole is None else [whole]


async def _finish(work: Work, calendars: Calendars, clocks: Sequence[Clock]) -> Due:
    """Count what has changed, write it, and have the clocks that run take their turns."""
    changed = [clock for clock in clocks if clock.changed]
    for clock in changed:
        clock.reckon(calendars)
    await save_clocks(work, changed)
    await cancel_turns(work, [clock for clock in changed if clock.state is not ClockState.RUNNING])
    await schedule_turns(work, calendars, [clock for clock in changed if clock.state is ClockState.RUNNING])
    _tell_missing(changed)
    return due_of(clocks)


def due_of(clocks: Sequence[Clock]) -> Due:
    """When the present stage and the whole are due. The last of the whole holds on when it has stopped."""
    stage = next((one for one in reversed(clocks) if one.of_present_stage), None)
    whole = next((one for one in reversed(clocks) if one.scope is ClockScope.WHOLE), None)
    return Due(stage.due_at if stage else None, whole.due_at if whole else None)


def _tell_missing(clocks: Iterable[Clock]) -> None:
    missing = [clock.missing_year for clock in clocks if clock.missing_year is not None and clock.changed_missing]
    if missing:
        years = ", ".join(map(str, sorted(set(missing))))
        log.warning("%d deadlines have no due time: their calendar does not cover %s.", len(missing), years)
