"""Conditions: `contains` as SQL, in the form that suits how common the text is and how the rows are come by.

The index finds rows that have all grams of a text, and every row is then checked, so that all forms mean the same. A statement's text
never depends on what is searched; two parameters are made from it, for the index and for the check.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeDecorator, TypeEngine

from wangge_core.db import tables as t
from wangge_core.db.lists import Condition, looked_up
from wangge_core.rights.bound import Way
from wangge_core.search.grams import distinct_grams, folded

MOST_GRAMS = 32
"""How many grams the index is asked for; a longer text is left to the check."""


class Frequency(StrEnum):
    """How many rows a text is likely to be in."""

    RARE = "rare"
    """Few: they are looked up by the index."""
    COMMON = "common"
    """So many that rows are checked one by one, in whatever order they come."""
    EVERYWHERE = "everywhere"
    """All: nothing is searched."""


class IndexQuery(TypeDecorator[str]):
    """A text as the question that the index understands: `tsquery` on PostgreSQL, FTS5's `MATCH` on SQLite."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        grams = distinct_grams(value)[:MOST_GRAMS]
        if dialect.name == "postgresql":
            return " & ".join(map(_lexeme, grams)) or f"{_lexeme(folded(value))}:*"
        return " ".join(map(_term, grams)) or f"{_term(folded(value))}*"


class Folded(TypeDecorator[str]):
    """A text as it is compared."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        del dialect
        return None if value is None else folded(value)


def contains(
    table: sa.Table,
    row: sa.FromClause,
    bound: Callable[[TypeEngine[str]], sa.ColumnElement[Any]],
    frequency: Frequency,
    way: Way,
) -> sa.ColumnElement[bool]:
    """True for rows of a searched table whose text holds the one that is looked for.

    `bound` makes a parameter of the text, of the type that it is given. Below `or` and `not` rows are always asked one by one: `way` is
    REFERRED there.
    """
    if frequency is Frequency.EVERYWHERE:
        return sa.true()
    holds = Holds(sa.func.coalesce(row.c.folded, row.c[t.SEARCHED[table.name]]), bound(Folded()))
    if way is Way.REFERRED or (way is Way.WALKED and frequency is Frequency.COMMON):
        return holds
    search = t.search[table.name].alias()
    found = sa.select(search.c.id).where(Indexed(search, bound(IndexQuery())))
    return sa.and_(looked_up(row.c.id, found) if frequency is Frequency.RARE else row.c.id.in_(found).is_(sa.true()), holds)


class Indexed(Condition):
    """True for the rows of a search table that the index finds."""

    inherit_cache = False

    def __init__(self, search: Any, query: sa.ColumnElement[Any]) -> None:
        super().__init__(search.c.id, search.c.grams, query)
        self.index = t.index_of(search.element.name)


@compiles(Indexed, "postgresql")
def _indexed_on_postgresql(element: Indexed, compiler: SQLCompiler, **options: Any) -> str:
    _, grams, query = (compiler.process(piece, **options) for piece in element.clauses)
    return f"array_to_tsvector(string_to_array({grams}, ' ')) @@ CAST({query} AS tsquery)"


@compiles(Indexed, "sqlite")
def _indexed_on_sqlite(element: Indexed, compiler: SQLCompiler, **options: Any) -> str:
    id, _, query = (compiler.process(piece, **options) for piece in element.clauses)
    return f"{id} IN (SELECT rowid FROM {element.index} WHERE {element.index} MATCH {query})"


class Holds(Condition):
    """True where the first text holds the second."""

    inherit_cache = False


@compiles(Holds, "postgresql")
def _holds_on_postgresql(element: Holds, compiler: SQLCompiler, **options: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **options)}) > 0"


@compiles(Holds, "sqlite")
def _holds_on_sqlite(element: Holds, compiler: SQLCompiler, **options: Any) -> str:
    return f"instr({compiler.process(element.clauses, **options)}) > 0"


def _lexeme(gram: str) -> str:
    return "'" + gram.replace("\\", "\\\\").replace("'", "''") + "'"


def _term(gram: str) -> str:
    return '"' + gram.replace('"', '""') + '"'
