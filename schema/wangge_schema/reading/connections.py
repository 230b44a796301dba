"""Connections: a page of rows by keyset, with its nodes, edges, page information and count, all in one expression.

The page is read in the direction of travel. Where its ends are asked for, or the client pages backward, it has one row more than
asked, is numbered, and is turned round.
A cursor is the order's name, the row's value in it and its id, so that it holds on when rows come and go.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import orjson
import sqlalchemy as sa
from graphql import GraphQLObjectType, get_named_type

from wangge_core.db.columns import Instant
from wangge_core.storable import is_storable
from wangge_schema.errors import CursorError, PageError
from wangge_schema.reading.declare import Join, Row, Source
from wangge_schema.reading.filters import condition
from wangge_schema.reading.finishing import Finisher, Planned, each, finish_members
from wangge_schema.reading.select import Chosen, source_of
from wangge_schema.reading.statement import Gathered, Json, JsonScalar, joined, json_object, literal

if TYPE_CHECKING:
    from wangge_schema.reading.plan import Planner

NUMBER: sa.ColumnElement[int] = sa.column("number", sa.Integer())
"""A row's place in the page, from 1, in the direction of travel."""
TOTAL: sa.ColumnElement[int] = sa.column("total", sa.Integer())
"""How many rows were read: one more than the page holds where there are more."""
DEFAULT_PAGE = 50
LARGEST_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Page:
    """What part of a list is asked for: `size` rows from `cursor` on, forward or backward, in an order."""

    size: int
    order: str
    descending: bool
    backward: bool
    cursor: tuple[Any, Any] | None

    @property
    def reads_descending(self) -> bool:
        return self.descending is not self.backward


def plan_connection(planner: Planner, chosen: Chosen, row: Row | None, join: Join | None) -> Planned:
    """The JSON object of a connection, and its finisher."""
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
    """The pieces of one connection. Each member adds the columns that it wants to the page."""

    def __init__(self, planner: Planner, chosen: Chosen, row: Row | None, join: Join | None) -> None:
        connection = cast("GraphQLObjectType", chosen.type)
        self.planner, self.chosen, self.row, self.join = planner, chosen, row, join
        self.node_type = cast("GraphQLObjectType", get_named_type(connection.fields["nodes"].type))
        source = source_of(self.node_type)
        assert source is not None
        self.source: Source = source
        self.page = read_page(source, chosen.arguments)
        self.target = source.table.alias()
        self.columns: dict[str, sa.ColumnElement[Any]] = {}
        self.numbered = self.page.backward or any(one.name == "pageInfo" for one in chosen.children())
        """Whether rows must be numbered: to know the ends of the page, or to turn it round."""

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
        text, finish = self.planner.object(one.children(), self.node_type, self.target)
        return self.gathered(text), each(finish)

    def edges(self, one: Chosen) -> Planned:
        members: list[tuple[str, Json]] = []
        finishers: dict[str, Finisher] = {}
        for inner in one.children():
            if inner.name == "node":
                text, finish = self.planner.object(inner.children(self.node_type), self.node_type, self.target)
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
        column = self.wanted(text)
        if not self.numbered:
            return joined(["[", Gathered(column, *self.directed(sa.column("o"), sa.column("i"))), "]"])
        order = NUMBER.desc() if self.page.backward else NUMBER
        return joined(["[", Gathered(sa.case((self.page.size >= NUMBER, column)), cast("Any", order)), "]"])

    def directed(self, *columns: Any) -> list[sa.ColumnElement[Any]]:
        """Columns in the direction of travel."""
        return [column.desc() if self.page.reads_descending else column.asc() for column in columns]

    def wanted(self, text: Json) -> sa.ColumnElement[Any]:
        """Have the page carry a column, and refer to it from outside."""
        name = f"c{len(self.columns)}"
        self.columns[name] = text.label(name)
        return sa.column(name, sa.Text())

    def cursor(self) -> Json:
        value = self.target.c[self.page.order]
        form = "moment" if isinstance(value.type, Instant) else "number" if _is_number(value) else "text"
        id_form = "number" if _is_number(self.target.c.id) else "text"
        pieces = [f'["{self.page.order.upper()}",', JsonScalar(value, form), ",", JsonScalar(self.target.c.id, id_form), "]"]
        return JsonScalar(joined(pieces), "text")

    def end_of_page(self, *, first: bool) -> Json:
        if self.page.size == 0:
            return literal("null")
        last = sa.case((self.page.size > TOTAL, TOTAL), else_=self.page.size)
        at_end = NUMBER == 1 if first else NUMBER == last  # noqa: SIM300 - a column comes first
        return sa.func.coalesce(sa.func.max(sa.case((at_end, self.wanted(self.cursor())))), literal("null"))

    def more(self) -> sa.ColumnElement[bool]:
        """Whether the page had one row more than asked."""
        return sa.func.count() > self.page.size

    def beyond(self) -> sa.ColumnElement[bool]:
        """Whether there are rows on the other side of the cursor."""
        if self.page.cursor is None:
            return sa.false()
        other = self.source.table.alias()
        behind = sa.not_(self.past_cursor(other, self.page.cursor))
        return sa.exists(self.correlated(sa.select(1).select_from(other).where(self.listed(other), behind)))

    def count(self) -> sa.ColumnElement[int]:
        other = self.source.table.alias()
        return self.correlated(sa.select(sa.func.count()).select_from(other).where(self.listed(other))).scalar_subquery()

    def listed(self, target: Row) -> sa.ColumnElement[bool]:
        """The rows of the whole list: joined, visible, and let through by the filter."""
        join = sa.true() if self.join is None or self.row is None else self.join(self.row, target, self.planner.reader)
        given = condition(self.source, target, self.chosen.arguments.get("filter"))
        return sa.and_(join, self.planner.visible(self.source, target), given)

    def past_cursor(self, target: Row, cursor: tuple[Any, Any]) -> sa.ColumnElement[bool]:
        column, id = target.c[self.page.order], target.c.id
        if self.page.order == "id":
            return id < cursor[1] if self.page.reads_descending else id > cursor[1]
        row = sa.tuple_(column, id)
        value = sa.tuple_(sa.literal(cursor[0], column.type), sa.literal(cursor[1], id.type))
        return row < value if self.page.reads_descending else row > value

    def correlated(self, select: sa.Select[Any]) -> sa.Select[Any]:
        return select.correlate(None) if self.row is None else select.correlate(self.row)

    def over_page(self, text: Json) -> Json:
        """The connection's object, computed over the rows of the page."""
        if not self.columns and not self.numbered:
            return text
        target, page = self.target, self.page
        order, id = target.c[page.order].label("o"), target.c.id.label("i")
        select = sa.select(*self.columns.values(), order, id).select_from(target).where(self.listed(target))
        select = select.order_by(*self.directed(target.c[page.order], target.c.id))
        if page.cursor is not None:
            select = select.where(self.past_cursor(target, page.cursor))
        rows = self.correlated(select.limit(page.size + 1 if self.numbered else page.size)).subquery()
        return sa.select(text).select_from(self.numbering(rows) if self.numbered else rows).scalar_subquery()

    def numbering(self, rows: sa.Subquery) -> sa.Subquery:
        """The rows with their number in the page, and how many there are."""
        number = sa.func.row_number().over(order_by=self.directed(rows.c.o, rows.c.i)).label("number")
        columns: list[sa.ColumnElement[Any]] = [rows.c[name] for name in self.columns]
        numbered = sa.select(*columns, number, sa.func.count().over().label("total")).select_from(rows)
        return numbered.order_by(number.desc() if self.page.backward else number).subquery()


def _is_number(column: sa.ColumnElement[Any]) -> bool:
    return isinstance(column.type, sa.Integer)


def read_page(source: Source, arguments: dict[str, Any]) -> Page:
    """The page that the arguments ask for. Raises PageError and CursorError."""
    first, last = arguments.get("first"), arguments.get("last")
    if first is not None and last is not None:
        raise PageError("Give `first` or `last`, not both.")
    if arguments.get("after") is not None and arguments.get("before") is not None:
        raise PageError("Give `after` or `before`, not both.")
    backward = last is not None or (first is None and arguments.get("before") is not None)
    size = next((number for number in (first, last) if number is not None), DEFAULT_PAGE)
    if not 0 <= size <= LARGEST_PAGE:
        raise PageError(f"A page has 0 to {LARGEST_PAGE} rows; {size} were asked for.")
    given: dict[str, Any] = arguments.get("orderBy") or {}
    order = _name(given.get("field")) or source.orders[0]
    cursor = arguments.get("before") if backward else arguments.get("after")
    return Page(
        size=size,
        order=order,
        descending=(_name(given.get("direction")) or "asc") == "desc",
        backward=backward,
        cursor=None if cursor is None else read_cursor(source, order, cursor),
    )


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
