"""Boundaries of grids: who sets them, that they are set whole or not at all, and what is kept of them."""

from typing import Any

import pytest
import sqlalchemy as sa

from grounds import bound, square
from towns import COMMUNITY, DISTRICT, GRIDS, SUBDISTRICT, Town
from wangge_core.db import tables as t
from wangge_core.geometry.systems import to_gcj02
from wangge_core.grids.boundaries import NewBoundary, set_boundaries
from wangge_core.rights.viewers import Viewer, operator

pytestmark = pytest.mark.anyio


def crossed(shape: dict[str, Any]) -> dict[str, Any]:
    """The shape with two corners exchanged, so that it crosses itself."""
    (a, b, c, d, end) = shape["coordinates"][0]
    return shape | {"coordinates": [[a, c, b, d, end]]}


async def tried(town: Town, *requests: NewBoundary, by: Viewer | None = None) -> list[str]:
    async with town.deployment.write() as work:
        outcomes = await set_boundaries(work, by or operator(), requests)
    return [", ".join(f"{one.field}: {one.code}" for one in outcome.refusals) for outcome in outcomes]


async def stored(town: Town) -> list[sa.Row[Any]]:
    async with town.deployment.read() as work:
        return list(await work.rows(sa.select(t.boundary).order_by(t.boundary.c.grid_id)))


async def tiles(town: Town) -> int:
    async with town.deployment.read() as work:
        return await work.value(sa.select(sa.func.count()).select_from(t.boundary_tile))


async def test_a_list_is_set_but_for_what_is_refused_in_it(town: Town) -> None:
    grids = [town.grids[one] for one in GRIDS.values()]
    requests = [
        NewBoundary(grid_id=grids[0], geometry=square(0, 0), system="wgs84"),
        NewBoundary(grid_id=grids[1], geometry=crossed(square(1, 0)), system="wgs84"),
        NewBoundary(grid_id=grids[2], geometry=square(2, 0)),
        NewBoundary(grid_id=grids[0], geometry=square(3, 0), system="wgs84"),
        NewBoundary(grid_id=10**6, geometry=square(3, 0), system="wgs84"),
        NewBoundary(grid_id=grids[3], geometry=square(3, 0), system="wgs84"),
    ]
    assert await tried(town, *requests) == [
        "",
        "geometry: BOUNDARY_CROSSES_ITSELF",
        "system: REQUIRED",
        "id: DUPLICATE",
        "id: NOT_FOUND",
        "",
    ]
    assert [(row.grid_id, row.geometry) for row in await stored(town)] == [(grids[0], square(0, 0)), (grids[3], square(3, 0))]


async def test_boundaries_are_set_by_who_manages_the_ground(town: Town) -> None:
    administrator = await town.viewer("community.subdistrict_administrator", SUBDISTRICT)
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    mine, above = town.grids[GRIDS["urban"]], town.grids[DISTRICT]
    wrong = NewBoundary(grid_id=above, geometry=None, system="mars")
    assert await tried(town, NewBoundary(grid_id=mine, geometry=square(0, 0), system="wgs84"), wrong, by=administrator) == [
        "",
        "id: NOT_ALLOWED",
    ]
    assert await tried(town, NewBoundary(grid_id=mine, geometry=None), by=worker) == ["id: NOT_ALLOWED"]
    assert len(await stored(town)) == 1


async def test_what_came_is_kept_beside_what_it_means(town: Town) -> None:
    (grid,), original = [town.grids[GRIDS["urban"]]], square(0, 0)
    original["coordinates"] = [[list(to_gcj02(*one)) for one in original["coordinates"][0]]]
    assert await tried(town, NewBoundary(grid_id=grid, geometry=original, system="GCJ-02")) == [""]
    (row,) = await stored(town)
    assert (row.original, row.system, row.repairs, row.vertices) == (original, "gcj02", [], 4)
    flat = [one for corner in row.geometry["coordinates"][0] for one in corner]
    assert flat == pytest.approx([one for corner in square(0, 0)["coordinates"][0] for one in corner], abs=2e-7)
    assert row.area == pytest.approx(95.9 * 110.8, rel=0.01)


async def test_of_a_feature_nothing_is_kept_but_its_geometry(town: Town) -> None:
    """Boundaries are public, and what stands beside one in a file may not be."""
    grid, shape = town.grids[GRIDS["urban"]], square(0, 0)
    feature = {"type": "Feature", "id": 7, "properties": {"owner": "Lin Heron\0"}, "geometry": shape | {"bbox": ["\0"]}}
    assert await tried(town, NewBoundary(grid_id=grid, geometry=feature, system="wgs84")) == [""]
    assert [row.original for row in await stored(town)] == [shape]


async def test_a_repair_is_asked_for_and_told(town: Town) -> None:
    grid = town.grids[GRIDS["urban"]]
    broken = crossed(square(0, 0))
    assert await tried(town, NewBoundary(grid_id=grid, geometry=broken, system="wgs84", repair=True)) == [""]
    (row,) = await stored(town)
    assert row.repairs == [{"what": "RESHAPED", "count": 1, "longitude": 114.3005, "latitude": 30.5005}]
    assert row.original == broken


async def test_a_boundary_takes_the_place_of_the_one_before_and_can_be_taken_away(town: Town) -> None:
    grid = town.grids[GRIDS["urban"]]
    await bound(town, urban=square(0, 0), rural=square(5, 5))
    await bound(town, urban=square(1, 1, 3, 3))
    rows = {row.grid_id: row.geometry for row in await stored(town)}
    assert rows[grid] == square(1, 1, 3, 3)
    assert len(rows) == 2
    both = await tiles(town)
    assert await tried(town, NewBoundary(grid_id=grid, geometry=None)) == [""]
    assert len(await stored(town)) == 1
    assert 1 <= await tiles(town) < both


async def test_the_log_of_changes_names_the_grid_whose_boundary_was_set(town: Town) -> None:
    administrator = await town.viewer("community.subdistrict_administrator", SUBDISTRICT)
    grid = town.grids[COMMUNITY]
    async with town.deployment.write(administrator, "gridSetBoundary") as work:
        await set_boundaries(work, administrator, [NewBoundary(grid_id=grid, geometry=square(0, 0, 9, 9), system="wgs84")])
    async with town.deployment.read() as work:
        log, outbox = t.change_log, t.outbox
        changed = await work.rows(sa.select(log.c.thing, log.c.thing_id, log.c.fields).order_by(log.c.id.desc()).limit(1))
        told = await work.rows(sa.select(outbox.c.topic, outbox.c.thing_id).order_by(outbox.c.id.desc()).limit(1))
    assert [tuple(row) for row in changed] == [("Grid", grid, [["boundary"]])]
    assert [tuple(row) for row in told] == [("grid.boundary_set", grid)]
