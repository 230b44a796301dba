"""Divisions become grids: parents before children, a root and what lies below it, and a first grid under each community."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.deployment import Deployment
from wangge_core.imports.divisions import DivisionError, import_divisions
from wangge_core.imports.mappings import OFFICIAL_DIVISIONS, DivisionMapping
from wangge_core.imports.reporting import ImportResult
from wangge_core.rights.viewers import operator

pytestmark = pytest.mark.anyio

OFFICIAL = (
    "990101001001,安乐社区居委会,5,990101001",
    "990101001,东街道,4,990101",
    "9901,明州市,2,99",
    "990101,明湖区,3,9901",
    "990102,镜湖区,3,9901",
    "99,某省,1,0",
)


class Import:
    def __init__(self, deployment: Deployment, folder: Path) -> None:
        self.deployment = deployment
        self.path = folder / "divisions.csv"

    async def __call__(self, *rows: str, header: str = "code,name,level,parent", **how: Any) -> ImportResult:
        self.path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
        return await import_divisions(
            self.deployment,
            operator("en"),
            self.path,
            how.pop("mapping", OFFICIAL_DIVISIONS),
            **how,
            report_path=self.path.parent / "report.csv",
        )

    def report(self) -> str:
        return (self.path.parent / "report.csv").read_text(encoding="utf-8-sig")

    async def tree(self) -> dict[str, str | None]:
        """Parents' codes by code."""
        grid, parent = t.grid, t.grid.alias()
        query = sa.select(grid.c.code, parent.c.code).outerjoin(parent, parent.c.id == grid.c.parent_id)
        async with self.deployment.read() as work:
            rows = await work.rows(query)
        return {row[0]: row[1] for row in rows}


@pytest.fixture
def run(deployment: Deployment, tmp_path: Path) -> Import:
    return Import(deployment, tmp_path)


async def test_parents_come_before_children_whatever_the_order_of_the_file(run: Import) -> None:
    result = await run(*OFFICIAL)
    assert (result.rows, result.imported, result.refused) == (6, 6, 0)
    assert await run.tree() == {
        "99": None,
        "9901": "99",
        "990101": "9901",
        "990102": "9901",
        "990101001": "990101",
        "990101001001": "990101001",
    }


async def test_a_root_brings_only_what_lies_below_it(run: Import) -> None:
    result = await run(*OFFICIAL, root="990101")
    assert (result.rows, result.imported) == (3, 3)
    assert await run.tree() == {"990101": None, "990101001": "990101", "990101001001": "990101001"}


async def test_a_root_goes_below_its_parent_where_that_is_there(run: Import) -> None:
    await run(*OFFICIAL[2:3], *OFFICIAL[5:])
    await run(*OFFICIAL, root="990101")
    assert (await run.tree())["990101"] == "9901"


async def test_a_root_that_the_file_does_not_have_is_an_error(run: Import) -> None:
    with pytest.raises(DivisionError, match="no division 77"):
        await run(*OFFICIAL, root="77")


async def test_a_first_grid_stands_under_each_community(run: Import) -> None:
    result = await run(*OFFICIAL, root="990101", grids="rural")
    assert (result.imported, result.grids) == (3, 1)
    assert (await run.tree())["990101001001001"] == "990101001001"
    assert (await run(*OFFICIAL, root="990101", grids="rural")).grids == 0


@pytest.mark.parametrize("type_id", ["nonsense", "community.police_grid", "community.division"])
async def test_first_grids_need_a_type_that_stands_on_the_ground(run: Import, type_id: str) -> None:
    with pytest.raises(DivisionError) as caught:
        await run(*OFFICIAL, grids=type_id)
    assert "rural" in caught.value.hint


async def test_running_again_creates_nothing_twice(run: Import) -> None:
    await run(*OFFICIAL, root="990101")
    result = await run(*OFFICIAL)
    assert (result.imported, result.already_there, result.refused) == (3, 3, 0)


async def test_a_dry_run_creates_nothing(run: Import) -> None:
    result = await run(*OFFICIAL, grids="urban", dry_run=True)
    assert (result.imported, result.grids) == (6, 1)
    assert await run.tree() == {}


async def test_another_name_for_a_code_that_is_there_is_refused(run: Import) -> None:
    await run(*OFFICIAL)
    result = await run("99,新省,1,0")
    assert (result.already_there, result.refused) == (0, 1)
    assert "DIVISION_DIFFERS" in run.report()
    assert "某省" in run.report()


async def test_a_parent_that_is_nowhere_a_circle_and_a_wrong_level_are_refused(run: Import) -> None:
    result = await run(
        "99,某省,1,0", "9801,孤市,2,98", "9701,甲市,2,970101", "970101,乙区,3,9701", "9902,某市,3,99", "9903,某市,9,99"
    )
    assert (result.imported, result.refused) == (1, 5)
    assert result.codes == {"NOT_FOUND": 1, "PARENT_CYCLE": 2, "LEVEL_MISMATCH": 1, "VALUE_UNKNOWN": 1}


async def test_a_code_that_does_not_fit_the_scheme_is_refused(run: Import) -> None:
    result = await run("99,某省,1,0", "99x1,某市,2,99")
    assert (result.imported, result.codes) == (1, {"CODE_INVALID": 1})


async def test_other_columns_need_a_mapping(run: Import) -> None:
    mapping = msgspec.convert({"name": "d", "division": {"code": "编码", "name": "名称", "parent": "上级"}}, DivisionMapping)
    result = await run("99,某省,", "9901,某市,99", header="编码,名称,上级", mapping=mapping)
    assert result.imported == 2
    assert await run.tree() == {"99": None, "9901": "99"}


async def test_a_real_district_comes_in_with_a_grid_for_each_village(deployment: Deployment, real_data: Path) -> None:
    path = real_data / "china_divisions" / "divisions_2021_5level.csv"
    result = await import_divisions(deployment, operator(), path, root="430811", grids="rural")
    assert (result.imported, result.grids, result.refused) == (40, 35, 0)
