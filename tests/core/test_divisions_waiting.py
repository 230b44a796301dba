"""Divisions of a later day, which are applied on it, once, with the rights of that day; and what they do to trees and overlays."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from clockwork import run_timers
from divided import EAST, WEST, applied, codes, divided_ground, everything, grid_of, merge, proposed, split, undone
from towns import COMMUNITY, DISTRICT, GRIDS, SUBDISTRICT, Town, ids
from wangge_core.db import tables as t
from wangge_core.divisions.changes import ChangeKind, DivisionChange, Part
from wangge_core.divisions.proposing import DivisionWithdrawal, NewDivision, propose_divisions, withdraw_divisions
from wangge_core.grids.grids import NewGrid, create_grids
from wangge_core.grids.layers import NewLayer, create_layers
from wangge_core.grids.overlays import NewOverlay, create_overlays
from wangge_core.places.buildings import NewBuilding, register_buildings
from wangge_core.rights.posts import PostEnd, end_posts
from wangge_core.rights.viewers import operator

pytestmark = pytest.mark.anyio
DAY = timedelta(days=1)


async def state(town: Town) -> tuple[str, str | None]:
    async with town.deployment.read() as work:
        row = await work.first(sa.select(t.division.c.state, t.division.c.trouble))
        assert row is not None
        return row.state, row.trouble


def later(town: Town) -> None:
    now = town.deployment.clock() + 2 * DAY
    town.deployment.clock = lambda: now


async def test_a_division_is_applied_on_its_day(town: Town) -> None:
    await divided_ground(town)
    administrator = await town.viewer("community.subdistrict_administrator", SUBDISTRICT)
    division = await proposed(town, split(town))
    assert await applied(town, division, administrator, at=town.deployment.clock() + DAY) == []
    assert await run_timers(town) >= 0
    assert (await state(town), WEST in await codes(town)) == (("SCHEDULED", None), False)
    later(town)
    assert await run_timers(town) >= 1
    assert (await state(town), WEST in await codes(town)) == (("APPLIED", None), True)
    async with town.deployment.read() as work:
        assert await work.value(sa.select(t.division.c.applied_by_id)) == administrator.account_id
        assert await work.value(sa.select(sa.func.count()).where(t.job.c.name == "division.apply")) == 0
    assert await undone(town, division) == []


async def test_who_has_lost_the_right_by_then_changes_nothing(town: Town) -> None:
    await divided_ground(town)
    login = f"community.subdistrict_administrator@{SUBDISTRICT}"
    division = await proposed(town, split(town))
    assert await applied(town, division, await town.login(login), at=town.deployment.clock() + DAY) == []
    async with town.deployment.write() as work:
        ids(await end_posts(work, operator(), [PostEnd(post_id=town.posts[login])]))
    later(town)
    before = await everything(town.deployment, "division")
    await run_timers(town)
    assert await state(town) == ("DRAFT", "NOT_FOUND")
    after = await everything(town.deployment, "division")
    assert {name for name in ("grid", "building", "person", "boundary_tile") if before[name] != after[name]} == set()


async def test_a_reason_that_was_given_holds_on_the_day(town: Town) -> None:
    await divided_ground(town)
    short, (west, east) = split(town, at=0.4), split(town).parts
    change = replace(short, parts=(short.parts[0], east))
    assert west.geometry != short.parts[0].geometry
    division = await proposed(town, change)
    at = town.deployment.clock() + DAY
    assert await applied(town, division, at=at) == ["DIVISION_FAULTS"]
    assert await applied(town, division, at=at, force="The rest is water") == []
    later(town)
    await run_timers(town)
    assert await state(town) == ("APPLIED", None)
    async with town.deployment.read() as work:
        assert await work.value(sa.select(t.division.c.forced_reason)) == "The rest is water"


async def test_what_has_nowhere_to_go_by_then_makes_it_a_draft_again(town: Town) -> None:
    await divided_ground(town)
    division = await proposed(town, split(town, rest=None))
    assert await applied(town, division, at=town.deployment.clock() + DAY) == []
    async with town.deployment.write() as work:
        ids(await register_buildings(work, operator(), [NewBuilding(grid_id=town.grids[GRIDS["urban"]], name="Somewhere")]))
    later(town)
    await run_timers(town)
    assert await state(town) == ("DRAFT", "DIVISION_UNPLACED")


async def test_one_that_is_withdrawn_is_not_applied(town: Town) -> None:
    await divided_ground(town)
    division = await proposed(town, split(town))
    assert await applied(town, division, at=town.deployment.clock() + DAY) == []
    async with town.deployment.write() as work:
        ids(await withdraw_divisions(work, operator(), [DivisionWithdrawal(id=division)]))
    later(town)
    await run_timers(town)
    assert await state(town) == ("WITHDRAWN", None)


async def second_community(town: Town) -> str:
    code = f"{SUBDISTRICT}002"
    async with town.deployment.write() as work:
        new = NewGrid(code=code, name="Crane Lane", type_id="community.division", parent_code=SUBDISTRICT)
        (town.grids[code],) = ids(await create_grids(work, operator(), [new]))
    return code


async def over(town: Town, *changes: DivisionChange) -> int:
    """A division of the ground of the subdistrict."""
    async with town.deployment.write() as work:
        request = NewDivision(grid_id=town.grids[SUBDISTRICT], name="New lanes", changes=changes)
        return ids(await propose_divisions(work, operator(), [request]))[0]


async def test_a_grid_goes_to_another_community_with_all_below_it(town: Town) -> None:
    made = await divided_ground(town)
    code = await second_community(town)
    urban, moved = town.grids[GRIDS["urban"]], f"{code}001"
    before = await everything(town.deployment, "division")
    division = await over(
        town,
        DivisionChange(kind=ChangeKind.RE_PARENT, grid_ids=(urban,), parent_code=code),
        DivisionChange(kind=ChangeKind.RE_CODE, grid_ids=(urban,), code=moved),
    )
    assert await applied(town, division, force="Crane Lane is not drawn yet") == []
    async with town.deployment.read() as work:
        row = await work.first(sa.select(t.grid.c.path, t.grid.c.depth).where(t.grid.c.id == urban))
    district, subdistrict = town.grids[DISTRICT], town.grids[SUBDISTRICT]
    assert row == (f"{district}.{subdistrict}.{town.grids[code]}.{urban}.", 3)
    assert await grid_of(town, t.person, made["person"]) == moved
    head = await town.viewer("community.community_head", COMMUNITY)
    assert (await town.ask("{ events { totalCount } }", head))["events"]["totalCount"] == 0
    assert await undone(town, division) == []
    assert (await town.ask("{ events { totalCount } }", head))["events"]["totalCount"] == 2
    after = await everything(town.deployment, "division")
    assert {name for name in before if before[name] != after[name]} == set()


async def test_a_community_is_split_with_the_grids_below_it(town: Town) -> None:
    await divided_ground(town)
    before = await everything(town.deployment, "division")
    first, second = f"{SUBDISTRICT}011", f"{SUBDISTRICT}012"
    sides = {first: ("urban", "scenic"), second: ("rural", "maritime")}
    parts = tuple(
        Part(code=code, name=f"Lane {code}", child_ids=tuple(town.grids[GRIDS[type]] for type in types))
        for code, types in sides.items()
    )
    recoded = [
        DivisionChange(kind=ChangeKind.RE_CODE, grid_ids=(town.grids[GRIDS[type]],), code=f"{code}{number:03}")
        for code, types in sides.items()
        for number, type in enumerate(types)
    ]
    change = DivisionChange(kind=ChangeKind.SPLIT, grid_ids=(town.grids[COMMUNITY],), parts=parts, rest=first)
    division = await over(town, change, *recoded)
    assert await applied(town, division, force="The lanes are drawn later") == []
    assert COMMUNITY in await codes(town, ended=True)
    assert {f"{first}000", f"{first}001", f"{second}000", f"{second}001"} <= set(await codes(town))
    async with town.deployment.read() as work:
        ends = sa.select(t.grid.c.path).where(t.grid.c.code.startswith(second)).order_by(t.grid.c.code)
        head, *below = [row.path for row in await work.rows(ends)]
        assert all(path.startswith(head) for path in below)
    assert await undone(town, division) == []
    after = await everything(town.deployment, "division")
    assert {name for name in before if before[name] != after[name]} == set()


async def overlaid(town: Town, *types: str) -> int:
    async with town.deployment.write() as work:
        ids_made = await create_layers(work, operator(), [NewLayer(id="police", name="警务网格", name_en="Police")])
        assert all(one.accepted for one in ids_made)
        parts = tuple(town.grids[GRIDS[type]] for type in types)
        new = NewOverlay(layer_id="police", code="P1", name="Police 1", type_id="community.police_grid", base_grid_ids=parts)
        return ids(await create_overlays(work, operator(), [new]))[0]


async def test_an_overlay_is_made_of_what_came_after_its_parts(town: Town) -> None:
    await divided_ground(town)
    overlay = await overlaid(town, "urban")
    before = await everything(town.deployment, "division")
    division = await proposed(town, split(town))
    assert await applied(town, division) == []
    async with town.deployment.read() as work:
        query = sa.select(t.grid.c.code).join(t.grid_part, t.grid_part.c.base_grid_id == t.grid.c.id)
        rows = await work.rows(query.where(t.grid_part.c.overlay_grid_id == overlay).order_by(t.grid.c.code))
    assert [row.code for row in rows] == [WEST, EAST]
    assert await undone(town, division) == []
    after = await everything(town.deployment, "division")
    assert {name for name in before if before[name] != after[name]} == set()
    assert await applied(town, await proposed(town, merge(town, "urban", "scenic"))) == ["DIVISION_OVERLAYS"]
