"""Vacancies: homes that were registered as vacant and are found lived in, by whatever is registered of them. Who lives there is to be
served, which is not for the rooms that find it: `handlers.py` says who does it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import CHUNK, Work
from wangge_core.rights.viewers import Viewer

FOUND_LIVED_IN = "unit.found_lived_in"
VACANT, UNKNOWN, HOME = "VACANT", "UNKNOWN", "HOME"


@dataclass(frozen=True, slots=True)
class LivedIn:
    """A home that was vacant, the building and grid that it is in, and who found it lived in."""

    unit_id: int
    building_id: int
    grid_id: int
    finder: Viewer


def found_lived_in(work: Work, found: LivedIn, occupancy: str) -> None:
    """Announce it, and leave it to who serves newcomers."""
    work.announce(FOUND_LIVED_IN, found.unit_id, found.grid_id, occupancy=occupancy)
    work.leave(FOUND_LIVED_IN, found)


async def live_in(work: Work, viewer: Viewer, unit_ids: Iterable[int | None]) -> None:
    """Somebody lives in these units from now on. Homes that were vacant are so no longer; whether they are rented is not known."""
    wanted, unit, building = sorted({id for id in unit_ids if id is not None}), t.unit, t.building
    for start in range(0, len(wanted), CHUNK):
        own = unit.c.id.in_(wanted[start : start + CHUNK])
        query = (
            sa.select(unit.c.id, unit.c.building_id, building.c.grid_id)
            .join(building, building.c.id == unit.c.building_id)
            .where(own, unit.c.occupancy == VACANT, unit.c.use == HOME)
            .order_by(unit.c.id)
        )
        rows = await work.rows(query if work.on_sqlite else query.with_for_update(of=unit))
        if not rows:
            continue
        values = {"occupancy": UNKNOWN, "occupancy_since": None, "version": unit.c.version + 1}
        await work.run(sa.update(unit).where(unit.c.id.in_([row.id for row in rows])).values(values))
        for row in rows:
            work.announce("unit.changed", row.id, row.grid_id, fields=["occupancy"])
            found_lived_in(work, LivedIn(row.id, row.building_id, row.grid_id, viewer), UNKNOWN)
