"""The unit of work: one connection in one transaction, with what every operation needs beside it.

An operation writes its rows and announces what happened; announcements become outbox rows in the same transaction.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import REGCLASS
from sqlalchemy.ext.asyncio import AsyncConnection

from wangge_core.db import tables as t
from wangge_core.db.columns import to_milliseconds
from wangge_core.search.grams import folded_apart, grams_of
from wangge_core.storable import is_storable

if TYPE_CHECKING:
    from wangge_core.evidence.files import Files
    from wangge_core.rules import Rules
    from wangge_core.sealing.sealer import Sealer

CHUNK = 500
"""How many values one `IN (…)` or one insert statement carries at most."""


class Recorder(Protocol):
    """Notes what a unit of work changes, for the log of changes."""

    def logs(self, table: sa.Table) -> bool:
        """Whether changes of a table are logged."""
        ...

    def record(self, action: str, thing: str, ids: Iterable[int], fields: Sequence[tuple[Any, ...]] = ()) -> None:
        """Note that the same was done to things of a type."""
        ...

    def inserted(self, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Rows were added, with their ids."""
        ...

    async def before(self, work: "Work", statement: sa.Executable) -> Any:
        """What a statement is about to change; None where that is not logged."""
        ...

    async def after(self, work: "Work", before: Any) -> None:
        """What became of it."""
        ...

    async def write(self, work: "Work") -> None:
        """Write all that was noted, right before the commit."""
        ...


class Work:
    """A connection in a transaction. `now` is the same moment for all that happens in it.

    `sealer` is the deployment's, None where it has no keys: then sealed values are refused with SEALING_KEY_MISSING. `files` is None where
    it keeps none.
    """

    def __init__(
        self,
        connection: AsyncConnection,
        rules: "Rules",
        now: datetime,
        sealer: "Sealer | None" = None,
        changes: Recorder | None = None,
        files: "Files | None" = None,
        kept: dict[str, Any] | None = None,
    ) -> None:
        self.connection = connection
        self.changes = changes
        self.sealer = sealer
        self.files = files
        self.rules = rules
        self.kept = {} if kept is None else kept
        """What this process has read before and goes by until it has changed, by whose it is."""
        self.now = to_milliseconds(now)
        self._announced: list[dict[str, Any]] = []
        self._left: list[tuple[str, Any]] = []

    @property
    def today(self) -> date:
        """The day that it is at the place."""
        return self.now.astimezone(self.rules.zone).date()

    @property
    def on_sqlite(self) -> bool:
        return self.connection.dialect.name == "sqlite"

    @asynccontextmanager
    async def attempt(self) -> AsyncGenerator[Callable[[], Awaitable[None]]]:
        """Within it things are written that the function it gives takes back again, with what was announced of them."""
        announced, left, nested = list(self._announced), list(self._left), await self.connection.begin_nested()

        async def take_back() -> None:
            await nested.rollback()
            self._announced, self._left = announced, left

        yield take_back
        if nested.is_active:
            await nested.commit()

    async def rows(self, statement: sa.Executable, parameters: Mapping[str, Any] | None = None) -> Sequence[sa.Row[Any]]:
        return (await self.connection.execute(statement, parameters)).all()

    async def first(self, statement: sa.Executable, parameters: Mapping[str, Any] | None = None) -> sa.Row[Any] | None:
        return (await self.connection.execute(statement, parameters)).first()

    async def value(self, statement: sa.Executable) -> Any:
        return await self.connection.scalar(statement)

    async def run(self, statement: sa.Executable) -> int:
        """Execute a write and return how many rows it touched."""
        before = None if self.changes is None else await self.changes.before(self, statement)
        touched = (await self.connection.execute(statement)).rowcount
        if self.changes is not None and before is not None:
            await self.changes.after(self, before)
        return touched

    def record(self, action: str, thing: str, id: int, *fields: tuple[Any, ...]) -> None:
        """Note in the log of changes what no row of a logged table tells."""
        if self.changes is not None:
            self.changes.record(action, thing, [id], fields)

    async def insert(self, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
        if not rows:
            return
        logged = self.changes is not None and self.changes.logs(table)
        if (logged or table.name in t.SEARCHED) and "id" not in rows[0]:
            ids = await self.reserve_ids(table, len(rows))
            rows = [{"id": id, **row} for id, row in zip(ids, rows, strict=True)]
        column = t.SEARCHED.get(table.name)
        kept = rows if column is None else [{**row, "folded": folded_apart(row[column])} for row in rows]
        await self.connection.execute(sa.insert(table), list(kept))
        if logged and self.changes is not None:
            self.changes.inserted(table, rows)
        if column is not None:
            searched = [{"id": row["id"], "grams": grams_of(row[column])} for row in rows]
            await self.connection.execute(sa.insert(t.search[table.name]), searched)

    async def change(self, table: sa.Table, id: int, values: Mapping[str, Any]) -> None:
        """Write new values into a row, and what is searched of it."""
        searched = values.get(t.SEARCHED.get(table.name, ""))
        if searched is not None:
            values = {**values, "folded": folded_apart(searched)}
        await self.run(sa.update(table).where(table.c.id == id).values(values))
        if searched is not None:
            search = t.search[table.name]
            await self.run(sa.update(search).where(search.c.id == id).values(grams=grams_of(searched)))

    async def reserve_ids(self, table: sa.Table, count: int) -> range | Sequence[int]:
        """`count` keys that no other writer will use, so that rows and all that points at them are written together."""
        if count == 0:
            return range(0)
        if self.on_sqlite:  # BEGIN IMMEDIATE: nobody else is writing
            return await self._reserve_on_sqlite(table, count)
        sequence = sa.func.pg_get_serial_sequence(table.name, "id")
        numbers = sa.select(sa.func.nextval(sa.cast(sequence, REGCLASS))).select_from(sa.func.generate_series(1, count))
        return [row[0] for row in await self.rows(numbers)]

    async def _reserve_on_sqlite(self, table: sa.Table, count: int) -> range:
        sequence = sa.table("sqlite_sequence", sa.column("name"), sa.column("seq"))
        moved_on = sa.update(sequence).where(sequence.c.name == table.name).values(seq=sequence.c.seq + count)
        last = await self.value(moved_on.returning(sequence.c.seq))
        if last is None:
            last = count
            await self.run(sa.insert(sequence).values(name=table.name, seq=count))
        return range(last - count + 1, last + 1)

    async def by_ids(
        self,
        columns: Sequence[sa.ColumnElement[Any]],
        key: sa.ColumnElement[Any],
        ids: Iterable[Any],
        *conditions: sa.ColumnElement[bool],
    ) -> dict[Any, sa.Row[Any]]:
        """Rows by key, read in chunks. The key comes first in each row, and must be unique under the conditions."""
        wanted, found = sorted(filter(is_storable, set(ids))), dict[Any, sa.Row[Any]]()
        for start in range(0, len(wanted), CHUNK):
            chunk = wanted[start : start + CHUNK]
            for row in await self.rows(sa.select(key, *columns).where(key.in_(chunk), *conditions)):
                found[row[0]] = row
        return found

    def announce(self, topic: str, thing_id: int, grid_id: int | None, **content: Any) -> None:
        """Tell the outbox that something happened to a thing, in this transaction."""
        self._announced.append({"topic": topic, "thing_id": thing_id, "grid_id": grid_id, "content": content, "at": self.now})

    @property
    def announced(self) -> Sequence[Mapping[str, Any]]:
        """What was announced so far: `topic`, `thing_id`, `grid_id`, `content` and `at` of each."""
        return self._announced

    def leave(self, topic: str, content: Any) -> None:
        """Leave something to a room above, which does it at the end of this transaction: see `handlers.follow`."""
        self._left.append((topic, content))

    def take_left(self) -> list[tuple[str, Any]]:
        """What was left so far, in order; it is not left any more."""
        left, self._left = self._left, []
        return left

    async def write_announcements(self) -> int:
        """Write what was announced to the outbox; returns how much that was."""
        announced, self._announced = self._announced, []
        await self.insert(t.outbox, announced)
        return len(announced)
