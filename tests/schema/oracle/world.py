"""The world: all rows of a small database in Python, and what the declared expressions and joins come to, asked one by one."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL

from wangge_core.db import tables as t
from wangge_core.deadlines.reading import calendars_of
from wangge_core.deployment import Deployment
from wangge_core.events.workflows import Definitions
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.viewers import Viewer
from wangge_core.rules import Rules
from wangge_schema.reading.sources import Asking, Expression, Gather, Join, Reader, Source

Key = Any
"""A row's id: a number, or the name of a declared thing."""


class Database:
    """A database asked synchronously, on a loop of its own, so that what it has read outlives the loops of single tests."""

    def __init__(self, url: URL, rules: Rules, clock: Callable[[], Any]) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._opened = (url, rules, clock)
        self.deployment = self._run(self._open())

    async def _open(self) -> Deployment:
        url, rules, clock = self._opened
        return Deployment(url, rules, clock=clock)

    def _run(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def rows(self, statement: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
        async def ask() -> Any:
            async with self.deployment.read() as work:
                return await work.rows(statement)

        return self._run(ask())

    def definitions(self) -> Definitions:
        async def load() -> Definitions:
            found = Definitions()
            async with self.deployment.read() as work:
                await found.load(work)
            return found

        return self._run(load())

    def kept(self) -> Mapping[str, Any]:
        """What a process has read before, with the calendars."""

        async def load() -> Mapping[str, Any]:
            async with self.deployment.read() as work:
                await calendars_of(work)
            return self.deployment.kept

        return self._run(load())

    def close(self) -> None:
        self._run(self.deployment.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


SIMPLE = (str, int, float, bool, tuple, frozenset, type(None))


class Watched:
    """A viewer whose plain members are noted when they are looked at: what an expression depends on."""

    def __init__(self, viewer: Viewer, seen: dict[str, Any]) -> None:
        self._viewer, self._seen = viewer, seen

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._viewer, name)
        self._seen[name] = value if isinstance(value, SIMPLE) else ASKED_ANEW
        return value


ASKED_ANEW: Any = object()
"""In place of what cannot be compared: the expression is asked again each time."""


@dataclass(slots=True)
class _Found:
    """What an expression came to for viewers in whom these members are the same."""

    seen: dict[str, Any]
    by_id: dict[Key, Any]


@dataclass
class World:
    """Everything there is. What was asked once is kept: nothing is ever written."""

    database: Database
    definitions: Definitions = field(init=False)
    kept: Mapping[str, Any] = field(init=False)
    _tables: dict[str, dict[Key, Mapping[str, Any]]] = field(default_factory=dict)
    _values: dict[tuple[Any, ...], list[_Found]] = field(default_factory=dict)
    _compared: dict[int, Expression] = field(default_factory=dict)
    _kept: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.definitions = self.database.definitions()
        self.kept = self.database.kept()
        grids = self.rows(t.grid)
        self.path_of_grid: dict[int, str] = {id: row["path"] for id, row in grids.items()}
        self.parts: dict[int, set[int]] = {}
        """What the grids of overlays are made of."""
        for part in self.database.rows(sa.select(t.grid_part)):
            self.parts.setdefault(part.overlay_grid_id, set()).add(part.base_grid_id)
        self.grid_of_code: dict[str, int] = {row["code"]: id for id, row in grids.items() if row["layer_id"] == "base"}

    def reader(self, viewer: Viewer) -> Reader:
        """What finishing is told about who reads."""
        deployment = self.database.deployment
        now = deployment.clock().astimezone(deployment.rules.zone)
        files = deployment.files
        return Reader(viewer, deployment.rules.registry, now, self.definitions, links=files and files.links, kept=self.kept)

    def rows(self, table: Any) -> dict[Key, Mapping[str, Any]]:
        """All rows of a table or sub-select, by id."""
        if table.name not in self._tables:
            row = table.alias()
            columns = [column.label(name) for name, column in row.c.items()]
            found = self.database.rows(sa.select(*columns).select_from(row))
            self._tables[table.name] = {one.id: dict(one._mapping) for one in found}
        return self._tables[table.name]

    def values(self, table: Any, expression: Expression, viewer: Viewer) -> dict[Key, Any]:
        """What an expression is for every row of a table."""

        def ask(asking: Asking) -> dict[Key, Any]:
            row = table.alias()
            found = self.database.rows(sa.select(row.c.id, expression(row, asking).label("value")).select_from(row))
            return {one.id: one.value for one in found}

        return self._remembered((expression, table), viewer, ask)

    def joined(self, table: Any, target: Any, join: Join, viewer: Viewer) -> dict[Key, list[Key]]:
        """The ids of the rows of `target` that belong to each row of a table, whoever may see them."""

        def ask(asking: Asking) -> dict[Key, list[Key]]:
            row, other = table.alias(), target.alias()
            pairs = sa.select(row.c.id, other.c.id.label("other")).select_from(row).join(other, join(row, other, asking))
            found: dict[Key, list[Key]] = {}
            for one in self.database.rows(pairs):
                found.setdefault(one.id, []).append(one.other)
            return found

        return self._remembered((join, table, target), viewer, ask)

    def gathered(self, table: Any, gather: Gather, viewer: Viewer) -> dict[Key, list[Key]]:
        """The ids of the rows that a need gathers, in order."""
        rows = self.rows(gather.table)
        found = self.joined(table, gather.table, gather.join, viewer)
        return {id: sorted(ids, key=lambda one: rows[one][gather.order]) for id, ids in found.items()}

    def compared(self, source: Source, name: str, viewer: Viewer) -> dict[Key, Any]:
        """What the filter of this name compares, for every row of the type."""
        one = source.filters[name]
        expression = self._compared.setdefault(id(one), lambda row, _: one.expression(row))
        if one.of is None:
            return self.values(source.table, expression, viewer)
        other = self.values(one.of, expression, viewer)
        return {id: other.get(row[one.through]) for id, row in self.rows(source.table).items()}

    def among(self, table: Any, condition: Callable[[Any], sa.ColumnElement[bool]], viewer: Viewer) -> set[Key]:
        """The ids of the rows for which a condition holds."""

        def ask(_: Asking) -> set[Key]:
            row = table.alias()
            return {one.id for one in self.database.rows(sa.select(row.c.id).select_from(row).where(condition(row)))}

        return self._remembered((condition, table), viewer, ask)

    def _remembered(self, about: tuple[Any, ...], viewer: Viewer, ask: Callable[[Asking], Any]) -> Any:
        """What was asked before for viewers in whom all that was looked at is the same, or the answer to asking now."""
        entries = self._values.setdefault(tuple(map(id, about)), [])
        for entry in entries:
            if all(getattr(viewer, name) == value for name, value in entry.seen.items()):
                return entry.by_id
        seen: dict[str, Any] = {}
        watched: Any = Watched(viewer, seen)
        made = ask(Asking(BoundViewer(watched, moment=self.database.deployment.clock()), self.database.deployment.rules.registry))
        if ASKED_ANEW not in seen.values():
            entries.append(_Found(seen, made))
            self._kept.append(about)  # their ids must not be given to others
        return made
