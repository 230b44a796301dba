"""Engines: how a database URL becomes connections that behave alike on SQLite and PostgreSQL.

SQLite has one writer: its engine begins with BEGIN IMMEDIATE and holds one connection, so that writers of this process queue in it.
"""

import logging
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from wangge_core.db.postgresql import (
    CONNECT_SECONDS,
    DEFAULTS,
    DatabaseSettings,
    asyncpg_arguments,
    check_server,
    session_settings,
    warnings_of,
)
from wangge_core.db.sqlite import open_connection
from wangge_core.errors import DatabaseError

log = logging.getLogger("wangge.database")

SQLITE_LEAST = (3, 38, 0)
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


def open_engines(url: URL, settings: DatabaseSettings = DEFAULTS) -> tuple[AsyncEngine, AsyncEngine]:
    """The engines to read and to write with; one and the same on PostgreSQL. Raises DatabaseError for a URL that cannot be used."""
    if url.get_backend_name() == "postgresql":
        engine = _postgresql_engine(url, settings)
        return engine, engine
    return _sqlite_engine(url, "BEGIN", settings.pool_size), _sqlite_engine(url, "BEGIN IMMEDIATE", 1)


def _postgresql_engine(url: URL, settings: DatabaseSettings) -> AsyncEngine:
    asyncpg_arguments(url)  # so that a wrong option shows here and not at the first connection
    engine = create_async_engine(
        url,
        pool_size=settings.pool_size,
        max_overflow=0,
        hide_parameters=True,
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
        connect_args={"timeout": CONNECT_SECONDS, "server_settings": session_settings(settings)},
    )
    event.listen(engine.sync_engine, "checkout", _on_checkout)
    return engine


def _on_checkout(connection: Any, _record: Any, _proxy: Any) -> None:
    """Replace a connection that the server has ended, which the driver knows without asking it."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()


def _sqlite_engine(url: URL, begin: str, pool_size: int) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=120,
        hide_parameters=True,
        connect_args={"async_creator_fn": open_connection},
    )
    event.listen(engine.sync_engine, "connect", _on_connect)
    event.listen(engine.sync_engine, "begin", _on_begin(begin))
    return engine


def _on_connect(connection: Any, _record: Any) -> None:
    set_up_sqlite(connection)


def set_up_sqlite(connection: Any) -> None:
    """Make a new connection behave as ours do."""
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


async def check_version(engine: AsyncEngine, settings: DatabaseSettings = DEFAULTS) -> str:
    """The version of the database server or library. Raises DatabaseError when it is out of reach, too old or unfit."""
    if engine.dialect.name == "postgresql":
        server = await check_server(engine.url, settings)
        for warning in warnings_of(server, settings):
            _warn(warning)
        return f"postgresql {_dotted(server.version)}"
    _check_file(engine.url)
    try:
        async with engine.connect() as connection:
            version = connection.dialect.server_version_info or ()
    except (OSError, SQLAlchemyError) as error:
        raise DatabaseError(
            f"the database cannot be opened: {error}.", hint="Check the path, and that the folder is there."
        ) from error
    if tuple(version) < SQLITE_LEAST:
        raise DatabaseError(f"sqlite {_dotted(version)} is too old.", hint=f"Use {_dotted(SQLITE_LEAST)} or later.")
    return f"sqlite {_dotted(version)}"


@cache
def _warn(warning: str) -> None:
    """Log a warning once in the life of a process, however often its database is opened."""
    log.warning(warning)


def is_missing(url: URL) -> bool:
    """Whether the URL names an SQLite file that is not there; opening it would make an empty one."""
    return url.get_backend_name() == "sqlite" and bool(url.database) and not Path(url.database or "").is_file()


def _check_file(url: URL) -> None:
    if is_missing(url):
        raise DatabaseError(f"there is no database {url.database}.", hint="Run `wangge db upgrade`, or check the path.")


def _dotted(version: tuple[Any, ...]) -> str:
    return ".".join(map(str, version))
