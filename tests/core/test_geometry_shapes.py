"""Shapes from what people send: what is wrong is named with its place, what is mended is told, and nothing is guessed."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wangge_core.errors import Refusal
from wangge_core.geometry.exact import units
from wangge_core.geometry.geojson import MOST_VERTICES
from wangge_core.geometry.shapes import RepairKind, Shape, make_shape, unpacked
from wangge_core.geometry.systems import to_bd09, to_gcj02
from wangge_core.refusals import message

SQUARE = [[114.0, 30.0], [114.01, 30.0], [114.01, 30.01], [114.0, 30.01], [114.0, 30.0]]
BOW_TIE = [[114.0, 30.0], [114.01, 30.01], [114.01, 30.0], [114.0, 30.01], [114.0, 30.0]]
EIGHT = [[0.1, 0.1], [0.2, 0.2], [0.1, 0.3], [0.3, 0.3], [0.2, 0.2], [0.3, 0.1], [0.1, 0.1]]


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def inner(west: float, south: float, side: float) -> list[list[float]]:
    return [[west, south], [west, south + side], [west + side, south + side], [west + side, south], [west, south]]


def said(geometry: Any, system: str = "wgs84") -> list[str]:
    found = make_shape(geometry, system)
    assert isinstance(found, list), "nothing was refused"
    assert all(message(one, language) for one in found for language in ("zh", "en"))
    return [f"{one.field}: {one.code}" for one in found]


def made(geometry: Any, system: str = "wgs84", *, repair: bool = False) -> Shape:
    found = make_shape(geometry, system, repair=repair)
    assert isinstance(found, Shape), found
    return found


COORDINATES = "geometry.coordinates"
BAD: dict[str, tuple[Any, str]] = {
    "nothing": (None, "geometry: GEOMETRY_TYPE"),
    "text": ("POLYGON((0 0))", "geometry: GEOMETRY_TYPE"),
    "a point": ({"type": "Point", "coordinates": [114, 30]}, "geometry: GEOMETRY_TYPE"),
    "a type that is no text": ({"type": ["Polygon"], "coordinates": []}, "geometry: GEOMETRY_TYPE"),
    "a feature of a line": ({"type": "Feature", "geometry": {"type": "LineString"}}, "geometry.geometry: GEOMETRY_TYPE"),
    "no coordinates": ({"type": "Polygon"}, f"{COORDINATES}: GEOMETRY_DAMAGED"),
    "no rings": (polygon(), f"{COORDINATES}: GEOMETRY_DAMAGED"),
    "a polygon without rings": ({"type": "MultiPolygon", "coordinates": [[SQUARE], []]}, f"{COORDINATES}: GEOMETRY_DAMAGED"),
    "an empty ring": (polygon([]), f"{COORDINATES}[0]: RING_TOO_SHORT"),
    "a ring that is none": (polygon(7), f"{COORDINATES}[0][0]: GEOMETRY_DAMAGED"),
    "texts for numbers": (polygon([*SQUARE[:2], ["114.01", "30.01"], *SQUARE[3:]]), f"{COORDINATES}[0][2]: GEOMETRY_DAMAGED"),
    "truth values": (polygon([*SQUARE[:2], [True, False], *SQUARE[3:]]), f"{COORDINATES}[0][2]: GEOMETRY_DAMAGED"),
    "no number": (polygon([*SQUARE[:2], [float("nan"), 30], *SQUARE[3:]]), f"{COORDINATES}[0][2]: GEOMETRY_DAMAGED"),
    "a number without an end": (polygon([*SQUARE[:2], [10**400, 30], *SQUARE[3:]]), f"{COORDINATES}[0][2]: GEOMETRY_DAMAGED"),
    "not closed": (polygon(SQUARE, inner(114.002, 30.002, 0.001)[:-1]), f"{COORDINATES}[1]: RING_NOT_CLOSED"),
    "a line there and back": (polygon([SQUARE[0], SQUARE[1], SQUARE[0]]), f"{COORDINATES}[0]: RING_TOO_SHORT"),
    "heights": (polygon([[*one, 5.0] for one in SQUARE[:1]] + SQUARE[1:]), f"{COORDINATES}[0][0]: POSITION_WITH_HEIGHT"),
    "crossing itself": (polygon(BOW_TIE), "geometry: BOUNDARY_CROSSES_ITSELF"),
    "touching itself": (polygon(EIGHT), "geometry: BOUNDARY_TOUCHES_ITSELF"),
    "a hole elsewhere": (polygon(SQUARE, inner(115, 31, 0.001)), "geometry: HOLE_OUTSIDE"),
    "parts over each other": ({"type": "MultiPolygon", "coordinates": [[SQUARE], [SQUARE]]}, "geometry: BOUNDARY_CROSSES_ITSELF"),
    "a part in a part": (
        {"type": "MultiPolygon", "coordinates": [[SQUARE], [inner(114.002, 30.002, 0.001)]]},
        "geometry: BOUNDARY_INVALID",
    ),
    "no area": (polygon([SQUARE[0], SQUARE[0], SQUARE[0], SQUARE[0]]), "geometry: RING_WITHOUT_AREA"),
    "tiny": (polygon(inner(114, 30, 0.000001)), "geometry: BOUNDARY_TOO_SMALL"),
    "enormous": (polygon(inner(-80, -80, 160)), "geometry: BOUNDARY_TOO_LARGE"),
    "around the globe": (
        polygon([[-170, 1], [0, 1], [170, 1], [170, 1.1], [0, 1.1], [-170, 1.1], [-170, 1]]),
        "geometry: BOUNDARY_TOO_LARGE",
    ),
    "swapped": (polygon([[y, x] for x, y in SQUARE]), "geometry: POSITION_SWAPPED"),
    "metres": (polygon([[x * 4000, y * 100_000] for x, y in SQUARE]), "geometry: POSITION_OUTSIDE_SYSTEM"),
    "over the antimeridian": (
        polygon([[179.9, 1], [-179.9, 1], [-179.9, 1.1], [179.9, 1.1], [179.9, 1]]),
        "geometry: CROSSES_ANTIMERIDIAN",
    ),
    "beyond the antimeridian": (polygon(inner(179.9, 1, 0.2)), "geometry: POSITION_OUTSIDE_SYSTEM"),
    "where devices are that do not know": (
        polygon([[0, 0], [0.01, 0], [0.01, 0.01], [0, 0.01], [0, 0]]),
        "geometry: POSITION_INVALID",
    ),
    "a million positions": (polygon([[114.0, 30.0]] * 1_000_000), f"{COORDINATES}: TOO_MANY_VERTICES"),
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_boundary_is_refused_with_the_fault_and_its_place(what: str) -> None:
    geometry, expected = BAD[what]
    assert expected in said(geometry)


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        ("", "system: REQUIRED"),
        (" ", "system: REQUIRED"),
        ("mars", "system: SYSTEM_UNKNOWN"),
        ("gcj02", "geometry: POSITION_OUTSIDE_SYSTEM"),
        ("EPSG:4547", "geometry: POSITION_OUTSIDE_SYSTEM"),
    ],
)
def test_a_system_that_is_missing_or_cannot_be_meant_is_refused(system: str, expected: str) -> None:
    assert said(polygon([[x - 185, y] for x, y in SQUARE]), system) == [expected]


@pytest.mark.parametrize(
    ("said", "system", "refused"),
    [
        ("urn:ogc:def:crs:EPSG::4547", "wgs84", True),
        ("EPSG:4547", "gcj02", True),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4547", True),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "wgs84", False),
        ("urn:ogc:def:crs:EPSG::4490", "wgs84", False),
        ("urn:ogc:def:crs:EPSG:6.9:4326", "GCJ-02", False),
        ("the survey's own", "wgs84", False),
        (None, "wgs84", False),
    ],
)
def test_data_that_says_to_be_in_another_system_is_refused(said: str | None, system: str, refused: bool) -> None:
    crs = said and {"type": "name", "properties": {"name": said}}
    found = make_shape(polygon(SQUARE) | {"crs": crs}, system)
    codes = [one.code for one in found] if isinstance(found, list) else []
    assert ("SYSTEM_CONTRADICTED" in codes) == refused


def test_swapped_positions_are_seen_where_both_are_degrees_of_latitude_in_china() -> None:
    """75° east in the west of China could be a latitude; read the other way it lies in the Arctic, where GCJ-02 does not apply."""
    west = [[75 + x - 114, y + 9] for x, y in SQUARE]
    assert made(polygon(west), "gcj02").area > 1
    assert said(polygon([[y, x] for x, y in west]), "gcj02") == ["geometry: POSITION_SWAPPED"]


def test_a_fault_says_where_on_the_map_it_is() -> None:
    (found,) = make_shape(polygon(BOW_TIE), "wgs84")  # type: ignore[misc]
    assert isinstance(found, Refusal)
    assert found.values["where"] == "114.0050000, 30.0050000"
    (open_,) = make_shape(polygon(SQUARE[:-1]), "wgs84")  # type: ignore[misc]
    assert message(open_, "en").endswith("begins at 114.0000000, 30.0000000 and ends at 114.0000000, 30.0100000.")


def test_a_shape_of_the_most_positions_is_taken_and_of_one_more_is_not() -> None:
    angles = np.linspace(0, 2 * np.pi, MOST_VERTICES)[:-1]
    ring = [[114 + float(np.cos(one)), 30 + float(np.sin(one))] for one in angles]
    assert made(polygon([*ring, ring[0]])).vertices == MOST_VERTICES - 1
    assert said(polygon([ring[0], *ring, ring[0]])) == [f"{COORDINATES}: TOO_MANY_VERTICES"]


REPAIRED: dict[str, tuple[Any, list[tuple[RepairKind, int]]]] = {
    "nothing wrong": (polygon(SQUARE), []),
    "not closed": (polygon(SQUARE[:-1]), [(RepairKind.CLOSED_RINGS, 1)]),
    "heights": (polygon([[*one, 3] for one in SQUARE]), [(RepairKind.DROPPED_HEIGHTS, 5)]),
    "a flat hole": (polygon(SQUARE, [SQUARE[0], SQUARE[0], SQUARE[0], SQUARE[0]]), [(RepairKind.DROPPED_RINGS, 1)]),
    "crossing itself": (polygon(BOW_TIE), [(RepairKind.RESHAPED, 1)]),
}


@pytest.mark.parametrize("what", REPAIRED)
def test_what_is_mended_on_request_is_told(what: str) -> None:
    geometry, expected = REPAIRED[what]
    shape = made(geometry, repair=True)
    assert [(one.what, one.count) for one in shape.repairs] == expected


def test_a_mended_bow_tie_has_both_of_its_wings() -> None:
    shape = made(polygon(BOW_TIE), repair=True)
    assert len(shape.polygons) == 2
    assert shape.area == pytest.approx(made(polygon(SQUARE)).area / 2, rel=1e-3)
    assert (shape.repairs[0].longitude, shape.repairs[0].latitude) == (114.005, 30.005)


def test_what_is_not_to_be_mended_is_not_made_something_else() -> None:
    """A repair cannot tell which of two positions was meant: it refuses what it would have to guess."""
    assert isinstance(make_shape(polygon([[y, x] for x, y in SQUARE]), "wgs84", repair=True), list)
    assert isinstance(make_shape(polygon(SQUARE), "", repair=True), list)


@given(st.lists(st.tuples(st.integers(1, 500), st.integers(1, 500)), min_size=3, max_size=12), st.booleans())
def test_whatever_ring_is_sent_is_refused_or_becomes_a_valid_shape_that_mends_to_itself(
    corners: list[tuple[int, int]], repair: bool
) -> None:
    ring = [[114 + x / 10_000, 30 + y / 10_000] for x, y in [*corners, corners[0]]]
    found = make_shape(polygon(ring), "wgs84", repair=repair)
    if isinstance(found, Shape):
        assert made(found.geojson()).geojson() == found.geojson()


@pytest.mark.parametrize(("system", "show"), [("gcj02", to_gcj02), ("bd09", to_bd09)])
def test_a_boundary_from_a_chinese_map_is_stored_where_it_lies(system: str, show: Any) -> None:
    shown = made(polygon([list(show(*one)) for one in SQUARE]), system)
    assert np.abs(np.array(shown.geojson()["coordinates"]) - np.array(made(polygon(SQUARE)).geojson()["coordinates"])).max() < 2e-7
    assert shown.system == system


def test_rings_are_turned_as_geojson_has_them_and_come_back_from_their_bytes() -> None:
    shape = made({"type": "Feature", "geometry": polygon(SQUARE[::-1], inner(114.002, 30.002, 0.001)[::-1])})
    outer, hole = shape.geojson()["coordinates"]
    assert sorted(outer) == sorted(SQUARE)
    assert [outer[0], outer[1]] in ([SQUARE[number], SQUARE[number + 1]] for number in range(4))
    edges = unpacked(shape.packed())
    xs, ys = np.array([[units(114.005), units(114.0025)], [units(30.005), units(30.0025)]])
    assert edges.hold(xs, ys).tolist() == [True, False]
    assert (shape.vertices, len(hole)) == (8, 5)


def test_what_crosses_itself_everywhere_is_not_repaired() -> None:
    """Each corner is joined to one across a circle: tens of thousands of crossings, which would take a minute to mend."""
    angles = [number * math.pi * (1 - 1 / 401) for number in range(401)]
    corners = [[114.3 + 0.1 * math.cos(angle), 30.5 + 0.1 * math.sin(angle)] for angle in angles]
    found = make_shape(polygon([*corners, corners[0]]), "wgs84", repair=True)
    assert isinstance(found, list)
    assert [one.code for one in found] == ["BOUNDARY_CROSSES_ITSELF"]


def test_rings_of_nothing_count_as_well() -> None:
    found = make_shape({"type": "Polygon", "coordinates": [[]] * 100_001}, "wgs84")
    assert isinstance(found, list)
    assert [one.code for one in found] == ["TOO_MANY_VERTICES"]
