"""Later: a moment so many seconds after another, in SQL, the same on both databases."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from wangge_core.db.columns import Instant


class Later(FunctionElement[Any]):
    """The moment in the first expression, and a number of seconds."""

    type = Instant()
    inherit_cache = True

    def __init__(self, moment: sa.ColumnElement[Any], seconds: int) -> None:
        super().__init__(moment, sa.literal(seconds, sa.Integer))


@compiles(Later, "sqlite")
def _later_on_sqlite(element: Later, compiler: SQLCompiler, **options: Any) -> str:
    moment, seconds = (compiler.process(piece, **options) for piece in element.clauses)
    return f"strftime('%Y-%m-%dT%H:%M:%fZ', {moment}, {seconds} || ' seconds')"


@compiles(Later, "postgresql")
def _later_on_postgresql(element: Later, compiler: SQLCompiler, **options: Any) -> str:
    moment, seconds = (compiler.process(piece, **options) for piece in element.clauses)
    return f"({moment} + {seconds} * INTERVAL '1 second')"
