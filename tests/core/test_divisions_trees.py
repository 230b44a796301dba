"""Divisions that change where grids stand in the tree: nothing lies below itself or below what has ended, overlays still fit, and nobody
gets ground without its being given.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from divided import applied, everything, merge, proposed, refused, undone
from grounds import bound, square
from layered import POLICE, TYPES, add_layers
from operating import done
from towns import COMMUNITY, DISTRICT, GRIDS, SUBDISTRICT, Town, ids
from wangge_core.db import tables as t
from wangge_core.divisions.changes import ChangeKind, DivisionChange, Part
from wangge_core.divisions.simulating import simulate_division
from wangge_core.grids.codes import FreeCodes, GridLevel
from wangge_core.grids.grids import NewGrid, create_grids
from wangge_core.grids.overlays import NewOverlay, create_overlays
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.posts import NewPost, assign_posts
from wangge_core.rights.viewers import EVERYWHERE, Viewer, operator

pytestmark = pytest.mark.anyio


@pytest.fixture
async def line(town: Town) -> Mapping[str, int]:
    """Grids A above B above C, and D and E beside A, with codes of any form."""
    town.deployment.rules = replace(town.deployment.rules, codes=FreeCodes())
    above = {"A": COMMUNITY, "B": "A", "C": "B", "D": COMMUNITY, "E": COMMUNITY}
    new = [
        NewGrid(code=code, name=code, type_id="urban", parent_code=parent, level=GridLevel.GRID) for code, parent in above.items()
    ]
    return dict(zip(above, await done(town, create_grids, *new), strict=True))


def under(grid: int, code: str) -> DivisionChange:
    return DivisionChange(kind=ChangeKind.RE_PARENT, grid_ids=(grid,), parent_code=code)


def cut(grid: int, first: Part, second: Part, **more: Any) -> DivisionChange:
    return DivisionChange(kind=ChangeKind.SPLIT, grid_ids=(grid,), parts=(first, second), **{"rest": first.code} | more)


def part(code: str, **more: Any) -> Part:
    return Part(code=code, name=code, level=GridLevel.GRID, **more)


async def places(town: Town) -> dict[str, str]:
    """The codes of the grids above each present one from the community down, by code."""
    async with town.deployment.read() as work:
        rows = await work.rows(
            sa.select(t.grid.c.id, t.grid.c.code, t.grid.c.path, t.grid.c.parent_id, t.grid.c.depth, t.grid.c.ended_at)
        )
    codes = {row.id: row.code for row in rows}
    lines = {row.code: [codes[int(id)] for id in row.path.split(".") if id] for row in rows if row.ended_at is None}
    assert all(row.depth == row.path.count(".") - 1 for row in rows)
    assert all(row.parent_id == int(row.path.split(".")[-3]) for row in rows if row.parent_id is not None)
    return {code: ">".join(found[3:]) for code, found in lines.items() if len(code) < 3}


@pytest.mark.parametrize("turned", [False, True])
async def test_grids_may_change_places_whatever_is_named_first(town: Town, line: Mapping[str, int], *, turned: bool) -> None:
    before = await places(town)
    changes = [under(line["A"], "B"), under(line["B"], COMMUNITY), under(line["C"], "A")]
    division = await proposed(town, *(reversed(changes) if turned else changes))
    assert await applied(town, division) == []
    assert await places(town) == {"A": "B>A", "B": "B", "C": "B>A>C", "D": "D", "E": "E"}
    assert await undone(town, division) == []
    assert await places(town) == before


async def test_no_grid_lies_below_itself(town: Town, line: Mapping[str, int]) -> None:
    assert await refused(town, under(line["A"], "C")) == ["changes: PARENT_BELOW_ITSELF"]
    assert set(await refused(town, under(line["D"], "E"), under(line["E"], "D"))) == {"changes: PARENT_BELOW_ITSELF"}
    each_other = cut(line["D"], part("N", parent_code="M"), part("M", parent_code="N"))
    assert set(await refused(town, each_other)) == {"changes: PARENT_BELOW_ITSELF"}
    below_own_child = cut(line["A"], part("N", parent_code="B", child_ids=(line["B"],)), part("M"))
    assert set(await refused(town, below_own_child)) == {"changes: PARENT_BELOW_ITSELF"}
    assert await refused(town, cut(line["D"], part("N", parent_code="N"), part("M"))) == [
        "changes.0.parts.0.code: CODE_NOT_BELOW_PARENT"
    ]


async def test_what_comes_after_a_grid_says_where_it_belongs_when_the_parent_ends_too(town: Town, line: Mapping[str, int]) -> None:
    upper = cut(line["A"], part("N"), part("M"))
    lower = cut(line["B"], part("X", child_ids=(line["C"],)), part("Y"))
    assert await refused(town, upper, lower) == [
        "changes.1.parts.0.parentCode: GRID_ENDED",
        "changes.1.parts.1.parentCode: GRID_ENDED",
    ]
    placed = replace(lower, parts=tuple(replace(one, parent_code=to) for one, to in zip(lower.parts, "NM", strict=True)))
    division = await proposed(town, upper, placed)
    assert await applied(town, division) == []
    assert await places(town) == {"N": "N", "M": "M", "X": "N>X", "Y": "M>Y", "C": "N>X>C", "D": "D", "E": "E"}


async def test_a_grid_gets_one_boundary(town: Town) -> None:
    await bound(town, urban=square(0, 0), scenic=square(1, 0))
    urban = town.grids[GRIDS["urban"]]
    part = Part(grid_id=urban, geometry=square(0, 0, 0.5), system="wgs84")
    change = DivisionChange(kind=ChangeKind.MOVE_BOUNDARY, grid_ids=(urban,), parts=(part, part))
    assert await refused(town, change) == ["changes.0.parts: REQUIRED"]
    assert await refused(town, replace(change, parts=(replace(part, system=" "),))) == ["changes.0.parts.0.system: REQUIRED"]


async def overlay(town: Town, code: str, *grids: int) -> int:
    type = TYPES[POLICE]
    new = NewOverlay(layer_id=POLICE, code=code, name=code, type_id=type, base_grid_ids=grids)
    return (await done(town, create_overlays, new))[0]


async def test_overlays_fit_after_a_grid_has_another_parent(town: Town, line: Mapping[str, int]) -> None:
    await add_layers(town, POLICE)
    await overlay(town, "P1", line["C"])
    await overlay(town, "P2", line["D"])
    assert await applied(town, await proposed(town, under(line["B"], "D"))) == ["PART_TAKEN"]
    assert await applied(town, await proposed(town, under(line["B"], "E"))) == []
    cut_off = cut(line["C"], part("N"), part("M", parent_code="D"))
    before = await everything(town.deployment, "division")
    division = await proposed(town, cut_off)
    assert await applied(town, division) == ["PART_TAKEN"]
    assert await everything(town.deployment, "division") == before
    async with town.deployment.read() as work:
        found = await simulate_division(work, operator(), division)
    assert found is not None
    assert [(one.field, one.code) for one in found.refusals] == [("changes", "PART_TAKEN")]
    assert "P2" in found.refusals[0].values["grids"]


async def given(town: Town, viewer: Viewer, role: str, grid: int) -> None:
    request = NewPost(account_id=viewer.account_id or 0, role_id=role, grid_id=grid)
    async with town.deployment.write() as work:
        ids(await assign_posts(work, operator(), [request]))


@pytest.mark.parametrize("where", ["grid", "overlay"])
async def test_nobody_gets_ground_by_moving_grids_below_a_post_of_theirs(town: Town, line: Mapping[str, int], where: str) -> None:
    administrator = await town.viewer("community.subdistrict_administrator", SUBDISTRICT)
    await add_layers(town, POLICE)
    post = line["D"] if where == "grid" else await overlay(town, "P2", line["D"])
    await given(town, administrator, "community.grid_worker", post)
    division = await proposed(town, under(line["B"], "D"), by=administrator)
    assert await applied(town, division, administrator) == ["RIGHTS_FOR_ONESELF"]
    assert await applied(town, await proposed(town, under(line["B"], "E"), by=administrator), administrator) == []


async def test_a_post_gets_no_more_by_a_boundary_than_who_moves_it_could_give(town: Town) -> None:
    await bound(town, urban=square(0, 0), scenic=square(1, 0))
    urban, scenic = (town.grids[GRIDS[type]] for type in ("urban", "scenic"))
    parts = tuple(
        Part(grid_id=id, geometry=shape, system="wgs84")
        for id, shape in ((urban, square(0, 0, 1.5)), (scenic, square(1.5, 0, 0.5)))
    )
    change = DivisionChange(kind=ChangeKind.MOVE_BOUNDARY, parts=parts)
    surveyor = Viewer(scopes={Capability.MANAGE_GRIDS: EVERYWHERE})
    assert await applied(town, await proposed(town, change, by=surveyor), surveyor) == ["RIGHTS_EXCEED_OWN"]
    administrator = await town.viewer("community.subdistrict_administrator", SUBDISTRICT)
    assert await applied(town, await proposed(town, change, by=administrator), administrator) == []


async def test_posts_are_told_to_who_may_see_them(town: Town) -> None:
    division = await proposed(town, merge(town, "urban", "scenic"))
    for more, told in (((), False), ((Capability.MANAGE_POSTS,), True), ((Capability.READ_EVENTS,), True)):
        viewer = Viewer(scopes=dict.fromkeys((Capability.MANAGE_GRIDS, *more), EVERYWHERE))
        async with town.deployment.read() as work:
            found = await simulate_division(work, viewer, division)
        assert found is not None
        assert (found.posts is not None, found.grids[0].posts is not None) == (told, told)


async def test_posts_are_put_back_by_who_manages_them_and_not_by_their_holder(town: Town) -> None:
    administrator = await town.viewer("community.subdistrict_administrator", SUBDISTRICT)
    await given(town, administrator, "community.volunteer", town.grids[GRIDS["urban"]])
    division = await proposed(
        town, cut(town.grids[GRIDS["urban"]], *(Part(code=f"{COMMUNITY}10{at}", name="New") for at in range(2)))
    )
    assert await applied(town, division) == []
    assert await undone(town, division, Viewer(scopes={Capability.MANAGE_GRIDS: EVERYWHERE})) == ["NOT_ALLOWED"]
    assert await undone(town, division, administrator) == ["RIGHTS_FOR_ONESELF"]
    assert await undone(town, division, await town.viewer("community.district_administrator", DISTRICT)) == []
