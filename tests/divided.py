"""Ground that is divided anew in tests: four neighbouring grids with boundaries, and homes, things and events in two of them."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from grounds import bound, place, square
from towns import COMMUNITY, GRIDS, Town, ids
from wangge_core.db import tables as t
from wangge_core.deployment import Deployment
from wangge_core.divisions.applying import DivisionApplication, apply_divisions
from wangge_core.divisions.changes import ChangeKind, DivisionChange, Part
from wangge_core.divisions.proposing import NewDivision, propose_divisions
from wangge_core.divisions.undoing import DivisionUndoing, undo_divisions
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport
from wangge_core.people.households import NewHousehold, register_households
from wangge_core.people.persons import NewPerson, register_persons
from wangge_core.places.buildings import NewBuilding, register_buildings
from wangge_core.places.organizations import NewOrganization, register_organizations
from wangge_core.places.units import NewUnit
from wangge_core.rights.viewers import Viewer, operator

WEST, EAST = f"{COMMUNITY}101", f"{COMMUNITY}102"
"""The codes of new grids."""
LOGS = {"change_log", "log_chain", "read_log", "read_log_subject", "event_history", "outbox", "job", "idempotency_key", "counter"}
COUNTING = {"version", "updated_at"}
"""Columns that go on counting: whoever saw what was there in between must not take it for what is there now."""


async def divided_ground(town: Town) -> dict[str, int]:
    """Boundaries of the four grids in a row and of the community; homes in the west and the east of the first grid, and events."""
    cells = {type: square(column, 0) for column, type in enumerate(GRIDS)}
    await bound(town, **cells, **{f"c{COMMUNITY}": square(0, 0, wide=4)})
    made: dict[str, int] = {}
    async with town.deployment.write() as work:
        await work.run(sa.update(t.building).values(longitude=place(0.2, 0.5)[0], latitude=place(0.2, 0.5)[1]))
        grid = town.grids[GRIDS["urban"]]
        (longitude, latitude), units = place(0.8, 0.5), (NewUnit(name="1"),)
        building = NewBuilding(grid_id=grid, name="East House", longitude=longitude, latitude=latitude, units=units)
        (made["building"],) = ids(await register_buildings(work, operator(), [building]))
        unit = await work.value(sa.select(t.unit.c.id).where(t.unit.c.building_id == made["building"]))
        household = NewHousehold(grid_id=grid, name="East home", unit_id=unit)
        (made["household"],) = ids(await register_households(work, operator(), [household]))
        persons = [NewPerson(grid_id=grid, name=f"Ren {number}", household_id=made["household"]) for number in range(3)]
        made["person"] = ids(await register_persons(work, operator(), persons))[0]
        shop = NewOrganization(grid_id=grid, name="East shop", unit_id=unit)
        (made["organization"],) = ids(await register_organizations(work, operator(), [shop]))
        made["west"], made["east"] = ids(await report_events(work, operator(), [event(0.3, 0.3), event(0.7, 0.7)]))
    return made


def event(column: float, row: float) -> EventReport:
    longitude, latitude = place(column, row)
    return EventReport(
        kind_id="community.hazard",
        description="A lamp is out",
        longitude=longitude,
        latitude=latitude,
        details={"hazard": "FIRE", "immediate_danger": False},
    )


def split(town: Town, *, at: float = 0.5, type: str = "urban", column: float = 0, **more: Any) -> DivisionChange:
    """A cell of the ground, cut from north to south."""
    parts = (
        Part(code=WEST, name="West", geometry=square(column, 0, wide=at), system="wgs84"),
        Part(code=EAST, name="East", geometry=square(column + at, 0, wide=1 - at), system="wgs84"),
    )
    return DivisionChange(kind=ChangeKind.SPLIT, grid_ids=(town.grids[GRIDS[type]],), parts=parts, **({"rest": WEST} | more))


def merge(town: Town, *types: str, **more: Any) -> DivisionChange:
    """Cells of the ground side by side, made one."""
    first = list(GRIDS).index(types[0])
    part = Part(code=WEST, name="Both", type_id="urban", geometry=square(first, 0, wide=len(types)), system="wgs84")
    grids = tuple(town.grids[GRIDS[type]] for type in types)
    return DivisionChange(kind=ChangeKind.MERGE, grid_ids=grids, parts=(part,), **more)


async def proposed(town: Town, *changes: DivisionChange, by: Viewer | None = None, name: str = "New grids") -> int:
    async with town.deployment.write() as work:
        request = NewDivision(grid_id=town.grids[COMMUNITY], name=name, changes=changes)
        return ids(await propose_divisions(work, by or operator(), [request]))[0]


async def refused(town: Town, *changes: DivisionChange, by: Viewer | None = None) -> list[str]:
    """Why a proposal is refused: `field: CODE`."""
    async with town.deployment.write() as work:
        request = NewDivision(grid_id=town.grids[COMMUNITY], name="New grids", changes=changes)
        (outcome,) = await propose_divisions(work, by or operator(), [request])
    return [f"{one.field}: {one.code}" for one in outcome.refusals]


async def applied(town: Town, id: int, by: Viewer | None = None, **more: Any) -> list[str]:
    """Apply a division; the codes of the refusals."""
    async with town.deployment.write(by, "divisionApply") as work:
        (outcome,) = await apply_divisions(work, by or operator(), [DivisionApplication(id=id, **more)])
    return [one.code for one in outcome.refusals]


async def undone(town: Town, id: int, by: Viewer | None = None) -> list[str]:
    async with town.deployment.write(by, "divisionUndo") as work:
        (outcome,) = await undo_divisions(work, by or operator(), [DivisionUndoing(id=id, reason="It was a trial")])
    return [one.code for one in outcome.refusals]


async def everything(deployment: Deployment, *besides: str) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables but the logs, without what goes on counting."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    async with deployment.read() as work:
        for table in t.metadata.sorted_tables:
            if table.name in LOGS or table.name in besides:
                continue
            columns = [column for column in table.c if column.name not in COUNTING]
            rows = await work.rows(sa.select(*columns).order_by(*table.primary_key.columns))
            found[table.name] = [tuple(map(str, row)) for row in rows]
    return found


async def grid_of(town: Town, table: sa.Table, id: int) -> str:
    """The code of the grid in which a row lies."""
    async with town.deployment.read() as work:
        query = sa.select(t.grid.c.code).join(table, table.c.grid_id == t.grid.c.id).where(table.c.id == id)
        return await work.value(query)


async def codes(town: Town, *, ended: bool = False) -> Sequence[str]:
    """The codes of the present grids, or of those that have ended."""
    async with town.deployment.read() as work:
        only = t.grid.c.ended_at.isnot(None) if ended else t.grid.c.ended_at.is_(None)
        return [row.code for row in await work.rows(sa.select(t.grid.c.code).where(only).order_by(t.grid.c.code))]
