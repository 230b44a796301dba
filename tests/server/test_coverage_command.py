"""`wangge coverage check`, as an operator types it."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from grounds import square
from towns import ids
from wangge_core.db.work import Work
from wangge_core.grids.boundaries import NewBoundary, set_boundaries
from wangge_core.grids.grids import NewGrid, create_grids
from wangge_core.rights.viewers import operator
from wangge_server.commands.coverage import CoverageError
from wangge_server.commands.main import wangge
from wangge_server.opening import open_deployment
from wangge_server.settings import read_settings

DISTRICT, NORTH, SOUTH = "999901", "999901001", "999901002"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.chdir(tmp_path)
    Path("wangge.toml").write_text("")
    return CliRunner()


def drawn(**shapes: dict[str, Any]) -> None:
    """A district of two subdistricts with these boundaries."""

    async def fill(work: Work) -> None:
        tree = [NewGrid(code=DISTRICT, name="Lakeside", type_id="community.division")]
        tree += [NewGrid(code=code, name=code, type_id="community.division", parent_code=DISTRICT) for code in (NORTH, SOUTH)]
        grids = dict(zip(("district", "north", "south"), ids(await create_grids(work, operator(), tree)), strict=True))
        boundaries = [NewBoundary(grid_id=grids[name], geometry=shape, system="wgs84") for name, shape in shapes.items()]
        ids(await set_boundaries(work, operator(), boundaries))

    async def make() -> None:
        deployment = open_deployment(read_settings())
        try:
            await deployment.start(migrate=True)
            async with deployment.write() as work:
                await fill(work)
        finally:
            await deployment.close()

    asyncio.run(make())


def invoke(run: CliRunner, *arguments: str) -> Result:
    return run.invoke(wangge, ["coverage", "check", *arguments], catch_exceptions=False)


def test_a_ground_that_is_covered_once_and_whole_ends_with_status_0(run: CliRunner) -> None:
    drawn(district=square(0, 0, 2), north=square(0, 0), south=square(1, 0))
    found = invoke(run)
    assert (found.output, found.exit_code) == ("3 grids checked: 0 faults.\n", 0)


def test_faults_are_counted_written_as_geojson_and_end_with_status_1(run: CliRunner) -> None:
    drawn(district=square(0, 0, 2), north=square(0, 0, 1.5))
    found = invoke(run, "--grid", DISTRICT, "--output", "faults.geojson")
    assert found.exit_code == 1
    assert found.output.splitlines() == [
        "HOLE           1         5,321.2 m²",
        "1 faults written to faults.geojson.",
        "2 grids checked, 1 without a boundary: 1 faults.",
    ]
    [feature] = json.loads(Path("faults.geojson").read_text())["features"]
    assert feature["geometry"]["type"] == "Polygon"
    assert feature["properties"] | {"area_m2": 0, "width_m": 0} == {
        "kind": "HOLE", "basis": "HOLE", "parent": DISTRICT, "grids": [NORTH], "area_m2": 0, "width_m": 0, "buildings": 0, "persons": 0
    }  # fmt: skip
    assert invoke(run, "--grid", NORTH).exit_code == 0


def test_a_grid_or_layer_that_is_not_there_is_named(run: CliRunner) -> None:
    drawn()
    with pytest.raises(CoverageError, match="no grid 12 in the layer base"):
        invoke(run, "--grid", "12")
    with pytest.raises(CoverageError, match="no layer moon"):
        invoke(run, "--layer", "moon", "--grid", DISTRICT)
