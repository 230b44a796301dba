"""What the inputs of mutations share: how fields are declared, positions, and details of a kind."""

from collections.abc import Iterable
from typing import Any

import strawberry

from wangge_core.errors import refusal
from wangge_schema.details import given_details, input_field
from wangge_schema.reading.filters import camel
from wangge_schema.types.positions import PositionInput
from wangge_schema.writing.fields import Given
from wangge_schema.writing.payloads import RefusedError

__all__ = ["PositionInput"]
TEXT = ("BLANK", "TOO_LONG", "TEXT_UNSTORABLE")
IN_GRID = ("GRID_OVERLAY", "GRID_ENDED")
DETAILS = ("DETAILS_UNEXPECTED", "DETAILS_OF_OTHER_KIND", "DETAILS_REQUIRED", "DETAILS_INVALID")


def optional(description: str) -> Any:
    return strawberry.field(default=strawberry.UNSET, description=description)


def required(description: str) -> Any:
    return strawberry.field(description=description)


def details_for(input: Any, kind_id: str, kind_ids: Iterable[str]) -> Any:
    """The details that an input carries, which must be those of its kind. Raises RefusedError."""
    given = getattr(input, "details", None)
    if given is None or given is strawberry.UNSET:
        return None
    found = given_details(given, kind_ids)
    if found is None:
        return None
    if found[0] != kind_id:
        raise RefusedError(refusal("DETAILS_OF_OTHER_KIND", f"details.{camel(input_field(found[0]))}", id=kind_id))
    return found[1]


def in_details(kind_id: str, field: str) -> str:
    """`details.people_moved` of the core as the input's `details.ruralFlood.peopleMoved`."""
    head, _, rest = field.partition(".")
    if head != "details" or not rest:
        return field
    return f"details.{camel(input_field(kind_id))}.{camel(rest)}"


def position_of(given: Given) -> dict[str, Any]:
    """Longitude and latitude as the core's requests take them."""
    return given.get("position") or {"longitude": None, "latitude": None}
