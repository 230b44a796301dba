"""Connections: a page of rows by keyset, with its nodes, edges, page information and count, all in one expression.

The page is read in the direction of travel. Where its ends are asked for, or the client pages backward, it has one row more than
asked, is numbered, and is turned round.
A cursor is the order's name, the row's value in it and its id, so that it holds on when rows come and go.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import orjson
import sqlalchemy as sa
from graphql import GraphQLObjectType, get_named_type
from strawberry.utils.str_converters import to_camel_case

from wangge_core.db.columns import Instant
from wangge_core.db.lists import is_looked_up
from wangge_core.rights.bound import BoundViewer
from wangge_core.storable import is_storable
from wangge_schema.errors import CursorError, OrderError, PageError
from wangge_schema.reading.finishing import Finisher, Planned, each, finish_members
from wangge_schema.reading.frames import Frame, keep_used
from wangge_schema.reading.listing import Listing
from wangge_schema.reading.private import sees_all
from wangge_schema.reading.select import Chosen, source_of
from wangge_schema.reading.sources import Join, Row, Source
from wangge_schema.reading.statement import Gathered, Json, JsonScalar, joined, json_object, literal

if TYPE_CHECKING:
    from wangge_schema.reading.plan import Planner

DEFAULT_PAGE = 50
LARGEST_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Page:
    """What part of a list is asked for: `size` rows from `cursor` on, forward or backward, in an order. Both may be given values."""

    size: Any
    order: str
    descending: bool
    backward: bool
    cursor: Any | None

    @property
    def reads_descending(self) -> bool:
        return self.descending is not self.backward


def plan_connection(planner: Planner, chosen: Chosen, row: Row | None, join: Join | None) -> tuple[sa.Select[Any], Finisher | None]:
    """A select of one row: the JSON object of a connection; and its finisher."""
    parts = ConnectionParts(planner, chosen, row, join)
    members: list[tuple[str, Json]] = []
    finishers: dict[str, Finisher] = {}
    for one in chosen.children():
        text, finish = parts.member(one)
        members.append((one.key, text))
        if finish is not None:
            finishers[one.key] = finish
    return parts.over_page(json_object(members)), finish_members(finishers)


class ConnectionParts:
    """The pieces of one connection: a page of rows, and what is told of it."""

    def __init__(self, planner: Planner, chosen: Chosen, row: Row | None, join: Join | None) -> None:
        connection = cast("GraphQLObjectType", chosen.type)
        self.planner, self.chosen = planner, chosen
        self.node_type = cast("GraphQLObjectType", get_named_type(connection.fields["nodes"].type))
        source = source_of(self.node_type)
        assert source is not None
        self.source: Source = source
        self.page = read_page(offered(source, planner.asking.viewer), chosen.arguments)
        self.listing = Listing(planner, source, row, join, chosen.arguments.get("filter"))
        asked = {one.name for one in chosen.children()}
        self.reads_rows = False
        """Whether something is put together from the rows of the page."""
        self.numbered = self.page.backward or "pageInfo" in asked
        """Whether rows must be numbered: to know the ends of the page, or to turn it round."""
        self.layers: list[sa.Subquery | sa.CTE] = []
        self.counts = "totalCount" in asked and bool(asked & {"nodes", "edges", "pageInfo"})
        self.counted: sa.CTE | None = None
        self.condition: sa.ColumnElement[bool] | None = None
        self.frame = Frame(self.page_rows())
        planner.asking.follow(join, row, self.frame.rows)

    def page_rows(self) -> sa.Subquery:
        """The rows of the page in the direction of travel. Numbered, there is one more than the page holds."""
        rows = self.layer(self.limited(self.candidates()))
        if not self.numbered:
            return rows
        number = sa.func.row_number().over(order_by=self.directed(rows)).label("page_number")
        counted = sa.select(*rows.c, number, sa.func.count().over().label("page_total"))
        return self.layer(counted.order_by(number.desc() if self.page.backward else number))

    def candidates(self) -> Row:
        """The rows that are listed, from the cursor on, where few are looked up and then sorted; else the table itself."""
        target = self.source.table.alias()
        listed = self.listing.page_rows(target)
        if self.page.cursor is not None:
            listed = sa.and_(listed, self.past_cursor(target))
        if not is_looked_up(listed):
            self.condition = listed
            return target
        select = self.listing.correlated(sa.select(*target.c).where(listed).suffix_with("OFFSET 0", dialect="postgresql"))
        if self.listing.row is None and self.page.cursor is None and self.counts:
            self.counted = select.cte().prefix_with("MATERIALIZED", dialect="postgresql")
            self.layers.append(self.counted)
            return self.counted
        return self.layer(select)

    def count(self) -> sa.ColumnElement[int]:
        """How many rows the list has: of those that are looked up for the page anyway, or of the whole list."""
        if self.counted is None:
            return self.listing.count(self.source.table.alias())
        return sa.select(sa.func.count()).select_from(self.counted).scalar_subquery()

    def limited(self, rows: Row) -> sa.Select[Any]:
        select = sa.select(*rows.c).order_by(*self.directed(rows)).limit(self.size(more=1 if self.numbered else 0))
        return self.listing.correlated(select if self.condition is None else select.where(self.condition))

    def layer(self, select: sa.Select[Any]) -> sa.Subquery:
        """One more sub-select around the last."""
        rows = select.subquery()
        self.layers.append(rows)
        return rows

    def size(self, *, more: int = 0) -> sa.ColumnElement[int]:
        """How many rows the page holds, and `more`."""
        return self.planner.bound(self.page.size, sa.Integer(), lambda size: checked_size(size) + more)

    def member(self, one: Chosen) -> Planned:
        match one.name:
            case "nodes":
                return self.nodes(one)
            case "edges":
                return self.edges(one)
            case "pageInfo":
                return json_object((inner.key, self.page_information(inner)) for inner in one.children()), None
            case "totalCount":
                return JsonScalar(self.count(), "number"), None
            case _:
                return literal(f'"{self.chosen.type.name}"'), None

    def nodes(self, one: Chosen) -> Planned:
        text, finish = self.planner.object(one.children(), self.node_type, self.frame.rows, self.frame)
        return self.gathered(text), each(finish)

    def edges(self, one: Chosen) -> Planned:
        members: list[tuple[str, Json]] = []
        finishers: dict[str, Finisher] = {}
        for inner in one.children():
            if inner.name == "node":
                text, finish = self.planner.object(inner.children(self.node_type), self.node_type, self.frame.rows, self.frame)
                if finish is not None:
                    finishers[inner.key] = finish
            elif inner.name == "cursor":
                text = self.cursor()
            else:
                text = literal(f'"{self.node_type.name}Edge"')
            members.append((inner.key, text))
        return self.gathered(json_object(members)), each(finish_members(finishers))

    def page_information(self, inner: Chosen) -> Json:
        forward = not self.page.backward
        match inner.name:
            case "hasNextPage":
                return JsonScalar(self.more() if forward else self.beyond(), "boolean")
            case "hasPreviousPage":
                return JsonScalar(self.beyond() if forward else self.more(), "boolean")
            case "startCursor":
                return self.end_of_page(first=forward)
            case "endCursor":
                return self.end_of_page(first=not forward)
            case _:
                return literal('"PageInfo"')

    def gathered(self, text: Json) -> Json:
        """A JSON array of one text a row."""
        self.reads_rows = True
        if not self.numbered:
            return joined(["[", Gathered(text, *self.directed(self.frame.rows)), "]"])
        order = self.numbers.desc() if self.page.backward else self.numbers
        return joined(["[", Gathered(sa.case((self.in_page(), text)), cast("Any", order)), "]"])

    @property
    def numbers(self) -> sa.ColumnElement[int]:
        return self.frame.rows.c.page_number

    def in_page(self) -> sa.ColumnElement[bool]:
        """False for the one row more."""
        return self.size() >= self.numbers

    def directed(self, rows: Row) -> list[sa.ColumnElement[Any]]:
        """The order's columns in the direction of travel."""
        columns = [rows.c[self.page.order]] if self.page.order == "id" else [rows.c[self.page.order], rows.c.id]
        return [column.desc() if self.page.reads_descending else column.asc() for column in columns]

    def cursor(self) -> Json:
        value, id = self.frame.rows.c[self.page.order], self.frame.rows.c.id
        form = "moment" if isinstance(value.type, Instant) else "number" if _is_number(value) else "text"
        pieces = [
            f'["{self.page.order.upper()}",',
            JsonScalar(value, form),
            ",",
            JsonScalar(id, "number" if _is_number(id) else "text"),
            "]",
        ]
        text = JsonScalar(joined(pieces), "text")
        if self.page.order not in self.source.private_orders:
            return text
        return self.planner.told(text, self.source, self.frame.rows, (to_camel_case(self.page.order),))

    def end_of_page(self, *, first: bool) -> Json:
        self.reads_rows = True
        total = self.frame.rows.c.page_total
        last = sa.case((self.size() > total, total), else_=self.size())
        at_end = sa.and_(self.in_page(), self.numbers == (1 if first else last))
        return sa.func.coalesce(sa.func.max(sa.case((at_end, self.cursor()))), literal("null"))

    def more(self) -> sa.ColumnElement[bool]:
        """Whether the page had one row more than asked."""
        self.reads_rows = True
        return sa.func.count() > self.size()

    def beyond(self) -> sa.ColumnElement[bool]:
        """Whether there are rows on the other side of the cursor."""
        if self.page.cursor is None:
            return sa.false()
        other = self.source.table.alias()
        return sa.exists(
            self.listing.correlated(
                sa.select(1).select_from(other).where(self.listing.page_rows(other), sa.not_(self.past_cursor(other)))
            )
        )

    def past_cursor(self, target: Row) -> sa.ColumnElement[bool]:
        """The rows behind the cursor in the direction of travel."""
        column, id, page = target.c[self.page.order], target.c.id, self.page
        at = [self.cursor_part(1, id)] if page.order == "id" else [self.cursor_part(0, column), self.cursor_part(1, id)]
        row, value = (id, at[0]) if page.order == "id" else (sa.tuple_(column, id), sa.tuple_(*at))
        return row < value if page.reads_descending else row > value

    def cursor_part(self, part: int, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        source, order = self.source, self.page.order
        return self.planner.bound(self.page.cursor, column.type, lambda text: read_cursor(source, order, text)[part])

    def over_page(self, text: Json) -> sa.Select[Any]:
        """The connection's object, computed over the rows of the page."""
        if not self.reads_rows:
            return sa.select(text)
        select = outside = self.frame.select(text)
        for layer in reversed(self.layers):
            keep_used(layer, outside, self.page.order, "id", "page_number", "page_total")
            outside = cast("sa.Select[Any]", layer.element)
        return select


def _is_number(column: sa.ColumnElement[Any]) -> bool:
    return isinstance(column.type, sa.Integer)


def offered(source: Source, viewer: BoundViewer) -> Sequence[str]:
    """The orders that tell the viewer nothing which is not shown."""
    return [one for one in source.orders if one not in source.private_orders or sees_all(source, viewer)]


def read_page(orders: Sequence[str], arguments: dict[str, Any]) -> Page:
    """The page that the arguments ask for, in one of these orders, the first where none is named. Raises PageError, OrderError."""
    first, last = arguments.get("first"), arguments.get("last")
    if first is not None and last is not None:
        raise PageError("Give `first` or `last`, not both.")
    if arguments.get("after") is not None and arguments.get("before") is not None:
        raise PageError("Give `after` or `before`, not both.")
    backward = last is not None or (first is None and arguments.get("before") is not None)
    size = next((number for number in (first, last) if number is not None), DEFAULT_PAGE)
    given: dict[str, Any] = arguments.get("orderBy") or {}
    order = _name(given.get("field")) or orders[0]
    if order not in orders:
        raise OrderError(f"Not all that you see here shows you what {order.upper()} would tell; take another order.")
    cursor = arguments.get("before") if backward else arguments.get("after")
    return Page(
        size=size,
        order=order,
        descending=(_name(given.get("direction")) or "asc") == "desc",
        backward=backward,
        cursor=cursor,
    )


def checked_size(size: int) -> int:
    """The size of a page. Raises PageError."""
    if not 0 <= size <= LARGEST_PAGE:
        raise PageError(f"A page has 0 to {LARGEST_PAGE} rows; {size} were asked for.")
    return size


def _name(member: Any) -> str | None:
    return None if member is None else str(getattr(member, "value", member)).lower()


def read_cursor(source: Source, order: str, text: str) -> tuple[Any, Any]:
    """The value and the id in a cursor. Raises CursorError."""
    try:
        name, value, id = orjson.loads(text)
    except (orjson.JSONDecodeError, ValueError, TypeError):
        raise CursorError(f"{text[:80]!r} is no cursor of this list.") from None
    if name != order.upper():
        raise CursorError(f"This cursor belongs to the order {str(name)[:40]}, not {order.upper()}; start again without it.")
    return _read(source.table.c[order], value, text), _read(source.table.c.id, id, text)


def _read(column: sa.ColumnElement[Any], value: Any, text: str) -> Any:
    found = _moment(value) if isinstance(column.type, Instant) else value
    wanted = datetime if isinstance(column.type, Instant) else column.type.python_type
    if not isinstance(found, wanted) or isinstance(found, bool) or not is_storable(found):
        raise CursorError(f"{text[:80]!r} is no cursor of this list.")
    return found


def _moment(value: Any) -> datetime | None:
    """The moment in a cursor, in UTC; None where it is none."""
    try:
        return datetime.fromisoformat(value).astimezone(UTC) if str(value).endswith("Z") else None
    except (TypeError, ValueError, OverflowError):
        return None
