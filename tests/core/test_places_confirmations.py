"""Facts get old: who confirmed them, when, and by when somebody must look again."""

from datetime import timedelta
from typing import Any

import pytest

from operating import NOBODY, announced, done, row_of, tried
from towns import DISTRICT, GRIDS, Town
from wangge_core.db import tables as t
from wangge_core.places.buildings import BuildingChange, NewBuilding, change_buildings, register_buildings
from wangge_core.places.confirmations import SORTS, Confirmable, FactsConfirmation, confirm_facts
from wangge_core.places.organizations import NewOrganization, register_organizations
from wangge_core.places.places import NewPlace, register_places

pytestmark = pytest.mark.anyio


async def test_who_registers_a_thing_confirms_it(town: Town) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    grid = town.grids[GRIDS["urban"]]
    (building,) = await done(town, register_buildings, NewBuilding(grid_id=grid, name="B"), by=worker)
    (shop,) = await done(town, register_organizations, NewOrganization(grid_id=grid, name="O"), by=worker)
    (place,) = await done(town, register_places, NewPlace(grid_id=grid, kind_id="community.shelter", name="P"), by=worker)
    async with town.deployment.read() as work:
        in_a_year = work.today + timedelta(days=365)
    for table, id in ((t.building, building), (t.organization, shop), (t.place, place)):
        row = await row_of(town, table, id)
        assert (row.confirmed_by_id, row.confirm_by) == (worker.account_id, in_a_year)
        assert row.confirmed_at == row.created_at


async def test_what_was_imported_is_still_to_be_confirmed(town: Town) -> None:
    new = NewBuilding(grid_id=town.grids[GRIDS["urban"]], name="B", source_name="old", source_key="1")
    (id,) = await done(town, register_buildings, new)
    row = await row_of(town, t.building, id)
    async with town.deployment.read() as work:
        assert (row.confirmed_at, row.confirmed_by_id, row.confirm_by) == (None, None, work.today)


async def test_confirming_writes_who_and_when_and_changes_no_fact(town: Town) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    async with town.deployment.read() as work:
        by = work.today + timedelta(days=30)
    before = await row_of(town, t.building, town.building)
    confirmation = FactsConfirmation(id=town.building, sort=Confirmable.BUILDING, confirm_by=by, expected_version=1)
    await done(town, confirm_facts, confirmation, by=worker)
    row = await row_of(town, t.building, town.building)
    assert (row.confirmed_by_id, row.confirm_by, row.version) == (worker.account_id, by, before.version)
    assert row.confirmed_at > before.confirmed_at
    (told,) = await announced(town, "building.confirmed")
    assert (told.thing_id, told.grid_id, told.content) == (town.building, town.grids[GRIDS["urban"]], {})


async def test_the_next_look_lies_ahead_and_the_version_is_the_one_that_was_seen(town: Town) -> None:
    async with town.deployment.read() as work:
        today = work.today

    def confirmation(**more: Any) -> FactsConfirmation:
        return FactsConfirmation(**{"id": town.building, "sort": Confirmable.BUILDING} | more)

    requests = [
        confirmation(confirm_by=today),
        confirmation(confirm_by=today + timedelta(days=4000)),
        confirmation(id=NOBODY),
        confirmation(sort=Confirmable.ASSET),
    ]
    expected = ["confirmBy: OUT_OF_RANGE", "confirmBy: OUT_OF_RANGE", "id: NOT_FOUND", "id: NOT_FOUND"]
    assert [(await tried(town, confirm_facts, one))[0] for one in requests] == expected
    await done(town, change_buildings, BuildingChange(id=town.building, floors=7))
    assert await tried(town, confirm_facts, confirmation(expected_version=1)) == ["expectedVersion: VERSION_OUTDATED"]


async def test_only_who_registers_places_there_confirms_them(town: Town) -> None:
    confirmation = FactsConfirmation(id=town.building, sort=Confirmable.BUILDING)
    auditor = await town.viewer("community.auditor", DISTRICT)
    elsewhere = await town.viewer("community.grid_worker", GRIDS["rural"])
    assert await tried(town, confirm_facts, confirmation, by=auditor) == ["id: NOT_ALLOWED"]
    assert await tried(town, confirm_facts, confirmation, by=elsewhere) == ["id: NOT_FOUND"]


async def test_things_of_several_sorts_are_confirmed_in_one_list(town: Town) -> None:
    grid = town.grids[GRIDS["urban"]]
    (shop,) = await done(town, register_organizations, NewOrganization(grid_id=grid, name="O"))
    (place,) = await done(town, register_places, NewPlace(grid_id=grid, kind_id="community.shelter", name="P"))
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    things = {Confirmable.PLACE: place, Confirmable.BUILDING: town.building, Confirmable.ORGANIZATION: shop}
    requests = [FactsConfirmation(id=id, sort=sort) for sort, id in things.items()]
    assert await done(town, confirm_facts, *requests, by=worker) == list(things.values())
    for sort, id in things.items():
        assert (await row_of(town, SORTS[sort][0], id)).confirmed_by_id == worker.account_id
