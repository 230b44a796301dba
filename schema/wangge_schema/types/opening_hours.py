"""Opening hours and services of places: how what is stored is shown."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import strawberry

from wangge_core.deadlines.known import calendars_at
from wangge_core.places.opening_hours import DayOff, Weekday, is_open, spans_on
from wangge_schema.reading.enums import enum_type
from wangge_schema.reading.sources import Reader
from wangge_schema.scalars import Date

enum_type(Weekday)


@strawberry.type(description="From when until when, in the time of the place.")
class OpeningSpan:
    opens: str = strawberry.field(description="When it opens, such as `08:30`.")
    closes: str = strawberry.field(description="When it closes; `24:00` is the end of the day.")
    next_day: bool = strawberry.field(description="Whether it closes on the day after it opened.")


@strawberry.type(description="A span of every week.")
class WeeklyOpening(OpeningSpan):
    weekday: Weekday = strawberry.field(description="The day on which it opens.")


@strawberry.type(description="A date on which the hours differ from those of its weekday.")
class OpeningException:
    on: Date = strawberry.field(description="The date.")
    spans: list[OpeningSpan] = strawberry.field(description="The spans that begin on it; empty where it is closed.")
    note: str | None = strawberry.field(description="Why.")


@strawberry.type(description="When a place is open.")
class OpeningHours:
    weekly: list[WeeklyOpening] = strawberry.field(description="The spans of every week, from Monday.")
    exceptions: list[OpeningException] = strawberry.field(description="The dates that differ, in order.")
    closed_on_holidays: bool = strawberry.field(description="Whether it stays closed on days that the working calendar has off.")


@strawberry.type(description="Something that a place does for people who come.")
class PlaceService:
    name: str = strawberry.field(description="What it is called.")
    papers: list[str] = strawberry.field(description="The papers to bring.")
    fee_fen: int | None = strawberry.field(description="What it costs in fen, hundredths of a yuan; 0 where it is free.")
    note: str | None = strawberry.field(description="What else to know.")


def opening_hours(needs: dict[str, Any], reader: Reader) -> OpeningHours | None:
    del reader
    hours: Mapping[str, Any] | None = needs["hours"]
    if hours is None:
        return None
    weekly = [WeeklyOpening(weekday=Weekday(span["weekday"]), **_times(span)) for span in hours["weekly"]]
    exceptions = [
        OpeningException(
            on=Date(date.fromisoformat(one["on"])), spans=[OpeningSpan(**_times(span)) for span in one["spans"]], note=one["note"]
        )
        for one in hours["exceptions"]
    ]
    holidays = bool(hours.get("closed_on_holidays"))
    return OpeningHours(weekly=weekly, exceptions=exceptions, closed_on_holidays=holidays)


def _times(span: Mapping[str, Any]) -> dict[str, Any]:
    return {name: span[name] for name in ("opens", "closes", "next_day")}


def _day_off(needs: dict[str, Any], reader: Reader) -> DayOff:
    """Says of a date whether it is a holiday, by the default working calendar."""
    calendar = calendars_at(reader.kept, needs["revision"]).default
    return lambda day: None if calendar is None else calendar.is_day_off(day)


def whether_open(needs: dict[str, Any], reader: Reader) -> bool | None:
    hours: Mapping[str, Any] | None = needs["hours"]
    return None if hours is None else is_open(hours, reader.now, _day_off(needs, reader))


def open_today(needs: dict[str, Any], reader: Reader) -> list[OpeningSpan] | None:
    hours: Mapping[str, Any] | None = needs["hours"]
    spans = None if hours is None else spans_on(hours, reader.now.date(), _day_off(needs, reader))
    return None if spans is None else [OpeningSpan(**_times(span)) for span in spans]


def services(needs: dict[str, Any], reader: Reader) -> list[PlaceService]:
    del reader
    stored: Sequence[Mapping[str, Any]] = needs["services"] or ()
    return [PlaceService(**one) for one in stored]
