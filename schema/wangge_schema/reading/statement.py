"""SQL that writes JSON: expressions whose value is JSON text, put together by concatenation, the same bytes on SQLite and PostgreSQL.

Text is concatenated, not nested JSON values: nothing is parsed again on the way up, and there is no limit on the number of fields.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from wangge_core.db.lists import Condition

Json = sa.ColumnElement[str]
"""An SQL expression of JSON text, never NULL."""

MOMENT = r'''"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'''
"""PostgreSQL's pattern for a moment as JSON text: `"2026-01-31T08:00:00.000Z"` with its quotes."""

PIECES = 80
"""How many pieces one concatenation holds before it is nested (PostgreSQL's functions take 100 arguments)."""


class JsonScalar(FunctionElement[str]):
    """A column's value as JSON; SQL's NULL becomes JSON's null. `form` is one of text, number, boolean, moment, json, ready."""

    type = sa.Text()
    inherit_cache = False

    def __init__(self, value: sa.ColumnElement[Any], form: str) -> None:
        super().__init__(value)
        self.form = form
        self.nullable = getattr(value, "nullable", True)


@compiles(JsonScalar, "sqlite")
def _scalar_on_sqlite(element: JsonScalar, compiler: SQLCompiler, **options: Any) -> str:
    value = compiler.process(element.clauses, **options)
    match element.form:
        case "ready":
            return value
        case "boolean":
            return f"(CASE WHEN ({value}) IS NULL THEN 'null' WHEN {value} THEN 'true' ELSE 'false' END)"
        case "json":
            return f"coalesce({value}, 'null')"
        case "number" if not element.nullable:
            return f"({value})"
        case "moment" if not element.nullable:
            return f"'\"' || {value} || '\"'"
        case _:
            return f"json_quote({value})"


@compiles(JsonScalar, "postgresql")
def _scalar_on_postgresql(element: JsonScalar, compiler: SQLCompiler, **options: Any) -> str:
    value = compiler.process(element.clauses, **options)
    match element.form:
        case "ready":
            return value
        case "text":
            text = f"to_json({value}::text)::text"
        case "boolean":
            return f"(CASE WHEN {value} THEN 'true' WHEN NOT ({value}) THEN 'false' ELSE 'null' END)"
        case "moment":
            text = f"to_char({value} AT TIME ZONE 'UTC', '{MOMENT}')"
        case _:
            text = f"({value})::text"
    return f"coalesce({text}, 'null')" if element.nullable else text


class Concatenation(FunctionElement[str]):
    """Pieces of text joined together. Every piece is NOT NULL."""

    type = sa.Text()
    inherit_cache = False


@compiles(Concatenation, "sqlite")
def _concatenated_on_sqlite(element: Concatenation, compiler: SQLCompiler, **options: Any) -> str:
    return " || ".join(compiler.process(piece, **options) for piece in element.clauses)  # it binds tightest: no parentheses


@compiles(Concatenation, "postgresql")
def _concatenated_on_postgresql(element: Concatenation, compiler: SQLCompiler, **options: Any) -> str:
    return "concat(" + ", ".join(compiler.process(piece, **options) for piece in element.clauses) + ")"


class Gathered(FunctionElement[str]):
    """An aggregate: the texts of all rows with commas between, in the order of the other expressions; empty text for no rows."""

    type = sa.Text()
    inherit_cache = False

    def __init__(self, text: sa.ColumnElement[Any], *order: sa.ColumnElement[Any]) -> None:
        super().__init__(text, *order)


@compiles(Gathered, "sqlite")
def _gathered_on_sqlite(element: Gathered, compiler: SQLCompiler, **options: Any) -> str:
    text, *_ = (compiler.process(piece, **options) for piece in element.clauses)
    return f"coalesce(group_concat({text}, ','), '')"  # rows come in order from the inner select


@compiles(Gathered, "postgresql")
def _gathered_on_postgresql(element: Gathered, compiler: SQLCompiler, **options: Any) -> str:
    text, *order = (compiler.process(piece, **options) for piece in element.clauses)
    return f"coalesce(string_agg({text}, ',' ORDER BY {', '.join(order)}), '')"


class PlainText(FunctionElement[str]):
    """A value as the text that JSON would show, without quotes."""

    type = sa.Text()
    inherit_cache = False


@compiles(PlainText)
def _plain_text(element: PlainText, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AS TEXT)"


class JsonMember(FunctionElement[str]):
    """A member of a JSON object as text without quotes (`->>`): `JsonMember(column, "zh")`."""

    type = sa.Text()
    inherit_cache = False

    def __init__(self, value: sa.ColumnElement[Any], name: str) -> None:
        super().__init__(value)
        self.member = name


@compiles(JsonMember)
def _member(element: JsonMember, compiler: SQLCompiler, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)} ->> '{element.member}')"


class PathIds(Condition):
    """True when the first expression is one of the ids in the second, a path such as `1.12.345.`."""

    inherit_cache = False


@compiles(PathIds, "sqlite")
def _path_ids_on_sqlite(element: PathIds, compiler: SQLCompiler, **options: Any) -> str:
    id, path = (compiler.process(piece, **options) for piece in element.clauses)
    return f"{id} IN (SELECT value FROM json_each('[' || replace(rtrim({path}, '.'), '.', ',') || ']'))"


@compiles(PathIds, "postgresql")
def _path_ids_on_postgresql(element: PathIds, compiler: SQLCompiler, **options: Any) -> str:
    id, path = (compiler.process(piece, **options) for piece in element.clauses)
    return f"{id} = ANY (string_to_array(rtrim({path}, '.'), '.')::bigint[])"


def literal(text: str) -> Json:
    """Text that stands in the statement itself: JSON punctuation and response keys, which are GraphQL names."""
    return sa.literal_column("'" + text.replace("'", "''") + "'", sa.Text())


def joined(pieces: Sequence[Json | str]) -> Json:
    """The concatenation of literals and expressions."""
    merged: list[Json | str] = []
    for piece in pieces:
        if isinstance(piece, str) and merged and isinstance(merged[-1], str):
            merged[-1] += piece
        else:
            merged.append(piece)
    parts = [literal(piece) if isinstance(piece, str) else piece for piece in merged]
    while len(parts) > PIECES:
        parts = [Concatenation(*parts[start : start + PIECES]) for start in range(0, len(parts), PIECES)]
    return parts[0] if len(parts) == 1 else Concatenation(*parts)


def json_object(members: Iterable[tuple[str, Json]]) -> Json:
    """A JSON object with its members in order."""
    pieces: list[Json | str] = ["{"]
    for name, value in members:
        pieces += [("," if len(pieces) > 1 else "") + f'"{name}":', value]
    return joined([*pieces, "}"])


def or_null(value: sa.ColumnElement[Any]) -> Json:
    """JSON's null where a sub-select finds no row."""
    return sa.func.coalesce(value, literal("null"))
