"""Statistics: counts of people, households and homes of every grid of the base layer, published at a moment, small counts suppressed.

They are for everybody, and the same for everybody: who may read the people of a ground counts them there. They are published all at
once and stay until the next time, since numbers that follow every change would tell who moved.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from wangge_core.data_care.suppression import Parts, shown
from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import CHUNK, Work
from wangge_core.people.homes import ResidenceKind
from wangge_core.places.units import UnitOccupancy

SMALLEST = 5
"""The usual minimum frequency; the setting `smallest_count` names another."""


@dataclass(frozen=True, slots=True)
class Published:
    """How many cells were published, and how many of them show no number."""

    cells: int
    hidden: int


@dataclass(frozen=True, slots=True)
class Ground:
    """The grids of the base layer as a tree, and the grids from the root down to each."""

    children: Mapping[int, Sequence[int]]
    roots: Sequence[int]
    above: Mapping[int, Sequence[int]]


async def publish_statistics(work: Work) -> Published:
    """Count anew and put the counts in the place of those that were published before."""
    ground, smallest = await _ground(work), work.rules.smallest_count
    persons = _summed(ground, await _persons(work))
    households = _summed(ground, await _counted(work, t.household.c.grid_id))
    units = _summed(ground, await _units(work))
    rows = {id: _row(work, id, smallest) for id in ground.above}
    _fill(rows, ground, persons, smallest, ("persons", "permanent", "temporary"))
    _fill(rows, ground, {id: (sum(parts),) for id, parts in households.items()}, smallest, ("households",))
    _fill(rows, ground, units, smallest, ("units", "", "vacant_units"))
    await work.run(sa.delete(t.grid_statistic))
    ready = list(rows.values())
    for start in range(0, len(ready), CHUNK):
        await work.insert(t.grid_statistic, ready[start : start + CHUNK])
    hidden = sum(value is None for row in ready for value in row.values())
    return Published(cells=len(ready) * len(COUNTS), hidden=hidden)


COUNTS = ("persons", "permanent", "temporary", "households", "units", "vacant_units")


def _row(work: Work, grid_id: int, smallest: int) -> dict[str, Any]:
    return {"grid_id": grid_id, "counted_at": work.now, "smallest": smallest} | dict.fromkeys(COUNTS)


def _fill(
    rows: dict[int, dict[str, Any]], ground: Ground, counts: Mapping[int, Parts], smallest: int, names: Sequence[str]
) -> None:
    """Write a whole and its parts where they are shown. A part without a name is what is left of the whole."""
    whole, *parts = names
    wholes = {id: (sum(found),) for id, found in counts.items()}
    seen = shown(ground.children, ground.roots, wholes, smallest)
    for id in seen:
        rows[id][whole] = wholes[id][0]
    for id in shown(ground.children, ground.roots, counts, smallest, among=seen) if parts else ():
        rows[id] |= {name: value for name, value in zip(parts, counts[id], strict=True) if name}


def _summed(ground: Ground, counted: Mapping[int, Sequence[int]]) -> dict[int, Parts]:
    """The counts of each grid and all below it, from those of the grids alone."""
    width = max(map(len, counted.values()), default=2)
    found = {id: [0] * width for id in ground.above}
    for id, parts in counted.items():
        for above in ground.above.get(id, ()):
            for place, value in enumerate(parts):
                found[above][place] += value
    return {id: tuple(parts) for id, parts in found.items()}


async def _ground(work: Work) -> Ground:
    grid = t.grid
    query = sa.select(grid.c.id, grid.c.parent_id, grid.c.path).where(grid.c.layer_id == BASE_LAYER)
    query = query.where(grid.c.ended_at.is_(None)).order_by(grid.c.path)
    children, roots, above = dict[int, list[int]](), list[int](), dict[int, list[int]]()
    for row in await work.rows(query):
        (roots if row.parent_id is None else children.setdefault(row.parent_id, [])).append(row.id)
        above[row.id] = [int(one) for one in row.path.strip(".").split(".")]
    return Ground(children, roots, above)


async def _persons(work: Work) -> Mapping[int, Sequence[int]]:
    """Who lives here for good and for a time; who has moved out is not counted."""
    person = t.person
    kinds = (ResidenceKind.PERMANENT, ResidenceKind.TEMPORARY)
    query = sa.select(person.c.grid_id, person.c.residence, sa.func.count().label("number")).where(
        person.c.removed_at.is_(None), person.c.residence.in_([kind.value for kind in kinds])
    )
    found: dict[int, Counter[str]] = {}
    for row in await work.rows(query.group_by(person.c.grid_id, person.c.residence)):
        found.setdefault(row.grid_id, Counter())[row.residence] = row.number
    return {id: [counts[kind.value] for kind in kinds] for id, counts in found.items()}


async def _counted(work: Work, grid_id: sa.Column[Any]) -> Mapping[int, Sequence[int]]:
    rows = await work.rows(sa.select(grid_id, sa.func.count().label("number")).group_by(grid_id))
    return {row.grid_id: [row.number] for row in rows}


async def _units(work: Work) -> Mapping[int, Sequence[int]]:
    """Units that are not known to be vacant, and those that are."""
    unit, building = t.unit, t.building
    vacant = unit.c.occupancy == UnitOccupancy.VACANT.value
    other, empty = (sa.func.sum(sa.case((vacant, one), else_=1 - one)) for one in (0, 1))
    query = sa.select(building.c.grid_id, other.label("other"), empty.label("empty"))
    rows = await work.rows(query.join(unit, unit.c.building_id == building.c.id).group_by(building.c.grid_id))
    return {row.grid_id: [int(row.other), int(row.empty)] for row in rows}
