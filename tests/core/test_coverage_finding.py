"""The coverage doctor: what is planted in a mesh is found where it was planted, and nothing else; a clean mesh has no fault."""

from collections import Counter

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from meshes import ROOT, SIDE, SOUTH, WEST, Mesh, Polygons
from wangge_core.coverage.families import Cell
from wangge_core.coverage.faults import Fault, FaultKind, Findings, Tolerance
from wangge_core.coverage.finding import find_faults
from wangge_core.coverage.measuring import area_m2
from wangge_core.geometry.exact import UNITS
from wangge_core.geometry.validity import to_shapely


def examine(mesh: Mesh) -> Findings:
    return find_faults(cells_of(mesh))


def cells_of(mesh: Mesh) -> list[Cell]:
    return [Cell(id=id, parent_id=parent_id, ground=to_shapely(polygons)) for id, parent_id, polygons in mesh.grids()]


def check_planted(mesh: Mesh) -> None:
    """Each planted fault is found once, with its kind, parent, grids, place and area, and nothing else is."""
    findings = examine(mesh)
    tree = shapely.STRtree([shapely.Polygon(plant.ring) for plant in mesh.plants])
    found: Counter[int] = Counter()
    for fault in findings.faults:
        at = shapely.Point(fault.at[0] * UNITS, fault.at[1] * UNITS)
        [position] = tree.query(at, predicate="dwithin", distance=2).tolist()
        found[position] += 1
        plant = mesh.plants[position]
        assert (fault.kind, fault.basis, fault.parent_id) == (plant.kind, plant.basis, plant.parent_id)
        assert plant.grid_ids <= set(fault.grid_ids)
        if plant.basis in {"OVERLAP", "OUTSIDE"}:
            assert plant.grid_ids == set(fault.grid_ids)
        area = area_m2(tree.geometries[position])
        assert fault.area_m2 == pytest.approx(area, rel=0.02, abs=0.1)
    assert found == Counter(range(len(mesh.plants)))
    assert findings.complete


@pytest.mark.parametrize("jitter", [0.0, 0.15])
@pytest.mark.parametrize("angle", [0, 31.7])
def test_every_planted_fault_is_found_and_nothing_else(jitter: float, angle: float) -> None:
    mesh = Mesh(40, 40, jitter=jitter, angle=angle, seed=7)
    mesh.plant(12)
    assert Counter(plant.kind for plant in mesh.plants) == dict.fromkeys(("GAP", "OVERLAP", "HOLE", "OUTSIDE", "SLIVER"), 12)
    check_planted(mesh)


def test_two_hundred_faults_of_each_kind_are_found_among_twenty_thousand_grids() -> None:
    mesh = Mesh(142, 142, seed=3)
    mesh.plant(200)
    check_planted(mesh)


@pytest.mark.parametrize("block", [1, 7, 40])
@pytest.mark.parametrize("jitter", [0.0, 0.15])
def test_a_clean_mesh_has_no_fault(block: int, jitter: float) -> None:
    assert examine(Mesh(40, 33, block=block, jitter=jitter, angle=12.5)).faults == ()


def test_the_rounding_of_positions_is_no_fault() -> None:
    """Outlines have four corners, their children many points on the slanted lines between, each rounded by itself."""
    mesh = Mesh(30, 30, jitter=0, angle=31.7, straight=True)
    assert examine(mesh).faults == ()
    assert len(find_faults(cells_of(mesh), Tolerance(noise_width_m=0, least_area_m2=0)).faults) > 100


def test_what_rounding_cannot_do_is_a_sliver() -> None:
    """One corner of an outline lies 3 cm further out than its children's."""
    mesh = Mesh(10, 10, jitter=0, straight=True)
    [[outline]] = mesh.parents[ROOT]
    outline[0] = (WEST - 3, SOUTH - 3)
    mesh.parents[mesh.parent(0, 0)] = [[outline]]
    [fault] = examine(mesh).faults
    assert (fault.kind, fault.basis) == ("SLIVER", "HOLE")


def test_a_neighbour_with_more_points_on_a_common_edge_is_no_fault() -> None:
    mesh = Mesh(12, 12, block=12, jitter=0, angle=20)
    for column in range(0, 12, 3):
        mesh.cells[mesh.cell(column, 6)] = [[mesh.outline(column, 6, 1, corners=True)]]
    assert examine(mesh).faults == ()


def test_a_voronoi_mesh_with_straight_outlines_has_no_fault() -> None:
    """Cells of any number of corners, cut at their parents' borders."""
    chance = np.random.default_rng(5)
    box = shapely.box(WEST, SOUTH, WEST + 60 * SIDE, SOUTH + 60 * SIDE)
    halves = [
        shapely.box(WEST, SOUTH, WEST + 30 * SIDE, SOUTH + 60 * SIDE),
        shapely.box(WEST + 30 * SIDE, SOUTH, WEST + 60 * SIDE, SOUTH + 60 * SIDE),
    ]
    points = shapely.multipoints(np.array([WEST, SOUTH]) + chance.uniform(0, 60 * SIDE, (1500, 2)))
    regions = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=box))
    cells = [Cell(id=1, parent_id=None, ground=box), *(Cell(id=2 + i, parent_id=1, ground=half) for i, half in enumerate(halves))]
    for number, half in enumerate(halves):
        parts = shapely.transform(shapely.intersection(regions, half), np.round)
        parts = [part for part in parts if part.area]
        cells.extend(Cell(id=10_000 * (number + 1) + i, parent_id=2 + number, ground=part) for i, part in enumerate(parts))
    assert len(cells) > 1500
    assert find_faults(cells).faults == ()


def test_lakes_islands_enclaves_and_grids_in_several_parts_are_no_faults() -> None:
    mesh = Mesh(20, 20, block=10, jitter=0.1)
    parent = mesh.parent(0, 0)
    lake = mesh.cells.pop(mesh.cell(4, 4))[0][0]
    mesh.parents[parent][0].append(lake)
    mesh.parents[ROOT][0].append(lake)
    in_two_parts(mesh, mesh.cell(1, 1), mesh.cell(7, 7))
    island = [[(x - 30 * SIDE, y) for x, y in lake]]
    for polygons in (mesh.parents[parent], mesh.parents[ROOT], mesh.cells[mesh.cell(0, 9)]):
        polygons.append(island)
    x, y = mesh.point(2.5, 6.5)
    enclave = [(x, y), (x + 999, y), (x + 999, y + 999), (x, y + 999)]
    mesh.cells[mesh.cell(2, 6)][0].append(enclave)
    mesh.cells[77] = [[enclave]]
    mesh.above[77] = parent
    assert examine(mesh).faults == ()


def in_two_parts(mesh: Mesh, one: int, other: int) -> None:
    mesh.cells[one] = [*mesh.cells[one], *mesh.cells.pop(other)]


def square(x: int, y: int, wide: int = 10, high: int = 10) -> Polygons:
    """A rectangle on a lattice of 10 m or so."""
    west, south, east, north = WEST + 1000 * x, SOUTH + 1000 * y, WEST + 1000 * (x + wide), SOUTH + 1000 * (y + high)
    return [[[(west, south), (east, south), (east, north), (west, north)]]]


def found(*grids: tuple[int, int | None, Polygons]) -> list[Fault]:
    cells = [Cell(id=id, parent_id=parent_id, ground=to_shapely(polygons)) for id, parent_id, polygons in grids]
    return list(find_faults(cells).faults)


def test_a_fault_says_its_place_its_area_and_its_width() -> None:
    [fault] = found((1, None, square(0, 0, 20)), (2, 1, square(0, 0)), (3, 1, square(10, 0, 10, 8)))
    assert (fault.kind, fault.basis, fault.parent_id, fault.grid_ids) == (FaultKind.HOLE, FaultKind.HOLE, 1, (2, 3))
    assert fault.area_m2 == pytest.approx(96.0 * 22.17, rel=1e-3)
    assert fault.width_m == pytest.approx(2 * 96.0 * 22.17 / (2 * (96.0 + 22.17)), rel=1e-3)
    west, south, east, north = 114.301, 30.5008, 114.302, 30.501
    assert west < fault.at[0] < east and south < fault.at[1] < north
    [ring] = fault.geometry["coordinates"]
    assert fault.geometry["type"] == "Polygon"
    assert ring[0] == ring[-1]
    assert set(map(tuple, ring)) == {(west, south), (east, south), (east, north), (west, north)}
    assert shapely.LinearRing(ring).is_ccw


def test_without_an_outline_only_gaps_and_overlaps_can_be_seen() -> None:
    ring_of_four = [square(0, 0, 30), square(20, 10, 10, 20), square(0, 20, 20), square(0, 10)]
    faults = found(*((number, None, polygons) for number, polygons in enumerate(ring_of_four, 1)))
    assert [(fault.kind, fault.parent_id, fault.grid_ids) for fault in faults] == [("GAP", None, (1, 2, 3, 4))]


def test_a_grid_with_the_wrong_parent_lies_outside_and_leaves_a_hole() -> None:
    faults = found(
        (1, None, square(0, 0, 20)),
        (2, 1, square(0, 0)),
        (3, 1, square(10, 0)),
        (4, 2, square(0, 0, 10, 5)),
        (5, 3, square(0, 5, 10, 5)),
        (6, 3, square(10, 0)),
    )
    assert [(fault.kind, fault.parent_id, fault.grid_ids) for fault in faults] == [("HOLE", 2, (4,)), ("OUTSIDE", 3, (5,))]


def test_what_reaches_into_a_grid_of_another_parent_is_told_once() -> None:
    faults = found(
        (1, None, square(0, 0, 20)), (2, 1, square(0, 0)), (3, 1, square(10, 0)), (4, 2, square(0, 0, 12)), (5, 3, square(10, 0))
    )
    assert [(fault.kind, fault.parent_id, fault.grid_ids) for fault in faults] == [("OUTSIDE", 2, (4,))]


def test_parents_that_overlap_are_at_fault_and_not_their_children() -> None:
    faults = found((2, None, square(0, 0, 12)), (3, None, square(10, 0)), (4, 2, square(0, 0, 12)), (5, 3, square(10, 0)))
    assert [(fault.kind, fault.parent_id, fault.grid_ids) for fault in faults] == [("OVERLAP", None, (2, 3))]


def test_many_grids_with_one_ground_are_one_fault() -> None:
    faults = found((1, None, square(0, 0, 20)), (2, 1, square(10, 0)), *((3 + number, 1, square(0, 0)) for number in range(500)))
    assert [(fault.kind, fault.grid_ids) for fault in faults] == [("OVERLAP", tuple(range(3, 503)))]


def test_the_doctor_stops_when_there_are_more_faults_than_asked_for() -> None:
    heap = [Cell(id=number, parent_id=None, ground=to_shapely(square(number % 7, number // 7, 40, 40))) for number in range(400)]
    findings = find_faults(heap, most=50)
    assert len(findings.faults) == 50
    assert not findings.complete


def test_a_boundary_that_crosses_itself_is_told_and_the_rest_checked_as_if_repaired() -> None:
    [[bow]] = square(0, 0)
    bow = [bow[0], bow[2], bow[1], bow[3]]
    faults = found((1, None, square(0, 0)), (2, 1, [[bow]]))
    assert {(fault.kind, fault.grid_ids) for fault in faults} == {("INVALID", (2,)), ("HOLE", (2,))}
    assert sum(fault.area_m2 for fault in faults) == pytest.approx(96.0 * 110.86, rel=1e-3)


SPAN = 14
Box = tuple[int, int, int, int]
boxes = st.tuples(st.integers(0, SPAN - 1), st.integers(0, SPAN - 1), st.integers(1, 9), st.integers(1, 9))


@given(outline=boxes, grids=st.lists(boxes, min_size=1, max_size=7, unique=True))
@settings(deadline=None, max_examples=150)
def test_areas_agree_with_a_count_of_lattice_squares(outline: Box, grids: list[Box]) -> None:
    faults = found((1, None, square(*outline)), *((number, 1, square(*box)) for number, box in enumerate(grids, 2)))
    areas: Counter[str] = Counter()
    for fault in faults:
        areas[fault.kind] += round(shapely.geometry.shape(fault.geometry).area * 1e8)
    assert +areas == +counted(outline, grids)


def counted(outline: Box, grids: list[Box]) -> Counter[str]:
    """Squares of the lattice by what is wrong with them; a gap is what the sea does not reach over uncovered squares, side by side."""
    cover = [sum(1 for box in grids if (x, y) in squares(box)) for x in range(-1, 26) for y in range(-1, 26)]
    covers = {(x, y): cover[27 * (x + 1) + y + 1] for x in range(-1, 26) for y in range(-1, 26)}
    sea, shore = {(-1, -1)}, [(-1, -1)]
    while shore:
        x, y = shore.pop()
        for near in ((x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)):
            if near not in sea and covers.get(near) == 0:
                sea.add(near)
                shore.append(near)
    inside = squares(outline)
    return Counter(
        {
            "HOLE": sum(1 for place in inside if place in sea),
            "GAP": sum(1 for place in inside if covers[place] == 0 and place not in sea),
            "OUTSIDE": sum(1 for place, count in covers.items() if count and place not in inside),
            "OVERLAP": sum(count * (count - 1) // 2 for count in covers.values()),
        }
    )


def squares(box: Box) -> set[tuple[int, int]]:
    west, south, wide, high = box
    return {(x, y) for x in range(west, west + wide) for y in range(south, south + high)}
