"""Reads: a statement's text and its parameters go straight to the driver, and one value comes back.

No transaction is opened, because one statement sees one state of the database anyway. A read that is cancelled is stopped in the
database too. Operations do not read here: they have their unit of work.
"""

import asyncio
import math
import sqlite3
import threading
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Protocol

import asyncpg
from sqlalchemy.engine import URL

from wangge_core.db.engines import set_up_sqlite
from wangge_core.db.postgresql import DatabaseSettings, asyncpg_arguments
from wangge_core.db.watching import PoolUse, StatementWatch
from wangge_core.errors import WanggeError

STATEMENTS_KEPT = 512
"""How many prepared statements a connection keeps."""
SQLITE_THREADS = 4
STEPS_BETWEEN_QUESTIONS = 20_000
"""How many steps SQLite makes, a millisecond or so, before it asks whether a read is still wanted."""


class ReadError(WanggeError):
    """A read that the database did not do, for a reason that lies in what was asked."""


class TooComplexReadError(ReadError):
    """The statement is too large or too deep for the database."""

    code = "QUERY_TOO_COMPLEX"


class ReadTimeoutError(ReadError):
    """The statement took longer than a statement may."""

    code = "TIMED_OUT"


class ParameterError(ReadError):
    """A parameter is none that the database can hold."""

    code = "FILTER_INVALID"


TOO_COMPLEX = "This asks for more than the database can answer in one statement; ask for less at once."
TOO_LONG = "This takes longer than a statement may; ask for less at once."
TOO_MUCH = (
    "parser stack overflow",
    "Expression tree is too large",
    "too many",
    "at most 64 tables",
    "cannot exceed",
    "memory exhausted",
)
"""How a driver says that a statement is too large, where it has no error of its own for it."""


@contextmanager
def explained() -> Generator[None]:
    """Turns a driver's error into a ReadError where the reason lies in what was asked."""
    try:
        yield
    except asyncpg.ProgramLimitExceededError:
        raise TooComplexReadError(TOO_COMPLEX) from None
    except asyncpg.QueryCanceledError:
        raise ReadTimeoutError(TOO_LONG) from None
    except (asyncpg.DataError, sqlite3.DataError, OverflowError):
        raise ParameterError("A value is none that the database can hold.") from None
    except (sqlite3.OperationalError, asyncpg.InterfaceError, asyncpg.PostgresSyntaxError) as error:
        if str(error) == "interrupted":
            raise ReadTimeoutError(TOO_LONG) from None
        if any(sign in str(error) for sign in TOO_MUCH):
            raise TooComplexReadError(TOO_COMPLEX) from None
        raise


class Reads(Protocol):
    """Connections that only read."""

    watches: list[StatementWatch]

    async def value(self, statement: str, parameters: Sequence[Any]) -> Any:
        """The first column of the first row; None where there is none. Raises ReadError, and what else the driver raises."""
        ...

    def use(self) -> PoolUse:
        """How full the pool is."""
        ...

    async def close(self) -> None:
        """Return every connection."""
        ...


def open_reads(url: URL, settings: DatabaseSettings) -> Reads:
    """The reads of a database; connections are made when they are first needed."""
    return PostgreSQLReads(url, settings) if url.get_backend_name() == "postgresql" else SQLiteReads(url, settings)


class Session(asyncpg.Connection):
    """A connection that is not reset between reads: they leave nothing behind."""

    def get_reset_query(self) -> str:
        return ""


class PostgreSQLReads:
    """A pool of asyncpg's own, which keeps statements prepared."""

    def __init__(self, url: URL, settings: DatabaseSettings) -> None:
        self.watches: list[StatementWatch] = []
        arguments = asyncpg_arguments(url, settings)
        session: dict[str, str] = arguments["server_settings"] | {"plan_cache_mode": "force_generic_plan"}
        self._arguments = arguments | {"statement_cache_size": STATEMENTS_KEPT, "server_settings": session}
        self._size = settings.pool_size
        self._opening = asyncio.Lock()
        self._pool: Any = None

    async def value(self, statement: str, parameters: Sequence[Any]) -> Any:
        pool = self._pool or await self._open()
        started = perf_counter()
        failed = True
        connection = await pool.acquire()
        try:
            with explained():
                found = await connection.fetchval(statement, *parameters)
            failed = False
            return found
        finally:
            await pool.release(connection)
            for watch in self.watches:
                watch(statement, perf_counter() - started, failed)

    async def _open(self) -> Any:
        create_pool: Any = asyncpg.create_pool  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - untyped arguments
        async with self._opening:
            if self._pool is None:
                sizes = {"min_size": 0, "max_size": self._size, "max_inactive_connection_lifetime": 0}
                self._pool = await create_pool(connection_class=Session, **sizes, **self._arguments)
        return self._pool

    def use(self) -> PoolUse:
        pool = self._pool
        return PoolUse(self._size, pool.get_size() - pool.get_idle_size() if pool else 0)

    async def close(self) -> None:
        if self._pool is not None:
            pool, self._pool = self._pool, None
            await pool.close()


@dataclass(slots=True)
class Reading:
    """One read on SQLite: until when it may run, and whether it is still wanted."""

    until: float
    stopped: bool = False

    @property
    def over(self) -> bool:
        return self.stopped or perf_counter() > self.until


class SQLiteReads:
    """A few threads, each with a connection of its own."""

    def __init__(self, url: URL, settings: DatabaseSettings) -> None:
        self.watches: list[StatementWatch] = []
        self._path = url.database or ":memory:"
        self._size = min(settings.pool_size, SQLITE_THREADS)
        self._seconds = settings.statement_timeout_seconds or math.inf
        self._own = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._threads = ThreadPoolExecutor(self._size, thread_name_prefix="wangge-read")
        self._busy = 0

    async def value(self, statement: str, parameters: Sequence[Any]) -> Any:
        started, failed = perf_counter(), True
        reading = Reading(started + self._seconds)
        self._busy += 1
        try:
            found = await asyncio.get_running_loop().run_in_executor(self._threads, self._read, reading, statement, parameters)
            failed = False
            return found
        finally:
            reading.stopped = True
            self._busy -= 1
            for watch in self.watches:
                watch(statement, perf_counter() - started, failed)

    def _read(self, reading: Reading, statement: str, parameters: Sequence[Any]) -> Any:
        connection = self._connection()
        self._own.reading = reading
        with explained():
            row = connection.execute(statement, parameters).fetchone()
        return row[0] if row else None

    def _connection(self) -> sqlite3.Connection:
        """This thread's connection; it asks every so often whether its read is still wanted."""
        if not hasattr(self._own, "connection"):
            connection = sqlite3.connect(self._path, check_same_thread=False, cached_statements=STATEMENTS_KEPT)
            set_up_sqlite(connection)
            connection.execute("PRAGMA query_only=ON")
            connection.set_progress_handler(lambda: self._own.reading.over, STEPS_BETWEEN_QUESTIONS)
            self._own.connection = connection
            self._opened.append(connection)
        return self._own.connection

    def use(self) -> PoolUse:
        return PoolUse(self._size, min(self._busy, self._size))

    async def close(self) -> None:
        await asyncio.to_thread(self._threads.shutdown)
        while self._opened:
            self._opened.pop().close()
