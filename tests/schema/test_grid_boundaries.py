"""Boundaries through the schema: set with what is wrong named, read by everybody, and the grid of a position."""

from typing import Any

import pytest

from grounds import bound, place, square
from reports import VISITOR
from towns import COMMUNITY, GRIDS, SUBDISTRICT, Town
from wangge_core.rights.viewers import Viewer

pytestmark = pytest.mark.anyio
DAMAGED = {"type": "Polygon", "coordinates": [[[114, 30], ["x", 1]]]}
SET = """mutation($id: ID!, $input: GridSetBoundaryInput!, $key: String) {
  gridSetBoundary(id: $id, input: $input, idempotencyKey: $key) {
    grid { code boundary { geometry system vertices repairs { what count longitude latitude } setBy { name } } }
    userErrors { field code message }
  }
}"""
AT = """query($x: Float!, $y: Float!, $layer: ID! = "base") {
  here: gridAt(longitude: $x, latitude: $y, layer: $layer) { __typename inside distance grid { code parent { code } } }
}"""


async def tried(town: Town, code: str, by: Viewer | None = None, key: str | None = None, **input: Any) -> dict[str, Any]:
    found = await town.ask(SET, by, id=f"Grid:{town.grids[code]}", input=input, key=key)
    return dict(found["gridSetBoundary"])


async def at(town: Town, column: float, row: float, **more: Any) -> Any:
    longitude, latitude = place(column, row)
    return (await town.ask(AT, VISITOR, x=longitude, y=latitude, **more))["here"]


async def test_a_boundary_is_set_and_read(town: Town) -> None:
    administrator = await town.viewer("community.subdistrict_administrator", SUBDISTRICT)
    found = await tried(town, COMMUNITY, administrator, geometry=square(0, 0, 9, 9), system="CGCS2000")
    assert found["userErrors"] == []
    assert found["grid"]["boundary"] == {
        "geometry": square(0, 0, 9, 9),
        "system": "cgcs2000",
        "vertices": 4,
        "repairs": [],
        "setBy": {"name": administrator.login},
    }


async def test_everybody_reads_boundaries(town: Town) -> None:
    await bound(town, urban=square(0, 0, 2, 1))
    asked = "query($code: String!) { grid(code: $code) { boundary { bbox area original setAt setBy { name } } } }"
    found = (await town.ask(asked, VISITOR, code=GRIDS["urban"]))["grid"]["boundary"]
    assert found["bbox"] == [114.3, 30.5, 114.302, 30.501]
    assert found["area"] == pytest.approx(2 * 95.9 * 110.8, rel=1e-2)
    assert found["original"] == square(0, 0, 2, 1)
    assert found["setBy"] is None
    assert (await town.ask(asked, VISITOR, code=GRIDS["rural"]))["grid"]["boundary"] is None


async def test_what_is_wrong_is_told_in_the_language_of_the_viewer_with_its_place(town: Town) -> None:
    a, b, c, d, end = square(0, 0)["coordinates"][0]
    crossed = {"type": "Polygon", "coordinates": [[a, c, b, d, end]]}
    (error,) = (await tried(town, COMMUNITY, geometry=crossed, system="wgs84"))["userErrors"]
    assert error == {
        "field": "geometry",
        "code": "BOUNDARY_CROSSES_ITSELF",
        "message": "The boundary crosses itself at 114.3005000, 30.5005000.",
    }
    found = await tried(town, COMMUNITY, geometry=crossed, system="wgs84", repair=True)
    assert found["grid"]["boundary"]["repairs"] == [{"what": "RESHAPED", "count": 1, "longitude": 114.3005, "latitude": 30.5005}]


@pytest.mark.parametrize(
    ("input", "expected"),
    [
        ({}, ("geometry", "REQUIRED")),
        ({"geometry": square(0, 0)}, ("system", "REQUIRED")),
        ({"geometry": square(0, 0), "system": "mars"}, ("system", "SYSTEM_UNKNOWN")),
        ({"geometry": DAMAGED, "system": "wgs84"}, ("geometry.coordinates[0][1]", "GEOMETRY_DAMAGED")),
        ({"geometry": "\x00", "system": "wgs84"}, ("geometry", "GEOMETRY_TYPE")),
    ],
)
async def test_a_boundary_that_cannot_be_read_is_refused(town: Town, input: dict[str, Any], expected: tuple[str, str]) -> None:
    (error,) = (await tried(town, COMMUNITY, **input))["userErrors"]
    assert (error["field"], error["code"]) == expected


async def test_only_who_manages_grids_sets_boundaries_and_a_repeated_request_sets_them_once(town: Town) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    (error,) = (await tried(town, GRIDS["urban"], worker, geometry=square(0, 0), system="wgs84"))["userErrors"]
    assert error["code"] == "NOT_ALLOWED"
    administrator = await town.viewer("community.subdistrict_administrator", SUBDISTRICT)
    first = await tried(town, GRIDS["urban"], administrator, "k", geometry=square(0, 0), system="wgs84")
    await bound(town, urban=square(3, 3))
    assert (await tried(town, GRIDS["urban"], administrator, "k", geometry=square(0, 0), system="wgs84"))["userErrors"] == []
    assert first["userErrors"] == []
    assert (await at(town, 3.5, 3.5))["inside"]


async def test_null_takes_a_boundary_away(town: Town) -> None:
    await bound(town, urban=square(0, 0))
    assert (await tried(town, GRIDS["urban"], geometry=None))["grid"]["boundary"] is None
    assert await at(town, 0.5, 0.5) is None


async def test_a_visitor_learns_which_grid_a_position_lies_in_and_which_is_nearest(town: Town) -> None:
    await bound(town, urban=square(0, 0, 2, 2), rural=square(2, 0, 2, 2))
    urban = {"code": GRIDS["urban"], "parent": {"code": COMMUNITY}}
    assert await at(town, 1, 1) == {"__typename": "GridAt", "inside": True, "distance": 0, "grid": urban}
    outside = await at(town, 1, -1)
    assert (outside["inside"], outside["grid"]) == (False, urban)
    assert outside["distance"] == pytest.approx(110.85, rel=1e-3)
    assert await at(town, 3000, 0) is None


async def test_a_position_or_layer_that_is_none_is_an_error_of_the_request(town: Town) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"x": 0, "y": 0}, "POSITION_INVALID"),
        ({"x": 30.5, "y": 114.3}, "POSITION_INVALID"),
        ({"x": 114.3, "y": 30.5, "layer": "moon"}, "LAYER_UNKNOWN"),
        ({"x": 114.3, "y": 30.5, "layer": "\x00"}, "LAYER_UNKNOWN"),
    ]
    for given, code in wrong:
        (error,) = await town.errors(AT, VISITOR, **given)
        assert error["extensions"]["code"] == code
