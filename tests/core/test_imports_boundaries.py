"""Boundaries from maps: which grid each feature is, what is wrong with its shape, and what a second run does."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from grounds import square
from towns import COMMUNITY, GRIDS, Town
from wangge_core.db import tables as t
from wangge_core.imports.boundaries import check_boundaries, import_boundaries
from wangge_core.imports.mapping_files import read_mapping
from wangge_core.imports.mappings import BoundaryMapping, MappingError
from wangge_core.imports.reporting import ImportResult
from wangge_core.rights.viewers import operator

pytestmark = pytest.mark.anyio
MAPPING: dict[str, Any] = {"name": "map", "boundary": {"system": "wgs84"}, "grid": {"code": "{code}"}}
COUNTIES = "china_boundaries/prefecture_children_datav_gcj02.geojson"


def mapping(**sections: Any) -> BoundaryMapping:
    return msgspec.convert(MAPPING | sections, BoundaryMapping)


def written(folder: Path, *features: tuple[str, Any]) -> Path:
    path = folder / "map.geojson"
    made = [{"type": "Feature", "properties": {"code": code}, "geometry": geometry} for code, geometry in features]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": made}), encoding="utf-8")
    return path


async def run(town: Town, path: Path, **sections: Any) -> ImportResult:
    return await import_boundaries(town.deployment, operator("en"), path, mapping(**sections))


async def stored(town: Town) -> dict[str, Any]:
    boundary, grid = t.boundary, t.grid
    async with town.deployment.read() as work:
        rows = await work.rows(sa.select(grid.c.code, boundary.c.geometry).where(grid.c.id == boundary.c.grid_id))
    return {row.code: row.geometry for row in rows}


async def test_each_feature_is_the_boundary_of_the_grid_that_it_names(town: Town, tmp_path: Path) -> None:
    path = written(
        tmp_path, (GRIDS["urban"], square(0, 0)), (GRIDS["rural"], square(1, 0)), ("777", square(2, 0)), ("", square(3, 0))
    )
    result = await run(town, path)
    assert (result.rows, result.imported, result.codes) == (4, 2, {"GRID_NOT_FOUND": 1, "PLACE_REQUIRED": 1})
    assert await stored(town) == {GRIDS["urban"]: square(0, 0), GRIDS["rural"]: square(1, 0)}


async def test_a_second_run_changes_what_has_changed_alone(town: Town, tmp_path: Path) -> None:
    await run(town, written(tmp_path, (GRIDS["urban"], square(0, 0)), (GRIDS["rural"], square(1, 0))))
    result = await run(town, written(tmp_path, (GRIDS["urban"], square(0, 0)), (GRIDS["rural"], square(1, 1))))
    assert (result.imported, result.already_there) == (1, 1)
    assert (await stored(town))[GRIDS["rural"]] == square(1, 1)
    again = written(tmp_path, (GRIDS["urban"], square(0, 0) | {"bbox": [114.3, 30.5, 114.301, 30.501]}))
    assert (await run(town, again)).already_there == 1


async def test_two_features_of_one_grid_are_not_guessed_between(town: Town, tmp_path: Path) -> None:
    many = [(GRIDS["urban"], square(0, 0)), *((COMMUNITY, square(1, 0)) for _ in range(150)), (GRIDS["urban"], square(2, 0))]
    result = await run(town, written(tmp_path, *many))
    assert (result.imported, result.codes) == (2, {"BOUNDARY_TWICE": 150})
    assert (await stored(town))[GRIDS["urban"]] == square(0, 0)


async def test_a_feature_without_a_shape_takes_no_boundary_away(town: Town, tmp_path: Path) -> None:
    await run(town, written(tmp_path, (GRIDS["urban"], square(0, 0))))
    path = written(tmp_path, (GRIDS["urban"], None), (GRIDS["rural"], {"type": "Point", "coordinates": [114, 30]}))
    result = await run(town, path)
    assert result.codes == check_boundaries(path, mapping()).codes == {"GEOMETRY_TYPE": 2}
    assert list(await stored(town)) == [GRIDS["urban"]]


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        ('[boundary]\nsystem = "mars"\n[grid]\ncode = "{code}"', "there is no 'mars'"),
        ('[grid]\ncode = "{code}"', "missing required field `boundary`"),
        ('[boundary]\nrepair = true\n[grid]\ncode = "{code}"', "missing required field `system`"),
        ('[boundary]\nsystem = "wgs84"\n[grid]\nplaceless_grid = "9999"', "leave it out"),
    ],
)
def test_a_mapping_says_the_system_and_the_grid(tmp_path: Path, sections: str, said: str) -> None:
    path = tmp_path / "map.toml"
    path.write_text(f'name = "map"\n{sections}\n', encoding="utf-8")
    with pytest.raises(MappingError, match=said):
        read_mapping(path, BoundaryMapping)


@pytest.mark.parametrize(("said", "refused"), [("EPSG::4547", True), ("OGC:1.3:CRS84", False)])
def test_a_file_that_says_to_be_in_another_system_is_refused_whole(tmp_path: Path, said: str, refused: bool) -> None:
    path = written(tmp_path, (GRIDS["urban"], square(0, 0)))
    crs = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:{said}"}}
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"crs": crs}), encoding="utf-8")
    if not refused:
        assert check_boundaries(path, mapping()).refused == 0
        return
    with pytest.raises(MappingError, match="says that it is in epsg:4547"):
        check_boundaries(path, mapping())


def test_of_real_counties_those_are_refused_whose_rings_are_invalid(real_data: Path) -> None:
    found = check_boundaries(real_data / COUNTIES, mapping(boundary={"system": "gcj02"}, grid={"code": "{adcode}"}))
    assert (found.rows, found.refused) == (132, 12)
    mended = check_boundaries(
        real_data / COUNTIES, mapping(boundary={"system": "gcj02", "repair": True}, grid={"code": "{adcode}"})
    )
    assert mended.refused == 0
