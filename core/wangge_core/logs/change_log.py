"""The log of changes: what a unit of work changes of the logged tables is written with it, at the end of its transaction.

All changes are one chain. Its end is locked last, right before the commit, so that writers wait for one another no longer than that.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import auto
from types import SimpleNamespace
from typing import Any, cast

import orjson
import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.logs.chains import change_content, entry_hash, held_by, plain
from wangge_core.logs.logged_tables import LOGGED, NEVER, Logged
from wangge_core.plugin.declarations.labels import Choice
from wangge_core.rights.viewers import Viewer

MOST_OPERATION = 120
Field = tuple[Any, ...]
"""`(name, old, new)` of a column whose values are kept, `(name,)` of any other."""


class Action(Choice):
    """What was done. The last three are done to chains of the log of reads."""

    CREATED = auto(), "新增"
    CHANGED = auto(), "修改"
    REMOVED = auto(), "删除"
    OPENED = auto(), "开启"
    CLOSED = auto(), "关闭"
    PRUNED = auto(), "清理"


@dataclass(frozen=True, slots=True)
class Before:
    """Rows that a statement is about to change."""

    table: sa.Table
    logged: Logged
    rows: Mapping[int, sa.Row[Any]]
    removes: bool


@dataclass(slots=True)
class Changes:
    """What one unit of work changes. `viewer` is who does it, `operation` by which mutation or command."""

    viewer: Viewer | None = None
    operation: str = ""
    _found: dict[tuple[str, str, bytes], set[int]] = field(default_factory=dict[tuple[str, str, bytes], set[int]])

    def logs(self, table: sa.Table) -> bool:
        """Whether changes of a table are logged."""
        return table.name in LOGGED

    def record(self, action: str, thing: str, ids: Iterable[int], fields: Sequence[Field] = ()) -> None:
        """Log that the same was done to things of a type."""
        key = str(action), thing, orjson.dumps(plain(fields))
        self._found.setdefault(key, set()).update(ids)

    def inserted(self, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Rows were added, with their ids."""
        logged = LOGGED.get(table.name)
        if logged is None:
            return
        if logged.owner:
            self._part_changed(logged, {row.get(logged.owner) for row in rows}, [(logged.part,)])
        else:
            self.record(Action.CREATED, logged.type, (row["id"] for row in rows))

    async def before(self, work: Work, statement: sa.Executable) -> Before | None:
        """The rows that a statement is about to change; None where they are not logged."""
        if not isinstance(statement, sa.Update | sa.Delete):
            return None
        table = cast("sa.Table", statement.table)
        logged = LOGGED.get(table.name)
        if logged is None:
            return None
        condition = statement.whereclause
        select = sa.select(table) if condition is None else sa.select(table).where(condition)
        if not work.on_sqlite:  # the lock that the statement takes anyway, so that nobody changes the row in between
            select = select.with_for_update(key_share=isinstance(statement, sa.Update))
        rows = {row.id: row for row in await work.rows(select)}
        return Before(table, logged, rows, isinstance(statement, sa.Delete))

    async def after(self, work: Work, before: Before) -> None:
        """What became of these rows."""
        now = {} if before.removes else await work.by_ids(list(before.table.c), before.table.c.id, before.rows)
        for id, old in before.rows.items():
            new = now.get(id)
            changed = None if new is None else _differences(before, old, new[1:])
            if changed == []:
                continue
            self._note(before, id, old, changed)

    def _note(self, before: Before, id: int, old: sa.Row[Any], changed: list[Field] | None) -> None:
        logged = before.logged
        if logged.owner:
            self._part_changed(logged, {getattr(old, logged.owner)}, changed or [(logged.part,)])
        else:
            self.record(Action.REMOVED if changed is None else Action.CHANGED, logged.type, [id], changed or ())

    def _part_changed(self, logged: Logged, owners: set[int | None], fields: Sequence[Field]) -> None:
        """A part of things changed; of those that are new themselves that need not be said."""
        created = self._found.get((Action.CREATED.value, logged.type, b"[]"), set())
        if changed := {owner for owner in owners if owner is not None} - created:
            self.record(Action.CHANGED, logged.type, changed, fields)

    async def write(self, work: Work) -> None:
        """Append all that was recorded to the chain of changes. Nothing may be written after it but the commit."""
        if not self._found:
            return
        chain = t.log_chain
        select = sa.select(chain.c.entries, chain.c.hash).where(chain.c.id == t.CHANGES)
        head = await work.first(select if work.on_sqlite else select.with_for_update())
        assert head is not None, "the chain of changes is made by a migration"
        rows, last = self._rows(work, head.entries, head.hash)
        self._found = {}
        await work.insert(t.change_log, rows)
        await work.run(sa.update(chain).where(chain.c.id == t.CHANGES).values(entries=head.entries + len(rows), hash=last))

    def _rows(self, work: Work, count: int, last: bytes) -> tuple[list[dict[str, Any]], bytes]:
        viewer, rows = self.viewer, list[dict[str, Any]]()
        who: dict[str, Any] = {
            "at": work.now,
            "account_id": viewer.account_id if viewer else None,
            "key_id": viewer.key_id if viewer else None,
            "held": held_by(viewer) if viewer else [],
            "operation": self.operation[:MOST_OPERATION],
        }
        for (action, thing, fields), ids in self._found.items():
            for first, end in _ranges(ids) if action == Action.CREATED.value else zip(sorted(ids), sorted(ids), strict=True):
                row = who | {"id": count + len(rows) + 1, "action": action, "thing": thing}
                row |= {"thing_id": first, "last_id": end, "fields": orjson.loads(fields)}
                last = entry_hash(last, change_content(SimpleNamespace(**row)))
                rows.append(row | {"hash": last})
        return rows, last


def _differences(before: Before, old: sa.Row[Any], new: Sequence[Any]) -> list[Field]:
    """The columns in which a row differs, with their values where the log keeps those."""
    prefix, found = f"{before.logged.part}." if before.logged.part else "", list[Field]()
    for column, was, now in zip(before.table.c, old, new, strict=True):
        if was != now and column.name not in NEVER:
            name = prefix + column.name
            found.append((name, was, now) if column.name in before.logged.shown else (name,))
    return found


def _ranges(ids: Iterable[int]) -> Iterable[tuple[int, int]]:
    """Ids as ranges without gaps."""
    first = last = None
    for id in sorted(ids):
        if last is not None and id == last + 1:
            last = id
            continue
        if first is not None and last is not None:
            yield first, last
        first = last = id
    if first is not None and last is not None:
        yield first, last
