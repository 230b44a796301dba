"""The mutation of working calendars."""

from collections.abc import Mapping, Sequence
from typing import Any

import strawberry

from wangge_core.deadlines.calendars import CalendarSetting, SetDay
from wangge_core.places.opening_hours import Weekday
from wangge_core.steering.recounting import set_and_recount
from wangge_schema.scalars import Date
from wangge_schema.types.deadlines import Calendar
from wangge_schema.writing.changes import SEEN
from wangge_schema.writing.fields import Given, Mutation
from wangge_schema.writing.inputs import TEXT, optional, required
from wangge_schema.writing.payloads import optional_key


@strawberry.input(description="From when until when people work, in the time of the place.")
class WorkingSpanInput:
    from_: str = strawberry.field(name="from", description="When work begins, such as `08:30`.")
    to: str = required("When it ends; `24:00` is the end of the day.")


@strawberry.input(description="The working hours of a weekday.")
class WorkingWeekdayInput:
    weekday: Weekday = required("The day of the week.")
    spans: list[WorkingSpanInput] = required("The hours, in order.")


@strawberry.input(description="A day that is to differ from its weekday.")
class CalendarDayInput:
    day: Date = required("The day.")
    worked: bool | None = optional("Whether it is worked or off; null where it is to differ no more.")
    name: str | None = optional("What it is called, such as a holiday; at most 80 characters.")
    hours: list[WorkingSpanInput] | None = optional("Its own hours; unless given, those of the first weekday that has any.")


@strawberry.input(description="A calendar to make, or what to change of the one of this name. What is left out stays as it is.")
class CalendarSetInput:
    name: str = required("Its name; `default` is the one that holds where no office has its own.")
    follows: str | None = optional(
        "For a new one: the name of the calendar whose years and days it takes over, or whose hours a season takes the place of."
    )
    office_id: strawberry.ID | None = optional("For a new one: the office whose events go by it.")
    starts_on: Date | None = optional("The first day of a season.")
    ends_on: Date | None = optional("The last day of a season.")
    week: list[WorkingWeekdayInput] | None = optional("Its hours; a weekday that is not named is off.")
    days: list[CalendarDayInput] | None = optional("Days that differ from their weekday, or do so no more; at most 800.")
    years: list[int] | None = optional("Years that it covers from now on: all days that differ in them are set.")
    expected_version: int | None = optional(SEEN)


def _setting(_: str, given: Given, __: Any) -> CalendarSetting:
    week = given.get("week")
    return CalendarSetting(
        name=given["name"],
        follows=given.get("follows"),
        office_id=optional_key(given.get("office_id"), "Office", "officeId"),
        starts_on=given.get("starts_on"),
        ends_on=given.get("ends_on"),
        hours=None if week is None else _hours(week),
        days=[_day(one) for one in given.get("days") or ()],
        years=given.get("years") or (),
        expected_version=given.get("expected_version"),
    )


def _hours(week: Sequence[Mapping[str, Any]]) -> list[list[list[str]]]:
    """By weekday, Monday first."""
    named = {Weekday(one["weekday"]): one["spans"] for one in week}
    return [_spans(named.get(weekday, ())) for weekday in Weekday]


def _spans(spans: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    return [[one["from_"], one["to"]] for one in spans]


def _day(one: Mapping[str, Any]) -> SetDay:
    hours = one.get("hours")
    return SetDay(
        day=one["day"], worked=one.get("worked"), name=one.get("name") or "", hours=None if hours is None else _spans(hours)
    )


MUTATIONS = [
    Mutation(
        name="calendarSet",
        description="Make or change a working calendar. All deadlines that run are counted anew; `calendar { lastChange }` says which "
        "moved. For MANAGE_CALENDARS over the whole ground.",
        thing="calendar",
        type=Calendar,
        input=CalendarSetInput,
        operation=set_and_recount,
        request=_setting,
        codes=(
            *TEXT,
            "CALENDAR_UNKNOWN",
            "CALENDAR_TIES",
            "CALENDAR_OF_OFFICE",
            "CALENDAR_SEASON",
            "CALENDAR_HOURS",
            "OUT_OF_RANGE",
            "TERM_INVALID",
            "TOO_MANY",
            "VERSION_OUTDATED",
        ),
    ),
]
