"""Filters: what the filter input of a list becomes as a condition.

The same on every type: fields are joined by and, `and`, `or`, `not` nest, and `subtree` takes the code or global id of a grid.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.lists import Checked, ListOf, among, is_looked_up, looked_up
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.rights.bound import Way
from wangge_core.search.conditions import contains
from wangge_core.storable import is_storable
from wangge_schema.errors import FilterError
from wangge_schema.reading import detail_filters
from wangge_schema.reading.given import Given
from wangge_schema.reading.grounds import Ground, end_of
from wangge_schema.reading.private import shown
from wangge_schema.reading.sources import Filter, Row, Source

if TYPE_CHECKING:
    from wangge_schema.reading.plan import Planner

MOST_VALUES = 200
DEPTH = 8
MOST_PARTS = 400

_GRID_ID = re.compile("Grid:[0-9]{1,18}")

OPERATORS: Mapping[str, Callable[[sa.ColumnElement[Any], Any], sa.ColumnElement[bool]]] = {
    "eq": lambda column, value: column == value,
    "gte": lambda column, value: column >= value,
    "lte": lambda column, value: column <= value,
    "lt": lambda column, value: column < value,
}


def condition(planner: Planner, source: Source, row: Row, given: Mapping[str, Any] | None, way: Way) -> sa.ColumnElement[bool]:
    """The condition that a filter puts on a row. `given` has GraphQL names; `way` is how rows are come by. Raises FilterError."""
    if not given:
        return sa.true()
    if _size(given) > MOST_PARTS:
        raise FilterError(f"A filter has at most {MOST_PARTS} parts, nested ones and values counted.")
    return Conditions(planner, source, row, way).all_of(given, 0)


def _size(given: Any) -> int:
    if isinstance(given, Mapping):
        return sum(1 + _size(value) for value in cast("Mapping[str, Any]", given).values())
    return sum(1 + _size(one) for one in cast("list[Any]", given)) if isinstance(given, list) else 0


@cache
def camel(name: str) -> str:
    """`reported_at` → `reportedAt`."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


@dataclass(frozen=True, slots=True)
class Conditions:
    """The conditions of one filter on the rows of one type."""

    planner: Planner
    source: Source
    row: Row
    way: Way

    def all_of(self, given: Mapping[str, Any], depth: int) -> sa.ColumnElement[bool]:
        """The members of a filter, joined by and."""
        if depth > DEPTH:
            raise FilterError(f"A filter nests at most {DEPTH} deep.")
        parts: list[sa.ColumnElement[bool]] = []
        members = sorted(given.items(), key=lambda member: member[0] != "subtree")
        for at, (name, value) in enumerate(members):
            if value is None:
                continue
            if self.way is not Way.REFERRED and any(map(is_looked_up, parts)):  # what leads to few rows leads alone
                return sa.and_(*parts, self.one_by_one.all_of(dict(members[at:]), depth))
            if name == "and":
                parts += [self.all_of(one, depth + 1) for one in value]
            elif name == "or":
                parts.append(sa.or_(sa.false(), *(self.one_by_one.all_of(one, depth + 1) for one in value)))
            elif name == "not":
                parts.append(sa.not_(sa.func.coalesce(self.one_by_one.all_of(value, depth + 1), sa.false())))
            elif name == "details":
                parts.append(
                    detail_filters.condition(self.planner.asking.registry, self.table.name, self.row, value, self.compared)
                )
            else:
                parts.append(self.one(self.named(name), value))
        return sa.and_(sa.true(), *parts)

    @property
    def table(self) -> sa.Table:
        return cast("sa.Table", self.source.table)

    @property
    def one_by_one(self) -> Conditions:
        """For what cannot lead to the rows, because it stands below `or` or `not`, or because something else leads: it is asked of each."""
        return replace(self, way=Way.REFERRED)

    def named(self, graphql_name: str) -> Filter:
        return next(one for name, one in self.source.filters.items() if camel(name) == graphql_name)

    def one(self, one: Filter, value: Any) -> sa.ColumnElement[bool]:
        condition = self.compares(one, value)
        if not one.private or isinstance(condition, sa.True_):
            return condition
        seen = shown(self.source, self.row, self.planner.asking.viewer)
        return condition if isinstance(seen, sa.True_) else sa.and_(seen, condition)

    def compares(self, one: Filter, value: Any) -> sa.ColumnElement[bool]:
        """What a filter asks, whoever asks it."""
        if one.kind == "subtree":
            ground = ground_below(self.planner, value, one.expression)
            return ground.bound(self.row, self.way)
        if all(operand is None for operand in value.values()):  # it compares nothing, whether there is something to compare or not
            return sa.true()
        if one.through is None or (one.through == "id" and self.way is Way.REFERRED):
            column = one.expression(self.row)
            return self.holds(Checked(column) if self.way is Way.REFERRED else column, value)
        other = (one.of if one.of is not None else self.table).alias()
        found = sa.select(other.c.id).where(self.holds(one.expression(other), value))
        key = self.row.c[one.through]
        return key.in_(found) if self.way is Way.REFERRED else looked_up(key, found)

    def holds(self, column: sa.ColumnElement[Any], value: Any) -> sa.ColumnElement[bool]:
        """The comparisons of a filter, joined by and."""
        return sa.and_(sa.true(), *(self.compared(column, *pair) for pair in value.items() if pair[1] is not None))

    def compared(self, column: sa.ColumnElement[Any], operator: str, operand: Any) -> sa.ColumnElement[bool]:
        bound = self.planner.bound
        if operator == "in":
            return self.among(column, operand)
        if operator == "contains":
            return self.searched(operand)
        return OPERATORS[operator](column, bound(operand, column.type, _plain))

    def searched(self, operand: Any) -> sa.ColumnElement[bool]:
        """Rows whose searched text holds another."""
        table, samples = self.table, self.planner.samples
        frequency = self.planner.revealed(f"frequency in {table.name}", operand, lambda text: samples.frequency(table, text))
        return contains(table, self.row, lambda type: self.planner.bound(operand, type, _plain), frequency, self.way)

    def among(self, column: sa.ColumnElement[Any], operand: Any) -> sa.ColumnElement[bool]:
        if isinstance(operand, Given):
            return among(column, self.planner.bound(operand, ListOf(column.type), _plain_list))
        _check_many(operand)
        if not operand:
            return sa.false()
        return column.in_([self.planner.bound(one, column.type, _plain) for one in operand])


def ground_of(planner: Planner, source: Source, given: Mapping[str, Any] | None) -> Ground | None:
    """The ground on which a filter by `subtree` has all rows."""
    code = (given or {}).get("subtree")
    return None if code is None else ground_below(planner, code, source.filters["subtree"].expression)


def ground_below(planner: Planner, named: Any, binds: Callable[[Row], sa.ColumnElement[Any]]) -> Ground:
    """The base-layer grid of a code, or the grid of a global id, and all below it; no grid where there is none."""
    top = t.grid.alias()
    end = end_of(top.c.path)
    if planner.revealed("names a grid", named, lambda text: _GRID_ID.fullmatch(text) is not None):
        key = planner.bound(named, top.c.id.type, lambda text: int(text.partition(":")[2]))
        start, stop = (sa.select(one).where(top.c.id == key).scalar_subquery() for one in (top.c.path, end))
        return Ground(binds, start, stop, wide=False, overlay_id=key)
    wide = planner.revealed("wide", named, lambda code: code in planner.extents.codes)
    found = top.c.code == planner.bound(named, top.c.code.type, _plain), top.c.layer_id == BASE_LAYER
    start, stop = (sa.select(one).where(*found).scalar_subquery() for one in (top.c.path, end))
    return Ground(binds, start, stop, wide=wide)


def _plain_list(values: list[Any]) -> list[Any]:
    _check_many(values)
    return [_plain(one) for one in values]


def _check_many(values: list[Any]) -> None:
    if len(values) > MOST_VALUES:
        raise FilterError(f"`in` takes at most {MOST_VALUES} values.")


def _plain(value: Any) -> Any:
    if not is_storable(value):
        raise FilterError("A filter's text holds characters that no row can have.")
    return str(value.value) if isinstance(value, Enum) else value
