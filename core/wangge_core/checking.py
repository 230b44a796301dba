"""Checks of single values that many operations share. Each yields refusals; none raises."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from wangge_core.errors import Refusal, refusal
from wangge_core.plugin.definitions import DetailsDefinition
from wangge_core.storable import is_storable


def only_right(found: Sequence[Refusal]) -> tuple[Refusal, ...]:
    """What to tell: to who has no right here, that alone, so that the other refusals answer no questions."""
    return tuple(one for one in found if one.code == "NOT_ALLOWED") or tuple(found)


def check_text(value: str, field: str, *, most: int) -> Iterator[Refusal]:
    """Not blank, and at most so many characters."""
    if not is_storable(value):
        yield refusal("TEXT_UNSTORABLE", field)
    elif not value.strip():
        yield refusal("BLANK", field)
    elif len(value) > most:
        yield refusal("TOO_LONG", field, most=most)


def check_optional_text(value: str | None, field: str, *, most: int) -> Iterator[Refusal]:
    if value is not None:
        yield from check_text(value, field, most=most)


def check_position(longitude: float | None, latitude: float | None, field: str = "position") -> Iterator[Refusal]:
    """Both or neither, in degrees; (0, 0) is what devices send when they do not know."""
    if longitude is None and latitude is None:
        return
    known = longitude is not None and latitude is not None and -180 <= longitude <= 180 and -90 <= latitude <= 90
    if not known or (longitude == 0 and latitude == 0):
        yield refusal("POSITION_INVALID", field)


def seven_places(degrees: float | None) -> float | None:
    """Degrees as they are stored: to seven decimals, about a centimetre."""
    return None if degrees is None else round(degrees, 7)


def check_not_future(value: datetime | None, now: datetime, field: str) -> Iterator[Refusal]:
    if value is not None and value > now:
        yield refusal("IN_THE_FUTURE", field)


def read_details(
    kind_id: str, definition: DetailsDefinition | None, given: Any, field: str = "details"
) -> tuple[Any, tuple[Refusal, ...]]:
    """The details as they are stored, or why they are refused. `given` is plain data; the kind's dataclass validates it.

    Whatever a plugin's `__post_init__` raises refuses this item and no other.
    """
    if definition is None:
        return None, () if given is None else (refusal("DETAILS_UNEXPECTED", field, id=kind_id),)
    if given is None and any(one.required for one in definition.fields):
        return None, (refusal("DETAILS_REQUIRED", field, id=kind_id),)
    try:
        valid = msgspec.convert(given or {}, definition.python_type)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `$.")
        return None, (refusal("DETAILS_INVALID", f"{field}.{path.rstrip('`')}" if path else field, reason=reason),)
    except Exception as error:
        reason = f"the rules of {kind_id} failed: {type(error).__name__}"
        return None, (refusal("DETAILS_INVALID", field, reason=reason),)
    stored = msgspec.to_builtins(valid)
    return (stored, ()) if is_storable(stored) else (None, (refusal("TEXT_UNSTORABLE", field),))
