"""A home that was vacant and is found lived in opens an event for the newcomers, once, in the transaction of whoever found it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from operating import announced, done, row_of, tried
from towns import COMMUNITY, GRIDS, Town
from wangge_core.db import tables as t
from wangge_core.people.households import NewHousehold, register_households
from wangge_core.people.persons import NewPerson, register_persons
from wangge_core.people.residence import HouseholdMove, Move, move_households, move_persons
from wangge_core.places.units import UnitChange, UnitOccupancy, UnitUse, change_units
from wangge_core.rights.viewers import Viewer

pytestmark = pytest.mark.anyio
TODAY = datetime.now(UTC).date()
URBAN = GRIDS["urban"]


async def worker(town: Town) -> Viewer:
    return await town.viewer("community.grid_worker", URBAN)


async def unit_of(town: Town, name: str = "102") -> int:
    async with town.deployment.read() as work:
        of_name = t.unit.c.building_id == town.building, t.unit.c.name == name
        return await work.value(sa.select(t.unit.c.id).where(*of_name))


async def vacant(town: Town, name: str = "102") -> int:
    """A vacant unit of the town's building."""
    unit = await unit_of(town, name)
    await done(town, change_units, UnitChange(id=unit, occupancy=UnitOccupancy.VACANT, occupancy_since=date(2024, 1, 1)))
    return unit


async def newcomers(town: Town) -> list[Any]:
    async with town.deployment.read() as work:
        return list(await work.rows(sa.select(t.event).where(t.event.c.kind_id == "community.newcomer").order_by(t.event.c.id)))


async def test_a_vacant_home_found_occupied_opens_an_event_of_who_found_it(town: Town) -> None:
    unit, finder = await vacant(town), await worker(town)
    await done(town, change_units, UnitChange(id=unit, occupancy=UnitOccupancy.RENTED), by=finder)
    (event,) = await newcomers(town)
    assert (event.grid_id, event.building_id, event.unit_id) == (town.grids[URBAN], town.building, unit)
    assert (event.stage, event.closed, event.reporter_id, event.details) == ("noticed", False, finder.account_id, None)
    assert event.description == "A home that was registered as vacant is lived in."
    assert event.stage_due_at is not None
    assert [one.thing_id for one in await announced(town, "event.reported")] == [event.id]
    async with town.deployment.read() as work:
        (task,) = await work.rows(sa.select(t.task).where(t.task.c.event_id == event.id))
        (history,) = await work.rows(sa.select(t.event_history).where(t.event_history.c.event_id == event.id))
    assert (history.account_id, history.post_id) == (finder.account_id, finder.posts[0].id)
    assert task.event_id == event.id


async def test_it_is_shown_with_its_unit(town: Town) -> None:
    unit, finder = await vacant(town), await worker(town)
    await done(town, change_units, UnitChange(id=unit, occupancy=UnitOccupancy.OWNER_OCCUPIED), by=finder)
    query = """{ events(filter: {kind: {eq: "community.newcomer"}}) { nodes {
      kind { label } unit { name building { name } } reporter { login } } } }"""
    (event,) = (await town.ask(query, finder))["events"]["nodes"]
    assert event == {
        "kind": {"label": "Newcomer"},
        "unit": {"name": "102", "building": {"name": "Heron House"}},
        "reporter": {"login": finder.login},
    }


@pytest.mark.parametrize("way", ["person", "household", "person of a household", "move", "household that moves"])
async def test_whoever_moves_into_a_vacant_home_makes_it_found(town: Town, way: str) -> None:
    unit, officer, grid = await vacant(town), await town.viewer("community.community_officer", COMMUNITY), town.grids[URBAN]
    async with town.deployment.read() as work:
        household = await work.value(sa.select(sa.func.min(t.household.c.id)))
    match way:
        case "person":
            await done(town, register_persons, NewPerson(grid_id=grid, name="Mei Crane", unit_id=unit), by=officer)
        case "household":
            await done(town, register_households, NewHousehold(grid_id=grid, name="Household 102", unit_id=unit), by=officer)
        case "person of a household":
            async with town.deployment.write() as work:
                await work.run(sa.update(t.household).where(t.household.c.id == household).values(unit_id=unit))
            await done(town, register_persons, NewPerson(grid_id=grid, name="Mei Crane", household_id=household), by=officer)
        case "move":
            await done(town, move_persons, Move(id=town.person, unit_id=unit, moved_in_on=TODAY), by=officer)
        case _:
            await done(town, move_households, HouseholdMove(id=household, unit_id=unit, moved_in_on=TODAY), by=officer)
    (event,) = await newcomers(town)
    assert (event.unit_id, event.grid_id, event.reporter_id) == (unit, grid, officer.account_id)
    row = await row_of(town, t.unit, unit)
    assert (row.occupancy, row.occupancy_since, row.version) == ("UNKNOWN", None, 3)
    assert [one.thing_id for one in await announced(town, "unit.found_lived_in")] == [unit]


async def test_it_is_opened_once_while_one_is_open(town: Town) -> None:
    unit, finder = await vacant(town), await worker(town)
    found, empty = UnitChange(id=unit, occupancy=UnitOccupancy.RENTED), UnitChange(id=unit, occupancy=UnitOccupancy.VACANT)
    for change in (found, found, empty, found):
        await done(town, change_units, change, by=finder)
    (event,) = await newcomers(town)
    async with town.deployment.write() as work:
        await work.run(sa.update(t.event).where(t.event.c.id == event.id).values(closed=True))
    for change in (empty, found):
        await done(town, change_units, change, by=finder)
    assert [one.unit_id for one in await newcomers(town)] == [unit, unit]


async def test_several_found_at_once_open_one_each(town: Town) -> None:
    units = [await vacant(town, name) for name in ("101", "102")]
    people = [NewPerson(grid_id=town.grids[URBAN], name=f"Person {number}", unit_id=units[number % 2]) for number in range(5)]
    await done(town, register_persons, *people)
    assert sorted(one.unit_id for one in await newcomers(town)) == sorted(units)


async def test_what_was_not_vacant_or_is_no_home_opens_nothing(town: Town) -> None:
    shop, home = await vacant(town, "G1"), await unit_of(town)
    await done(town, change_units, UnitChange(id=shop, occupancy=UnitOccupancy.RENTED))
    await done(town, change_units, UnitChange(id=home, occupancy=UnitOccupancy.RENTED))
    await done(town, register_persons, NewPerson(grid_id=town.grids[URBAN], name="Mei Crane", unit_id=home))
    empty = await vacant(town)
    await done(town, change_units, UnitChange(id=empty, occupancy=UnitOccupancy.UNKNOWN))
    store = await vacant(town)
    await done(town, change_units, UnitChange(id=store, use=UnitUse.STORAGE, occupancy=UnitOccupancy.RENTED))
    assert await newcomers(town) == []


async def test_who_is_refused_finds_nothing(town: Town) -> None:
    unit, elsewhere = await vacant(town), await town.viewer("community.grid_worker", GRIDS["rural"])
    assert await tried(town, change_units, UnitChange(id=unit, occupancy=UnitOccupancy.RENTED), by=elsewhere) == ["id: NOT_FOUND"]
    person = NewPerson(grid_id=town.grids[URBAN], name="Mei Crane", unit_id=unit)
    assert await tried(town, register_persons, person, by=elsewhere) == ["gridId: NOT_ALLOWED"]
    assert await newcomers(town) == []
    assert (await row_of(town, t.unit, unit)).occupancy == "VACANT"


async def test_nothing_is_left_of_it_where_the_transaction_fails(town: Town) -> None:
    unit, finder = await vacant(town), await worker(town)
    with pytest.raises(ZeroDivisionError):
        async with town.deployment.write(finder) as work:
            await change_units(work, finder, [UnitChange(id=unit, occupancy=UnitOccupancy.RENTED)])
            raise ZeroDivisionError
    assert await newcomers(town) == []
    async with town.deployment.write(finder) as work, work.attempt() as take_back:
        await change_units(work, finder, [UnitChange(id=unit, occupancy=UnitOccupancy.RENTED)])
        await take_back()
    assert await newcomers(town) == []


async def test_a_retired_kind_opens_nothing_and_refuses_nothing(town: Town) -> None:
    unit = await vacant(town)
    async with town.deployment.write() as work:
        await work.run(sa.update(t.event_kind).where(t.event_kind.c.id == "community.newcomer").values(retired_because="Not here"))
    await done(town, change_units, UnitChange(id=unit, occupancy=UnitOccupancy.RENTED))
    assert await newcomers(town) == []
