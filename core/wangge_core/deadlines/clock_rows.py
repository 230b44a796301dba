"""Clocks as they are stored, and how one changes: it waits, goes on, stops, is fixed, is counted anew."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import CHUNK, Work
from wangge_core.deadlines.clocks import MOST_REASON, NEVER, ClockScope, ClockState, Counted, stored_clock
from wangge_core.deadlines.counting import CONTINUOUS, FIXED, Ground, NoCalendarError, Timing, Wait, due_at
from wangge_core.deadlines.known import Calendars
from wangge_core.deadlines.working_time import UncoveredYearError
from wangge_core.plugin.definitions import ClockDefinition


@dataclass(slots=True)
class Pause:
    """A stretch in which a clock waits; `id` is None until it is written. One `by_move` ends when the event comes back to the stage."""

    started_at: datetime
    because: str
    ended_at: datetime | None = None
    until: datetime | None = None
    by_move: bool = False
    id: int | None = None
    changed: bool = False

    @property
    def as_wait(self) -> Wait:
        return Wait(self.started_at, self.ended_at, self.because, self.until)


@dataclass(slots=True, kw_only=True, eq=False)
class Clock:
    """A clock of an event; `id` is None until it is written."""

    event_id: int
    scope: ClockScope
    stage: str | None
    clock: ClockDefinition | None
    kind: str
    amount: int
    started_at: datetime
    limit_name: str | None = None
    calendar_id: int | None = None
    state: ClockState = ClockState.RUNNING
    due_at: datetime | None = None
    stopped_at: datetime | None = None
    fixed_due_at: datetime | None = None
    fixed_at: datetime | None = None
    fixed_because: str | None = None
    extensions: int = 0
    missing_year: int | None = None
    warned_at: datetime | None = None
    overdue_at: datetime | None = None
    escalated_at: datetime | None = None
    exempted_at: datetime | None = None
    exempted_because: str | None = None
    id: int | None = None
    pauses: list[Pause] = field(default_factory=list[Pause])
    changed: bool = True
    changed_missing: bool = False

    @property
    def is_open(self) -> bool:
        return self.state is not ClockState.STOPPED

    @property
    def pause(self) -> Pause | None:
        """The pause that has not ended."""
        return self.pauses[-1] if self.pauses and self.pauses[-1].ended_at is None else None

    @property
    def waits_by_move(self) -> bool:
        return self.is_open and self.pause is not None and self.pause.by_move

    @property
    def deferred(self) -> bool:
        return self.is_open and self.pause is not None and not self.pause.by_move

    @property
    def of_present_stage(self) -> bool:
        """Whether it is the clock of the stage in which the event stands."""
        return self.scope is ClockScope.STAGE and self.is_open and not self.waits_by_move

    @property
    def timing(self) -> Timing:
        return Timing(
            kind=CONTINUOUS if self.kind in (NEVER, FIXED) else self.kind,
            amount=self.amount,
            started_at=self.started_at,
            waits=tuple(pause.as_wait for pause in self.pauses),
            stopped_at=self.stopped_at,
            fixed_due_at=self.fixed_due_at,
            fixed_at=self.fixed_at,
            fixed_because=self.fixed_because or "",
        )

    def ground(self, calendars: Calendars) -> Ground:
        """What it is counted by."""
        return Ground(calendars.zone, calendars.get(self.calendar_id))

    def ran_out(self, now: datetime) -> bool:
        return self.due_at is not None and self.due_at <= (self.stopped_at or now)

    def wait(self, at: datetime, because: str, *, until: datetime | None = None, by_move: bool = False) -> None:
        self.pauses.append(Pause(at, because[:MOST_REASON], until=until, by_move=by_move, changed=True))
        self.state, self.changed = ClockState.WAITING, True

    def go_on(self, at: datetime) -> None:
        if self.pause is not None:
            self.pause.changed, self.pause.ended_at = True, at
        self.state, self.changed = ClockState.RUNNING, True

    def stop(self, at: datetime) -> None:
        if self.pause is not None:
            self.pause.changed, self.pause.ended_at = True, at
        self.state, self.stopped_at, self.changed = ClockState.STOPPED, at, True

    def start_again(self, at: datetime, because: str) -> None:
        """Take back that it stopped: it waited since, and one that waited for the event to come back to its stage does so again."""
        stopped_at, self.stopped_at, self.changed = self.stopped_at or at, None, True
        last = self.pauses[-1] if self.pauses else None
        if last is not None and last.by_move and last.ended_at == stopped_at:
            last.ended_at, last.changed, self.state = None, True, ClockState.WAITING
            return
        self.pauses.append(Pause(stopped_at, because, ended_at=at, changed=True))
        self.state = ClockState.RUNNING

    def fix(self, due: datetime, at: datetime, because: str) -> None:
        """Give it a due time that is not counted; one that lies ahead is warned of anew."""
        self.fixed_due_at, self.fixed_at, self.fixed_because, self.changed = due, at, because[:MOST_REASON], True
        self.due_at = due
        self.forget_turns(at)

    def count_as(self, found: Counted, at: datetime) -> bool:
        """Count it by something else, if that has changed; whether it has."""
        if found.moment is not None:
            changed = found.moment != self.fixed_due_at
            if changed:
                self.kind = found.kind
                self.fix(found.moment, at, found.because)
            return changed
        changed = (found.kind, found.amount, found.limit_name) != (self.kind, self.amount, self.limit_name)
        if changed:
            self.kind, self.amount, self.limit_name, self.changed = found.kind, found.amount, found.limit_name, True
            self.fixed_due_at = self.fixed_at = self.fixed_because = None
        return changed

    def forget_turns(self, now: datetime) -> None:
        """A due time that lies ahead is warned of anew, whatever was told of an earlier one."""
        if self.due_at is None or self.due_at > now:
            self.warned_at = self.overdue_at = self.escalated_at = None

    def exempt(self, at: datetime, because: str) -> None:
        self.exempted_at, self.exempted_because, self.changed = at, because[:MOST_REASON], True

    def reckon(self, calendars: Calendars) -> None:
        """Find out when it is due. What stopped before it ran out keeps the due time that it had."""
        if self.state is ClockState.STOPPED:
            return
        missing, self.missing_year = self.missing_year, None
        self.due_at = None
        if self.kind == NEVER and self.fixed_due_at is None:
            return
        try:
            self.due_at = due_at(self.timing, self.ground(calendars))
        except UncoveredYearError as error:
            self.missing_year = error.year
        except NoCalendarError:
            self.missing_year = self.started_at.astimezone(calendars.zone).year
        self.changed_missing = missing != self.missing_year

    def as_row(self) -> dict[str, Any]:
        return {
            "event_id": self.event_id,
            "scope": self.scope.value,
            "stage": self.stage,
            "clock": stored_clock(self.clock),
            **{name: getattr(self, name) for name in _PLAIN},
            "state": self.state.value,
        }


_PLAIN = (
    "kind", "amount", "limit_name", "calendar_id", "started_at", "due_at", "stopped_at", "fixed_due_at", "fixed_at", "fixed_because",
    "extensions", "missing_year", "warned_at", "overdue_at", "escalated_at", "exempted_at", "exempted_because",
)  # fmt: skip
"""Columns whose values are the fields of a clock as they are."""


async def load_clocks(work: Work, event_ids: Collection[int]) -> list[Clock]:
    """All clocks of events with their pauses, in the order in which they were started."""
    return await _loaded(work, t.event_clock.c.event_id, t.event_pause.c.event_id, event_ids)


async def load_clocks_by_id(work: Work, ids: Collection[int]) -> list[Clock]:
    """Clocks by id, with their pauses."""
    return await _loaded(work, t.event_clock.c.id, t.event_pause.c.event_clock_id, ids)


async def _loaded(work: Work, key: sa.Column[Any], of_pause: sa.Column[Any], ids: Collection[int]) -> list[Clock]:
    wanted, clocks = sorted(set(ids)), dict[int, Clock]()
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        for row in await work.rows(sa.select(t.event_clock).where(key.in_(chunk)).order_by(t.event_clock.c.id)):
            clocks[row.id] = _read(row)
        for row in await work.rows(sa.select(t.event_pause).where(of_pause.in_(chunk)).order_by(t.event_pause.c.id)):
            clocks[row.event_clock_id].pauses.append(
                Pause(row.started_at, row.because, row.ended_at, row.until, by_move=row.by_move, id=row.id)
            )
    return list(clocks.values())


def _read(row: sa.Row[Any]) -> Clock:
    return Clock(
        id=row.id,
        event_id=row.event_id,
        scope=ClockScope(row.scope),
        stage=row.stage,
        clock=msgspec.convert(row.clock, ClockDefinition) if row.clock else None,
        **{name: getattr(row, name) for name in _PLAIN},
        state=ClockState(row.state),
        changed=False,
    )


async def save_clocks(work: Work, clocks: Sequence[Clock]) -> None:
    """Write clocks that are new or have changed, with their pauses."""
    new = [clock for clock in clocks if clock.id is None]
    for clock in clocks:
        if clock.id is not None and clock.changed:
            await work.run(sa.update(t.event_clock).where(t.event_clock.c.id == clock.id).values(clock.as_row()))
    for clock, id in zip(new, await work.reserve_ids(t.event_clock, len(new)), strict=True):
        clock.id = id
    await work.insert(t.event_clock, [{"id": clock.id, **clock.as_row()} for clock in new])
    for clock in clocks:
        clock.changed = False
    await _save_pauses(work, clocks)


async def _save_pauses(work: Work, clocks: Sequence[Clock]) -> None:
    rows: list[dict[str, Any]] = []
    for clock in clocks:
        for pause in clock.pauses:
            if pause.id is not None and pause.changed:
                await work.run(sa.update(t.event_pause).where(t.event_pause.c.id == pause.id).values(ended_at=pause.ended_at))
            elif pause.id is None:
                rows.append(_pause_row(clock, pause))
            pause.changed = False
    await work.insert(t.event_pause, rows)


def _pause_row(clock: Clock, pause: Pause) -> dict[str, Any]:
    return {
        "event_clock_id": clock.id,
        "event_id": clock.event_id,
        "started_at": pause.started_at,
        "ended_at": pause.ended_at,
        "until": pause.until,
        "because": pause.because,
        "by_move": pause.by_move,
    }


def is_fixed(clock: Clock) -> bool:
    """Whether its due time is given, and counted by no calendar."""
    return clock.kind == FIXED or clock.fixed_due_at is not None
