"""New clocks: what they are made of, and by what they count."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.deadlines.clock_rows import Clock
from wangge_core.deadlines.clocks import BY_KIND, BY_PLAN, RECORDED, ClockedEvent, ClockScope, Counted, counted
from wangge_core.deadlines.counting import CONTINUOUS, FIXED
from wangge_core.deadlines.known import Calendars
from wangge_core.deadlines.limits import limits_of
from wangge_core.deadlines.reading import calendars_of
from wangge_core.plugin.definitions import ClockDefinition, LimitDefinition


class Facts(NamedTuple):
    """What new clocks are made of besides their events."""

    calendars: Calendars
    limits: dict[str, Sequence[LimitDefinition]]
    planned: dict[int, date]


async def facts_of(work: Work, events: Sequence[ClockedEvent], *, planned: bool) -> Facts:
    """What is needed for clocks of these events; with the steps of their projects where they may have been `planned`."""
    definitions = {id(event.definition): event.definition for event in events}.values()
    kinds = {
        clock.kind for one in definitions for clock in (one.whole, *(stage.clock for stage in one.stages)) if clock is not None
    }
    limits = await limits_of(work, {event.kind_id for event in events}) if BY_KIND in kinds else {}
    steps = await _planned(work, [event.id for event in events]) if planned and BY_PLAN in kinds else {}
    return Facts(await calendars_of(work), limits, steps)


async def _planned(work: Work, event_ids: Iterable[int]) -> dict[int, date]:
    """The planned date of each project's current step: the first that is not done."""
    step = t.project_step
    rows = await work.rows(
        sa.select(step.c.event_id, step.c.planned_on)
        .where(step.c.event_id.in_(list(event_ids)), step.c.done_at.is_(None))
        .order_by(step.c.event_id, step.c.ordinal.desc())
    )
    return {row.event_id: row.planned_on for row in rows if row.planned_on is not None}


def new_clock(
    work: Work,
    facts: Facts,
    event: ClockedEvent,
    scope: ClockScope,
    clock: ClockDefinition | None,
    at: datetime,
    stage: str | None = None,
) -> Clock | None:
    """A clock that starts at a moment, for a stage or the whole; None where none is declared."""
    if clock is None:
        return None
    found = counted(clock, event, work.rules.zone, facts.limits.get(event.kind_id, ()), facts.planned.get(event.id))
    return _made(facts, event, scope, clock, found, at, stage)


def _made(
    facts: Facts,
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
        calendar_id=calendar_of(facts, event, found),
        started_at=at,
    )
    if found.moment is not None:
        made.fix(found.moment, at, found.because)
    made.reckon(facts.calendars)
    return made


def calendar_of(facts: Facts, event: ClockedEvent, found: Counted) -> int | None:
    """The calendar by which what was found is counted: that of the office that has the event."""
    calendar = None if found.kind == CONTINUOUS else facts.calendars.for_office(event.office_id)
    return calendar.id if calendar else None


def new_whole(work: Work, facts: Facts, event: ClockedEvent, at: datetime) -> Clock | None:
    """The clock over all of an event that was just reported."""
    whole, start = event.definition.whole, event.definition.start.name
    if event.recorded_due_at is not None:
        found = Counted(kind=FIXED, moment=event.recorded_due_at, because=RECORDED)
        return _made(facts, event, ClockScope.WHOLE, whole, found, at, None)
    if whole is None or start in whole.until or (whole.since and start not in whole.since):
        return None
    return new_clock(work, facts, event, ClockScope.WHOLE, whole, at)
