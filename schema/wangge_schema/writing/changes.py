"""What the inputs of changes share: what is left out stays as it is, null clears, and the version that was seen is checked."""

import dataclasses
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

import strawberry

from wangge_schema.details import given_details
from wangge_schema.reading.filters import camel
from wangge_schema.scalars import Date
from wangge_schema.writing.fields import Given
from wangge_schema.writing.inputs import in_details, optional
from wangge_schema.writing.payloads import key_of

CHANGE = ("VERSION_OUTDATED", "REQUIRED", "DUPLICATE")
CONFIRM = ("VERSION_OUTDATED", "OUT_OF_RANGE", "DUPLICATE")
SEEN = "The version that you saw; another one is refused with VERSION_OUTDATED."
CLEARS = "What is left out stays as it is; null clears."


@strawberry.input(description="The facts of a thing were looked at and are true.")
class FactsConfirmInput:
    confirm_by: Date | None = optional("The day by which somebody must look again; a year from today unless given.")
    expected_version: int | None = optional(SEEN)


def changed(
    given: Given, input: Any, *, enums: Mapping[str, type[Enum]] | None = None, ids: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The values of a change for the core: None for each null. `enums` are read by value, `ids` by the type whose global id they are."""
    values: dict[str, Any] = dict(given) | {
        field.name: None for field in dataclasses.fields(input) if getattr(input, field.name) is None
    }
    for name, cls in (enums or {}).items():
        if values.get(name) is not None:
            values[name] = cls(values[name])
    for name, prefix in (ids or {}).items():
        if values.get(name) is not None:
            values[name] = key_of(values[name], prefix, camel(name))
    if "position" in values:
        values |= values.pop("position") or {"longitude": None, "latitude": None}
    return values


def changed_details(values: dict[str, Any], input: Any, kinds: Iterable[str]) -> dict[str, Any]:
    """The same values with the details of the kind that they are for; null clears them."""
    if "details" not in values:
        return values
    found = given_details(input.details, kinds) if input.details is not None else None
    return values | ({"details": None} if found is None else {"details": found[1], "details_of": found[0]})


def in_changed_details(kinds: Iterable[str], input: Any, field: str) -> str:
    """The path of a field of details, below the kind whose details were given."""
    details = getattr(input, "details", None)
    found = given_details(details, kinds) if details is not None and details is not strawberry.UNSET else None
    return field if found is None else in_details(found[0], field)
