"""Units: what they are used for, who occupies them, and that a change of what somebody else changed is refused."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from operating import NOBODY, announced, done, row_of, tried
from towns import DISTRICT, GRIDS, Town
from wangge_core.db import tables as t
from wangge_core.places.buildings import BuildingChange, NewBuilding, change_buildings, register_buildings
from wangge_core.places.units import NewUnit, UnitChange, UnitOccupancy, UnitUse, change_units

pytestmark = pytest.mark.anyio
SOON = datetime.now(UTC).date() + timedelta(days=2)


async def units_of(town: Town, building_id: int) -> dict[str, int]:
    async with town.deployment.read() as work:
        rows = await work.rows(sa.select(t.unit.c.name, t.unit.c.id).where(t.unit.c.building_id == building_id))
    return {row.name: row.id for row in rows}


async def test_units_are_registered_with_their_floor_area_and_occupancy(town: Town) -> None:
    unit = NewUnit(
        name=" 1201 ",
        use=UnitUse.OFFICE,
        floor=12,
        area_square_metres=88.5,
        occupancy=UnitOccupancy.RENTED,
        occupancy_since=date(2024, 5, 1),
    )
    (id,) = await done(town, register_buildings, NewBuilding(grid_id=town.grids[GRIDS["urban"]], name="Tower", units=(unit,)))
    row = await row_of(town, t.unit, (await units_of(town, id))["1201"])
    assert (row.use, row.floor, row.area_square_metres) == ("OFFICE", 12, 88.5)
    assert (row.occupancy, row.occupancy_since, row.version) == ("RENTED", date(2024, 5, 1), 1)


async def test_units_that_cannot_be_are_refused(town: Town) -> None:
    units = (
        NewUnit(name="1", floor=0),
        NewUnit(name="2", floor=-21),
        NewUnit(name="3", area_square_metres=0.0),
        NewUnit(name="4", area_square_metres=-1.0),
        NewUnit(name="5", area_square_metres=float("nan")),
        NewUnit(name="6", occupancy_since=SOON),
    )
    found = await tried(town, register_buildings, NewBuilding(grid_id=town.grids[GRIDS["urban"]], name="T", units=units))
    assert found[0].split(", ") == [
        "units.0.floor: OUT_OF_RANGE",
        "units.1.floor: OUT_OF_RANGE",
        "units.2.areaSquareMetres: OUT_OF_RANGE",
        "units.3.areaSquareMetres: OUT_OF_RANGE",
        "units.4.areaSquareMetres: OUT_OF_RANGE",
        "units.5.occupancySince: IN_THE_FUTURE",
    ]


async def test_what_a_change_leaves_out_stays_and_none_clears(town: Town) -> None:
    unit = (await units_of(town, town.building))["101"]
    await done(town, change_units, UnitChange(id=unit, floor=1, area_square_metres=60.0, occupancy=UnitOccupancy.RENTED))
    await done(town, change_units, UnitChange(id=unit, area_square_metres=None, responsible_id=town.person))
    row = await row_of(town, t.unit, unit)
    assert (row.floor, row.area_square_metres, row.occupancy, row.responsible_id) == (1, None, "RENTED", town.person)
    assert row.version == 3
    told = [one.content["fields"] for one in await announced(town, "unit.changed")]
    assert told == [["area_square_metres", "floor", "occupancy"], ["area_square_metres", "responsible_id"]]


async def test_a_change_that_changes_nothing_writes_nothing(town: Town) -> None:
    unit = (await units_of(town, town.building))["101"]
    await done(town, change_units, UnitChange(id=unit, name="101", use=UnitUse.HOME))
    assert (await row_of(town, t.unit, unit)).version == 1
    assert await announced(town, "unit.changed") == []


async def test_changes_that_cannot_be_are_refused(town: Town) -> None:
    units = await units_of(town, town.building)
    requests = [
        UnitChange(id=NOBODY),
        UnitChange(id=units["101"], name="102"),
        UnitChange(id=units["102"], name=None, use=None, occupancy=None),
        UnitChange(id=units["G1"], floor=0, area_square_metres=-3.0, occupancy_since=SOON, responsible_id=NOBODY),
    ]
    assert await tried(town, change_units, *requests) == [
        "id: NOT_FOUND",
        "name: NAME_TAKEN",
        "name: REQUIRED, use: REQUIRED, occupancy: REQUIRED",
        "floor: OUT_OF_RANGE, areaSquareMetres: OUT_OF_RANGE, occupancySince: IN_THE_FUTURE, responsibleId: NOT_FOUND",
    ]


async def test_a_lost_race_is_told(town: Town) -> None:
    unit = (await units_of(town, town.building))["101"]
    first, second = (UnitChange(id=unit, expected_version=1, floor=floor) for floor in (1, 2))
    assert await tried(town, change_units, first) == [""]
    assert await tried(town, change_units, second) == ["expectedVersion: VERSION_OUTDATED"]
    assert (await row_of(town, t.unit, unit)).floor == 1


async def test_a_thing_is_changed_once_in_a_list(town: Town) -> None:
    unit = (await units_of(town, town.building))["101"]
    assert await tried(town, change_units, UnitChange(id=unit, floor=1), UnitChange(id=unit, floor=2)) == ["", "id: DUPLICATE"]


async def test_since_when_ends_with_the_occupancy_that_it_was_said_of(town: Town) -> None:
    unit = (await units_of(town, town.building))["101"]
    await done(town, change_units, UnitChange(id=unit, occupancy=UnitOccupancy.VACANT, occupancy_since=date(2025, 1, 1)))
    await done(town, change_units, UnitChange(id=unit, occupancy=UnitOccupancy.VACANT, floor=3))
    assert (await row_of(town, t.unit, unit)).occupancy_since == date(2025, 1, 1)
    await done(town, change_units, UnitChange(id=unit, occupancy=UnitOccupancy.OWNER_OCCUPIED))
    assert (await row_of(town, t.unit, unit)).occupancy_since is None


async def test_a_vacant_home_found_lived_in_is_announced(town: Town) -> None:
    units = await units_of(town, town.building)
    for name in ("101", "G1"):
        await done(town, change_units, UnitChange(id=units[name], occupancy=UnitOccupancy.VACANT))
    await done(town, change_units, UnitChange(id=units["101"], occupancy=UnitOccupancy.UNKNOWN))
    assert await announced(town, "unit.found_lived_in") == []
    await done(town, change_units, UnitChange(id=units["101"], occupancy=UnitOccupancy.VACANT))
    changes = [UnitChange(id=units[name], occupancy=UnitOccupancy.RENTED) for name in ("101", "102", "G1")]
    await done(town, change_units, *changes)
    (told,) = await announced(town, "unit.found_lived_in")
    assert (told.thing_id, told.grid_id) == (units["101"], town.grids[GRIDS["urban"]])


async def test_a_unit_is_changed_by_who_registers_places_there(town: Town) -> None:
    unit = (await units_of(town, town.building))["101"]
    change = UnitChange(id=unit, floor=1)
    elsewhere = await town.viewer("community.grid_worker", GRIDS["rural"])
    auditor = await town.viewer("community.auditor", DISTRICT)
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    assert await tried(town, change_units, change, by=elsewhere) == ["id: NOT_FOUND"]
    assert await tried(town, change_units, change, by=auditor) == ["id: NOT_ALLOWED"]
    assert await tried(town, change_units, change, by=worker) == [""]


async def test_units_are_added_to_a_building_that_stands(town: Town) -> None:
    units = (NewUnit(name="201"), NewUnit(name="201"), NewUnit(name="101"))
    assert await tried(town, change_buildings, BuildingChange(id=town.building, new_units=units)) == [
        "newUnits.1.name: NAME_TAKEN, newUnits.2.name: NAME_TAKEN"
    ]
    await done(town, change_buildings, BuildingChange(id=town.building, new_units=units[:1]))
    assert set(await units_of(town, town.building)) == {"101", "102", "G1", "201"}
    assert (await row_of(town, t.building, town.building)).version == 2
