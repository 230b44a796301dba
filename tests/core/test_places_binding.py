"""Everything is bound to exactly one grid of the base layer, and what is in a building follows it."""

from typing import Any

import pytest
import sqlalchemy as sa

from operating import done, row_of, tried
from towns import GRIDS, Town
from wangge_core.db import tables as t
from wangge_core.people.households import NewHousehold, register_households
from wangge_core.people.persons import NewPerson, register_persons
from wangge_core.places.assets import AssetChange, NewAsset, change_assets, register_assets
from wangge_core.places.buildings import BuildingChange, NewBuilding, change_buildings, register_buildings
from wangge_core.places.organizations import NewOrganization, OrganizationChange, change_organizations, register_organizations
from wangge_core.places.places import NewPlace, PlaceChange, change_places, register_places
from wangge_core.places.premises import Premises

pytestmark = pytest.mark.anyio
SHELTER = "community.shelter"
NOUNS: dict[str, tuple[Any, Any]] = {
    "building": (register_buildings, lambda grid: NewBuilding(grid_id=grid, name="B")),
    "organization": (register_organizations, lambda grid: NewOrganization(grid_id=grid, name="O")),
    "asset": (register_assets, lambda grid: NewAsset(grid_id=grid, kind_id="community.nothing", name="A")),
    "place": (register_places, lambda grid: NewPlace(grid_id=grid, kind_id=SHELTER, name="P")),
    "household": (register_households, lambda grid: NewHousehold(grid_id=grid, name="H", address="1 Heron Lane")),
    "person": (register_persons, lambda grid: NewPerson(grid_id=grid, name="N")),
}
CHANGES: dict[str, tuple[Any, Any]] = {
    "building": (change_buildings, BuildingChange),
    "organization": (change_organizations, OrganizationChange),
    "place": (change_places, PlaceChange),
}


async def police_grid(town: Town) -> int:
    """A grid of an overlay over the urban grid."""
    async with town.deployment.write() as work:
        row = {"id": "police", "label": {"zh": "警务", "en": "Police"}, "base": False}
        await work.insert(t.grid_layer, [row])
        (id,) = await work.reserve_ids(t.grid, 1)
        type = next(id for id, one in work.rules.registry.grid_types.items() if one.overlay)
        grid = {"id": id, "layer_id": "police", "grid_type_id": type, "path": f"{id}.", "depth": 0, "level": "GRID", "code": "P1"}
        grid |= {"name": "Police grid", "version": 1, "created_at": work.now, "updated_at": work.now}
        await work.insert(t.grid, [grid])
        await work.insert(t.grid_part, [{"overlay_grid_id": id, "base_grid_id": town.grids[GRIDS["urban"]]}])
    return id


@pytest.mark.parametrize("noun", list(NOUNS))
async def test_nothing_is_registered_in_an_overlay(town: Town, noun: str) -> None:
    operation, make = NOUNS[noun]
    (found,) = await tried(town, operation, make(await police_grid(town)))
    assert "gridId: GRID_OVERLAY" in found.split(", ")


@pytest.mark.parametrize("noun", list(CHANGES))
async def test_nothing_is_moved_into_an_overlay(town: Town, noun: str) -> None:
    register, make = NOUNS[noun]
    (id,) = await done(town, register, make(town.grids[GRIDS["urban"]]))
    change, request = CHANGES[noun]
    assert await tried(town, change, request(id=id, grid_id=await police_grid(town))) == ["gridId: GRID_OVERLAY"]


async def test_a_thing_moves_where_its_mover_may_register(town: Town) -> None:
    urban, rural = town.grids[GRIDS["urban"]], town.grids[GRIDS["rural"]]
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    (id,) = await done(town, register_places, NewPlace(grid_id=urban, kind_id=SHELTER, name="P"))
    assert await tried(town, change_places, PlaceChange(id=id, grid_id=rural), by=worker) == ["gridId: NOT_ALLOWED"]
    await done(town, change_places, PlaceChange(id=id, grid_id=rural))
    assert (await row_of(town, t.place, id)).grid_id == rural
    assert await tried(town, change_places, PlaceChange(id=id, grid_id=urban), by=worker) == ["id: NOT_ALLOWED"]


async def test_what_is_in_a_building_follows_it_into_another_grid(town: Town) -> None:
    urban, rural = town.grids[GRIDS["urban"]], town.grids[GRIDS["rural"]]
    async with town.deployment.read() as work:
        unit = await work.value(sa.select(t.unit.c.id).where(t.unit.c.name == "G1"))
    (shop,) = await done(town, register_organizations, NewOrganization(grid_id=urban, name="Bakery", unit_id=unit))
    (other,) = await done(town, register_organizations, NewOrganization(grid_id=urban, name="Smith"))
    (stays,) = await done(town, register_persons, NewPerson(grid_id=urban, name="Stays"))
    await done(town, change_buildings, BuildingChange(id=town.building, grid_id=rural))
    person = await row_of(town, t.person, town.person)
    moved = [person, await row_of(town, t.household, person.household_id), await row_of(town, t.organization, shop)]
    assert [row.grid_id for row in moved] == [rural] * 3
    assert (await row_of(town, t.organization, other)).grid_id == (await row_of(town, t.person, stays)).grid_id == urban
    data = await town.ask("query($id: ID!) { node(id: $id) { ... on Unit { building { grid { code } } } } }", id=f"Unit:{unit}")
    assert data["node"]["building"]["grid"]["code"] == GRIDS["rural"]


async def test_a_building_with_homes_moves_with_the_right_over_people(town: Town) -> None:
    head = await town.viewer("community.community_head", "999901001001")
    scopes = {capability: scope for capability, scope in head.scopes.items() if capability.name != "REGISTER_PEOPLE"}
    without = type(head)(account_id=head.account_id, posts=head.posts, scopes=scopes)
    change = BuildingChange(id=town.building, grid_id=town.grids[GRIDS["rural"]])
    assert await tried(town, change_buildings, change, by=without) == ["gridId: NOT_ALLOWED"]
    assert await tried(town, change_buildings, change, by=head) == [""]


async def test_an_organisation_follows_its_main_premises(town: Town) -> None:
    urban, rural = town.grids[GRIDS["urban"]], town.grids[GRIDS["rural"]]
    (id,) = await done(town, register_organizations, NewOrganization(grid_id=rural, name="Bakery"))
    await done(town, change_organizations, OrganizationChange(id=id, premises=(Premises(building_id=town.building),)))
    assert (await row_of(town, t.organization, id)).grid_id == urban
    away = OrganizationChange(id=id, grid_id=rural)
    assert await tried(town, change_organizations, away) == ["gridId: GRID_OF_PLACE_DIFFERS"]
    both = OrganizationChange(id=id, grid_id=rural, premises=(Premises(building_id=town.building),))
    assert await tried(town, change_organizations, both) == ["premises.0.buildingId: NOT_FOUND"]
    await done(town, change_organizations, OrganizationChange(id=id, grid_id=rural, premises=()))
    assert (await row_of(town, t.organization, id)).grid_id == rural


async def test_an_asset_is_not_moved_into_an_overlay(town: Town) -> None:
    kind = next(id for id, one in town.deployment.rules.registry.asset_kinds.items() if one.details is None)
    (id,) = await done(town, register_assets, NewAsset(grid_id=town.grids[GRIDS["urban"]], kind_id=kind, name="A"))
    assert await tried(town, change_assets, AssetChange(id=id, grid_id=await police_grid(town))) == ["gridId: GRID_OVERLAY"]
