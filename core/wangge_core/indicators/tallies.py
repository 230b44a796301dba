"""Tallies: what facts add up to, for the grid of each and all grids above it. They are kept by differences, so that nothing is added twice.

A community and the grids below it have counts by month alone; grids above have them by day too, and by month for every kind, source,
office, role and number of minutes. All else is counted from the facts when it is asked for.

Events of kinds that are hidden from the grid, such as complaints about who serves there, are counted from the subdistrict up.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.indicators.facts import Counted, Fact
from wangge_core.rights.communities import LOW

WHOLE, KIND, SOURCE, OFFICE, ROLE, MINUTES = "", "KIND", "SOURCE", "OFFICE", "ROLE", "MINUTES"
DAY, MONTH = "D", "M"
AT_ONCE = 2_000
"""How many rows one statement of many carries."""


class Cell(NamedTuple):
    """A row of the tallies but for its number."""

    grid_id: int
    dimension: str
    span: str
    measure: str
    starts_on: date
    value: str
    correction: bool


@dataclass(frozen=True, slots=True)
class Grounds:
    """The levels of grids by id, and which kinds of events are hidden from low ones."""

    levels: Mapping[int, str]
    hidden: frozenset[str]
    named: frozenset[int]

    @property
    def gone(self) -> frozenset[int]:
        """Grids that undoing a division took away; nothing is counted for them."""
        return self.named - self.levels.keys()

    def is_low(self, grid_id: int) -> bool:
        """Whether the grid is a community or lies below one."""
        return self.levels.get(grid_id) in LOW


async def grounds_of(work: Work, things: Sequence[Counted]) -> Grounds:
    """What is to be known of the grids of these things."""
    paths = {one.path for one in things} | {one.then_path or "" for one in things}
    ids = {int(id) for path in paths for id in path.split(".") if id}
    levels = {id: row.level for id, row in (await work.by_ids((t.grid.c.level,), t.grid.c.id, ids)).items()}
    return Grounds(levels, await hidden_kinds(work), frozenset(ids))


async def hidden_kinds(work: Work) -> frozenset[str]:
    """Kinds of events that are not counted for communities and the grids below them."""
    rows = await work.rows(sa.select(t.event_kind.c.id).where(t.event_kind.c.hidden_from_grid))
    return frozenset(row.id for row in rows)


def added_up(things: Iterable[Counted], grounds: Grounds, *, sign: int = 1) -> Counter[Cell]:
    """The cells to which things add, or from which they are taken with −1."""
    found = Counter[Cell]()
    for thing in things:
        for cell, number in _cells(thing, thing.path, grounds, correction=False):
            found[cell] += sign * number
        if thing.then_path is not None:
            for cell, number in _cells(thing, thing.path, grounds, correction=True):
                found[cell] -= sign * number
            for cell, number in _cells(thing, thing.then_path, grounds, correction=True):
                found[cell] += sign * number
    return found


def _cells(thing: Counted, path: str, grounds: Grounds, *, correction: bool) -> Iterator[tuple[Cell, int]]:
    for id in (int(one) for one in path.split(".") if one):
        low = grounds.is_low(id)
        if id not in grounds.levels or (low and thing.kind_id in grounds.hidden):
            continue
        for fact in thing.facts:
            month = fact.day.replace(day=1)
            yield Cell(id, WHOLE, MONTH, fact.measure, month, "", correction), fact.number
            if not low:
                yield Cell(id, WHOLE, DAY, fact.measure, fact.day, "", correction), fact.number
                for dimension, value in _values(thing, fact):
                    yield Cell(id, dimension, MONTH, fact.measure, month, value, correction), fact.number


def _values(thing: Counted, fact: Fact) -> Iterator[tuple[str, str]]:
    """Of which kind, source, office and role something is, and how many minutes it took."""
    by = fact.by
    if thing.kind_id is not None:
        yield KIND, thing.kind_id
    if thing.source is not None:
        yield SOURCE, thing.source
    if by.office_id is not None:
        yield OFFICE, str(by.office_id)
    if by.role_id is not None:
        yield ROLE, by.role_id
    if fact.minutes is not None:
        yield MINUTES, str(bucket(fact.minutes))


def bucket(minutes: int) -> int:
    """Minutes as they are tallied: to the minute below two hours, to two figures above, so that a median is off by a twentieth at most."""
    if minutes < 120:
        return minutes
    step = 10 ** (len(str(minutes)) - 2)
    return (minutes + step // 2) // step * step


async def write_tallies(work: Work, changes: Counter[Cell]) -> None:
    """Add differences to the tallies."""
    rows = [dict(zip(Cell._fields, cell, strict=True)) | {"number": number} for cell, number in changes.items() if number]
    insert = (sqlite.insert if work.on_sqlite else postgresql.insert)(t.tally)
    adding = insert.on_conflict_do_update(
        index_elements=list(t.tally.primary_key.columns), set_={"number": t.tally.c.number + insert.excluded.number}
    )
    rows.sort(key=_in_order)
    for start in range(0, len(rows), AT_ONCE):
        await work.connection.execute(adding, rows[start : start + AT_ONCE])


def _in_order(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Rows are locked in one order everywhere."""
    return tuple(row[name] for name in Cell._fields)
