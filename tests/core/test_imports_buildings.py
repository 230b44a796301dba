"""Buildings from tables and maps."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.deployment import Deployment
from wangge_core.grids.grids import NewGrid, create_grids
from wangge_core.imports.buildings import check_buildings, import_buildings
from wangge_core.imports.mappings import BuildingMapping
from wangge_core.imports.reporting import ImportResult
from wangge_core.rights.viewers import operator

pytestmark = pytest.mark.anyio

MAPPING: dict[str, Any] = {
    "name": "houses",
    "building": {"key": "{id}", "name": ["{name}", "{id}号楼"], "address": "{street}{door}号", "floors": "floors"},
    "grid": {"code": "{grid}", "placeless_grid": "990101"},
    "position": {"longitude": "x", "latitude": "y", "system": "gcj02"},
}
HEADER = "id,name,street,door,floors,grid,x,y"


@pytest.fixture
async def town(deployment: Deployment) -> Deployment:
    async with deployment.write() as work:
        await create_grids(work, operator(), [NewGrid(code="990101", name="明湖区", type_id="community.division")])
    return deployment


async def run(town: Deployment, path: Path, content: str, **sections: Any) -> ImportResult:
    write(path, content)
    return await import_buildings(town, operator("en"), path, msgspec.convert(MAPPING | sections, BuildingMapping))


def write(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8")


async def buildings(town: Deployment) -> list[Any]:
    async with town.read() as work:
        return list(await work.rows(sa.select(t.building).order_by(t.building.c.id)))


async def test_a_row_becomes_a_building_in_wgs84(town: Deployment, tmp_path: Path) -> None:
    result = await run(town, tmp_path / "a.csv", f"{HEADER}\n1,,东街,8,3.0,990101,116.40324,39.91040\n2,塔楼,,,,,,\n")
    assert result.imported == 2
    first, second = await buildings(town)
    assert (first.name, first.address, first.floors) == ("1号楼", "东街8号", 3)
    assert (first.longitude, first.latitude) == pytest.approx((116.397, 39.909), abs=1e-4)
    assert (second.name, second.address, second.floors, second.longitude) == ("塔楼", None, None, None)


async def test_what_cannot_be_a_building_is_refused_and_nothing_comes_in_twice(town: Deployment, tmp_path: Path) -> None:
    text = f"{HEADER}\n1,a,,,,,,\n,b,,,,,,\n3,c,,,three,,,\n4,d,,,999,,,\n5,e,,,,77,,\n1,a,,,,,,\n"
    result = await run(town, tmp_path / "a.csv", text)
    assert (result.rows, result.imported, result.already_there, result.refused) == (6, 1, 1, 4)
    assert result.codes == {"KEY_REQUIRED": 1, "NUMBER_INVALID": 1, "OUT_OF_RANGE": 1, "GRID_NOT_FOUND": 1}
    assert (await run(town, tmp_path / "a.csv", text)).already_there == 2


async def test_a_map_becomes_buildings_at_the_middle_of_their_outlines(town: Deployment, tmp_path: Path) -> None:
    ring = [[114, 22], [114.002, 22], [114.002, 22.002], [114, 22.002], [114, 22]]
    feature = {"type": "Feature", "properties": {"id": 7}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    mapping = {
        "building": {"key": "{id}", "name": "building {id}"},
        "grid": {"placeless_grid": "990101"},
        "position": {"longitude": "longitude", "latitude": "latitude", "system": "wgs84"},
    }
    content = json.dumps({"type": "FeatureCollection", "features": [feature]})
    assert check_buildings_of(tmp_path, content, mapping).refused == 0
    await run(town, tmp_path / "a.geojson", content, **mapping)
    (building,) = await buildings(town)
    assert (building.name, building.longitude, building.latitude) == ("building 7", 114.001, 22.001)


def check_buildings_of(folder: Path, content: str, sections: dict[str, Any]) -> ImportResult:
    path = folder / "check.geojson"
    write(path, content)
    return check_buildings(path, msgspec.convert(MAPPING | sections, BuildingMapping))
