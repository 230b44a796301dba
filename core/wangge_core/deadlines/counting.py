"""Counting: when a clock that started at a moment, and waited at times, runs out; and every stretch of its time explained.

Two sorts of clocks: those that count time (CONTINUOUS, WORKING_HOURS; amounts in seconds) and those that count days (WORKING_DAYS,
CALENDAR_DAYS). Days are counted as the Civil Code counts periods (articles 201 and 203): the day on which the clock starts does not
count; a working day counts when its working hours end, a calendar day when it ends, if the clock runs at that moment.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import count as numbers
from zoneinfo import ZoneInfo

from wangge_core.deadlines.working_time import DAY, Why, WorkingCalendar, day_begin, local_day

CONTINUOUS, WORKING_HOURS, WORKING_DAYS, CALENDAR_DAYS = "CONTINUOUS", "WORKING_HOURS", "WORKING_DAYS", "CALENDAR_DAYS"
OF_DAYS = frozenset({WORKING_DAYS, CALENDAR_DAYS})
BY_CALENDAR = frozenset({WORKING_HOURS, WORKING_DAYS})
"""Kinds of clocks that need a working calendar."""
FIXED = "FIXED"
SECOND = timedelta(seconds=1)
MOST_SEGMENTS = 400


@dataclass(frozen=True, slots=True)
class Wait:
    """A stretch in which a clock waited, or still waits."""

    start: datetime
    end: datetime | None
    because: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """A clock as it ran. `amount` is in seconds or days; waits are in order and do not overlap.

    `fixed_due_at` is a due time that is not counted; what was waited after `fixed_at` moves it on.
    """

    kind: str
    amount: int
    started_at: datetime
    waits: tuple[Wait, ...] = ()
    stopped_at: datetime | None = None
    fixed_due_at: datetime | None = None
    fixed_at: datetime | None = None
    fixed_because: str = ""

    @property
    def in_days(self) -> bool:
        return self.kind in OF_DAYS and self.fixed_due_at is None

    @property
    def waiting(self) -> Wait | None:
        """The wait that has not ended."""
        return self.waits[-1] if self.waits and self.waits[-1].end is None else None


@dataclass(frozen=True, slots=True)
class Ground:
    """What is counted by: the time zone of the place, and a calendar where there is one."""

    zone: ZoneInfo
    calendar: WorkingCalendar | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a clock's time; `counted` in milliseconds or days."""

    start: datetime
    end: datetime
    counted: int
    why: Why
    note: str = ""


class NoCalendarError(Exception):
    """A clock of working time has no calendar to be counted by."""


def due_at(timing: Timing, ground: Ground) -> datetime | None:
    """When a clock runs out; None while it waits, or stopped before. Raises UncoveredYearError."""
    counted = _counted(timing)
    if counted.amount <= 0:
        return timing.fixed_due_at or counted.started_at
    left = counted.amount
    for start, end in _stretches(counted):
        for piece_start, piece_end, worth in _pieces(counted, ground, start, end):
            if worth >= left:
                return piece_end if counted.in_days else piece_start + left * timedelta(milliseconds=1)
            left -= worth
    return None


def used(timing: Timing, ground: Ground, now: datetime) -> int:
    """How much of the clock has been counted by a moment: milliseconds or days, never more than its amount. Raises UncoveredYearError."""
    counted = _counted(timing)
    sum_ = 0
    for start, end in _stretches(counted):
        if start >= now:
            break
        stop = now if end is None else min(end, now)
        for _, _, worth in _pieces(counted, ground, start, stop):
            sum_ += worth
            if sum_ >= counted.amount:
                return max(counted.amount, 0)
    return sum_


def remaining(timing: Timing, ground: Ground, now: datetime) -> int:
    """What is left of a clock: milliseconds or days. Raises UncoveredYearError."""
    counted = _counted(timing)
    return max(counted.amount, 0) - used(timing, ground, now)


def warn_at(timing: Timing, ground: Ground, due: datetime, share: float) -> datetime:
    """When a share of a clock's time is gone: of its counted time, or for days of the time (working time) up to the due moment."""
    start = timing.fixed_at if timing.fixed_due_at is not None and timing.fixed_at else timing.started_at
    kind = {WORKING_DAYS: WORKING_HOURS, CALENDAR_DAYS: CONTINUOUS}.get(timing.kind, timing.kind)
    kind = CONTINUOUS if timing.fixed_due_at is not None else kind
    as_time = Timing(kind=kind, amount=0, started_at=start, waits=timing.waits)
    whole = sum(
        worth
        for begin, end in _stretches(as_time)
        if begin < due
        for _, _, worth in _pieces(as_time, ground, begin, due if end is None else min(end, due))
    )
    left = round(whole * share)
    for begin, end in _stretches(as_time):
        for piece_start, _, worth in _pieces(as_time, ground, begin, end):
            if worth >= left:
                return piece_start + left * timedelta(milliseconds=1)
            left -= worth
    return due


def segments(timing: Timing, ground: Ground, now: datetime) -> list[Segment]:
    """Every stretch from the start to the due moment, or to now where that is later. Raises UncoveredYearError."""
    due = due_at(timing, ground)
    stop = timing.stopped_at or (now if due is None else max(now, due))
    end = stop if due is None else min(due, stop)
    counted = timing if timing.fixed_due_at is None else replace(timing, kind=FIXED)
    found: list[Segment] = []
    at = timing.started_at
    for wait in timing.waits:
        if wait.start >= end:
            break
        _run(found, counted, ground, at, wait.start)
        at = end if wait.end is None else min(wait.end, end)
        _add(found, Segment(wait.start, at, 0, Why.WAITING, wait.because))
    _run(found, counted, ground, at, end)
    if due is not None and due < stop:
        _add(found, Segment(max(due, timing.started_at), stop, 0, Why.OVERDUE))
    return found[:MOST_SEGMENTS]


def _counted(timing: Timing) -> Timing:
    """The same clock with its amount in milliseconds or days; a fixed due time as the time up to it."""
    if timing.fixed_due_at is not None:
        start = timing.fixed_at or timing.started_at
        amount = (timing.fixed_due_at - start) // timedelta(milliseconds=1)
        return Timing(kind=CONTINUOUS, amount=amount, started_at=start, waits=timing.waits, stopped_at=timing.stopped_at)
    return timing if timing.in_days else replace(timing, amount=timing.amount * 1000)


def _stretches(timing: Timing) -> Iterator[tuple[datetime, datetime | None]]:
    """When the clock ran; the last has no end where it still runs."""
    at = timing.started_at
    for wait in timing.waits:
        if wait.start > at:
            yield at, wait.start
        if wait.end is None:
            return
        at = max(at, wait.end)
    if timing.stopped_at is None or at < timing.stopped_at:
        yield at, timing.stopped_at


def _pieces(timing: Timing, ground: Ground, start: datetime, end: datetime | None) -> Iterator[tuple[datetime, datetime, int]]:
    """What counts of a stretch: pieces of time, or the moments at which days count."""
    if timing.kind == CONTINUOUS:
        yield start, end or datetime.max.replace(tzinfo=start.tzinfo), _milliseconds(start, end)
        return
    first = local_day(start, ground.zone)
    if timing.kind in OF_DAYS:
        first = max(first, local_day(timing.started_at, ground.zone) + DAY)
    for at in numbers():
        day = first + at * DAY
        if end is not None and day_begin(day, ground.zone) >= end:
            return
        if timing.kind in OF_DAYS:
            tick = _tick(timing.kind, ground, day)
            if tick is not None and start < tick and (end is None or tick <= end):
                yield tick, tick, 1
        else:
            for opens, closes in calendar_of(ground).instants(day):
                begin, stop = max(opens, start), closes if end is None else min(closes, end)
                if begin < stop:
                    yield begin, stop, _milliseconds(begin, stop)


def _tick(kind: str, ground: Ground, day: date) -> datetime | None:
    """The moment at which a day counts."""
    return calendar_of(ground).closing(day) if kind == WORKING_DAYS else day_begin(day + DAY, ground.zone)


def calendar_of(ground: Ground) -> WorkingCalendar:
    if ground.calendar is None:
        raise NoCalendarError
    return ground.calendar


def _milliseconds(start: datetime, end: datetime | None) -> int:
    return 1 << 62 if end is None else (end - start) // timedelta(milliseconds=1)


def _add(found: list[Segment], segment: Segment) -> None:
    """Put a segment behind the others; one that goes on in the same way becomes part of the last."""
    if segment.start >= segment.end:
        return
    last = found[-1] if found else None
    if last is not None and (last.why, last.note, last.end) == (segment.why, segment.note, segment.start):
        found[-1] = replace(last, end=segment.end, counted=last.counted + segment.counted)
    else:
        found.append(segment)


def _run(found: list[Segment], timing: Timing, ground: Ground, start: datetime, end: datetime) -> None:
    if start >= end:
        return
    if timing.kind in (CONTINUOUS, FIXED):
        why, note = (Why.FIXED, timing.fixed_because) if timing.kind == FIXED else (Why.CONTINUOUS, "")
        _add(found, Segment(start, end, _milliseconds(start, end), why, note))
        return
    day = local_day(start, ground.zone)
    while (begin := day_begin(day, ground.zone)) < end:
        stop = min(day_begin(day + DAY, ground.zone), end)
        if timing.kind in OF_DAYS:
            _run_day(found, timing, ground, day, max(begin, start), stop)
        else:
            _run_hours(found, ground, day, max(begin, start), stop)
        day += DAY


def _run_day(found: list[Segment], timing: Timing, ground: Ground, day: date, start: datetime, end: datetime) -> None:
    why, note = (Why.CALENDAR_DAY, "") if timing.kind == CALENDAR_DAYS else calendar_of(ground).why(day)
    if day == local_day(timing.started_at, ground.zone):
        _add(found, Segment(start, end, 0, Why.FIRST_DAY))
        return
    tick = _tick(timing.kind, ground, day)
    _add(found, Segment(start, end, int(tick is not None and start < tick <= end), why, note))


def _run_hours(found: list[Segment], ground: Ground, day: date, start: datetime, end: datetime) -> None:
    calendar = calendar_of(ground)
    why, note = calendar.why(day)
    instants = calendar.instants(day)
    at = start
    for opens, closes in instants:
        begin, stop = max(opens, start), min(closes, end)
        if begin < stop:
            _add(found, Segment(at, begin, 0, Why.OFF_HOURS))
            _add(found, Segment(begin, stop, _milliseconds(begin, stop), why, note))
            at = stop
    _add(found, Segment(at, end, 0, Why.OFF_HOURS) if instants else Segment(at, end, 0, why, note))
