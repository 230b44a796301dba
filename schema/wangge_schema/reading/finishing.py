"""Finishing: what Python still does to a value that the database has made.

A finisher takes the parsed value of its place and returns the final one; where nothing below is computed there is none, and the
database's text goes out unparsed.
"""

from collections.abc import Callable
from typing import Any

from wangge_schema.reading.sources import Reader
from wangge_schema.reading.statement import Json

Finisher = Callable[[Any, Reader], Any]
Planned = tuple[Json, Finisher | None]
"""The JSON text of a value, and what finishes it."""


def finish_members(finishers: dict[str, Finisher]) -> Finisher | None:
    """Finish the members of an object."""
    if not finishers:
        return None

    def finish(value: dict[str, Any], reader: Reader) -> dict[str, Any]:
        for key, member in finishers.items():
            value[key] = member(value[key], reader)
        return value

    return finish


def maybe(finish: Finisher | None) -> Finisher | None:
    """Finish a value that may be null."""
    return finish and (lambda value, reader: None if value is None else finish(value, reader))


def each(finish: Finisher | None) -> Finisher | None:
    """Finish every item of a list."""
    return finish and (lambda values, reader: [finish(value, reader) for value in values])
