"""Working time: when people at the place work, minute by minute of the wall clock, as one calendar says. Pure; nothing is stored here.

A minute is working time when the wall clock then shows a working hour of its day. So a clock that is put back works an hour twice, and
one that is put forward leaves it out. A year that a calendar does not cover is an error: who knows its holidays?
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import auto
from itertools import pairwise
from zoneinfo import ZoneInfo

from wangge_core.plugin.declarations.labels import Choice

Spans = tuple[tuple[int, int], ...]
"""Working hours of a day: pairs of minutes since midnight, in order, from the first to before the second; 1440 is the day's end."""
Instants = tuple[tuple[datetime, datetime], ...]
"""The same of a certain day, in UTC."""
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
DAY_MINUTES = 1440


class Why(Choice):
    """Why a stretch of time counts, or does not."""

    CONTINUOUS = auto(), "连续计时"
    WORKING_TIME = auto(), "工作时间"
    WORKED_INSTEAD = auto(), "调休上班"
    CALENDAR_DAY = auto(), "自然日"
    FIRST_DAY = auto(), "起算当日不计"
    OFF_HOURS = auto(), "非工作时间"
    DAY_OFF = auto(), "休息日"
    HOLIDAY = auto(), "节假日"
    WAITING = auto(), "暂停计时"
    FIXED = auto(), "按指定时限"
    OVERDUE = auto(), "已超时"


class UncoveredYearError(Exception):
    """A calendar knows nothing of a year."""

    def __init__(self, calendar: str, year: int) -> None:
        super().__init__(f"the calendar {calendar} does not cover {year}")
        self.calendar = calendar
        self.year = year


@dataclass(frozen=True, slots=True)
class DayOut:
    """A day that differs from its weekday: a holiday, or worked instead of one. `hours` are its own, where it has some."""

    worked: bool
    name: str = ""
    hours: Spans | None = None


@dataclass(frozen=True, slots=True)
class Season:
    """Hours by weekday (Monday first) that hold from a day to another, both included."""

    starts_on: date
    ends_on: date
    hours: tuple[Spans, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingCalendar:
    """A calendar in a time zone: hours by weekday (Monday first), the days that differ, the years that it knows, its seasons.

    A day worked instead has the hours of the first weekday that has any, unless it has its own.
    """

    id: int
    name: str
    zone: ZoneInfo
    hours: tuple[Spans, ...]
    days: Mapping[date, DayOut]
    years: frozenset[int]
    seasons: tuple[Season, ...] = ()
    _instants: dict[date, Instants] = field(default_factory=dict[date, Instants], init=False, compare=False, repr=False)

    def spans(self, day: date) -> Spans:
        """The working hours of a day. Raises UncoveredYearError."""
        if day.year not in self.years:
            raise UncoveredYearError(self.name, day.year)
        hours = next((one.hours for one in self.seasons if one.starts_on <= day <= one.ends_on), self.hours)
        out = self.days.get(day)
        if out is None:
            return hours[day.weekday()]
        if not out.worked:
            return ()
        return out.hours if out.hours is not None else next((spans for spans in hours if spans), ())

    def instants(self, day: date) -> Instants:
        """The working time of a day. Raises UncoveredYearError."""
        known = self._instants.get(day)
        if known is None:
            known = self._instants[day] = tuple(_instants(self.spans(day), day, self.zone))
        return known

    def closing(self, day: date) -> datetime | None:
        """When the working time of a day ends; None where it has none. Raises UncoveredYearError."""
        instants = self.instants(day)
        return instants[-1][1] if instants else None

    def is_day_off(self, day: date) -> bool | None:
        """Whether a day is one on which people do not work although they may on its weekday; None in a year that is not covered."""
        if day.year not in self.years:
            return None
        out = self.days.get(day)
        return out is not None and not out.worked

    def why(self, day: date) -> tuple[Why, str]:
        """What sort of day it is, and the name of a holiday. Raises UncoveredYearError."""
        works, out = bool(self.spans(day)), self.days.get(day)
        if out is None:
            return (Why.WORKING_TIME if works else Why.DAY_OFF), ""
        return (Why.WORKED_INSTEAD if out.worked else Why.HOLIDAY), out.name


def day_begin(day: date, zone: ZoneInfo) -> datetime:
    """When a day begins at the place, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """The day that it is at the place."""
    return moment.astimezone(zone).date()


def _instants(spans: Spans, day: date, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    begin, end = day_begin(day, zone), day_begin(day + DAY, zone)
    if end - begin == DAY:
        yield from ((begin + start * MINUTE, begin + stop * MINUTE) for start, stop in spans)
        return
    open_since: datetime | None = None  # the clock is changed on this day: look at each minute
    for at in range((end - begin) // MINUTE + 1):
        moment = begin + at * MINUTE
        works = moment < end and _shows(moment.astimezone(zone), spans)
        if works and open_since is None:
            open_since = moment
        elif not works and open_since is not None:
            yield open_since, moment
            open_since = None


def _shows(local: datetime, spans: Spans) -> bool:
    minute = local.hour * 60 + local.minute
    return any(start <= minute < stop for start, stop in spans)


def read_spans(stored: Sequence[Sequence[str]]) -> Spans:
    """`[["08:30", "12:00"], ["14:00", "17:30"]]` as minutes. Raises ValueError where they are no hours, or not in order."""
    spans = tuple((_minute(start), _minute(stop)) for start, stop in stored)
    ends = [end for span in spans for end in span]
    if any(one >= other for one, other in pairwise(ends)):
        raise ValueError("hours follow each other and do not overlap")
    return spans


def write_spans(spans: Spans) -> list[list[str]]:
    """The other way round."""
    return [[_clock(start), _clock(stop)] for start, stop in spans]


def _minute(text: str) -> int:
    hour, colon, minute = text.partition(":")
    fits = colon and len(hour) == len(minute) == 2 and text.replace(":", "").isascii() and text.replace(":", "").isdigit()
    found = int(hour) * 60 + int(minute) if fits and int(minute) < 60 else DAY_MINUTES + 1
    if found > DAY_MINUTES:
        raise ValueError(f"{text!r} is no time of day")
    return found


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
