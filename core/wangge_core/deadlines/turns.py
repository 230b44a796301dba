"""Turns of a clock: it is warned of, it runs out, and it is told to the next level, each once. One job for each clock waits for its next
turn; what was missed while nobody ran is then done at once, in the order of time."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from enum import auto
from typing import NamedTuple

from wangge_core.db.work import Work
from wangge_core.deadlines.clock_rows import Clock, is_fixed
from wangge_core.deadlines.clocks import ClockState
from wangge_core.deadlines.counting import CONTINUOUS, WORKING_DAYS, NoCalendarError, Timing, due_at, warn_at
from wangge_core.deadlines.known import Calendars
from wangge_core.deadlines.working_time import UncoveredYearError
from wangge_core.jobs.scheduling import NewJob, cancel, schedule
from wangge_core.plugin.declarations.labels import Choice

TURN, RESUME = "deadline.turn", "deadline.resume"
"""The names of the jobs: for a clock by its id, for a deferred event by its id."""


class Turn(Choice):
    """What happens to a clock as time passes."""

    WARN = auto(), "预警"
    RUN_OUT = auto(), "超期"
    ESCALATE = auto(), "升级"


class NextTurn(NamedTuple):
    turn: Turn
    at: datetime


def next_turn(clock: Clock, calendars: Calendars, *, warn_percent: int, grace_days: int) -> NextTurn | None:
    """The next turn that a clock has not taken; None where it has no due time, does not run, or has taken them all."""
    due = clock.due_at
    if due is None or clock.state is not ClockState.RUNNING:
        return None
    if clock.overdue_at is None and clock.warned_at is None:
        return NextTurn(Turn.WARN, _warned(clock, calendars, due, warn_percent / 100))
    if clock.overdue_at is None:
        return NextTurn(Turn.RUN_OUT, due)
    if clock.escalated_at is None:
        return NextTurn(Turn.ESCALATE, grace_ends(clock, calendars, due, grace_days))
    return None


def take(clock: Clock, turn: Turn, at: datetime) -> None:
    """Note that a clock has taken a turn."""
    match turn:
        case Turn.WARN:
            clock.warned_at = at
        case Turn.RUN_OUT:
            clock.overdue_at = at
        case Turn.ESCALATE:
            clock.escalated_at = at
    clock.changed = True


def let_pass(work: Work, calendars: Calendars, clock: Clock) -> None:
    """Note turns that lie in the past as taken when they were due: the clock of an imported record, of which nobody is told now."""
    while (turn := turn_of(work, calendars, clock)) is not None and turn.at <= work.now:
        take(clock, turn.turn, turn.at)


def _warned(clock: Clock, calendars: Calendars, due: datetime, share: float) -> datetime:
    try:
        return warn_at(clock.timing, clock.ground(calendars), due, share)
    except (UncoveredYearError, NoCalendarError):  # a calendar that has lost its years since
        return due


def grace_ends(clock: Clock, calendars: Calendars, due: datetime, days: int) -> datetime:
    """Until when a clock that ran out is left to those who were chased up: as long again where it counts minutes and hours day and night,
    else so many working days, or days of 24 hours where no calendar knows the time. What the clock waits meanwhile does not count."""
    day_and_night, ground = clock.kind == CONTINUOUS and not is_fixed(clock), clock.ground(calendars)
    seconds = clock.amount if day_and_night else days * 86_400
    grace, ends = Timing(kind=CONTINUOUS, amount=seconds, started_at=due, waits=clock.timing.waits), None
    if not day_and_night:
        with suppress(UncoveredYearError, NoCalendarError):
            ends = due_at(replace(grace, kind=WORKING_DAYS, amount=days), ground)
    ends = ends or due_at(grace, ground)
    assert ends is not None, "a clock that waits takes no turn"
    return ends


async def schedule_turns(work: Work, calendars: Calendars, clocks: Sequence[Clock]) -> None:
    """Have clocks take their next turns when the time comes."""
    jobs: list[NewJob] = []
    idle: list[Clock] = []
    for clock in clocks:
        turn = turn_of(work, calendars, clock)
        if turn is None:
            idle.append(clock)
        else:
            jobs.append(NewJob(name=TURN, key=str(clock.id), run_at=turn.at, content={"event": clock.event_id}))
    await schedule(work, jobs)
    await cancel_turns(work, idle)


def turn_of(work: Work, calendars: Calendars, clock: Clock) -> NextTurn | None:
    """The next turn of a clock by the rules of the deployment."""
    rules = work.rules
    return next_turn(clock, calendars, warn_percent=rules.warning_percent, grace_days=rules.escalation_days)


async def cancel_turns(work: Work, clocks: Sequence[Clock]) -> None:
    """Have clocks take no turns."""
    if clocks:
        await cancel(work, TURN, [str(clock.id) for clock in clocks])
