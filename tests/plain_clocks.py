"""Deadlines counted plainly, day by day, from stored rows alone; shares no code with what it is compared with."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
Wait = tuple[datetime, datetime | None]
Hours = tuple[tuple[time, time], ...]


class UnknownYear(Exception):  # noqa: N818 - it is an answer, not a fault
    """Nobody has said which days of the year are worked."""


@dataclass(frozen=True, slots=True)
class PlainCalendar:
    """Hours by weekday, the days that differ (None: not worked), and the years that are known."""

    zone: ZoneInfo
    hours: tuple[Hours, ...]
    days: Mapping[date, Hours | None]
    years: frozenset[int]

    def worked(self, day: date) -> list[tuple[datetime, datetime]]:
        if day.year not in self.years:
            raise UnknownYear(day.year)
        hours = self.days[day] if day in self.days else self.hours[day.weekday()]
        return [(self.moment(day, begin), self.moment(day, end)) for begin, end in hours or ()]

    def moment(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self.zone).astimezone(UTC)

    def local(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()


def plain_calendar(zone: ZoneInfo, calendar: Any, days: Sequence[Any]) -> PlainCalendar:
    """Of the rows of a calendar that follows none and has no seasons."""
    hours = tuple(_hours(one) for one in calendar.hours)
    first = next((one for one in hours if one), ())
    out = {row.day: ((_hours(row.hours) if row.hours else first) if row.worked else None) for row in days}
    return PlainCalendar(zone, hours, out, frozenset(calendar.years))


def _hours(stored: Sequence[Sequence[str]]) -> Hours:
    return tuple((time.fromisoformat(begin), time.fromisoformat(end)) for begin, end in stored)


def ran(start: datetime, waits: Sequence[Wait]) -> list[tuple[datetime, datetime | None]]:
    """The stretches between the waits; the last has no end unless it still waits."""
    found: list[tuple[datetime, datetime | None]] = []
    for begin, end in waits:
        if start < begin:
            found.append((start, begin))
        if end is None:
            return found
        start = max(start, end)
    return [*found, (start, None)]


def due(calendar: PlainCalendar | None, kind: str, amount: int, start: datetime, waits: Sequence[Wait] = ()) -> datetime | None:
    """When so many seconds (or days) have been counted; None while that waits. Raises UnknownYear."""
    if amount <= 0:
        return start
    left = amount
    for begin, end in ran(start, waits):
        for at, worth in _counted(calendar, kind, start, begin, end):
            if kind.endswith("DAYS"):
                left -= 1
                if left == 0:
                    return at
            elif worth is None or worth >= timedelta(seconds=left):
                return at + timedelta(seconds=left)
            else:
                left = (timedelta(seconds=left) - worth).total_seconds()
    return None


def _counted(
    calendar: PlainCalendar | None, kind: str, start: datetime, begin: datetime, end: datetime | None
) -> Iterator[tuple[datetime, timedelta | None]]:
    """Moments at which days count, or beginnings of counted time with its length (None: without end)."""
    if kind == "CONTINUOUS":
        yield begin, None if end is None else end - begin
        return
    if calendar is None:
        raise UnknownYear(start.year)
    day = calendar.local(begin)
    while end is None or calendar.moment(day, time()) < end:
        if kind == "WORKING_HOURS":
            for opens, closes in calendar.worked(day):
                a, b = max(opens, begin), closes if end is None else min(closes, end)
                if a < b:
                    yield a, b - a
        elif day > calendar.local(start):
            worked = calendar.worked(day) if kind == "WORKING_DAYS" else [(begin, calendar.moment(day + DAY, time()))]
            if worked and begin < worked[-1][1] and (end is None or worked[-1][1] <= end):
                yield worked[-1][1], None
        day += DAY


def due_of_row(calendar: PlainCalendar | None, clock: Mapping[str, Any], pauses: Sequence[Mapping[str, Any]]) -> datetime | None:
    """When a stored clock is due; None where it has nothing to count, waits, or lies in a year that nobody knows."""
    waits = [(one["started_at"], one["ended_at"]) for one in pauses]
    if clock["fixed_due_at"] is not None:
        since = clock["fixed_at"] or clock["started_at"]
        seconds = (clock["fixed_due_at"] - since).total_seconds()
        if seconds <= 0:
            return clock["fixed_due_at"]
        return due(None, "CONTINUOUS", seconds, since, waits)  # type: ignore[arg-type]
    if clock["kind"] in ("NEVER", "FIXED"):
        return None
    try:
        return due(calendar, clock["kind"], clock["amount"], clock["started_at"], waits)
    except UnknownYear:
        return None
