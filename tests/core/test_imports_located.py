"""Rows that name no grid and are placed by their position: which grid they get, and what becomes of those that lie nowhere."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from grounds import bound, place, square
from towns import COMMUNITY, GRIDS, SUBDISTRICT, Town
from wangge_core.db import tables as t
from wangge_core.imports.boundaries import import_boundaries
from wangge_core.imports.buildings import import_buildings
from wangge_core.imports.events import import_events
from wangge_core.imports.mapping_files import read_mapping
from wangge_core.imports.mappings import BoundaryMapping, BuildingMapping, EventMapping, MappingError
from wangge_core.imports.registers.assets import import_assets
from wangge_core.imports.registers.mappings import AssetMapping
from wangge_core.imports.reporting import ImportResult
from wangge_core.rights.viewers import operator

pytestmark = pytest.mark.anyio
MADE_UP = place(9, 9)
COMMON: dict[str, Any] = {
    "name": "map",
    "grid": {"code": "{grid}", "by_position": True},
    "position": {"longitude": "x", "latitude": "y", "system": "wgs84", "unknown": [MADE_UP]},
}
BUILDINGS = COMMON | {"building": {"key": "{no}", "name": "House {no}"}}
EVENTS = COMMON | {"event": {"key": "{no}", "description": "Litter"}, "kind": {"id": "community.sanitation"}}
ASSETS = COMMON | {"asset": {"kind": "urban.street_lamp", "code": "{no}", "name": "Lamp {no}"}}
ROWS = [
    ("1", "", place(0.5, 0.5)),
    ("2", "", place(1, 0.5)),  # on the edge that both have
    ("3", GRIDS["scenic"], place(0.5, 0.5)),
    ("4", "", place(5, 5)),
    ("5", "", MADE_UP),
    ("6", "", ["", ""]),
    ("7", "", [0, 0]),
    ("8", "", [30.5, 114.3]),
]


@pytest.fixture
async def ground(town: Town) -> Town:
    await bound(town, urban=square(0, 0), rural=square(1, 0))
    return town


def written(folder: Path) -> Path:
    path = folder / "rows.csv"
    lines = [f"{no},{grid},{x},{y}" for no, grid, (x, y) in ROWS]
    path.write_text("\n".join(["no,grid,x,y", *lines]), encoding="utf-8")
    return path


async def run(town: Town, folder: Path, **grid: Any) -> ImportResult:
    meant = msgspec.convert(BUILDINGS | {"grid": COMMON["grid"] | grid}, BuildingMapping)
    return await import_buildings(town.deployment, operator("en"), written(folder), meant)


async def grids_of(town: Town, key: str, table: sa.Table = t.building) -> dict[str, str]:
    async with town.deployment.read() as work:
        query = sa.select(table.c[key], t.grid.c.code).where(t.grid.c.id == table.c.grid_id, table.c[key].is_not(None))
        return {row[0]: row[1] for row in await work.rows(query)}


async def test_a_row_goes_to_the_grid_that_it_names_or_else_to_that_of_its_position(ground: Town, tmp_path: Path) -> None:
    result = await run(ground, tmp_path)
    assert await grids_of(ground, "source_key") == {"1": GRIDS["urban"], "2": GRIDS["rural"], "3": GRIDS["scenic"]}
    assert (result.imported, result.codes) == (3, {"POSITION_IN_NO_GRID": 1, "PLACE_REQUIRED": 2, "POSITION_INVALID": 2})


async def test_what_lies_nowhere_goes_where_the_mapping_says_and_what_is_no_position_goes_nowhere(
    ground: Town, tmp_path: Path
) -> None:
    result = await run(ground, tmp_path, placeless_grid=SUBDISTRICT)
    found = await grids_of(ground, "source_key")
    assert {number: found[number] for number in ("1", "4", "5", "6")} == {
        "1": GRIDS["urban"],
        "4": SUBDISTRICT,
        "5": SUBDISTRICT,
        "6": SUBDISTRICT,
    }
    assert result.codes == {"POSITION_INVALID": 2}


async def test_where_only_some_grids_are_looked_at_a_row_goes_to_the_one_above_that_is(ground: Town, tmp_path: Path) -> None:
    await run(ground, tmp_path, code="", level="COMMUNITY")
    assert await grids_of(ground, "source_key") == {"1": COMMUNITY, "2": COMMUNITY, "3": COMMUNITY}
    assert (await run(ground, tmp_path, code="", under=GRIDS["urban"])).codes["POSITION_IN_NO_GRID"] == 2


async def test_events_and_assets_are_placed_as_buildings_are(ground: Town, tmp_path: Path) -> None:
    path, expected = written(tmp_path), {"1": GRIDS["urban"], "2": GRIDS["rural"], "3": GRIDS["scenic"]}
    events = await import_events(ground.deployment, operator("en"), path, msgspec.convert(EVENTS, EventMapping))
    assets = await import_assets(ground.deployment, operator("en"), path, msgspec.convert(ASSETS, AssetMapping))
    assert (events.imported, assets.imported) == (3, 3)
    assert await grids_of(ground, "source_key", t.event) == expected
    assert await grids_of(ground, "code", t.asset) == expected


@pytest.mark.parametrize("sections", ['[boundary]\nsystem = "wgs84"\n', '[building]\nkey = "{no}"\nname = "House"\n'])
def test_a_mapping_by_position_says_where_the_position_is(tmp_path: Path, sections: str) -> None:
    path = tmp_path / "map.toml"
    path.write_text(f'name = "map"\n{sections}[grid]\nby_position = true\n', encoding="utf-8")
    with pytest.raises(MappingError, match=r"by_position needs \[position\]"):
        read_mapping(path, BoundaryMapping if "boundary" in sections else BuildingMapping)


async def test_a_map_of_a_layer_that_is_not_there_is_refused(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "map.geojson"
    path.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"code": "1"}}]}', encoding="utf-8"
    )
    meant = {"name": "map", "boundary": {"system": "wgs84", "layer": "moon"}, "grid": {"code": "{code}"}}
    with pytest.raises(MappingError, match="no layer 'moon'"):
        await import_boundaries(town.deployment, operator("en"), path, msgspec.convert(meant, BoundaryMapping))
