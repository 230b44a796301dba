"""Migrating: brings a database to the newest revision, or says what it lacks.

On SQLite foreign keys are off while tables are rebuilt (otherwise a rebuild would delete all children), and checked afterwards.
"""

from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from wangge_core.db.append_only import missing
from wangge_core.db.postgresql import DEFAULTS, DatabaseSettings, check_server
from wangge_core.db.tables import is_search_index, metadata
from wangge_core.errors import DatabaseError

SCRIPTS = Path(__file__).with_name("migrations")


def configuration(connection: sa.Connection | None = None) -> Config:
    """Alembic's configuration, made here so that no file is needed."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    return config


@cache
def newest_revision() -> str | None:
    """The newest revision that this release knows: found once, for it reads every migration."""
    return ScriptDirectory.from_config(configuration()).get_current_head()


async def upgrade(url: URL, settings: DatabaseSettings = DEFAULTS) -> tuple[str | None, str | None]:
    """Bring the database to the newest revision in one transaction; returns the revision before and after."""
    _check_folder(url)
    if url.get_backend_name() == "postgresql":
        await check_server(url, settings)
    engine = migration_engine(url)
    try:
        async with engine.begin() as connection:
            before = await connection.run_sync(_current)
            await connection.run_sync(lambda sync: command.upgrade(configuration(sync), "head"))
            if engine.dialect.name == "sqlite":
                broken = (await connection.exec_driver_sql("PRAGMA foreign_key_check")).all()
                if broken:
                    raise DatabaseError(f"the upgrade would leave {len(broken)} rows without their parents; nothing was changed.")
            elif before not in (None, newest_revision()):
                await connection.run_sync(_analyze)
    finally:
        await engine.dispose()
    return before, newest_revision()


def _analyze(connection: sa.Connection) -> None:
    """Count anew what the tables hold. PostgreSQL does so by itself after many changes of rows, but not after a column was added; until
    then it takes one that is null everywhere for one that hardly ever is.
    """
    quote = connection.dialect.identifier_preparer.quote
    connection.exec_driver_sql(f"ANALYZE {', '.join(map(quote, sa.inspect(connection).get_table_names()))}")


async def check_revision(engine: AsyncEngine) -> None:
    """Raise DatabaseError unless the database is at the newest revision."""
    async with engine.connect() as connection:
        current = await connection.run_sync(_current)
    if current != newest_revision():
        raise DatabaseError(
            f"the database is at revision {current or 'none'}; this release needs {newest_revision()}.",
            hint="Run `wangge db upgrade`.",
        )


async def differences(engine: AsyncEngine) -> list[Any]:
    """Where the database differs from the tables in the code; empty when they agree."""

    def compare(connection: sa.Connection) -> list[Any]:
        opts = {"compare_type": False, "include_name": is_told_by_tables}
        return [*compare_metadata(MigrationContext.configure(connection, opts=opts), metadata), *missing(connection)]

    async with engine.connect() as connection:
        return await connection.run_sync(compare)


def is_told_by_tables(name: str | None, type: str, _parents: Any) -> bool:
    """Whether the tables in the code tell of a table or index; those of text search are made by migrations alone."""
    return type not in ("table", "index") or not is_search_index(name)


def _check_folder(url: URL) -> None:
    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).absolute().parent.is_dir():
        raise DatabaseError(f"there is no folder for {url.database}.", hint="Make it, or mend the path.")


def _current(connection: sa.Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def migration_engine(url: URL) -> AsyncEngine:
    """An engine for migrations alone: on SQLite with foreign keys off, on PostgreSQL without a limit of time."""
    sessions = {"server_settings": {"application_name": "wangge upgrade", "statement_timeout": "0"}}
    engine = create_async_engine(url, poolclass=NullPool, connect_args=sessions if url.get_backend_name() == "postgresql" else {})
    if engine.dialect.name == "sqlite":

        def connect(connection: Any, _record: Any) -> None:
            connection.isolation_level = None
            for pragma in ("journal_mode=WAL", "foreign_keys=OFF"):
                connection.execute(f"PRAGMA {pragma}")

        def begin(connection: sa.Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

        event.listen(engine.sync_engine, "connect", connect)
        event.listen(engine.sync_engine, "begin", begin)
    return engine
