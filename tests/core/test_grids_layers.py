"""Layers and the grids in them: what they can be made of, who may make them, and what is refused."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from grounds import square
from layered import POLICE, TYPES, add_base, add_layers, add_overlays
from operating import NOBODY, announced, done, row_of, tried
from towns import COMMUNITY, DISTRICT, GRIDS, SUBDISTRICT, Town
from wangge_core.db import tables as t
from wangge_core.errors import Refusal
from wangge_core.grids.boundaries import NewBoundary, set_boundaries
from wangge_core.grids.grids import GridChange, update_grids
from wangge_core.grids.layers import LayerChange, NewLayer, create_layers, update_layers
from wangge_core.grids.overlays import NewOverlay, NewParts, create_overlays, set_parts
from wangge_core.logs.checking import check_logs
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.refusals import message
from wangge_core.rights.posts import NewPost, assign_posts
from wangge_core.rights.viewers import EVERYWHERE, Viewer, operator

pytestmark = pytest.mark.anyio
STREET, OTHER_STREET = f"{DISTRICT}002", f"{DISTRICT}003"
LANE = f"{STREET}001"
A, B, C, D = (f"{LANE}{number:03}" for number in range(1, 5))


@pytest.fixture
async def base(town: Town) -> dict[str, int]:
    """The generated base grids, the town's own among them, and an empty layer of the police."""
    found = town.grids | await add_base(town)
    await add_layers(town, POLICE)
    return found


def beat(base: dict[str, int], code: str, *parts: str, parent: str | None = None, **more: Any) -> NewOverlay:
    values = {"layer_id": POLICE, "code": code, "name": f"Beat {code}", "type_id": TYPES[POLICE], "parent_code": parent}
    return NewOverlay(**values | {"base_grid_ids": tuple(base[one] for one in parts)} | more)


def parts_of(base: dict[str, int], grid_id: int, *parts: str) -> NewParts:
    return NewParts(grid_id=grid_id, base_grid_ids=tuple(base[one] for one in parts))


async def parts_now(town: Town, base: dict[str, int], grid_id: int) -> set[str]:
    codes = {id: code for code, id in base.items()}
    async with town.deployment.read() as work:
        rows = await work.rows(sa.select(t.grid_part.c.base_grid_id).where(t.grid_part.c.overlay_grid_id == grid_id))
    return {codes[row.base_grid_id] for row in rows}


async def refusal_of(town: Town, operation: Any, request: Any) -> Refusal:
    """Why a request is refused, the last reason of several."""
    async with town.deployment.write() as work:
        (outcome,) = await operation(work, operator(), [request])
    return outcome.refusals[-1]


async def test_a_layer_is_created_and_shown_by_its_name(town: Town) -> None:
    new = NewLayer(id="police", name=" 警务网格 ", name_en="Police")
    assert await tried(town, create_layers, new, new) == ["", "id: LAYER_TAKEN"]
    await done(town, update_layers, LayerChange(id="police", name="警格"))
    async with town.deployment.read() as work:
        row = await work.first(sa.select(t.grid_layer).where(t.grid_layer.c.id == "police"))
    assert (row.label, row.base) == ({"zh": "警格", "en": "Police"}, False)


async def test_layers_that_cannot_be_are_refused(town: Town) -> None:
    bad = ["", "Police", "1st", "a b", "警", "x" * 41]
    assert await tried(town, create_layers, *(NewLayer(id=id, name="x") for id in bad)) == ["id: LAYER_ID_INVALID"] * len(bad)
    assert await tried(town, create_layers, NewLayer(id="base", name=" ")) == ["name: BLANK, id: LAYER_TAKEN"]
    changes = [LayerChange(id="base", name="Mine"), LayerChange(id="none", name="x")]
    assert await tried(town, update_layers, *changes) == ["id: LAYER_BASE", "id: NOT_FOUND"]


async def test_layers_are_for_who_manages_the_whole_ground(town: Town) -> None:
    subdistrict = await town.viewer("community.subdistrict_administrator", SUBDISTRICT)
    district = await town.viewer("community.district_administrator", DISTRICT)
    new = NewLayer(id="police", name="Police")
    assert await tried(town, create_layers, new, by=subdistrict) == [": NOT_ALLOWED"]
    assert await tried(town, create_layers, new, by=district) == [""]
    assert await tried(town, update_layers, LayerChange(id="police", name="x"), by=subdistrict) == [": NOT_ALLOWED"]


async def test_an_overlay_grid_is_made_of_base_grids_of_any_level(town: Town, base: dict[str, int]) -> None:
    (station, first) = await done(
        town, create_overlays, beat(base, "S1", STREET), beat(base, "B1", A, B, f"{STREET}002", parent="S1")
    )
    row = await row_of(town, t.grid, first)
    assert (row.layer_id, row.parent_id, row.depth, row.level) == (POLICE, station, 1, "GRID")
    assert row.path == f"{station}.{first}."
    assert await parts_now(town, base, first) == {A, B, f"{STREET}002"}
    assert [one.thing_id for one in await announced(town, "grid.created")][-2:] == [station, first]


async def test_grids_side_by_side_share_no_ground(town: Town, base: dict[str, int]) -> None:
    await done(town, create_overlays, beat(base, "B1", A, B), beat(base, "B2", f"{STREET}002"))
    taken = [beat(base, "X1", A), beat(base, "X2", LANE), beat(base, "X3", f"{STREET}002001"), beat(base, "X4", STREET)]
    for request, named in zip(taken, (A, LANE, f"{STREET}002001", STREET), strict=True):
        found = await refusal_of(town, create_overlays, request)
        assert (found.code, found.field) == ("PART_TAKEN", "baseGridIds")
        assert named in message(found, "en")
        assert "B1" in message(found, "en") or "B2" in message(found, "en")
    assert await tried(town, create_overlays, beat(base, "B3", C), beat(base, "B4", C)) == ["", "baseGridIds: PART_TAKEN"]
    await add_layers(town, "city_management")
    other = beat(base, "B1", A, layer_id="city_management", type_id=TYPES["city_management"])
    assert await tried(town, create_overlays, other) == [""]


async def test_one_part_lies_in_no_other(town: Town, base: dict[str, int]) -> None:
    found = await refusal_of(town, create_overlays, beat(base, "B1", A, STREET, LANE))
    assert found.code == "PARTS_INSIDE_EACH_OTHER"
    assert f"{A} < {LANE}" in message(found, "en")
    assert f"{LANE} < {STREET}" in message(found, "zh")


async def test_a_grid_lies_within_its_parent(town: Town, base: dict[str, int]) -> None:
    (station, _, inner) = await done(
        town,
        create_overlays,
        beat(base, "S1", LANE, f"{STREET}002001"),
        beat(base, "S2"),
        beat(base, "B1", A, B, parent="S1"),
    )
    for request, outside in (
        (beat(base, "B2", C, f"{STREET}002002", parent="S1"), f"{STREET}002002"),
        (beat(base, "B2", STREET, parent="S1"), STREET),
        (beat(base, "B2", C, parent="S2"), C),
    ):
        found = await refusal_of(town, create_overlays, request)
        assert found.code == "PART_OUTSIDE_PARENT"
        assert outside in message(found, "en")
    found = await refusal_of(town, set_parts, parts_of(base, station, A, C))
    assert (found.code, message(found, "en")) == ("PART_OF_CHILD", f"Grids below would lie outside of it: B1 ({B}).")
    assert await tried(town, set_parts, parts_of(base, station, A, B), parts_of(base, inner, C)) == [
        "",
        "baseGridIds: PART_OUTSIDE_PARENT",
    ]


async def test_parts_are_replaced_whole_logged_and_announced(town: Town, base: dict[str, int]) -> None:
    (first, second) = await done(town, create_overlays, beat(base, "B1", A, B), beat(base, "B2", C))
    district = await town.viewer("community.district_administrator", DISTRICT)
    async with town.deployment.write(district, "gridSetParts") as work:
        outcomes = await set_parts(work, district, [parts_of(base, first, B), parts_of(base, second, C, A)])
    assert all(one.accepted for one in outcomes)
    assert (await parts_now(town, base, first), await parts_now(town, base, second)) == ({B}, {A, C})
    told = await announced(town, "grid.parts_set")
    assert [(one.thing_id, one.content) for one in told] == [
        (first, {"added": 0, "removed": 1}),
        (second, {"added": 1, "removed": 0}),
    ]
    async with town.deployment.read() as work:
        assert (await check_logs(work)).breaks == []
        rows = await work.rows(
            sa.select(t.change_log).where(t.change_log.c.operation == "gridSetParts").order_by(t.change_log.c.id)
        )
    fields = {row.thing_id: [one for one in row.fields if one[0] == "parts"] for row in rows}
    assert fields == {first: [["parts", [A, B], [B]]], second: [["parts", [C], [A, C]]]}
    assert {row.account_id for row in rows} == {district.account_id}
    await done(town, set_parts, parts_of(base, first, B))
    assert len(await announced(town, "grid.parts_set")) == 2


async def test_nobody_gets_ground_by_the_parts_of_an_overlay(town: Town, base: dict[str, int]) -> None:
    (mine, others) = await done(town, create_overlays, beat(base, "B1", A, B), beat(base, "B2", C))
    district = await town.viewer("community.district_administrator", DISTRICT)
    officer = await town.viewer("community.grid_worker", GRIDS["urban"])
    posts = ((district, mine), (officer, others))
    for viewer, grid in posts:
        new = NewPost(account_id=viewer.account_id or 0, role_id="community.community_police_officer", grid_id=grid)
        await done(town, assign_posts, new)
    assert await tried(town, set_parts, parts_of(base, mine, A, D), by=district) == ["baseGridIds: RIGHTS_FOR_ONESELF"]
    assert await tried(town, set_parts, parts_of(base, mine, A), parts_of(base, others, D, C), by=district) == ["", ""]
    surveyor = Viewer(scopes={Capability.MANAGE_GRIDS: EVERYWHERE})
    more = parts_of(base, others, C, D, B)
    assert await tried(town, set_parts, more, by=surveyor) == ["baseGridIds: RIGHTS_EXCEED_OWN"]
    assert await tried(town, set_parts, parts_of(base, others, C), by=surveyor) == [""]


async def test_overlay_grids_that_cannot_be_are_refused(town: Town, base: dict[str, int]) -> None:
    await done(town, create_overlays, beat(base, "B1", A))
    requests = [
        beat(base, "B1", B),
        beat(base, "B 2", B),
        beat(base, "B2", B, parent="nobody"),
        beat(base, "B2", B, type_id="urban"),
        beat(base, "B2", B, type_id="none"),
        beat(base, "B2", B, layer_id="none"),
        beat(base, "B2", B, layer_id="base"),
        beat(base, "B2", B, name=" "),
        beat(base, "B2", B, B),
        beat(base, "B2", base_grid_ids=(NOBODY,)),
        beat(base, "B2", B, staffing_id="urban.one_five_n"),
        beat(base, "B2", base_grid_ids=tuple(range(2_001))),
    ]
    assert await tried(town, create_overlays, *requests) == [
        "code: CODE_TAKEN",
        "code: CODE_INVALID",
        "parentCode: NOT_FOUND",
        "typeId: GRID_TYPE_NOT_OVERLAY",
        "typeId: GRID_TYPE_UNKNOWN",
        "layer: NOT_FOUND",
        "layer: LAYER_BASE",
        "name: BLANK",
        "baseGridIds: DUPLICATE",
        "baseGridIds: NOT_FOUND",
        "staffingId: STAFFING_UNKNOWN",
        "baseGridIds: TOO_MANY",
    ]


async def test_parts_are_grids_of_the_base_layer_that_have_not_ended(town: Town, base: dict[str, int]) -> None:
    (first,) = await done(town, create_overlays, beat(base, "B1", A))
    async with town.deployment.write() as work:
        await work.run(sa.update(t.grid).where(t.grid.c.id == base[D]).values(ended_at=work.now))
    assert await tried(town, create_overlays, beat(base, "B2", base_grid_ids=(first,)), beat(base, "B2", D)) == [
        "baseGridIds: GRID_OVERLAY",
        "baseGridIds: GRID_ENDED",
    ]
    assert await tried(town, set_parts, parts_of(base, base[A], B), parts_of(base, NOBODY, B)) == [
        "id: LAYER_BASE",
        "id: NOT_FOUND",
    ]


async def test_overlays_are_made_by_who_manages_the_base_grids_and_the_parent(town: Town, base: dict[str, int]) -> None:
    subdistrict = await town.viewer("community.subdistrict_administrator", SUBDISTRICT)
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    own, other = GRIDS["urban"], A
    assert await tried(town, create_overlays, beat(base, "B1", own), by=worker) == ["baseGridIds: NOT_ALLOWED"]
    assert await tried(town, create_overlays, beat(base, "B1", own, other), by=subdistrict) == ["baseGridIds: NOT_ALLOWED"]
    assert await tried(town, create_overlays, beat(base, "B0"), by=subdistrict) == ["parentCode: NOT_ALLOWED"]
    (station, mine) = await done(town, create_overlays, beat(base, "S1", own, other), beat(base, "S2", COMMUNITY + "002"))
    below = beat(base, "B1", own, parent="S1")
    assert await tried(town, create_overlays, below, by=subdistrict) == ["baseGridIds: NOT_ALLOWED"]
    assert await tried(town, create_overlays, replace(below, parent_code="S2"), by=subdistrict) == [
        "baseGridIds: PART_OUTSIDE_PARENT"
    ]
    assert await tried(town, create_overlays, replace(below, parent_code="S2", base_grid_ids=()), by=subdistrict) == [""]
    assert await tried(town, set_parts, parts_of(base, station, own), by=subdistrict) == ["id: NOT_ALLOWED"]
    assert await tried(town, set_parts, parts_of(base, mine, other), by=subdistrict) == ["baseGridIds: NOT_ALLOWED"]
    changes = [GridChange(grid_id=station, name="Mine"), GridChange(grid_id=mine, name="Mine")]
    assert await tried(town, update_grids, *changes, by=subdistrict) == ["id: NOT_ALLOWED", ""]
    assert await tried(town, set_parts, parts_of(base, mine, COMMUNITY + "003"), by=subdistrict) == [""]


async def test_a_grid_is_made_of_base_grids_or_has_a_boundary(town: Town, base: dict[str, int]) -> None:
    (made, drawn) = await done(town, create_overlays, beat(base, "B1", A), beat(base, "B2"))
    shape = {"geometry": square(0, 0), "system": "wgs84"}
    assert await tried(town, set_boundaries, NewBoundary(grid_id=made, **shape), NewBoundary(grid_id=drawn, **shape)) == [
        "id: GRID_HAS_PARTS",
        "",
    ]
    assert await tried(town, set_parts, parts_of(base, drawn, B)) == ["baseGridIds: GRID_HAS_BOUNDARY"]
    await done(town, set_boundaries, NewBoundary(grid_id=drawn, geometry=None))
    await done(town, set_parts, parts_of(base, drawn, B), parts_of(base, made))
    await done(town, set_boundaries, NewBoundary(grid_id=made, **shape))


async def test_of_two_who_take_the_same_ground_at_once_one_is_refused(town: Town, base: dict[str, int]) -> None:
    async def make(code: str) -> list[str]:
        return await tried(town, create_overlays, beat(base, code, A))

    outcomes = await asyncio.gather(*(make(f"B{number}") for number in range(4)))
    assert sorted(one[0] for one in outcomes) == ["", *["baseGridIds: PART_TAKEN"] * 3]


async def test_a_whole_towns_overlays_are_made_at_once(town: Town) -> None:
    made = await add_overlays(town)
    leaves = [code for code in made.base if len(code) == 15]
    beats = [code for code in made.overlays if len(code) == 3 and code[0] == "P"]
    covered = {part for code in beats for part in made.made_of[code]}
    assert (len(leaves), len(beats)) == (372, 56)
    assert 280 <= len(covered) < 372
    async with town.deployment.read() as work:
        held = await work.value(sa.select(sa.func.count()).select_from(t.grid_part))
    assert held == sum(map(len, made.made_of.values()))
