"""Exactness: every point of a mesh lies in one cell and no other, tiles miss nothing, and figures agree with independent ones."""

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from wangge_core.geometry.exact import UNITS, Box, Edges, area_of, degrees, units
from wangge_core.geometry.tiles import ranges_in, tiles_at, tiles_of

SIDE = 4
CORNERS = st.lists(st.integers(-3, 3), min_size=2 * (SIDE + 1) ** 2, max_size=2 * (SIDE + 1) ** 2)


def cells(shifts: list[int]) -> list[np.ndarray]:
    """A mesh of crooked quadrilaterals; its outer corners stay where they are."""
    grid = np.array(shifts).reshape(SIDE + 1, SIDE + 1, 2)
    grid[[0, -1]] = grid[:, [0, -1]] = 0
    corners = np.stack(np.meshgrid(np.arange(SIDE + 1) * 10, np.arange(SIDE + 1) * 10, indexing="ij"), axis=-1) + grid
    pairs = [(a, b) for a in range(SIDE) for b in range(SIDE)]
    return [np.array([corners[a + i, b + j] for i, j in [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]]) for a, b in pairs]


@given(CORNERS)
def test_every_lattice_point_of_a_crooked_mesh_lies_in_exactly_one_cell(shifts: list[int]) -> None:
    span = np.arange(0, SIDE * 10)
    xs, ys = (one.ravel() for one in np.meshgrid(span, span))
    counted = sum(Edges.of([cell]).hold(xs, ys).astype(int) for cell in cells(shifts))
    assert counted.tolist() == [1] * len(xs)


@given(CORNERS, st.tuples(st.integers(0, 39), st.integers(0, 39)))
def test_a_point_that_is_on_no_edge_is_where_shapely_has_it(shifts: list[int], point: tuple[int, int]) -> None:
    xs, ys = np.array([[point[0]], [point[1]]])
    for cell in cells(shifts):
        shape, where = shapely.Polygon(cell), shapely.Point(point)
        on_edge = shape.boundary.intersects(where)
        assert Edges.of([cell]).touch(*point) == on_edge
        if not on_edge:
            assert Edges.of([cell]).hold(xs, ys).tolist() == [shape.contains(where)]


def test_a_hole_is_outside_and_its_filling_has_the_rest_of_its_edge() -> None:
    square = np.array([[0, 0], [30, 0], [30, 30], [0, 30], [0, 0]])
    hole = np.array([[10, 10], [10, 20], [20, 20], [20, 10], [10, 10]])
    span = np.arange(30)
    xs, ys = (one.ravel() for one in np.meshgrid(span, span))
    ring, filling = Edges.of([square, hole]).hold(xs, ys), Edges.of([hole]).hold(xs, ys)
    assert (ring ^ filling).all()
    assert filling.sum() == 100


@given(st.lists(st.tuples(st.integers(-(10**9), 10**9), st.integers(-(9 * 10**8), 9 * 10**8)), min_size=2, max_size=2, unique=True))
def test_a_point_of_a_box_is_found_by_the_tiles_that_the_box_stands_on(ends: list[tuple[int, int]]) -> None:
    (ax, ay), (bx, by) = ends
    box = Box(min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))
    standing = tiles_of(box)
    assert 1 <= len(standing) <= 4
    for x, y in [*ends, ((ax + bx) // 2, (ay + by) // 2), (ax, by)]:
        assert set(tiles_at(x, y)) & set(standing)
    around = Box(ax - 5000, ay - 5000, ax + 5000, ay + 5000)
    assert any(first <= tile <= last for tile in standing for first, last in ranges_in(around))


@given(st.integers(-180 * UNITS, 180 * UNITS))
def test_units_become_degrees_and_the_same_units_again(amount: int) -> None:
    assert units(degrees(amount)) == amount


@pytest.mark.parametrize("west", [-71.1, 113.9])
@pytest.mark.parametrize("south", [-35.2, 0.0, 30.5, 52.0])
def test_areas_and_distances_agree_with_geodesics(west: float, south: float) -> None:
    corners = [(west, south), (west + 0.01, south + 0.001), (west + 0.012, south + 0.02), (west, south + 0.02), (west, south)]
    ring = np.array([[units(x), units(y)] for x, y in corners])
    geod = pyproj.Geod(ellps="WGS84")
    area, _ = geod.polygon_area_perimeter(*zip(*corners, strict=True))
    assert area_of(ring) == pytest.approx(area, rel=5e-5)
    assert area_of(ring[::-1]) == pytest.approx(-area_of(ring))
    _, _, metres = geod.inv(west - 0.03, south + 0.01, west, south + 0.01)
    assert Edges.of([ring]).distance(units(west - 0.03), units(south + 0.01)) == pytest.approx(metres, rel=1e-5)
