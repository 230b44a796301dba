"""Reading the outbox: the rows after a position, page by page, so that none is missed and none comes twice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import RowMapping

from wangge_core.db.columns import Instant, Json
from wangge_core.db.outbox.positions import Mark, OutboxCursorError, Position, Snapshot, StaleCursorError
from wangge_core.db.work import Work

MOST_ROWS = 500
PRUNED = "outbox.pruned"
"""The counter that says up to where rows were pruned: a transaction on PostgreSQL, an id on SQLite."""
COLUMNS = {"topic": sa.String(), "thing_id": sa.BigInteger(), "grid_id": sa.BigInteger(), "content": Json(), "at": Instant()}
"""What is read of a row beside its place."""

_ON_SQLITE = """
SELECT (SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'outbox') AS now,
  (SELECT value FROM counter WHERE name = :pruned) AS pruned,
  found.id, 0 AS transaction_id, found.topic, found.thing_id, found.grid_id, found.content, found.at
FROM (SELECT 1) AS one LEFT JOIN (SELECT * FROM outbox WHERE id > :id AND id <= :until ORDER BY id LIMIT :most) AS found ON true
ORDER BY found.id"""
_ON_POSTGRESQL = """
SELECT pg_current_snapshot()::text AS now, (SELECT value FROM counter WHERE name = :pruned) AS pruned,
  found.id, found.transaction_id, found.topic, found.thing_id, found.grid_id, found.content, found.at
FROM (SELECT 1) AS one LEFT JOIN LATERAL (
  SELECT * FROM outbox
  WHERE transaction_id >= :low AND NOT pg_visible_in_snapshot(transaction_id::text::xid8, CAST(CAST(:after AS text) AS pg_snapshot))
    AND {more}
  ORDER BY transaction_id, id LIMIT :most
) AS found ON true
ORDER BY found.transaction_id, found.id"""
_UNTIL = "pg_visible_in_snapshot(transaction_id::text::xid8, CAST(CAST(:until AS text) AS pg_snapshot))"
_BEYOND = "(transaction_id, id) > (:transaction_id, :id)"


@dataclass(frozen=True, slots=True)
class Change:
    """A row of the outbox: what happened (`event.moved`) to which thing, where, when. `position` is right after it."""

    id: int
    topic: str
    thing_id: int
    grid_id: int | None
    content: Mapping[str, Any]
    at: datetime
    position: Position


@dataclass(frozen=True, slots=True)
class Page:
    """Changes in order, where to go on, and whether there was more than the page holds."""

    changes: tuple[Change, ...]
    next: Position
    more: bool


async def present(work: Work) -> Position:
    """The position of now: after all that has committed."""
    if work.on_sqlite:
        return Position(
            None, mark=Mark(0, await work.value(sa.text("SELECT max(seq) FROM sqlite_sequence WHERE name = 'outbox'")) or 0)
        )
    return Position(Snapshot.parse(await work.value(sa.text("SELECT pg_current_snapshot()::text"))))


async def read_page(work: Work, position: Position, until: Position | None = None, *, most: int = MOST_ROWS) -> Page:
    """At most `most` changes after the position, up to a whole position `until` or up to now.

    Raises StaleCursorError where rows after the position were pruned, and OutboxCursorError where it lies in the future.
    """
    read = _read_on_sqlite if work.on_sqlite else _read_on_postgresql
    return await read(work, position, until, most)


async def _read_on_sqlite(work: Work, position: Position, until: Position | None, most: int) -> Page:
    last = until.mark.id if until and until.mark else 2**62
    rows = await _rows(work, _ON_SQLITE, {"id": position.low, "until": last, "most": most})
    now: int = rows[0]["now"]
    _check(position, rows[0]["pruned"], future=position.low > now)
    changes = tuple(_change(row, Position(None, mark=Mark(0, row["id"]))) for row in rows if row["id"] is not None)
    if len(changes) == most:
        return Page(changes, changes[-1].position, more=True)
    return Page(changes, Position(None, mark=Mark(0, min(now, last))), more=False)


async def _read_on_postgresql(work: Work, position: Position, until: Position | None, most: int) -> Page:
    assert position.after is not None
    bound = position.until or (until.after if until else None)
    more = [_UNTIL] if bound else []
    values: dict[str, Any] = {"low": position.low, "after": str(position.after), "most": most}
    if bound:
        values |= {"until": str(bound)}
    if position.mark:
        more.append(_BEYOND)
        values |= {"transaction_id": position.mark.transaction, "id": position.mark.id}
    rows = await _rows(work, _ON_POSTGRESQL.format(more=" AND ".join(more) or "true"), values)
    now = Snapshot.parse(rows[0]["now"])
    _check(position, rows[0]["pruned"], future=max(position.after.end, bound.end if bound else 0) > now.end)
    start = Position(position.after, bound or now)
    changes = tuple(_change(row, start.at(Mark(row["transaction_id"], row["id"]))) for row in rows if row["id"] is not None)
    if len(changes) == most:
        return Page(changes, changes[-1].position, more=True)
    return Page(changes, Position(bound or now), more=position.until is not None)


async def _rows(work: Work, text: str, values: Mapping[str, Any]) -> list[RowMapping]:
    statement = sa.text(text).bindparams(pruned=PRUNED, **values).columns(**COLUMNS)
    return list((await work.connection.execute(statement)).mappings())


def _check(position: Position, pruned: int | None, *, future: bool) -> None:
    if future:
        raise OutboxCursorError(
            "this cursor is of another database, or of one that a backup replaced.", hint="Subscribe without it."
        )
    if pruned is not None and pruned > position.low - (position.after is not None):
        raise StaleCursorError("the changes after this cursor are not kept any more.", hint="Read the list afresh.")


def _change(row: RowMapping, position: Position) -> Change:
    return Change(position=position, **{name: row[name] for name in ("id", *COLUMNS)})
