"""Tiles of the map: which grids at which zoom, borders that stay shared, things by right, and what is kept of them."""

from typing import Any

import pytest
import shapely
import sqlalchemy as sa

from grounds import bound, make_mesh, square
from mapped import at, decoded, drawn_town, names_in, shown, standing_things, tile_of
from towns import COMMUNITY, GRIDS, Town, ids
from wangge_core.db import tables as t
from wangge_core.grids.boundaries import NewBoundary, set_boundaries
from wangge_core.grids.layers import NewLayer, create_layers
from wangge_core.grids.overlays import NewOverlay, NewParts, create_overlays, set_parts
from wangge_core.maps.children import children_of
from wangge_core.maps.mercator import EXTENT, TileAddress, to_degrees, to_steps
from wangge_core.maps.points import MOST_POINTS
from wangge_core.maps.tiles import make_tile
from wangge_core.places.buildings import NewBuilding, register_buildings
from wangge_core.rights.viewers import anonymous, operator

pytestmark = pytest.mark.anyio


def test_a_position_lies_in_its_tile_and_comes_back() -> None:
    steps = to_steps([[114.3, 30.5], [-180.0, 85.0], [179.9999999, -85.0]], 12)
    assert to_degrees(steps, 12).tolist() == [[114.3, 30.5], [-180.0, 85.0], [179.9999999, -85.0]]
    west, south, east, north = tile_of(12).degrees()
    assert west <= at(5, 5)["longitude"] < east
    assert south < at(5, 5)["latitude"] <= north


@pytest.mark.parametrize(
    "wrong", [("21", "0", "0"), ("1", "2", "0"), ("1", "0", "2"), ("-1", "0", "0"), ("٣", "0", "0"), ("1", "", "0")]
)
def test_there_are_no_other_tiles_than_those_of_the_map(wrong: tuple[str, str, str]) -> None:
    assert TileAddress.read(*wrong) is None
    assert TileAddress.read("1", "1", "1") == TileAddress(1, 1, 1)


async def test_far_away_the_district_is_shown_and_nearby_its_grids(town: Town) -> None:
    await drawn_town(town)
    far, near = await shown(town, tile_of(6)), await shown(town, tile_of(15))
    assert names_in(far["grids"]) == ["Lakeside"]
    assert set(names_in(near["grids"])) <= {f"{name} grid" for name in GRIDS}
    assert "urban grid" in names_in(near["grids"])


async def test_a_grid_below_which_nothing_is_drawn_stays_in_sight(town: Town) -> None:
    await bound(town, urban=square(0, 0, 10, 10), **{f"c{COMMUNITY}": square(0, 0, 10, 10), "c999901": square(-50, 0, 100, 10)})
    seen = await shown(town, tile_of(15))
    assert names_in(seen["grids"]) == ["urban grid"]
    async with town.deployment.write() as work:
        ids(await set_boundaries(work, operator(), [NewBoundary(grid_id=town.grids[GRIDS["urban"]], geometry=None)]))
    assert names_in((await shown(town, tile_of(15)))["grids"]) == ["Heron Lane"]


@pytest.mark.parametrize("zoom", [11, 13, 14, 16])
async def test_neighbours_have_the_same_border_at_every_zoom(town: Town, zoom: int) -> None:
    await make_mesh(town, 12)
    seen = await shown(town, tile_of(zoom, 6, 6), names=["grids"])
    cells = [shapely.geometry.shape(one["geometry"]) for one in seen["grids"]]
    assert all(cell.is_valid for cell in cells)
    inside = shapely.box(0, 0, EXTENT, EXTENT)
    area = sum(cell.intersection(inside).area for cell in cells)
    assert shapely.union_all(cells).intersection(inside).area == pytest.approx(area, rel=1e-6)


async def test_a_changed_boundary_is_on_the_map_at_once(town: Town) -> None:
    await drawn_town(town)
    before = await shown(town, tile_of(12), names=["grids"])
    assert before == await shown(town, tile_of(12), names=["grids"])
    await bound(town, rural=square(20, 0, 10, 5))
    assert before != await shown(town, tile_of(12), names=["grids"])


async def test_visitors_see_grids_and_places_and_nothing_of_homes_and_events(town: Town) -> None:
    await drawn_town(town)
    await standing_things(town)
    assert set(await shown(town, tile_of(14))) == {"grids", "places"}


async def test_a_worker_sees_the_own_grid_s_things_and_events(town: Town) -> None:
    await drawn_town(town)
    made = await standing_things(town)
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    seen = await shown(town, tile_of(12), worker)
    whole = await shown(town, tile_of(12), operator("en"))
    assert sum(one["properties"]["count"] for one in whole["events"]) == 2
    assert [one["properties"]["count"] for one in seen["events"]] == [1]
    seen = await shown(town, tile_of(16, 5, 5), worker)
    assert [(one["id"], one["properties"]["name"]) for one in seen["buildings"]] == [(made["building"], "Tower")]
    seen = await shown(town, tile_of(16, 6, 6), worker)
    assert [one["properties"]["id"] for one in seen["events"]] == [f"Event:{made['near']}"]
    registry = town.deployment.rules.registry
    assert seen["events"][0]["properties"]["kind"] == registry.event_kinds["community.hazard"].label.en


async def test_what_stands_somewhere_is_drawn_there(town: Town) -> None:
    await standing_things(town)
    for zoom in (14, 18):
        tile = tile_of(zoom, 5, 5)
        seen = await shown(town, tile, operator("en"), names=["buildings"])
        [(x, y)] = [one["geometry"]["coordinates"] for one in seen["buildings"]]
        (wanted,) = to_steps([tuple(at(5, 5).values())], zoom) - tile.corner
        assert (x, y) == pytest.approx(tuple(wanted), abs=0.51)


async def test_an_event_that_has_ended_is_on_no_map(town: Town) -> None:
    made = await standing_things(town)
    async with town.deployment.write() as work:
        await work.run(sa.update(t.event).where(t.event.c.id == made["near"]).values(closed=True))
    seen = await shown(town, tile_of(16, 6, 6), operator("en"))
    assert "events" not in seen


async def many_buildings(town: Town, count: int) -> None:
    new = [
        NewBuilding(grid_id=town.grids[GRIDS["urban"]], name=f"B{number}", **at(4 + number % 50 / 50, 4 + number // 50 / 50))
        for number in range(count)
    ]
    async with town.deployment.write() as work:
        ids(await register_buildings(work, operator(), new))


async def test_many_things_are_counted_by_cells_and_none_is_lost(town: Town) -> None:
    await many_buildings(town, MOST_POINTS + 400)
    async with town.deployment.read() as work:
        made = await make_tile(work, operator("en"), tile_of(15, 4.5, 4.5), ["buildings"])
    assert made is not None
    assert made.counted == ("buildings",)
    cells = decoded(made.content)["buildings"]
    assert len(cells) <= 32 * 32
    assert sum(one["properties"]["count"] for one in cells) == MOST_POINTS + 400


async def test_each_thing_stands_in_one_tile_alone(town: Town) -> None:
    await many_buildings(town, 300)
    tile = tile_of(12, 4.5, 4.5)
    found = list[Any]()
    for zoom, column, row in [(14, tile.column * 4 + x, tile.row * 4 + y) for x in range(4) for y in range(4)]:
        seen = await shown(town, TileAddress(14, column, row), operator("en"), names=["buildings"])
        assert zoom == 14
        found += [one["id"] for one in seen.get("buildings", ())]
    assert len(found) == len(set(found)) == 300


async def test_an_unknown_layer_has_no_tiles(town: Town) -> None:
    async with town.deployment.read() as work:
        assert await make_tile(work, anonymous("en"), TileAddress(0, 0, 0), ["grids"], "nowhere") is None


async def test_a_grid_that_has_ended_is_on_no_map(town: Town) -> None:
    await drawn_town(town)
    async with town.deployment.write() as work:
        gone = sa.update(t.grid).where(t.grid.c.code == GRIDS["rural"])
        await work.run(gone.values(ended_at=work.now, updated_at=work.now, version=t.grid.c.version + 1))
    seen = await shown(town, tile_of(14, 15, 5), names=["grids"])
    assert "rural grid" not in names_in(seen["grids"])
    async with town.deployment.read() as work:
        found = await children_of(work, town.grids[COMMUNITY])
    assert found is not None
    assert len(found["features"]) == 3


async def beats(town: Town, **parts: tuple[str, ...]) -> dict[str, int]:
    """A layer of police beats made of base grids, by their names."""
    async with town.deployment.write() as work:
        assert (await create_layers(work, operator(), [NewLayer(id="police", name="警务")]))[0].accepted
        new = [
            NewOverlay(
                layer_id="police",
                code=name,
                name=name,
                type_id="urban.market_grid",
                base_grid_ids=tuple(town.grids[GRIDS[one]] for one in own),
            )
            for name, own in parts.items()
        ]
        return dict(zip(parts, ids(await create_overlays(work, operator(), new)), strict=True))


@pytest.mark.parametrize("zoom", [13, 15])
async def test_an_overlay_s_grid_is_drawn_as_the_base_grids_that_it_is_made_of(town: Town, zoom: int) -> None:
    await drawn_town(town)
    made = await beats(town, west=("urban", "scenic"), east=("rural",))
    for code, wide in (("west", 20), ("east", 10)):
        seen = await shown(town, tile_of(zoom, 19, 5), names=["grids"], layer="police")
        one = next(one for one in seen["grids"] if one["properties"]["name"] == code)
        (west, _), (east, _) = to_steps([tuple(at(0, 0).values()), tuple(at(wide, 0).values())], zoom)
        box = shapely.geometry.shape(one["geometry"]).bounds
        assert box[2] - box[0] == pytest.approx(east - west, abs=1.1) or max(box) > EXTENT or min(box) < 0
    async with town.deployment.write() as work:
        assert (await set_parts(work, operator(), [NewParts(grid_id=made["east"], base_grid_ids=())]))[0].accepted
    seen = await shown(town, tile_of(zoom, 19, 5), names=["grids"], layer="police")
    assert names_in(seen["grids"]) == ["west"]


async def test_the_parts_of_a_grid_are_geojson_with_borders_that_stay_shared(town: Town) -> None:
    await make_mesh(town, 12)
    for zoom in (None, 12):
        async with town.deployment.read() as work:
            found = await children_of(work, town.grids[COMMUNITY], zoom=zoom)
        assert found is not None
        cells = [shapely.geometry.shape(one["geometry"]) for one in found["features"]]
        assert (len(cells), found["complete"]) == (144, True)
        assert shapely.coverage_is_valid(cells)


async def test_the_topmost_grids_that_are_drawn_begin_the_map(town: Town) -> None:
    await bound(town, urban=square(0, 0), **{f"c{COMMUNITY}": square(0, 0, 5, 5)})
    await beats(town, west=("urban",))
    async with town.deployment.read() as work:
        base, police = await children_of(work, None), await children_of(work, None, layer_id="police")
        assert await children_of(work, None, layer_id="nowhere") is None
        assert await children_of(work, 999_999) is None
    assert base is not None
    assert police is not None
    assert [one["properties"]["name"] for one in (*base["features"], *police["features"])] == ["Heron Lane", "west"]
