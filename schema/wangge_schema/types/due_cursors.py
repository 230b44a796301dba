"""Cursors of due lists: the place of an item in the order of its list, as text that clients only hand back."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from math import isfinite
from typing import Any

import orjson

from wangge_core.db.columns import instant_text
from wangge_core.duties.given import Place
from wangge_schema.errors import CursorError

MOST_KEY = 2**63 - 1
MOST_ASKS = 100_000


def write_cursor(place: Place) -> str:
    """The cursor of an item."""
    return urlsafe_b64encode(orjson.dumps([instant_text(place.due_by), place.distance, place.ask, place.ordinal])).decode()


def read_cursor(cursor: str) -> Place:
    """The place that a cursor names. Raises CursorError."""
    try:
        due_by, distance, ask, ordinal = orjson.loads(urlsafe_b64decode(cursor.encode()))
        place = Place(due_by=datetime.fromisoformat(due_by), distance=float(distance), ask=_whole(ask), ordinal=_whole(ordinal))
    except (ValueError, TypeError):
        raise CursorError(f"{cursor[:80]!r} is no cursor of a due list.") from None
    numbers = 0 <= place.ask <= MOST_ASKS and abs(place.ordinal) <= MOST_KEY
    if place.due_by.tzinfo is None or not isfinite(place.distance) or not numbers:
        raise CursorError(f"{cursor[:80]!r} is no cursor of a due list.")
    return place


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise ValueError(value)
    return value
