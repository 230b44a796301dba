"""Filters: the comparison inputs, the filter and order inputs of each type, and how they become conditions.

The same on every type: fields are joined by and, `and`, `or`, `not` nest, and `subtree` takes the code of a grid.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

import sqlalchemy as sa
import strawberry

from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.rights.scopes import END
from wangge_schema.reading.declare import Filter, Row, Source
from wangge_schema.reading.errors import FilterError
from wangge_schema.scalars import Date, DateTime

MOST_VALUES = 200
DEPTH = 8


@strawberry.input(description="Compares text by its exact value.")
class TextComparison:
    eq: str | None = strawberry.field(default=strawberry.UNSET, description="Equal to.")
    in_: list[str] | None = strawberry.field(default=strawberry.UNSET, name="in", description="One of at most 200 values.")


@strawberry.input(description="Searches text.")
class NameComparison:
    eq: str | None = strawberry.field(default=strawberry.UNSET, description="Equal to.")
    in_: list[str] | None = strawberry.field(default=strawberry.UNSET, name="in", description="One of at most 200 values.")
    contains: str | None = strawberry.field(default=strawberry.UNSET, description="Contains this text, letters of either case.")


@strawberry.input(description="Compares a truth value.")
class BooleanComparison:
    eq: bool | None = strawberry.field(default=strawberry.UNSET, description="Equal to.")


@strawberry.input(description="Compares whole numbers.")
class IntComparison:
    eq: int | None = strawberry.field(default=strawberry.UNSET, description="Equal to.")
    gte: int | None = strawberry.field(default=strawberry.UNSET, description="At least.")
    lte: int | None = strawberry.field(default=strawberry.UNSET, description="At most.")


@strawberry.input(description="Compares moments.")
class DateTimeComparison:
    gte: DateTime | None = strawberry.field(default=strawberry.UNSET, description="At this moment or later.")
    lt: DateTime | None = strawberry.field(default=strawberry.UNSET, description="Before this moment.")


@strawberry.input(description="Compares days.")
class DateComparison:
    gte: Date | None = strawberry.field(default=strawberry.UNSET, description="On this day or later.")
    lte: Date | None = strawberry.field(default=strawberry.UNSET, description="On this day or earlier.")


COMPARISONS: Mapping[str, type[Any]] = {
    "text": TextComparison,
    "name": NameComparison,
    "boolean": BooleanComparison,
    "int": IntComparison,
    "moment": DateTimeComparison,
    "date": DateComparison,
}

OPERATORS: Mapping[str, Callable[[sa.ColumnElement[Any], Any], sa.ColumnElement[bool]]] = {
    "eq": lambda column, value: column == value,
    "in": lambda column, value: column.in_(value),
    "gte": lambda column, value: column >= value,
    "lte": lambda column, value: column <= value,
    "lt": lambda column, value: column < value,
    "contains": lambda column, value: sa.func.lower(column).contains(value.lower(), autoescape=True),
}


@strawberry.enum(description="Which way a list runs.")
class OrderDirection(Enum):
    ASC = strawberry.enum_value("ASC", description="From the least or earliest.")
    DESC = strawberry.enum_value("DESC", description="From the greatest or latest.")


def enum_comparison(enum: type[Any]) -> type[Any]:
    """The comparison input of an enum."""
    name = f"{enum.__name__}Comparison"
    made = type(name, (), {"__annotations__": {"eq": enum | None, "in_": list[enum] | None}})
    made.eq = strawberry.field(default=strawberry.UNSET, description="Equal to.")
    made.in_ = strawberry.field(default=strawberry.UNSET, name="in", description="One of at most 200 values.")
    return strawberry.input(made, name=name, description=f"Compares a {enum.__name__}.")


def filter_input(source: Source, comparisons: dict[str, type[Any]]) -> type[Any]:
    """The filter input of a type; `comparisons` holds the enum comparisons made so far."""
    name = f"{source.name}Filter"
    made = type(name, (), {"__module__": "wangge_schema.types"})
    annotations: dict[str, Any] = {}
    for field_name, one in source.filters.items():
        if one.kind == "subtree":
            annotations[field_name] = str | None
        elif one.enum is not None:
            key = one.enum.__name__
            comparisons.setdefault(key, enum_comparison(one.enum))
            annotations[field_name] = comparisons[key] | None
        else:
            annotations[field_name] = COMPARISONS[one.kind] | None
        setattr(made, field_name, strawberry.field(default=strawberry.UNSET, description=one.description))
    for field_name, word in (("and_", "All of these."), ("or_", "At least one of these.")):
        annotations[field_name] = f"list[{name}] | None"
        setattr(made, field_name, strawberry.field(default=strawberry.UNSET, name=field_name.rstrip("_"), description=word))
    annotations["not_"] = f"{name} | None"
    made.not_ = strawberry.field(default=strawberry.UNSET, name="not", description="Not this.")  # type: ignore[attr-defined]
    made.__annotations__ = annotations
    return strawberry.input(made, name=name, description=f"Which of the {source.name} rows to list. Its fields all hold together.")


def order_input(source: Source) -> type[Any]:
    """The order input of a type."""
    members = {name.upper(): strawberry.enum_value(name.upper(), description=f"By {name.replace('_', ' ')}.") for name in source.orders}
    fields = strawberry.enum(Enum(f"{source.name}OrderField", members), description=f"What {source.name} rows can be ordered by.")
    made = type(f"{source.name}OrderBy", (), {"__annotations__": {"field": fields, "direction": OrderDirection}})
    made.field = strawberry.field(description="What to order by.")  # type: ignore[attr-defined]
    made.direction = strawberry.field(default=OrderDirection.ASC, description="Which way.")  # type: ignore[attr-defined]
    return strawberry.input(made, name=f"{source.name}OrderBy", description=f"The order of a list of {source.name} rows.")


def condition(source: Source, row: Row, given: Mapping[str, Any] | None, depth: int = 0) -> sa.ColumnElement[bool]:
    """The condition that a filter puts on a row. `given` has GraphQL names."""
    if not given:
        return sa.true()
    if depth > DEPTH:
        raise FilterError(f"A filter nests at most {DEPTH} deep.")
    parts: list[sa.ColumnElement[bool]] = []
    for name, value in given.items():
        if value is None:
            continue
        if name == "and":
            parts += [condition(source, row, one, depth + 1) for one in value]
        elif name == "or":
            parts.append(sa.or_(sa.false(), *(condition(source, row, one, depth + 1) for one in value)))
        elif name == "not":
            parts.append(sa.not_(condition(source, row, value, depth + 1)))
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
        return [_plain(one) for one in value]
    return str(value.value) if isinstance(value, Enum) else value


def _below(grid_id: sa.ColumnElement[Any], code: str) -> sa.ColumnElement[bool]:
    """Rows in the base-layer grid of this code or below it."""
    top, grid = t.grid.alias(), t.grid.alias()
    return grid_id.in_(
        sa.select(grid.c.id)
        .join(top, sa.and_(grid.c.path >= top.c.path, grid.c.path < sa.func.substr(top.c.path, 1, sa.func.length(top.c.path) - 1) + END))
        .where(top.c.code == code, top.c.layer_id == BASE_LAYER)
    )


