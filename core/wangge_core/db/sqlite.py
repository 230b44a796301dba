"""SQLite's connections: each statement goes to the connection's thread once.

aiosqlite sends four pieces of work there for a statement (make a cursor, execute, fetch, close), and SQLAlchemy fetches all rows at once
anyway. To go once halves the time of a write; docs/decisions/0017 has the figures.
"""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import aiosqlite

STATEMENTS = 512
"""How many prepared statements a connection keeps; the driver's 128 are fewer than the service has."""


class OnceConnection(aiosqlite.Connection):
    """A connection whose cursors go to its thread once for a statement."""

    def cursor(self) -> Any:
        """A cursor as SQLAlchemy uses one; nothing is done before it executes."""
        return OnceCursor(self)

    async def run(self, run: Callable[[sqlite3.Cursor], object]) -> tuple[sqlite3.Cursor, Sequence[Any]]:
        """Do something with a new cursor, and fetch what it has found."""
        connection: Any = self  # what aiosqlite gives its own methods has no types
        return await connection._execute(self._run, run)

    def _run(self, run: Callable[[sqlite3.Cursor], object]) -> tuple[sqlite3.Cursor, Sequence[Any]]:
        cursor = self._conn.cursor()
        run(cursor)
        return cursor, cursor.fetchall() if cursor.description else ()


class OnceCursor:
    """A cursor that has fetched when it has executed."""

    def __init__(self, connection: OnceConnection) -> None:
        self._connection = connection
        self._cursor: sqlite3.Cursor | None = None
        self._rows: Sequence[Any] = ()

    async def __aenter__(self) -> "OnceCursor":
        return self

    async def execute(self, sql: str, parameters: Any = ()) -> "OnceCursor":
        self._cursor, self._rows = await self._connection.run(lambda cursor: cursor.execute(sql, parameters))
        return self

    async def executemany(self, sql: str, parameters: Any) -> "OnceCursor":
        self._cursor, self._rows = await self._connection.run(lambda cursor: cursor.executemany(sql, parameters))
        return self

    async def fetchall(self) -> Sequence[Any]:
        """All rows of the last statement."""
        return self._rows

    async def close(self) -> None:
        """Nothing is left open."""

    @property
    def description(self) -> Any:
        return self._cursor.description if self._cursor else None

    @property
    def rowcount(self) -> int:
        return self._cursor.rowcount if self._cursor else -1

    @property
    def lastrowid(self) -> int | None:
        return self._cursor.lastrowid if self._cursor else None


def open_connection(database: str, **options: Any) -> OnceConnection:
    """A connection that is opened when it is awaited; its thread ends with the process."""
    connection = OnceConnection(lambda: sqlite3.connect(database, cached_statements=STATEMENTS, **options), iter_chunk_size=64)
    connection._thread.daemon = True
    return connection
