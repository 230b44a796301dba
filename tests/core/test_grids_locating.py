"""Which grid a position lies in: one and only one, the same on both databases, and the nearest where it lies in none."""

from random import Random

import numpy as np
import pytest
import shapely
import sqlalchemy as sa

from grounds import CELL, bound, make_mesh, place, square
from towns import COMMUNITY, GRIDS, Town
from wangge_core.db import tables as t
from wangge_core.grids.boundaries import NewBoundary, set_boundaries
from wangge_core.grids.locating import Located, grid_at, locate
from wangge_core.rights.viewers import operator

pytestmark = pytest.mark.anyio
SIDE = 12


async def at(town: Town, column: float, row: float, layer: str = "base") -> Located | None:
    async with town.deployment.read() as work:
        longitude, latitude = place(column, row)
        return await grid_at(work, (longitude, latitude), layer)


async def test_every_point_of_a_mesh_is_in_the_one_cell_that_shapely_has_for_it(town: Town) -> None:
    mesh, made = await make_mesh(town, SIDE)
    random = Random(7)
    points = [place(random.uniform(0, SIDE), random.uniform(0, SIDE)) for _ in range(3_000)]
    async with town.deployment.read() as work:
        found = await locate(work, [(x, y) for x, y in points])
        alone = [await grid_at(work, (x, y)) for x, y in points[:50]]
    assert alone == found[:50]
    shapes = {cell: shapely.Polygon(shape["coordinates"][0]) for cell, shape in mesh.cells.items()}
    tree, cells = shapely.STRtree(list(shapes.values())), list(shapes)
    holding: dict[int, list[tuple[int, int]]] = {}
    for number, cell in tree.query(shapely.points(np.array(points)), predicate="within").T.tolist():
        holding.setdefault(number, []).append(cells[cell])
    for number, one in enumerate(found):
        assert one is not None
        assert holding.get(number, [made[one.grid_id]]) == [made[one.grid_id]]


async def test_a_corner_or_an_edge_of_many_cells_is_in_one_of_them_and_always_in_the_same(town: Town) -> None:
    mesh, made = await make_mesh(town, 5)
    corners = [(x, y) for x, y in mesh.corners.values()]
    async with town.deployment.read() as work:
        found = await locate(work, corners)
        assert await locate(work, corners) == found
    for (column, row), one in zip(mesh.corners, found, strict=True):
        assert one is not None, (column, row)
        assert made[one.grid_id] in {(column - x, row - y) for x in (0, 1) for y in (0, 1)}


async def test_the_deepest_grid_counts_and_one_above_it_where_there_is_none(town: Town) -> None:
    await bound(town, **{f"c{COMMUNITY}": square(0, 0, 10, 10)}, urban=square(0, 0, 5, 5), rural=square(5, 0, 5, 5))
    assert await at(town, 2, 2) == Located(grid_id=town.grids[GRIDS["urban"]])
    assert await at(town, 7, 2) == Located(grid_id=town.grids[GRIDS["rural"]])
    assert await at(town, 7, 7) == Located(grid_id=town.grids[COMMUNITY])
    assert await at(town, 5, 2) == Located(grid_id=town.grids[GRIDS["rural"]])  # the edge that both have
    assert await at(town, 10, 2) == Located(grid_id=town.grids[GRIDS["rural"]])  # the outer edge of all


async def test_a_point_in_a_hole_is_not_in_the_grid_around_it(town: Town) -> None:
    ring = square(0, 0, 9, 9)
    ring["coordinates"].append(square(3, 3, 3, 3)["coordinates"][0])
    await bound(town, urban=ring)
    found = await at(town, 4.5, 3.5)
    assert found is not None
    assert not found.inside
    assert found.distance == pytest.approx(0.5 * CELL * 110_850, rel=1e-3)
    await bound(town, scenic=square(3, 3, 3, 3))
    assert await at(town, 4.5, 3.5) == Located(grid_id=town.grids[GRIDS["scenic"]])


@pytest.mark.parametrize(
    ("column", "row", "name", "metres"),
    [(-0.5, 0.5, "urban", 47.9), (4.9, 0.5, "rural", 9.6), (2.0, 400.5, "urban", 44_230.0), (-900.0, 0.5, "urban", 86_258.0)],
)
async def test_outside_of_all_the_nearest_grid_and_its_distance_are_told(
    town: Town, column: float, row: float, name: str, metres: float
) -> None:
    await bound(town, urban=square(0, 0, 2, 1), rural=square(5, 0))
    found = await at(town, column, row)
    assert found is not None
    assert (found.grid_id, found.inside) == (town.grids[GRIDS[name]], False)
    assert found.distance == pytest.approx(metres, rel=5e-3)


async def test_the_nearest_of_many_is_the_one_that_an_independent_search_finds(town: Town) -> None:
    mesh, made = await make_mesh(town, SIDE)
    random = Random(3)
    cells, scale = list(mesh.cells), np.array([np.cos(np.radians(30.5)) * 111_320, 110_850])
    shapes = [shapely.Polygon(np.array(mesh.cells[cell]["coordinates"][0]) * scale) for cell in cells]
    for _ in range(40):
        column, row = random.choice((random.uniform(-9, -0.01), random.uniform(SIDE + 0.01, 40))), random.uniform(-9, SIDE + 9)
        found = await at(town, column, row)
        assert found is not None
        point = shapely.Point(np.array(place(column, row)) * scale)
        nearest = min(shape.distance(point) for shape in shapes)
        assert shapes[cells.index(made[found.grid_id])].distance(point) == pytest.approx(nearest, abs=0.01 * CELL * 110_850)
        assert found.distance == pytest.approx(nearest, rel=1e-2)


async def test_far_from_everything_or_on_empty_ground_there_is_no_grid(town: Town) -> None:
    assert await at(town, 0, 0) is None
    await bound(town, urban=square(0, 0))
    assert await at(town, 2_000, 0) is None
    async with town.deployment.read() as work:
        assert [await grid_at(work, one) for one in [(-179.99, 0.5), (180.0, 90.0), (-180.0, -90.0)]] == [None] * 3


async def test_a_grid_that_has_ended_holds_nothing_and_is_near_to_nothing(town: Town) -> None:
    await bound(town, **{f"c{COMMUNITY}": square(0, 0, 9, 9)}, urban=square(0, 0, 4, 4))
    async with town.deployment.write() as work:
        await work.run(sa.update(t.grid).where(t.grid.c.code == GRIDS["urban"]).values(ended_at=work.now))
    assert await at(town, 2, 2) == Located(grid_id=town.grids[COMMUNITY])
    nearest = await at(town, -1, 2)
    assert nearest is not None
    assert nearest.grid_id == town.grids[COMMUNITY]


async def test_a_layer_has_grids_of_its_own(town: Town) -> None:
    await bound(town, urban=square(0, 0, 4, 4))
    async with town.deployment.write() as work:
        await work.insert(t.grid_layer, [{"id": "police", "label": {"zh": "警格", "en": "Police"}, "base": False}])
        (id,) = await work.reserve_ids(t.grid, 1)
        row = {"id": id, "layer_id": "police", "grid_type_id": "community.police_grid", "path": f"{id}.", "depth": 0}
        more = {"level": "GRID", "code": "P1", "name": "P", "version": 1, "created_at": work.now, "updated_at": work.now}
        await work.insert(t.grid, [row | more])
        await set_boundaries(work, operator(), [NewBoundary(grid_id=id, geometry=square(0, 0, 9, 9), system="wgs84")])
    assert await at(town, 2, 2) == Located(grid_id=town.grids[GRIDS["urban"]])
    assert await at(town, 2, 2, "police") == Located(grid_id=id)
    assert await at(town, 7, 7, "police") == Located(grid_id=id)
    assert await at(town, 2, 2, "moon") is None
