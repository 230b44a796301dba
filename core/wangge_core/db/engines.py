"""Engines: how a database URL becomes connections that behave alike on SQLite and PostgreSQL.

SQLite has one writer: its engine begins with BEGIN IMMEDIATE and holds one connection, so that writers of this process queue in it.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from wangge_core.errors import DatabaseError

SQLITE_LEAST = (3, 38, 0)
POSTGRESQL_LEAST = (14, 0)
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000", "temp_store=MEMORY")


def database_url(text: str) -> URL:
    """The URL with the driver that we use. Raises DatabaseError for anything but SQLite and PostgreSQL."""
    try:
        url = make_url(text)
    except ArgumentError:
        raise DatabaseError(
            "the database URL cannot be read.", hint="Write sqlite:///town.db or postgresql+asyncpg://user@host/name."
        ) from None
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
    name = url.get_backend_name()
    if name not in drivers:
        raise DatabaseError(f"{name} is not supported.", hint="Use SQLite or PostgreSQL.")
    return url.set(drivername=drivers[name])


def open_engines(url: URL, *, pool_size: int = 8) -> tuple[AsyncEngine, AsyncEngine]:
    """The engines to read and to write with; one and the same on PostgreSQL."""
    if url.get_backend_name() == "postgresql":
        engine = create_async_engine(
            url, pool_size=pool_size, max_overflow=0, hide_parameters=True, json_serializer=_dumps, json_deserializer=orjson.loads
        )
        return engine, engine
    return _sqlite_engine(url, "BEGIN", pool_size), _sqlite_engine(url, "BEGIN IMMEDIATE", 1)


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()


def _sqlite_engine(url: URL, begin: str, pool_size: int) -> AsyncEngine:
    engine = create_async_engine(url, pool_size=pool_size, max_overflow=0, pool_timeout=120, hide_parameters=True)
    event.listen(engine.sync_engine, "connect", _on_connect)
    event.listen(engine.sync_engine, "begin", _on_begin(begin))
    return engine


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    connection.create_function("lower", 1, _lower, deterministic=True)  # SQLite's own knows ASCII only


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _on_begin(statement: str) -> Callable[[sa.Connection], None]:
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(statement)

    return begin


async def check_version(engine: AsyncEngine) -> str:
    """The version of the database server or library. Raises DatabaseError when it is out of reach or too old."""
    _check_file(engine.url)
    try:
        async with engine.connect() as connection:
            version = connection.dialect.server_version_info or ()
    except (OSError, SQLAlchemyError) as error:
        raise DatabaseError(
            f"the database cannot be reached: {error}.", hint="Check the URL, and that the server runs and the folder exists."
        ) from error
    least = SQLITE_LEAST if engine.dialect.name == "sqlite" else POSTGRESQL_LEAST
    if tuple(version) < least:
        raise DatabaseError(f"{engine.dialect.name} {_dotted(version)} is too old.", hint=f"Use {_dotted(least)} or later.")
    return f"{engine.dialect.name} {_dotted(version)}"


def is_missing(url: URL) -> bool:
    """Whether the URL names an SQLite file that is not there; opening it would make an empty one."""
    return url.get_backend_name() == "sqlite" and bool(url.database) and not Path(url.database or "").is_file()


def _check_file(url: URL) -> None:
    if is_missing(url):
        raise DatabaseError(f"there is no database {url.database}.", hint="Run `wangge db upgrade`, or check the path.")


def _dotted(version: tuple[Any, ...]) -> str:
    return ".".join(map(str, version))
