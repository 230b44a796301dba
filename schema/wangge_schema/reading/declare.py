"""Declaring: one call per field says its GraphQL face and what it reads. Planned types have no resolvers.

A field reads a column, an expression, a row of another type, rows of another type, or is *computed*: it needs some columns and is
finished in Python after the statement.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
import strawberry

from wangge_core.rights.data_classes import DataClass
from wangge_schema.reading.making import MAKE
from wangge_schema.reading.sources import (
    READS,
    SHORT_LIST,
    SOURCE,
    WEIGHT,
    Answer,
    Argument,
    Asking,
    Bind,
    Computed,
    Connected,
    Expression,
    Gather,
    Join,
    Mask,
    Of,
    Reader,
    Reads,
    RootOne,
    Row,
    Scalar,
    Source,
    ToMany,
    ToOne,
    Write,
)

NAMESPACE = "wangge_schema.types"
"""The package in which Strawberry looks up the names in annotations; types refer to each other across its modules."""
_C = TypeVar("_C", bound=type)


def column(
    name: str,
    description: str,
    *,
    form: str = "text",
    deprecated: str | None = None,
    mask: Mask | None = None,
    data_class: DataClass | None = None,
    masked: Expression | None = None,
) -> Any:
    """A field that reads a column of the type's table. `form`: text, number, boolean, moment or json."""
    return reads(Scalar(lambda row, _: row.c[name], form, mask, data_class, masked), description, deprecated)


def expression(
    make: Expression, description: str, *, form: str = "text", data_class: DataClass | None = None, weight: int = 0
) -> Any:
    """A field that reads an SQL expression over the row. `weight`: what it costs, where the database works for it."""
    return reads(Scalar(make, form, data_class=data_class), description, weight=weight)


def answer(
    make: Callable[[Row, Asking, Mapping[str, Any], Bind], sa.ColumnElement[Any]],
    description: str,
    *,
    arguments: Sequence[Argument],
    form: str = "text",
) -> Any:
    """A field that reads an SQL expression over the row and the field's arguments."""
    return reads(Answer(make, form), description, arguments=arguments)


def to_one(key: str | Join, description: str, *, data_class: DataClass | None = None) -> Any:
    """A field that is a row of another type: by the name of the column that refers to its id, or by a join."""
    return reads(ToOne(_refers(key) if isinstance(key, str) else key, data_class), description)


def to_many(key: str | Join, description: str, *, order: str = "id", most: int = SHORT_LIST, private: bool = False) -> Any:
    """A field that is a short list of rows of another type: by the name of their column that refers to this id, or by a join."""
    join = _referred(key) if isinstance(key, str) else key
    return reads(ToMany(join, order, most, private), f"{description} At most {most} are listed.")


def connection(
    target: str, key: str | Join | None, description: str, *, among: Callable[[Row], sa.ColumnElement[bool]] | None = None
) -> Any:
    """A field that is a connection to rows of `target`: by the name of their column that refers to this id, by a join, or all of them,
    or at a root field those `among` them."""
    join = _referred(key) if isinstance(key, str) else key
    return reads(Connected(join, among=among), description, arguments=_connection_arguments(target))


def connection_of(target: str, of: Of, description: str) -> Any:
    """A root field that is a connection to the rows of `target` that belong to the thing in its argument."""
    thing = Argument(of.argument, strawberry.ID, f"The global id of the thing: {', '.join(sorted(of.types))}.")
    return reads(Connected(None, of), description, arguments=[thing, *_connection_arguments(target)])


def computed(
    description: str,
    finish: Callable[[dict[str, Any], Reader], Any],
    *,
    write: Write | None = None,
    data_class: DataClass | None = None,
    subjects: Write | None = None,
    arguments: Sequence[Argument] = (),
    weight: int = 0,
    **needs: Scalar | Gather,
) -> Any:
    """A field that Python finishes from what it needs, unless the statement can `write` what is selected of it.

    `weight`: what it costs beside that, where the database works for its needs.
    """
    names = tuple(graphql_name(one.name) for one in arguments)
    return reads(Computed(needs, finish, write, data_class, subjects, names), description, arguments=arguments, weight=weight)


def root_one(
    column: str,
    description: str,
    *,
    among: Callable[[Row], sa.ColumnElement[bool]] = lambda _: sa.true(),
    type: Any = str,
    of_base: bool = False,
    former: Callable[[sa.ColumnElement[Any]], sa.Select[Any]] | None = None,
) -> Any:
    """A root field that finds one row by a column: `grid(code: "…")`; `of_base` where all such rows are grids of the base layer.

    `former` selects the key of the row that had the value once, for values that no row has."""
    return reads(RootOne(column, column, among, of_base, former), description, arguments=[Argument(column, type, f"The {column}.")])


def need(name: str, form: str = "text") -> Scalar:
    """As a need of a computed field: a column of the row."""
    return Scalar(lambda row, _: row.c[name], form)


def reads(
    declared: Reads, description: str, deprecated: str | None = None, *, arguments: Sequence[Argument] = (), weight: int = 0
) -> Any:
    """A Strawberry field without a resolver of its own; the declaration travels in its metadata."""
    face = _face(arguments) if arguments else None
    metadata = {READS: declared, WEIGHT: weight}
    made = MAKE.field(resolver=face, description=description, deprecation_reason=deprecated, metadata=metadata)
    for one, argument in zip(arguments, made.arguments, strict=True):
        argument.description = one.description
    return made


def planned(*, description: str = "", **source: Any) -> Callable[[_C], _C]:
    """Make a class a planned GraphQL type. The keywords are those of `Source`; the docstring is the description."""

    def decorate(cls: _C) -> _C:
        cls.__module__ = NAMESPACE
        made = strawberry.type(cls, description=description or inspect.cleandoc(cls.__doc__ or ""))
        setattr(made, SOURCE, Source(name=cls.__name__, **source))
        return made

    return decorate


def graphql_name(name: str) -> str:
    """`expires_in` → `expiresIn`."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _face(arguments: Sequence[Argument]) -> Callable[..., Any]:
    """A function that only shows arguments to Strawberry; the executor never calls it."""

    def never_called(**_: Any) -> Any:
        raise AssertionError("planned fields are read by the planner")

    face: Any = never_called
    face.__module__ = NAMESPACE
    face.__signature__ = inspect.Signature([one.parameter for one in arguments])
    face.__annotations__ = {one.name: one.type for one in arguments}
    return face


ARGUMENTS: Mapping[str, tuple[str, str]] = {
    "first": ("int", "How many rows, from the front."),
    "after": ("str", "Only rows after the one of this cursor."),
    "last": ("int", "How many rows, from the back."),
    "before": ("str", "Only rows before the one of this cursor."),
    "filter": ("{target}Filter", "Which rows."),
    "order_by": ("{target}OrderBy", "In which order."),
}


def _connection_arguments(target: str) -> list[Argument]:
    return [Argument(name, f"{type.format(target=target)} | None", said, optional=True) for name, (type, said) in ARGUMENTS.items()]


def _refers(key: str) -> Join:
    return lambda row, target, _: target.c.id == row.c[key]


def _referred(key: str) -> Join:
    return lambda row, target, _: target.c[key] == row.c.id
