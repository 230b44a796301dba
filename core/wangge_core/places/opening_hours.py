"""Opening hours: spans of each weekday and of single dates that differ, in the time of the place.

A span that ends on the next day says so. Nothing here guesses: spans of a week that overlap, and ends before their beginnings, are refused.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from wangge_core.checking import check_optional_text
from wangge_core.errors import Refusal, refusal
from wangge_core.plugin.declarations.weekdays import Weekday

DAY = 24 * 60
WEEK = 7 * DAY
MOST_SPANS, MOST_EXCEPTIONS = 42, 200
WEEKDAYS = tuple(Weekday)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From when until when, as `08:30`; `24:00` is the end of the day. `next_day` where it ends on the day after it began."""

    opens: str
    closes: str
    next_day: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekdaySpan(Span):
    """A span of every week."""

    weekday: Weekday


@dataclass(frozen=True, slots=True, kw_only=True)
class DateSpans:
    """The spans that begin on a date, in place of its weekday's; none where it is closed."""

    on: date
    spans: tuple[Span, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningHours:
    """When a place is open. `closed_on_holidays`: on days that the working calendar has off no weekly span begins."""

    weekly: tuple[WeekdaySpan, ...] = ()
    exceptions: tuple[DateSpans, ...] = ()
    closed_on_holidays: bool = False


def minutes(text: str) -> int | None:
    """`08:30` in minutes since midnight; None where it is no time of day."""
    hour, colon, minute = text.partition(":")
    if not colon or len(hour) != 2 or len(minute) != 2 or not (text.isascii() and hour.isdigit() and minute.isdigit()):
        return None
    found = int(hour) * 60 + int(minute)
    return found if int(minute) < 60 and found <= DAY else None


def check_opening_hours(hours: OpeningHours, field: str = "openingHours") -> Iterator[Refusal]:
    """Every span is one, no two of a week or of a date overlap, and no date stands twice."""
    if len(hours.weekly) > MOST_SPANS:
        yield refusal("OUT_OF_RANGE", f"{field}.weekly", least=0, most=MOST_SPANS)
    if len(hours.exceptions) > MOST_EXCEPTIONS:
        yield refusal("OUT_OF_RANGE", f"{field}.exceptions", least=0, most=MOST_EXCEPTIONS)
    days = [WEEKDAYS.index(span.weekday) for span in hours.weekly]
    yield from _check_spans(hours.weekly, days, f"{field}.weekly", around=WEEK)
    seen: set[date] = set()
    for index, one in enumerate(hours.exceptions):
        at = f"{field}.exceptions.{index}"
        if one.on in seen:
            yield refusal("DUPLICATE", f"{at}.on", key=one.on)
        seen.add(one.on)
        yield from check_optional_text(one.note, f"{at}.note", most=200)
        yield from _check_spans(one.spans, [0] * len(one.spans), f"{at}.spans")


def _check_spans(spans: Sequence[Span], days: Sequence[int], field: str, around: int | None = None) -> Iterator[Refusal]:
    """`around` is how long a round is after which the days begin again."""
    found: list[tuple[int, int, int]] = []
    for index, (span, day) in enumerate(zip(spans, days, strict=True)):
        opens, closes = minutes(span.opens), minutes(span.closes)
        wrong = [name for name, value in (("opens", opens), ("closes", closes)) if value is None]
        wrong += ["opens"] * (opens == DAY)
        yield from (refusal("TIME_OF_DAY_INVALID", f"{field}.{index}.{name}") for name in wrong)
        if wrong or opens is None or closes is None:
            continue
        length = closes - opens + DAY * span.next_day
        if not 0 < length <= DAY:
            yield refusal("SPAN_INVALID", f"{field}.{index}")
        else:
            found.append((day * DAY + opens, day * DAY + opens + length, index))
    yield from _overlaps(sorted(found), field, around)


def _overlaps(spans: Sequence[tuple[int, int, int]], field: str, around: int | None) -> Iterator[Refusal]:
    if around is not None and len(spans) > 1:
        spans = [*spans, (spans[0][0] + around, spans[0][1] + around, spans[0][2])]
    for (_, end, _), (start, _, index) in pairwise(spans):
        if start < end:
            yield refusal("SPANS_OVERLAP", f"{field}.{index}")


def stored_hours(hours: OpeningHours) -> dict[str, Any]:
    """The hours as plain data, in order."""
    weekly = sorted(hours.weekly, key=lambda span: (WEEKDAYS.index(span.weekday), span.opens))
    exceptions = sorted(hours.exceptions, key=lambda one: one.on)
    return {
        "weekly": [{"weekday": span.weekday.value} | _stored(span) for span in weekly],
        "exceptions": [
            {
                "on": one.on.isoformat(),
                "spans": [_stored(span) for span in sorted(one.spans, key=lambda span: span.opens)],
                "note": one.note,
            }
            for one in exceptions
        ],
        **({"closed_on_holidays": True} if hours.closed_on_holidays else {}),
    }


def _stored(span: Span) -> dict[str, Any]:
    return {"opens": span.opens, "closes": span.closes, "next_day": span.next_day}


DayOff = Callable[[date], bool | None]
"""Whether a date is a holiday; None where nobody knows."""


def is_open(hours: Mapping[str, Any], at: datetime, day_off: DayOff = lambda _: None) -> bool | None:
    """Whether stored hours include a moment, which must be in the time of the place: by the date's own spans, or by one of the day
    before that has not ended yet. None where they follow the holidays and it cannot be said whether that is one."""
    minute = at.hour * 60 + at.minute
    today, yesterday = at.date(), at.date() - timedelta(days=1)
    found = [_holds(spans_on(hours, today, day_off), minute), _holds(spans_on(hours, yesterday, day_off), minute + DAY)]
    return True if True in found else None if None in found else False


def _holds(spans: Sequence[Mapping[str, Any]] | None, minute: int) -> bool | None:
    if spans is None:
        return None
    return any((minutes(span["opens"]) or 0) <= minute < (minutes(span["closes"]) or 0) + DAY * span["next_day"] for span in spans)


def spans_on(hours: Mapping[str, Any], day: date, day_off: DayOff = lambda _: None) -> Sequence[Mapping[str, Any]] | None:
    """The stored spans that begin on a date; None where they follow the holidays and it cannot be said whether that is one."""
    for one in hours["exceptions"]:
        if one["on"] == day.isoformat():
            return one["spans"]
    name = WEEKDAYS[day.weekday()].value
    spans = [span for span in hours["weekly"] if span["weekday"] == name]
    if not (spans and hours.get("closed_on_holidays")):
        return spans
    off = day_off(day)
    return None if off is None else [] if off else spans
