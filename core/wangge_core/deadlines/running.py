"""Clocks of events while they run: started with the report, paused, extended and stopped; what a move does to them is in `moving.py`.

A clock never guesses: where its calendar does not cover the year in which it would run out, the move goes through and the clock is
without a due time until the calendar covers that year (`recounting.py`).
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple

from wangge_core.db.work import Work
from wangge_core.deadlines.clock_rows import Clock, load_clocks, save_clocks
from wangge_core.deadlines.clocks import BY_DETAIL, BY_KIND, BY_PLAN, RECORDED, ClockedEvent, ClockScope, ClockState, counted
from wangge_core.deadlines.known import Calendars
from wangge_core.deadlines.new_clocks import Facts, calendar_of, facts_of, new_clock, new_whole
from wangge_core.deadlines.reading import calendars_of
from wangge_core.deadlines.turns import RESUME, cancel_turns, let_pass, schedule_turns
from wangge_core.jobs.scheduling import NewJob, cancel, schedule

log = logging.getLogger("wangge.deadlines")


class Due(NamedTuple):
    """When an event's stage and the whole of it are due; None where that cannot be told or nothing runs."""

    stage_due_at: datetime | None
    whole_due_at: datetime | None


async def start_clocks(work: Work, starts: Sequence[tuple[ClockedEvent, datetime]]) -> list[Due]:
    """Start the clocks of events that were just reported, each at its moment; in the order given.

    Not for events that were closed already when they were recorded: no clock runs for them. Of what was late before it was recorded
    here nobody is told.
    """
    facts = await facts_of(work, [event for event, _ in starts], planned=False)
    made: list[Clock] = []
    dues: list[Due] = []
    for event, at in starts:
        start = event.definition.start
        stage = new_clock(work, facts, event, ClockScope.STAGE, start.clock, at, start.name)
        whole = new_whole(work, facts, event, at)
        made += [clock for clock in (stage, whole) if clock is not None]
        dues.append(Due(stage.due_at if stage else None, whole.due_at if whole else None))
    for clock in made:
        if clock.started_at < work.now or clock.fixed_because == RECORDED:
            let_pass(work, facts.calendars, clock)
    await save_clocks(work, made)
    await schedule_turns(work, facts.calendars, made)
    _tell_missing(made)
    return dues


async def pause_clocks(work: Work, event_id: int, because: str, until: datetime) -> Due:
    """Let all running clocks of an event wait until a date, when the job `deadline.resume` comes."""
    clocks = await load_clocks(work, [event_id])
    for clock in clocks:
        if clock.state is ClockState.RUNNING:
            clock.wait(work.now, because, until=until)
    await schedule(work, [NewJob(name=RESUME, key=str(event_id), run_at=until, content={"event": event_id})])
    return await finish(work, await calendars_of(work), clocks)


async def resume_clocks(work: Work, event_id: int) -> Due:
    """Let the clocks that were paused until a date go on with what remains."""
    clocks = await load_clocks(work, [event_id])
    await end_deferral(work, clocks)
    return await finish(work, await calendars_of(work), clocks)


async def extend_clock(work: Work, event_id: int, stage_due_at: datetime, because: str) -> Due:
    """Move the deadline of the present stage on; what is waited after that moves it on further. Whether it may be, the caller has asked."""
    clocks = await load_clocks(work, [event_id])
    clock = next((one for one in reversed(clocks) if one.of_present_stage), None)
    if clock is not None:
        clock.fix(stage_due_at, work.now, because)
        clock.extensions += 1
    return await finish(work, await calendars_of(work), clocks)


async def stop_clocks(work: Work, event_id: int) -> Due:
    """Stop all clocks of an event: it was joined to another, or ended otherwise than by a move."""
    clocks = await load_clocks(work, [event_id])
    stop(work, clocks)
    return await finish(work, await calendars_of(work), clocks)


async def restart_clocks(work: Work, event_id: int, stopped_at: datetime) -> Due:
    """Let the clocks go on that `stop_clocks` stopped at a moment, because the event was separated again: they waited since."""
    clocks = await load_clocks(work, [event_id])
    for clock in clocks:
        if clock.stopped_at == stopped_at:
            clock.start_again(work.now, "并案")
    return await finish(work, await calendars_of(work), clocks)


async def replan_clocks(work: Work, event: ClockedEvent) -> Due:
    """Count the clocks anew that go by a plan, by a limit or by the details of an event, after these have changed."""
    clocks = await load_clocks(work, [event.id])
    replan(work, await facts_of(work, [event], planned=True), event, clocks)
    return await finish(work, await calendars_of(work), clocks)


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


def stop(work: Work, clocks: Iterable[Clock]) -> None:
    """Stop those of these clocks that have not stopped."""
    for clock in clocks:
        if clock.is_open:
            clock.stop(work.now)


def replan(work: Work, facts: Facts, event: ClockedEvent, clocks: Iterable[Clock]) -> None:
    """A plan, a limit or a detail that has changed gives another due time; what an extension or a record says stays."""
    for clock in clocks:
        given = clock.extensions or clock.fixed_because == RECORDED
        if not clock.is_open or given or clock.clock is None or clock.clock.kind not in (BY_PLAN, BY_DETAIL, BY_KIND):
            continue
        found = counted(clock.clock, event, work.rules.zone, facts.limits.get(event.kind_id, ()), facts.planned.get(event.id))
        if clock.count_as(found, work.now):
            clock.calendar_id = clock.calendar_id or calendar_of(facts, event, found)
            clock.reckon(facts.calendars)
            clock.forget_turns(work.now)


async def end_deferral(work: Work, clocks: Iterable[Clock]) -> None:
    """Let those of these clocks go on that were paused until a date."""
    deferred = [clock for clock in clocks if clock.deferred]
    for clock in deferred:
        clock.go_on(work.now)
    await cancel(work, RESUME, {str(clock.event_id) for clock in deferred})


async def finish(work: Work, calendars: Calendars, clocks: Sequence[Clock]) -> Due:
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
    for year in sorted({clock.missing_year for clock in clocks if clock.missing_year is not None and clock.changed_missing}):
        _tell(year)


@cache
def _tell(year: int) -> None:
    """Once in the life of a process, however many deadlines there are: an import of a year's events would say nothing else."""
    log.warning("Deadlines have no due time, because their calendar does not cover %d. `wangge calendar check` counts them.", year)
