"""Loading rows in bulk: COPY on PostgreSQL, prepared inserts on SQLite; indexes that hold no rule are made afterwards."""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from types import TracebackType
from typing import Any, Protocol, Self

import asyncpg
from sqlalchemy.engine import URL

from wangge_core.db.columns import instant_text

CHUNK = 20_000
Row = tuple[Any, ...]


class Loader(Protocol):
    """A database that is being filled."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def count(self, table: str) -> int: ...

    async def drop_indexes(self) -> list[str]:
        """Drop those that enforce nothing; what makes them again is returned."""
        ...

    async def load(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None: ...

    async def run(self, statement: str) -> None: ...

    async def finish(self, tables: Iterable[str]) -> None:
        """Move the running keys on, and have the planner's statistics made."""
        ...


class PostgreSQLLoader:
    """Foreign keys are not looked at while rows are copied, which asks for a superuser; without one it only takes longer."""

    def __init__(self, url: URL) -> None:
        self._dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)

    async def __aenter__(self) -> Self:
        self._connection = await asyncpg.connect(self._dsn)
        if await self._connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
            await self._connection.execute("SET session_replication_role = replica")
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._connection.close()

    async def count(self, table: str) -> int:
        return int(await self._connection.fetchval(f"SELECT count(*) FROM {table}"))

    async def drop_indexes(self) -> list[str]:
        found = await self._connection.fetch(
            """SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS made_by
            FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = current_schema() AND NOT i.indisunique"""
        )
        for row in found:
            await self.run(f"DROP INDEX {row['name']}")
        return [row["made_by"] for row in found]

    async def load(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        await self._connection.copy_records_to_table(table, records=rows, columns=list(columns))

    async def run(self, statement: str) -> None:
        await self._connection.execute(statement)

    async def finish(self, tables: Iterable[str]) -> None:
        for table in tables:
            sequence = await self._connection.fetchval("SELECT pg_get_serial_sequence($1, 'id')", table)
            await self.run(f"SELECT setval('{sequence}', (SELECT coalesce(max(id), 1) FROM {table}))")
        await self.run("VACUUM ANALYZE")


class SQLiteLoader:
    """One connection that waits for no disk: a file that was half filled is thrown away and made again."""

    def __init__(self, url: URL) -> None:
        assert url.database is not None
        self._path = url.database

    async def __aenter__(self) -> Self:
        self._connection = sqlite3.connect(self._path, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-200000", "temp_store=MEMORY"):
            await self.run(f"PRAGMA {pragma}")
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._connection.close()

    async def count(self, table: str) -> int:
        return int(self._connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    async def drop_indexes(self) -> list[str]:
        found = self._connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE 'CREATE INDEX%'"
        ).fetchall()
        for name, _ in found:
            await self.run(f'DROP INDEX "{name}"')
        return [made_by for _, made_by in found]

    async def load(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        marks = ", ".join("?" * len(columns))
        await self.run("BEGIN")
        self._connection.executemany(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})",
            (tuple(map(_stored, row)) for row in rows),
        )
        await self.run("COMMIT")

    async def run(self, statement: str) -> None:
        self._connection.execute(statement)

    async def finish(self, tables: Iterable[str]) -> None:
        del tables  # the running keys follow what is inserted
        await self.run("ANALYZE")
        await self.run("PRAGMA wal_checkpoint(TRUNCATE)")


def _stored(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant_text(value)
    return value.isoformat() if isinstance(value, date) else value


def loader(url: URL) -> Loader:
    return PostgreSQLLoader(url) if url.get_backend_name() == "postgresql" else SQLiteLoader(url)
