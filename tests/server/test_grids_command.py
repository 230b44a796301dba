"""`wangge grids sizes`, as an operator types it."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from towns import ids
from wangge_core.db import tables as t
from wangge_core.grids.grids import NewGrid, create_grids
from wangge_core.rights.viewers import operator
from wangge_server.commands.grids import GridError
from wangge_server.commands.main import wangge
from wangge_server.opening import open_deployment
from wangge_server.settings import read_settings

DISTRICT = "999901"
LARGE, FITTING, VILLAGE, SIGHT = (f"999901001001{number:03}" for number in range(1, 5))


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """A town with a grid that is too large, one that fits, a small village, and one where nobody lives."""
    monkeypatch.chdir(tmp_path)
    Path("wangge.toml").write_text("")
    asyncio.run(_fill())
    return CliRunner()


async def _fill() -> None:
    types = {LARGE: "urban", FITTING: "urban", VILLAGE: "rural", SIGHT: "scenic"}
    tree = [NewGrid(code=DISTRICT, name="Lakeside", type_id="community.division")]
    tree += [NewGrid(code=code, name=f"Grid {code[-1]}", type_id=type, parent_code=DISTRICT) for code, type in types.items()]
    deployment = open_deployment(read_settings())
    try:
        await deployment.start(migrate=True)
        async with deployment.write() as work:
            grids = dict(zip((one.code for one in tree), ids(await create_grids(work, operator(), tree)), strict=True))
            for code, households, people in ((LARGE, 501, 1_200), (FITTING, 400, 1_200), (VILLAGE, 30, 90)):
                await work.insert(t.household, [_home(work, grids[code], number) for number in range(households)])
                await work.insert(t.person, [_person(work, grids[code], number) for number in range(people)])
    finally:
        await deployment.close()


def _home(work: Any, grid_id: int, number: int) -> dict[str, Any]:
    return {"grid_id": grid_id, "name": f"Home {number}", "address": "here", "created_at": work.now}


def _person(work: Any, grid_id: int, number: int) -> dict[str, Any]:
    return {
        "grid_id": grid_id,
        "name": f"Person {number}",
        "residence": "PERMANENT",
        "created_at": work.now,
        "confirm_by": work.today,
    }


def sizes(run: CliRunner, *arguments: str) -> Result:
    return run.invoke(wangge, ["grids", "sizes", *arguments], catch_exceptions=False)


def test_grids_out_of_range_are_listed_with_their_figures(run: CliRunner) -> None:
    found = sizes(run)
    assert found.exit_code == 0
    assert found.output.splitlines() == [
        f"{LARGE}  Grid 1: 501 households; such a grid should have 300 to 500.",
        "1 grid is out of range.",
    ]


def test_a_grid_and_those_below_it_can_be_named(run: CliRunner) -> None:
    assert sizes(run, "--grid", DISTRICT).output == sizes(run).output
    assert sizes(run, "--grid", FITTING).output == "0 grids are out of range.\n"
    with pytest.raises(GridError, match="999909"):
        sizes(run, "--grid", "999909")
