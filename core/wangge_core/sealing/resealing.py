"""Resealing: sealed values move from older keys to the current one, in chunks that are each done or not, while the service runs.

A value says itself which key it is under, so a run that was broken off is simply begun again. Nothing is logged as a change: the
values stay what they are.
"""

from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import SettingError
from wangge_core.sealing.sealer import SEALED, Keys, Sealer, SealingError

if TYPE_CHECKING:
    from wangge_core.deployment import Deployment

ROWS_AT_ONCE = 500
"""How many rows one transaction reseals: on SQLite it keeps other writers waiting for some tens of milliseconds."""
Tell = Callable[[int, int], None]
"""Hears how many values are done, of how many."""
Failure = tuple[str, str, int, str]
"""A value that does not open: its table, column and row, and the code of the error."""


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many values were sealed anew, and which do not open."""

    done: int
    failed: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A sealed column with the one of its blind index."""

    table: sa.Table
    name: str
    index_name: str

    @property
    def field(self) -> str:
        return f"{self.table.name}.{self.name}"

    @property
    def value(self) -> sa.ColumnElement[Any]:
        return self.table.c[self.name]

    @property
    def index(self) -> sa.ColumnElement[Any]:
        return self.table.c[self.index_name]

    def is_under(self, key: str) -> sa.ColumnElement[bool]:
        """True where the value or its index was made with the key."""
        return sa.or_(*(sa.and_(one >= f"{key}:", one < f"{key};") for one in (self.value, self.index)))


def sealed_columns() -> Iterator[SealedColumn]:
    """Every sealed column of every table."""
    for (table, column), index in SEALED.items():
        yield SealedColumn(t.metadata.tables[table], column, index)


async def count_under(work: Work, key: str) -> int:
    """How many values are under a key."""
    counts = [
        await work.value(sa.select(sa.func.count()).select_from(one.table).where(one.is_under(key))) for one in sealed_columns()
    ]
    return sum(counts)


async def reseal_all(deployment: "Deployment", tell: Tell = lambda done, whole: None) -> Resealed:
    """Seal every value that is under an older key under the current one. Raises SealingError where there are no keys.

    Passes are made until one finds nothing, because a process that has not seen the new key yet may still seal under the old one.
    """
    sealer = deployment.sealer
    if sealer is None:
        raise SettingError("there is no key file.", hint="Name one as `sealing_key_file` in the settings.")
    done, failed = 0, set[Failure]()
    async with deployment.read() as work:
        whole = sum([await _count_older(work, one, sealer.keys) for one in sealed_columns()])
    while True:
        before = done
        for column in sealed_columns():
            async for number, wrong in _chunks(deployment, sealer, column):
                done += number
                failed.update(wrong)
                tell(done, max(whole, done))
        if done == before:
            return Resealed(done, tuple(sorted(failed)))


async def _chunks(deployment: "Deployment", sealer: Sealer, column: SealedColumn) -> AsyncGenerator[tuple[int, list[Failure]]]:
    """Reseal a column chunk by chunk, each in a transaction; yields how many were done and which do not open."""
    last: int | None = 0
    while last is not None:
        async with deployment.write() as work:
            last, done, wrong = await _reseal_chunk(work, sealer, column, last)
        yield done, wrong


async def _reseal_chunk(work: Work, sealer: Sealer, column: SealedColumn, after: int) -> tuple[int | None, int, list[Failure]]:
    table, older = column.table, _is_older(column, sealer.keys)
    query = (
        sa.select(table.c.id, column.value.label("sealed"))
        .where(table.c.id > after, older)
        .order_by(table.c.id)
        .limit(ROWS_AT_ONCE)
    )
    rows = await work.rows(query if work.on_sqlite else query.with_for_update())
    wrong: list[Failure] = []
    made: list[dict[str, Any]] = []
    for row in rows:
        id: int = row.id
        try:
            value = sealer.open(row.sealed, column.field, id)
        except SealingError as error:
            wrong.append((table.name, column.name, id, error.code))
            continue
        made.append({"row": id, "sealed": sealer.seal(value, column.field, id), "found": sealer.index(value, column.field)})
    if made:
        change = sa.update(table).where(table.c.id == sa.bindparam("row"))
        values: dict[str, Any] = {column.name: sa.bindparam("sealed"), column.index_name: sa.bindparam("found")}
        await work.connection.execute(change.values(values), made)
    return (rows[-1].id if len(rows) == ROWS_AT_ONCE else None), len(made), wrong


async def _count_older(work: Work, column: SealedColumn, keys: Keys) -> int:
    return await work.value(sa.select(sa.func.count()).select_from(column.table).where(_is_older(column, keys))) or 0


def _is_older(column: SealedColumn, keys: Keys) -> sa.ColumnElement[bool]:
    """True for values that are not under the current key, or whose index is not."""
    first, behind = f"{keys.current}:", f"{keys.current};"
    outside = [sa.or_(one < first, one >= behind) for one in (column.value, column.index)]
    return sa.and_(column.value.is_not(None), sa.or_(column.index.is_(None), *outside))
