"""Divisions that cannot be: every fault is named with its place, and nothing is written."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from divided import EAST, WEST, applied, divided_ground, event, everything, merge, proposed, refused, split, undone
from grounds import square
from towns import COMMUNITY, GRIDS, SUBDISTRICT, Town, ids
from wangge_core.accounts.accounts import NewAccount, create_accounts
from wangge_core.db import tables as t
from wangge_core.divisions.changes import ChangeKind, DivisionChange, Part, PostTo
from wangge_core.divisions.depending import references
from wangge_core.divisions.moving import HANDLED, STAYS
from wangge_core.events.reporting import report_events
from wangge_core.grids.boundaries import NewBoundary, set_boundaries
from wangge_core.grids.grids import GridChange, NewGrid, create_grids, update_grids
from wangge_core.people.persons import NewPerson, register_persons
from wangge_core.places.buildings import NewBuilding, register_buildings
from wangge_core.rights.posts import NewPost, assign_posts
from wangge_core.rights.viewers import operator

pytestmark = pytest.mark.anyio


def test_every_column_that_names_a_grid_is_thought_of() -> None:
    named = {(column.table.name, column.name) for column in references()}
    assert named - HANDLED - STAYS.keys() == set()
    assert HANDLED & STAYS.keys() == set()


def crossed() -> dict[str, object]:
    corners = [[114.3, 30.5], [114.301, 30.501], [114.301, 30.5], [114.3, 30.501], [114.3, 30.5]]
    return {"type": "Polygon", "coordinates": [corners]}


async def test_every_fault_of_a_proposal_is_named_with_its_place(town: Town) -> None:
    await divided_ground(town)
    good, urban = split(town), town.grids[GRIDS["urban"]]
    west, east = good.parts
    subdistrict, community = town.grids[SUBDISTRICT], town.grids[COMMUNITY]

    def parts(*changed: Part) -> DivisionChange:
        return replace(good, parts=changed)

    def one(kind: ChangeKind, grid: int, **more: str) -> DivisionChange:
        return DivisionChange(kind=kind, grid_ids=(grid,), **more)

    assert await refused(town, good) == []
    assert await refused(town) == ["changes: OUT_OF_RANGE"]
    assert await refused(town, parts(west)) == ["changes.0: DIVISION_SHAPE"]
    assert await refused(town, replace(good, grid_ids=(10**6,))) == ["changes.0.gridIds: NOT_FOUND"]
    assert await refused(town, replace(good, grid_ids=(subdistrict,))) == ["changes.0.gridIds: DIVISION_GROUND"]
    assert "changes.1.gridIds: DIVISION_TWICE" in await refused(town, good, replace(good, parts=renumbered(good)))
    assert await refused(town, parts(west, replace(east, code=WEST))) == ["changes.0.parts.1.code: CODE_TAKEN"]
    assert await refused(town, parts(west, replace(east, code=GRIDS["rural"]))) == ["changes.0.parts.1.code: CODE_TAKEN"]
    assert await refused(town, parts(west, replace(east, code="12"))) == [
        "changes.0.parts.1.code: CODE_NOT_BELOW_PARENT",
    ]
    assert await refused(town, parts(west, replace(east, name=None))) == [
        "changes.0.parts.1.name: REQUIRED",
        "changes.0.parts.1.name: BLANK",
    ]
    assert await refused(town, parts(west, replace(east, geometry=crossed()))) == [
        "changes.0.parts.1.geometry: BOUNDARY_CROSSES_ITSELF"
    ]
    assert await refused(town, parts(west, replace(east, system="mars"))) == ["changes.0.parts.1.system: SYSTEM_UNKNOWN"]
    assert await refused(town, parts(west, replace(east, type_id="martian"))) == ["changes.0.parts.1.typeId: GRID_TYPE_UNKNOWN"]
    assert await refused(town, replace(good, rest=GRIDS["rural"])) == ["changes.0.rest: NOT_FOUND"]
    assert await refused(town, good, one(ChangeKind.RENAME, urban, name="Nest")) == ["changes.1.gridIds: DIVISION_TWICE"]
    assert await refused(town, one(ChangeKind.RENAME, urban)) == ["changes.0.name: REQUIRED"]
    assert await refused(town, one(ChangeKind.RE_CODE, urban, code=GRIDS["rural"])) == ["changes.0.code: CODE_TAKEN"]
    assert await refused(town, one(ChangeKind.RE_CODE, urban, code="123")) == ["changes.0.code: CODE_INVALID"]
    assert await refused(town, one(ChangeKind.RE_PARENT, urban, parent_code="0")) == ["changes.0.parentCode: NOT_FOUND"]
    assert await refused(town, one(ChangeKind.RE_PARENT, urban, parent_code=SUBDISTRICT)) == [
        "changes.0.parentCode: DIVISION_GROUND"
    ]
    assert await refused(town, one(ChangeKind.RE_PARENT, urban, parent_code=GRIDS["urban"])) == ["changes: PARENT_BELOW_ITSELF"]
    assert await refused(town, replace(good, grid_ids=(community,))) == ["changes.0.gridIds: DIVISION_GROUND"]


def renumbered(change: DivisionChange) -> tuple[Part, ...]:
    return tuple(replace(part, code=f"{COMMUNITY}20{number}") for number, part in enumerate(change.parts))


async def test_a_building_is_in_one_part_and_lies_in_what_is_divided(town: Town) -> None:
    await divided_ground(town)
    west, east = split(town).parts
    rural = split(town, type="rural", column=2)
    named = tuple(replace(part, building_ids=(town.building,)) for part in (west, east))
    assert await refused(town, replace(split(town), parts=named)) == ["changes.0.parts.1.buildingIds: DUPLICATE"]
    elsewhere = replace(rural, parts=(replace(rural.parts[0], building_ids=(town.building,)), rural.parts[1]))
    assert await applied(town, await proposed(town, elsewhere)) == ["NOT_FOUND"]


async def test_nothing_new_is_put_into_a_grid_that_has_ended(town: Town) -> None:
    await divided_ground(town)
    grid = town.grids[GRIDS["urban"]]
    division = await proposed(town, split(town))
    assert await applied(town, division) == []
    before = await everything(town.deployment)
    async with town.deployment.write() as work:
        (account,) = ids(await create_accounts(work, operator(), [NewAccount(login="new", name="New")]))
        child = NewGrid(code="999901001001001001", name="Below", type_id="urban", parent_code=GRIDS["urban"])
        tried = [
            *await register_buildings(work, operator(), [NewBuilding(grid_id=grid, name="Late House")]),
            *await register_persons(work, operator(), [NewPerson(grid_id=grid, name="Late")]),
            *await report_events(work, operator(), [replace(event(0.5, 0.5), grid_id=grid)]),
            *await assign_posts(work, operator(), [NewPost(account_id=account, role_id="community.volunteer", grid_id=grid)]),
            *await set_boundaries(work, operator(), [NewBoundary(grid_id=grid, geometry=square(0, 0), system="wgs84")]),
            *await update_grids(work, operator(), [GridChange(grid_id=grid, name="Late")]),
            *await create_grids(work, operator(), [child]),
        ]
        await work.run(sa.delete(t.account).where(t.account.c.id == account))
    assert ["GRID_ENDED" in {one.code for one in outcome.refusals} for outcome in tried] == [True] * len(tried)
    assert await everything(town.deployment) == before
    again = replace(split(town), parts=renumbered(split(town)))
    assert await refused(town, again) == ["changes.0.gridIds: GRID_ENDED"]


@pytest.mark.parametrize("what", ["building", "event", "name", "boundary", "division"])
async def test_what_depends_on_a_division_keeps_it_from_being_undone(town: Town, what: str) -> None:
    await divided_ground(town)
    division = await proposed(town, split(town))
    assert await applied(town, division) == []
    async with town.deployment.read() as work:
        grid = await work.value(sa.select(t.grid.c.id).where(t.grid.c.code == EAST))
    async with town.deployment.write() as work:
        if what == "building":
            ids(await register_buildings(work, operator(), [NewBuilding(grid_id=grid, name="New House")]))
        elif what == "event":
            ids(await report_events(work, operator(), [event(0.9, 0.9)]))
        elif what == "name":
            ids(await update_grids(work, operator(), [GridChange(grid_id=grid, name="Sunrise")]))
        elif what == "boundary":
            ids(await set_boundaries(work, operator(), [NewBoundary(grid_id=grid, geometry=square(0.5, 0, 0.5), system="wgs84")]))
    if what == "division":
        town.grids["east"] = grid
        later = DivisionChange(kind=ChangeKind.RENAME, grid_ids=(grid,), name="Sunrise")
        second = await proposed(town, later)
        assert await applied(town, second) == []
    before = await everything(town.deployment)
    assert await undone(town, division) == ["DIVISION_DEPENDED_ON"]
    assert await everything(town.deployment) == before
    if what == "division":
        assert await undone(town, second) == []
        assert await undone(town, division) == []


async def test_a_post_that_gets_more_ground_is_given_by_who_may_give_it(town: Town) -> None:
    await divided_ground(town)
    administrator = await town.viewer("community.subdistrict_administrator", SUBDISTRICT)
    async with town.deployment.write() as work:
        account = administrator.account_id or 0
        request = NewPost(account_id=account, role_id="community.volunteer", grid_id=town.grids[GRIDS["urban"]])
        (town.posts[f"own@{GRIDS['urban']}"],) = ids(await assign_posts(work, operator(), [request]))
    division = await proposed(town, merge(town, "urban", "scenic"), by=administrator)
    assert await applied(town, division, administrator) == ["RIGHTS_FOR_ONESELF"]
    posts = [post for login, post in town.posts.items() if login.endswith((GRIDS["urban"], GRIDS["scenic"]))]
    ending = merge(town, "urban", "scenic", posts=tuple(PostTo(post_id=post) for post in posts))
    assert await applied(town, await proposed(town, ending, by=administrator), administrator) == []
    async with town.deployment.read() as work:
        assert await work.value(sa.select(sa.func.count()).where(t.post.c.ends_at.isnot(None))) == len(posts)
