"""What text a database can keep."""

from collections.abc import Mapping, Sequence
from typing import Any, cast


def is_storable(value: Any) -> bool:
    """Whether every text in plain data can be kept: no NUL, which PostgreSQL refuses, and no half of a surrogate pair."""
    if isinstance(value, str):
        return "\0" not in value and _encodes(value)
    if isinstance(value, Mapping):
        return all(map(is_storable, cast("Mapping[str, Any]", value).values()))
    return not isinstance(value, list | tuple) or all(map(is_storable, cast("Sequence[Any]", value)))


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
