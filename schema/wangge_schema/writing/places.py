"""Mutations of places."""

from typing import Any

import strawberry

from wangge_core.places.opening_hours import DateSpans, OpeningHours, Span, Weekday, WeekdaySpan
from wangge_core.places.places import NewPlace, PlaceChange, change_places, register_places
from wangge_core.places.services import Service
from wangge_core.plugin.registry import Registry
from wangge_schema.details import DetailsTypes, definitions
from wangge_schema.scalars import Date
from wangge_schema.types.places import Place
from wangge_schema.writing.changes import CHANGE, SEEN, changed, changed_details, in_changed_details
from wangge_schema.writing.confirmations import confirmation
from wangge_schema.writing.fields import Given, Mutation, with_details
from wangge_schema.writing.inputs import (
    DETAILS,
    IN_GRID,
    TEXT,
    PositionInput,
    details_for,
    in_details,
    optional,
    position_of,
    required,
)
from wangge_schema.writing.payloads import key_of

CODES = (
    *TEXT,
    *IN_GRID,
    *DETAILS,
    "POSITION_INVALID",
    "KIND_UNKNOWN",
    "TIME_OF_DAY_INVALID",
    "SPAN_INVALID",
    "SPANS_OVERLAP",
    "NAME_TAKEN",
    "OUT_OF_RANGE",
    "DUPLICATE",
)
OPENS, CLOSES = "When it opens, such as `08:30`.", "When it closes; `24:00` is the end of the day."
NEXT_DAY = "True where it closes on the day after it opened; a span over midnight must say so."
CONTACT = "How to reach it: a public telephone, a window, an address. At most 200 characters."


@strawberry.input(description="From when until when on a date, in the time of the place.")
class OpeningSpanInput:
    opens: str = required(OPENS)
    closes: str = required(CLOSES)
    next_day: bool | None = optional(NEXT_DAY)


@strawberry.input(description="A span of every week.")
class WeeklyOpeningInput:
    weekday: Weekday = required("The day on which it opens.")
    opens: str = required(OPENS)
    closes: str = required(CLOSES)
    next_day: bool | None = optional(NEXT_DAY)


@strawberry.input(description="A date on which the hours differ from those of its weekday.")
class OpeningExceptionInput:
    on: Date = required("The date.")
    spans: list[OpeningSpanInput] | None = optional("The spans that begin on it; none where it is closed.")
    note: str | None = optional("Why, at most 200 characters.")


@strawberry.input(description="When a place is open: several spans a day, none that overlap.")
class OpeningHoursInput:
    weekly: list[WeeklyOpeningInput] = required("The spans of every week, at most 42.")
    exceptions: list[OpeningExceptionInput] | None = optional("Dates that differ, each once, at most 200.")
    closed_on_holidays: bool | None = optional("True where no weekly span begins on days that the working calendar has off.")


@strawberry.input(description="Something that a place does for people who come.")
class PlaceServiceInput:
    name: str = required("What it is called, once in a place, at most 80 characters.")
    papers: list[str] | None = optional("The papers to bring, at most 30.")
    fee_fen: int | None = optional("What it costs in fen, hundredths of a yuan; 0 where it is free.")
    note: str | None = optional("What else to know, at most 400 characters.")


@strawberry.input
class PlaceRegisterFields:
    """A place to register."""

    grid_id: strawberry.ID = required("The grid that it belongs to.")
    kind_id: strawberry.ID = required("Its kind, such as `community.grid_station`.")
    name: str = required("Its name, at most 200 characters.")
    position: PositionInput | None = optional("Where it is.")
    contact: str | None = optional(CONTACT)
    opening_hours: OpeningHoursInput | None = optional("When it is open.")
    services: list[PlaceServiceInput] | None = optional("What it does for people who come, at most 100 services.")


@strawberry.input
class PlaceChangeFields:
    """New values for a place. What is left out stays as it is; null clears. Opening hours and services are given whole."""

    grid_id: strawberry.ID | None = optional("Another grid.")
    name: str | None = optional("Its name, at most 200 characters.")
    position: PositionInput | None = optional("Where it is.")
    contact: str | None = optional(CONTACT)
    opening_hours: OpeningHoursInput | None = optional("When it is open.")
    services: list[PlaceServiceInput] | None = optional("What it does for people who come, at most 100 services.")
    expected_version: int | None = optional(SEEN)


def _hours(given: Any) -> OpeningHours | None:
    if given is None:
        return None
    exceptions = (
        DateSpans(on=one["on"], spans=tuple(Span(**span) for span in one.get("spans", ())), note=one.get("note"))
        for one in given.get("exceptions", ())
    )
    weekly = (WeekdaySpan(**span | {"weekday": Weekday(span["weekday"])}) for span in given["weekly"])
    holidays = bool(given.get("closed_on_holidays"))
    return OpeningHours(weekly=tuple(weekly), exceptions=tuple(exceptions), closed_on_holidays=holidays)


def _services(given: Any) -> tuple[Service, ...]:
    return tuple(Service(**one | {"papers": tuple(one.get("papers", ()))}) for one in given or ())


READ = {"opening_hours": _hours, "services": _services}


def mutations(registry: Registry, details: DetailsTypes) -> list[Mutation]:
    """The mutations of this module."""
    kinds = tuple(definitions(registry, "place"))

    def new_place(_: str, given: Given, input: Any) -> NewPlace:
        return NewPlace(
            grid_id=key_of(given["grid_id"], "Grid", "gridId"),
            kind_id=given["kind_id"],
            name=given["name"],
            contact=given.get("contact"),
            opening_hours=_hours(given.get("opening_hours")),
            services=_services(given.get("services")),
            details=details_for(input, given["kind_id"], kinds),
            **position_of(given),
        )

    def place_change(id: str, given: Given, input: Any) -> PlaceChange:
        values = changed(given, input, ids={"grid_id": "Grid"})
        values |= {name: read(values[name]) for name, read in READ.items() if name in values}
        return PlaceChange(id=key_of(id, "Place", "id"), **changed_details(values, input, kinds))

    return [
        Mutation(
            name="placeRegister",
            description="Register a place. For REGISTER_PLACES over its grid.",
            thing="place",
            type=Place,
            input=with_details(PlaceRegisterFields, details.inputs.get("place"), "place"),
            operation=register_places,
            request=new_place,
            codes=CODES,
            rename=lambda field, input: in_details(input.kind_id, field),
        ),
        Mutation(
            name="placeChange",
            description="Change a place: when it is open and what it does. For REGISTER_PLACES over its grid and the new one.",
            thing="place",
            type=Place,
            input=with_details(PlaceChangeFields, details.inputs.get("place"), "place"),
            operation=change_places,
            request=place_change,
            codes=(*CODES, *CHANGE),
            on="Place",
            rename=lambda field, input: in_changed_details(kinds, input, field),
        ),
        confirmation("place", Place),
    ]
