"""The limit: the rows that reports and moves wrote, put by plain inserts into a copy of the database as it was before.

One transaction for each report or move, on as many connections, with nothing looked up, checked or made: what the database alone takes. Of
rows that a move changed, the event itself is updated; tasks, clocks and jobs that it ended are left as they are, which favours the limit.
"""

import asyncio
import sqlite3
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
from sqlalchemy.engine import URL

from wangge_core.db import tables as t
from write.clients import Taken

Row = Mapping[str, Any]
Written = dict[str, dict[int, list[Row]]]
"""The new rows of each table, by event."""
OF_EVENTS = tuple(
    table.name for table in t.metadata.sorted_tables if "id" in table.c and "event_id" in table.c and table.name != "event"
)
CHANGED = ("stage", "version", "entered_stage_at", "stage_due_at", "whole_due_at", "kind_id")


class Store:
    """A database read and written by its plain driver."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self.on_sqlite = url.get_backend_name() == "sqlite"

    async def rows(self, statement: str) -> list[Row]:
        if self.on_sqlite:
            connection = sqlite3.connect(str(self.url.database))
            connection.row_factory = sqlite3.Row
            try:
                return [dict(row) for row in connection.execute(statement)]
            finally:
                connection.close()
        connection = await asyncpg.connect(self.url.set(drivername="postgresql").render_as_string(hide_password=False))
        try:
            return [dict(row) for row in await connection.fetch(statement)]
        finally:
            await connection.close()

    async def last_ids(self) -> dict[str, int]:
        """The highest id of each table that holds rows of events."""
        names = ("event", "outbox", *OF_EVENTS)
        return {name: (await self.rows(f"SELECT coalesce(max(id), 0) AS last FROM {name}"))[0]["last"] for name in names}

    async def written_since(self, last: Mapping[str, int]) -> Written:
        """What came after these ids, by event."""
        found: Written = {}
        for name, id in last.items():
            by_event: dict[int, list[Row]] = defaultdict(list)
            for row in await self.rows(f"SELECT * FROM {name} WHERE id > {id} ORDER BY id"):
                owner = row["id"] if name == "event" else row["thing_id" if name == "outbox" else "event_id"]
                by_event[owner].append(row)
            if by_event:
                found[name] = dict(by_event)
        return found


async def insert_plainly(store: Store, written: Written, changed: Mapping[int, Row], connections: int) -> Taken:
    """Insert the rows again, a transaction for each event, over so many connections at once."""
    events = sorted({id for rows in written.values() for id in rows})
    shares = [events[number::connections] for number in range(connections)]
    started = time.perf_counter()
    each = await asyncio.gather(*(_share(store, share, written, changed) for share in shares))
    return Taken(time.perf_counter() - started, tuple(took for one in each for took in one))


async def _share(store: Store, events: Sequence[int], written: Written, changed: Mapping[int, Row]) -> list[float]:
    run = _on_sqlite if store.on_sqlite else _on_postgresql
    return await run(store.url, [_statements(id, written, changed, sqlite=store.on_sqlite) for id in events])


def _statements(event: int, written: Written, changed: Mapping[int, Row], *, sqlite: bool) -> list[tuple[str, tuple[Any, ...]]]:
    """What one transaction writes."""
    made: list[tuple[str, tuple[Any, ...]]] = []
    for name, rows in written.items():
        for row in rows.get(event, ()):
            places = ", ".join("?" if sqlite else f"${number}" for number in range(1, len(row) + 1))
            made.append((f"INSERT INTO {name} ({', '.join(row)}) VALUES ({places})", tuple(row.values())))
    if event in changed:
        values = [changed[event][name] for name in CHANGED]
        sets = ", ".join(f"{name} = {'?' if sqlite else f'${number}'}" for number, name in enumerate(CHANGED, 1))
        made.append((f"UPDATE event SET {sets} WHERE id = {event}", tuple(values)))
    return made


async def _on_postgresql(url: URL, transactions: Sequence[Sequence[tuple[str, tuple[Any, ...]]]]) -> list[float]:
    connection = await asyncpg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))
    each: list[float] = []
    try:
        for statements in transactions:
            started = time.perf_counter()
            async with connection.transaction():
                for statement, values in statements:
                    await connection.execute(statement, *values)
            each.append(time.perf_counter() - started)
    finally:
        await connection.close()
    return each


async def _on_sqlite(url: URL, transactions: Sequence[Sequence[tuple[str, tuple[Any, ...]]]]) -> list[float]:
    return await asyncio.to_thread(_write_sqlite, url, transactions)


def _write_sqlite(url: URL, transactions: Sequence[Sequence[tuple[str, tuple[Any, ...]]]]) -> list[float]:
    connection = sqlite3.connect(str(url.database), timeout=60, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")
    each: list[float] = []
    try:
        for statements in transactions:
            started = time.perf_counter()
            connection.execute("BEGIN IMMEDIATE")
            for statement, values in statements:
                connection.execute(statement, values)
            connection.execute("COMMIT")
            each.append(time.perf_counter() - started)
    finally:
        connection.close()
    return each
