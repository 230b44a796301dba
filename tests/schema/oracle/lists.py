"""Lists in Python: all rows in order, cut to the page that was asked for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from oracle.documents import ArgumentError
from oracle.world import Key
from wangge_core.db.columns import Instant
from wangge_schema.reading.sources import Source

PAGE, MOST = 50, 1000


@dataclass(frozen=True)
class Cursor:
    """A cursor that an answer must have: the type and the order, the row's value in it, and its id."""

    type: str
    order: str
    value: Any
    id: Key


@dataclass(frozen=True)
class Wanted:
    """The page that the arguments ask for."""

    size: int
    backward: bool
    order: str
    descending: bool
    after: tuple[Any, Key] | None
    before: tuple[Any, Key] | None


@dataclass(frozen=True)
class Page:
    """The rows of a page, what lies on its sides, and how many there are in all."""

    ids: Sequence[Key]
    has_next: bool
    has_previous: bool
    total: int


def faults(source: Source, arguments: Mapping[str, Any], orders: Sequence[str]) -> Iterator[str]:
    """The codes of all that is wrong with the arguments of a list, for a viewer who is offered these orders; one of them is told."""
    first, last, after, before = (arguments.get(name) for name in ("first", "last", "after", "before"))
    if (first is not None and last is not None) or (after is not None and before is not None):
        yield "PAGE_INVALID"
    size = last if last is not None else PAGE if first is None else first
    if not 0 <= size <= MOST:
        yield "PAGE_INVALID"
    if _order(arguments, orders) not in orders:
        yield "ORDER_NOT_ALLOWED"
    try:
        wanted(source, arguments, orders)
    except ArgumentError as error:
        yield error.code


def wanted(source: Source, arguments: Mapping[str, Any], orders: Sequence[str]) -> Wanted:
    """Read the arguments of a list. Raises ArgumentError for a cursor."""
    first, last, after, before = (arguments.get(name) for name in ("first", "last", "after", "before"))
    size = last if last is not None else PAGE if first is None else first
    order = _order(arguments, orders)
    backward = last is not None or (first is None and before is not None)
    return Wanted(
        size=size,
        backward=backward,
        order=order,
        descending=(arguments.get("orderBy") or {}).get("direction") == "DESC",
        after=None if after is None or backward else position(source, order, after),
        before=None if before is None or not backward else position(source, order, before),
    )


def _order(arguments: Mapping[str, Any], orders: Sequence[str]) -> str:
    given = arguments.get("orderBy") or {}
    return str(given.get("field") or orders[0]).lower()


def position(source: Source, order: str, cursor: str) -> tuple[Any, Key]:
    """Where a cursor points. Raises ArgumentError."""
    try:
        name, value, id = orjson.loads(cursor)
        assert name == order.upper()
        return _typed(source.table.c[order], value), _typed(source.table.c.id, id)
    except (ValueError, TypeError, AssertionError):
        raise ArgumentError("CURSOR_INVALID") from None


def _typed(column: Any, value: Any) -> Any:
    if isinstance(column.type, Instant):
        assert str(value).endswith("Z")
        return datetime.fromisoformat(value).astimezone(UTC)
    assert isinstance(value, column.type.python_type)
    assert not isinstance(value, bool)
    assert not isinstance(value, str) or "\0" not in value
    return value


def page(rows: Mapping[Key, Mapping[str, Any]], listed: Sequence[Key], want: Wanted) -> Page:
    """Cut the page out of the listed rows."""
    places = sorted((rows[id][want.order], id) for id in listed)
    if want.descending:
        places.reverse()
    start, end = 0, len(places)
    if want.after is not None:
        start = sum(not _follows(place, want.after, want) for place in places)
    if want.before is not None:
        end = sum(_follows(want.before, place, want) for place in places)
    if want.backward:
        start = max(start, end - want.size)
    else:
        end = min(end, start + want.size)
    return Page([id for _, id in places[start:end]], end < len(places), start > 0, len(places))


def _follows(place: tuple[Any, Key], other: tuple[Any, Key], want: Wanted) -> bool:
    """Whether a place comes after another one in the order; of an order by id, the id alone counts."""
    one, two = (place[1], other[1]) if want.order == "id" else (place, other)
    return one < two if want.descending else one > two
