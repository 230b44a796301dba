"""Grids: codes by the deployment's scheme, parents in the same list, and who may make and change them where."""

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from towns import COMMUNITY, DISTRICT, GRIDS, SUBDISTRICT, Town
from wangge_core.db import tables as t
from wangge_core.deployment import Deployment
from wangge_core.errors import Outcome
from wangge_core.grids.codes import FreeCodes, GridLevel
from wangge_core.grids.grids import GridChange, NewGrid, create_grids, update_grids
from wangge_core.rights.viewers import Viewer, operator

pytestmark = pytest.mark.anyio


def new(code: str, parent: str | None = None, **more: Any) -> NewGrid:
    return NewGrid(**{"code": code, "name": "N", "type_id": "community.division", "parent_code": parent} | more)


async def created(deployment: Deployment, requests: list[NewGrid], by: Viewer | None = None) -> list[str]:
    async with deployment.write() as work:
        return told(await create_grids(work, by or operator(), requests))


def told(outcomes: list[Outcome]) -> list[str]:
    return [", ".join(f"{one.field}: {one.code}" for one in outcome.refusals) for outcome in outcomes]


async def test_a_whole_tree_comes_in_one_list_parents_first(deployment: Deployment) -> None:
    codes = ["99", "9901", "990101", "990101001", "990101001001", "990101001001001"]
    requests = [new(code, parent) for code, parent in zip(codes, [None, *codes], strict=False)]
    assert await created(deployment, [*requests, new("990101001001002", codes[4])]) == [""] * 7
    async with deployment.read() as work:
        rows = await work.rows(sa.select(t.grid).order_by(t.grid.c.code))
    by_id = {row.id: row for row in rows}
    assert [row.level for row in rows][:6] == ["PROVINCE", "CITY", "DISTRICT", "SUBDISTRICT", "COMMUNITY", "GRID"]
    for row in rows:
        parent = by_id.get(row.parent_id)
        assert row.path == f"{parent.path if parent else ''}{row.id}."
        assert row.depth == (parent.depth + 1 if parent else 0)


async def test_a_code_must_fit_the_scheme(town: Town) -> None:
    requests = [
        new("99990100", DISTRICT),
        new("99990१", DISTRICT),
        new("", DISTRICT),
        new(SUBDISTRICT, DISTRICT),
        new("888801001", DISTRICT),
        new("999901009", DISTRICT, level=GridLevel.GRID),
        new("999901009", DISTRICT, level=GridLevel.SUBDISTRICT),
        new("999901009", DISTRICT),
        new("999901009001", "999901009"),
        new("999901008001", "999901008"),
    ]
    assert await created(town.deployment, requests) == [
        "code: CODE_INVALID",
        "code: CODE_INVALID",
        "code: CODE_INVALID",
        "code: CODE_TAKEN",
        "code: CODE_NOT_BELOW_PARENT",
        "level: LEVEL_MISMATCH",
        "",
        "code: CODE_TAKEN",
        "",
        "parentCode: NOT_FOUND",
    ]


async def test_what_hangs_on_a_refused_parent_is_refused_with_it(deployment: Deployment) -> None:
    requests = [new("990101", name=" "), new("990101001", "990101"), new("990101"), new("990101002", "990101")]
    assert await created(deployment, requests) == ["name: BLANK", "parentCode: NOT_FOUND", "", ""]


async def test_free_codes_say_no_level_and_take_any_parent(deployment: Deployment) -> None:
    free = Deployment(deployment.url, replace(deployment.rules, codes=FreeCodes()))
    top = {"level": GridLevel.DISTRICT}
    requests = [
        new("lake.side-1_a", **top),
        new("bay"),
        new("-bay", **top),
        new("a" * 41, **top),
        new("海", **top),
        new("own", "own", **top),
        new("hill", "lake.side-1_a", level=GridLevel.GRID),
        new("hill", "lake.side-1_a", level=GridLevel.GRID),
    ]
    expected = ["", "level: LEVEL_REQUIRED", *["code: CODE_INVALID"] * 3, "parentCode: NOT_FOUND", "", "code: CODE_TAKEN"]
    assert await created(free, requests) == expected
    await free.close()


async def test_a_grid_has_a_type_of_the_base_layer_and_one_of_its_templates(town: Town) -> None:
    code = f"{COMMUNITY}009"
    requests = [
        new(code, COMMUNITY, type_id="moon"),
        new(code, COMMUNITY, type_id="community.police_grid"),
        new(code, COMMUNITY, type_id="urban", staffing_id="rural.village"),
        new(code, COMMUNITY, type_id="urban", details={"height": 3}),
        new(code, COMMUNITY, type_id="urban", staffing_id="urban.three_tier"),
    ]
    found = await created(town.deployment, requests)
    assert found[:3] == ["typeId: GRID_TYPE_UNKNOWN", "typeId: GRID_TYPE_OVERLAY", "staffingId: STAFFING_UNKNOWN"]
    assert found[3:] == ["details: DETAILS_UNEXPECTED", ""]


async def test_a_code_of_another_layer_neither_takes_nor_hides_one_of_the_base(town: Town) -> None:
    free, base = f"{COMMUNITY}008", GRIDS["urban"]
    async with town.deployment.write() as work:
        await work.insert(t.grid_layer, [{"id": "police", "label": {"zh": "警格", "en": "Police"}, "base": False}])
        for code in (free, base):
            (id,) = await work.reserve_ids(t.grid, 1)
            row = {"id": id, "layer_id": "police", "grid_type_id": "community.police_grid", "path": f"{id}.", "depth": 0}
            more = {"level": "GRID", "code": code, "name": "P", "version": 1, "created_at": work.now, "updated_at": work.now}
            await work.insert(t.grid, [row | more])
    assert await created(town.deployment, [new(free, COMMUNITY), new(base, COMMUNITY)]) == ["", "code: CODE_TAKEN"]


async def test_grids_are_made_and_changed_by_who_manages_the_ground(town: Town) -> None:
    administrator = await town.viewer("community.subdistrict_administrator", SUBDISTRICT)
    requests = [new("999901002", DISTRICT), new("888801"), new(f"{SUBDISTRICT}002", SUBDISTRICT)]
    assert await created(town.deployment, requests, administrator) == ["parentCode: NOT_ALLOWED"] * 2 + [""]
    urban = town.grids[GRIDS["urban"]]
    changes = [
        GridChange(grid_id=urban, name=" Harbour "),
        GridChange(grid_id=urban, name="", staffing_id="rural.village"),
        GridChange(grid_id=town.grids[DISTRICT], name="Mine"),
        GridChange(grid_id=10**6, name="Nowhere"),
    ]
    async with town.deployment.write() as work:
        assert told(await update_grids(work, administrator, changes)) == [
            "",
            "name: BLANK, staffingId: STAFFING_UNKNOWN",
            "id: NOT_ALLOWED",
            "id: NOT_FOUND",
        ]
        row = await work.first(sa.select(t.grid.c.name, t.grid.c.version).where(t.grid.c.id == urban))
    assert row == ("Harbour", 2)
