"""Comparing an answer with what it must be: values, the order of keys, and cursors by what they point at."""

from datetime import datetime
from typing import Any

import orjson

from oracle.lists import Cursor
from oracle.values import moment


def difference(expected: Any, got: Any, cursors: list[tuple[Cursor, str]], at: str = "data") -> str | None:
    """The first place where an answer is not what it must be. Cursors are gathered with what they stand for."""
    if isinstance(expected, Cursor):
        return _cursor(expected, got, cursors, at)
    if isinstance(expected, dict) and isinstance(got, dict):
        if list(expected) != list(got):
            return f"{at} has the keys {list(got)}, not {list(expected)}"
        found = (difference(one, got[key], cursors, f"{at}.{key}") for key, one in expected.items())
        return next((one for one in found if one), None)
    if isinstance(expected, list) and isinstance(got, list):
        if len(expected) != len(got):
            return f"{at} has {len(got)} items, not {len(expected)}"
        found = (
            difference(one, two, cursors, f"{at}.{number}") for number, (one, two) in enumerate(zip(expected, got, strict=True))
        )
        return next((one for one in found if one), None)
    same_sort = isinstance(expected, bool) is isinstance(got, bool)
    return None if same_sort and expected == got else f"{at} is {got!r}, not {expected!r}"


def _cursor(expected: Cursor, got: Any, cursors: list[tuple[Cursor, str]], at: str) -> str | None:
    value = moment(expected.value) if isinstance(expected.value, datetime) else expected.value
    wanted = [expected.order.upper(), value, expected.id]
    if not isinstance(got, str) or orjson.loads(got) != wanted:
        return f"{at} is the cursor {got!r}, not {wanted}"
    cursors.append((expected, got))
    return None
