"""Who is affected by faults: the buildings that stand in them, and the persons who live there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa

from wangge_core.coverage.arrays import shapely, shapes
from wangge_core.coverage.faults import Fault
from wangge_core.db import tables as t
from wangge_core.db.work import CHUNK, Work
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.scopes import END
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import is_living


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """The buildings in a fault, and how many persons live in them; None where the viewer may not know."""

    building_ids: tuple[int, ...] | None = None
    persons: int | None = None


async def affected_by(work: Work, viewer: Viewer, faults: Sequence[Fault], path: str) -> list[Affected]:
    """Who is affected by each fault, of what is registered at and below a path of the base layer; it is empty for all.

    Nothing is told of what the viewer may not read there.
    """
    if not faults or not _reads(viewer, Capability.READ_PLACES, path):
        return [Affected() for _ in faults]
    areas = shapes([shapely.geometry.shape(fault.geometry) for fault in faults])
    buildings = await _buildings(work, path, shapely.total_bounds(areas).tolist())
    positions = shapely.points([(row.longitude, row.latitude) for row in buildings] or np.empty((0, 2)))
    met: list[tuple[int, int]] = shapely.STRtree(positions).query(areas, predicate="intersects").T.tolist()
    inside = [list[int]() for _ in faults]
    ids: list[int] = [row.id for row in buildings]
    for fault, building in met:
        inside[fault].append(ids[building])
    if not _reads(viewer, Capability.READ_PEOPLE, path):
        return [Affected(building_ids=tuple(sorted(own))) for own in inside]
    persons = await _persons(work, sorted({id for own in inside for id in own}))
    return [Affected(building_ids=tuple(sorted(own)), persons=sum(persons.get(id, 0) for id in own)) for own in inside]


def _reads(viewer: Viewer, capability: Capability, path: str) -> bool:
    return viewer.may(capability, path) if path else BoundViewer(viewer).scope(capability).has_whole_ground


async def _buildings(work: Work, path: str, box: Sequence[float]) -> Sequence[sa.Row[Any]]:
    """The buildings at and below a path within a box: west, south, east, north in degrees."""
    building, grid = t.building, t.grid
    west, south, east, north = box
    below = sa.and_(grid.c.path >= path, grid.c.path < path[:-1] + END) if path else sa.true()
    return await work.rows(
        sa.select(building.c.id, building.c.longitude, building.c.latitude)
        .select_from(building.join(grid, grid.c.id == building.c.grid_id))
        .where(building.c.latitude.between(south, north), building.c.longitude.between(west, east), below)
    )


async def _persons(work: Work, building_ids: Sequence[int]) -> dict[int, int]:
    """How many persons live in each building; who has moved out is not counted."""
    found: dict[int, int] = {}
    unit, household, person = t.unit, t.household, t.person
    living = person.join(household, household.c.id == person.c.household_id).join(unit, unit.c.id == household.c.unit_id)
    for start in range(0, len(building_ids), CHUNK):
        rows = await work.rows(
            sa.select(unit.c.building_id, sa.func.count().label("persons"))
            .select_from(living)
            .where(unit.c.building_id.in_(building_ids[start : start + CHUNK]), is_living(person), person.c.residence.is_not(None))
            .group_by(unit.c.building_id)
        )
        found |= {row.building_id: row.persons for row in rows}
    return found
