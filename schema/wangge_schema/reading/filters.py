"""Filters: what the filter input of a list becomes as a condition.

The same on every type: fields are joined by and, `and`, `or`, `not` nest, and `subtree` takes the code of a grid.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, cast

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.rights.scopes import END
from wangge_core.storable import is_storable
from wangge_schema.errors import FilterError
from wangge_schema.reading.declare import Filter, Row, Source

MOST_VALUES = 200
DEPTH = 8
MOST_PARTS = 400

OPERATORS: Mapping[str, Callable[[sa.ColumnElement[Any], Any], sa.ColumnElement[bool]]] = {
    "eq": lambda column, value: column == value,
    "in": lambda column, value: column.in_(value),
    "gte": lambda column, value: column >= value,
    "lte": lambda column, value: column <= value,
    "lt": lambda column, value: column < value,
    "contains": lambda column, value: sa.func.lower(column).contains(value.lower(), autoescape=True),
}


def condition(source: Source, row: Row, given: Mapping[str, Any] | None) -> sa.ColumnElement[bool]:
    """The condition that a filter puts on a row. `given` has GraphQL names. Raises FilterError."""
    if not given:
        return sa.true()
    if _size(given) > MOST_PARTS:
        raise FilterError(f"A filter has at most {MOST_PARTS} parts, nested ones and values counted.")
    return _condition(source, row, given, 0)


def _size(given: Any) -> int:
    if isinstance(given, Mapping):
        return sum(1 + _size(value) for value in cast("Mapping[str, Any]", given).values())
    return sum(1 + _size(one) for one in cast("list[Any]", given)) if isinstance(given, list) else 0


def _condition(source: Source, row: Row, given: Mapping[str, Any], depth: int) -> sa.ColumnElement[bool]:
    if depth > DEPTH:
        raise FilterError(f"A filter nests at most {DEPTH} deep.")
    parts: list[sa.ColumnElement[bool]] = []
    for name, value in given.items():
        if value is None:
            continue
        if name == "and":
            parts += [_condition(source, row, one, depth + 1) for one in value]
        elif name == "or":
            parts.append(sa.or_(sa.false(), *(_condition(source, row, one, depth + 1) for one in value)))
        elif name == "not":
            parts.append(sa.not_(sa.func.coalesce(_condition(source, row, value, depth + 1), sa.false())))
        else:
            parts.append(_compared(_named(source, name), row, value))
    return sa.and_(sa.true(), *parts)


def _named(source: Source, graphql_name: str) -> Filter:
    return next(one for name, one in source.filters.items() if camel(name) == graphql_name)


def camel(name: str) -> str:
    """`reported_at` → `reportedAt`."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _compared(one: Filter, row: Row, value: Any) -> sa.ColumnElement[bool]:
    column = one.expression(row)
    if not is_storable(value):
        raise FilterError("A filter's text holds characters that no row can have.")
    if one.kind == "subtree":
        return _below(column, value)
    parts: list[sa.ColumnElement[bool]] = []
    for operator, operand in value.items():
        if operand is None:
            continue
        if operator == "in" and len(operand) > MOST_VALUES:
            raise FilterError(f"`in` takes at most {MOST_VALUES} values.")
        parts.append(OPERATORS[operator](column, _plain(operand)))
    return sa.and_(sa.true(), *parts)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        items = cast("list[Any]", value)
        return [_plain(one) for one in items]
    return str(value.value) if isinstance(value, Enum) else value


def _below(grid_id: sa.ColumnElement[Any], code: str) -> sa.ColumnElement[bool]:
    """Rows in the base-layer grid of this code or below it."""
    top, grid = t.grid.alias(), t.grid.alias()
    return grid_id.in_(
        sa.select(grid.c.id)
        .join(
            top,
            sa.and_(grid.c.path >= top.c.path, grid.c.path < sa.func.substr(top.c.path, 1, sa.func.length(top.c.path) - 1) + END),
        )
        .where(top.c.code == code, top.c.layer_id == BASE_LAYER)
    )
