"""Stores of the log of reads: a batch goes straight to the driver, in one transaction on a connection that does nothing else."""

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import asyncpg
from sqlalchemy.engine import URL

from wangge_core.db import tables as t
from wangge_core.db.engines import set_up_sqlite
from wangge_core.db.postgresql import DatabaseSettings, asyncpg_arguments
from wangge_core.logs.chains import Head
from wangge_core.logs.entries import Batch


class OtherWriterError(Exception):
    """The chain does not end where this writer left it."""


class LogStore(Protocol):
    """Appends to chains. Whatever goes wrong is raised as the driver's error."""

    async def head(self, chain: int) -> Head:
        """Where a chain ends."""
        ...

    async def append(self, batch: Batch) -> None:
        """Write and commit. Raises OtherWriterError."""
        ...

    async def close(self) -> None:
        """Return the connection."""
        ...


def open_store(url: URL, settings: DatabaseSettings) -> LogStore:
    """The store of a database; it connects when it is first needed."""
    return PostgreSQLStore(url, settings) if url.get_backend_name() == "postgresql" else SQLiteStore(url)


COLUMNS = list(t.read_log.c)
NAMES = ", ".join(column.name for column in COLUMNS)
HEAD = "SELECT entries, hash FROM log_chain WHERE id = {}"


class SQLiteStore:
    """A thread with a connection of its own: the whole transaction is one hop to it and back."""

    def __init__(self, url: URL) -> None:
        self._path = url.database or ":memory:"
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="wangge-read-log")
        self._connection: sqlite3.Connection | None = None

    async def head(self, chain: int) -> Head:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._head, chain)

    async def append(self, batch: Batch) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._append, batch)

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown(wait=False)

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            connection = sqlite3.connect(f"file:{self._path}?mode=rw", uri=True, check_same_thread=False)
            set_up_sqlite(connection)
            self._connection = connection
        return self._connection

    def _head(self, chain: int) -> Head:
        row = self._connected().execute(HEAD.format("?"), (chain,)).fetchone()
        if row is None:
            raise OtherWriterError
        return Head(*row)

    def _append(self, batch: Batch) -> None:
        connection = self._connected()
        connection.execute("BEGIN IMMEDIATE")
        try:
            self._write(connection, batch)
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise

    def _write(self, connection: sqlite3.Connection, batch: Batch) -> None:
        moved = connection.execute(MOVE_HEAD_ON_SQLITE, (*_ends(batch),))
        if moved.rowcount != 1:
            raise OtherWriterError
        connection.executemany(INSERT_ON_SQLITE, batch.rows)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()


def _ends(batch: Batch) -> tuple[object, ...]:
    return batch.after.entries, batch.after.hash, batch.chain, batch.before.entries


MOVE_HEAD_ON_SQLITE = "UPDATE log_chain SET entries = ?, hash = ? WHERE id = ? AND entries = ?"
INSERT_ON_SQLITE = f"INSERT INTO read_log ({NAMES}) VALUES ({', '.join('?' * len(COLUMNS))})"


class PostgreSQLStore:
    """A connection of asyncpg's: a batch is one statement, which is a transaction of its own, and one round trip."""

    def __init__(self, url: URL, settings: DatabaseSettings) -> None:
        self._arguments = asyncpg_arguments(url, settings)
        self._connection: Any = None

    async def head(self, chain: int) -> Head:
        row = await (await self._connected()).fetchrow(HEAD.format("$1"), chain)
        if row is None:
            raise OtherWriterError
        return Head(*row)

    async def append(self, batch: Batch) -> None:
        connection = await self._connected()
        rows = zip(*batch.rows, strict=True)
        moved = await connection.fetchval(APPEND_ON_POSTGRESQL, *_ends(batch), *map(list, rows))
        if moved != 1:
            raise OtherWriterError

    async def close(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await connection.close(timeout=2)

    async def _connected(self) -> Any:
        if self._connection is None or self._connection.is_closed():
            connect: Any = asyncpg.connect  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - untyped arguments
            self._connection = await connect(**self._arguments)
        return self._connection


ARRAYS = {"Json": "text", "Instant": "text", "LargeBinary": "bytea", "String": "text"}
"""The types of the items in which columns come; others are bigint."""
CASTS = {"Json": "::json", "Instant": "::timestamptz"}


def _sort(column: Any) -> str:
    return type(column.type).__name__


_GIVEN = ", ".join(f"${number}::{ARRAYS.get(_sort(column), 'bigint')}[]" for number, column in enumerate(COLUMNS, 5))
_ITEMS = ", ".join(f"given.{column.name}{CASTS.get(_sort(column), '')}" for column in COLUMNS)
APPEND_ON_POSTGRESQL = f"""
WITH head AS (UPDATE log_chain SET entries = $1, hash = $2 WHERE id = $3 AND entries = $4 RETURNING id),
     written AS (INSERT INTO read_log ({NAMES}) SELECT {_ITEMS} FROM unnest({_GIVEN}) AS given ({NAMES}), head)
SELECT count(*) FROM head"""
