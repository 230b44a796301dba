"""Lists in conditions: bound as one parameter, or looked up first by a select, whatever the database would rather do.

A statement is kept prepared and planned once for all values, so its form must say what the planner cannot guess.
"""

from typing import Any, cast

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine


class ListOf(TypeDecorator[list[Any]]):
    """A bound list: an array on PostgreSQL, JSON text on SQLite."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, item: TypeEngine[Any]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(self.item) if dialect.name == "postgresql" else sa.Text())

    def process_bind_param(self, value: list[Any] | None, dialect: Dialect) -> Any:
        return value if value is None or dialect.name == "postgresql" else orjson.dumps(value).decode()


class Condition(FunctionElement[bool]):
    """A truth value that stands in a WHERE as it is. SQLAlchemy would write `… = 1` on SQLite, which then uses no index."""

    type = sa.Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:
        del against
        return self


class Among(Condition):
    """True when the first expression is one of the bound list's values."""

    inherit_cache = True


def among(value: sa.ColumnElement[Any], values: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """`value IN values`, where `values` is one parameter of type `ListOf`."""
    return Among(value, values)


@compiles(Among, "postgresql")
def _among_on_postgresql(element: Among, compiler: SQLCompiler, **options: Any) -> str:
    value, values = (compiler.process(piece, **options) for piece in element.clauses)
    return f"{value} = ANY ({values})"


@compiles(Among, "sqlite")
def _among_on_sqlite(element: Among, compiler: SQLCompiler, **options: Any) -> str:
    value, values = (compiler.process(piece, **options) for piece in element.clauses)
    return f"{value} IN (SELECT value FROM json_each({values}))"


class Checked(FunctionElement[Any]):
    """A column as it is, of which the database goes by no index: rows are come by another way, and it would rather take any."""

    inherit_cache = False

    def __init__(self, column: sa.ColumnElement[Any]) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(Checked, "postgresql")
def _checked_on_postgresql(element: Checked, compiler: SQLCompiler, **options: Any) -> str:
    return f"(SELECT {compiler.process(element.clauses, **options)})"


@compiles(Checked, "sqlite")
def _checked_on_sqlite(element: Checked, compiler: SQLCompiler, **options: Any) -> str:
    return f"+{compiler.process(element.clauses, **options)}"


class LookedUp(Condition):
    """True when the first expression is one of what the select finds; the select is run first."""

    inherit_cache = True


def looked_up(value: sa.ColumnElement[Any], ids: sa.Select[Any] | sa.CompoundSelect[Any]) -> sa.ColumnElement[bool]:
    """`value IN (ids)` for few ids: PostgreSQL makes an array of them and goes by the index of `value`, where it might else walk
    all rows in the order that is asked for.
    """
    return LookedUp(value, ids.scalar_subquery())


def is_looked_up(condition: Any) -> bool:
    """Whether a condition is, or has in it outside of any select, one that looks ids up."""
    if isinstance(condition, sa.BooleanClauseList):
        return any(map(is_looked_up, condition.clauses))
    if isinstance(condition, sa.Grouping | sa.UnaryExpression):  # SQLAlchemy wraps a truth value in an AND
        return is_looked_up(cast("Any", condition).element)
    return isinstance(condition, LookedUp)


@compiles(LookedUp, "postgresql")
def _looked_up_on_postgresql(element: LookedUp, compiler: SQLCompiler, **options: Any) -> str:
    value, ids = (compiler.process(piece, **options) for piece in element.clauses)
    return f"{value} = ANY (ARRAY{ids})"


@compiles(LookedUp, "sqlite")
def _looked_up_on_sqlite(element: LookedUp, compiler: SQLCompiler, **options: Any) -> str:
    value, ids = (compiler.process(piece, **options) for piece in element.clauses)
    return f"{value} IN {ids}"


class Listed(FunctionElement[Any]):
    """The items of a bound JSON list as rows."""

    inherit_cache = False


class PartOf(FunctionElement[str]):
    """One text of an item that is a list of texts."""

    type = sa.Text()
    inherit_cache = False

    def __init__(self, item: sa.ColumnElement[Any], number: int) -> None:
        super().__init__(item)
        self.number = number


def listed(values: sa.BindParameter[Any]) -> sa.TableValuedAlias:
    """The items of a JSON list that is bound as text, as rows to select from; `part_of` reads them."""
    return Listed(values).table_valued("value")


def part_of(rows: sa.TableValuedAlias, number: int) -> sa.ColumnElement[str]:
    """The text at this place of an item of `listed`, which is a list of texts itself."""
    return PartOf(rows.c.value, number)


@compiles(Listed, "postgresql")
def _listed_on_postgresql(element: Listed, compiler: SQLCompiler, **options: Any) -> str:
    return f"jsonb_array_elements(CAST(CAST({compiler.process(element.clauses, **options)} AS TEXT) AS JSONB))"


@compiles(Listed, "sqlite")
def _listed_on_sqlite(element: Listed, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(PartOf, "postgresql")
def _part_on_postgresql(element: PartOf, compiler: SQLCompiler, **options: Any) -> str:
    return f'((({compiler.process(element.clauses, **options)}) ->> {element.number}) COLLATE "C")'


@compiles(PartOf, "sqlite")
def _part_on_sqlite(element: PartOf, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_extract({compiler.process(element.clauses, **options)}, '$[{element.number}]')"
