"""Applying divisions: everything goes with its ground, nothing is lost, and undoing puts all back."""

import asyncio

import pytest
import sqlalchemy as sa

from divided import (
    EAST,
    WEST,
    applied,
    codes,
    divided_ground,
    everything,
    grid_of,
    merge,
    proposed,
    split,
    undone,
)
from grounds import place, square
from towns import COMMUNITY, GRIDS, SUBDISTRICT, Town, ids
from wangge_core.db import tables as t
from wangge_core.divisions.changes import ChangeKind, DivisionChange, Part, PostTo
from wangge_core.divisions.simulating import simulate_division
from wangge_core.events.replay import check_replay
from wangge_core.grids.locating import grid_at
from wangge_core.logs.checking import check_logs
from wangge_core.places.buildings import NewBuilding, register_buildings
from wangge_core.plugin.declarations.staff import BindingKind
from wangge_core.rights.viewers import operator
from wangge_core.staffing.bindings import NewBinding, bind_grids

pytestmark = pytest.mark.anyio


async def test_what_lies_in_a_grid_that_is_split_goes_with_its_ground(town: Town) -> None:
    made = await divided_ground(town)
    assert await applied(town, await proposed(town, split(town))) == []
    east = [(t.building, made["building"]), (t.household, made["household"]), (t.person, made["person"])]
    for table, id in [*east, (t.organization, made["organization"]), (t.event, made["east"])]:
        assert await grid_of(town, table, id) == EAST, table.name
    for table, id in ((t.building, town.building), (t.person, town.person), (t.event, made["west"])):
        assert await grid_of(town, table, id) == WEST, table.name
    assert await codes(town, ended=True) == [GRIDS["urban"]]
    async with town.deployment.read() as work:
        found = await grid_at(work, (place(0.8, 0.5)[0], place(0.8, 0.5)[1]))
        assert found is not None
        assert await work.value(sa.select(t.grid.c.code).where(t.grid.c.id == found.grid_id)) == EAST
        assert await check_replay(work) == (2, [])
    async with town.deployment.read() as work:
        assert (await check_logs(work)).breaks == []


@pytest.mark.parametrize("sort", ["split", "merge", "boundary", "tree"])
async def test_undoing_puts_every_row_back(town: Town, sort: str) -> None:
    await divided_ground(town)
    before = await everything(town.deployment, "division")
    changes = {"split": split(town), "merge": merge(town, "urban", "scenic"), "boundary": moved_boundary(town)}
    many = (changes[sort],) if sort in changes else renamed(town)
    division = await proposed(town, *many)
    assert await applied(town, division) == []
    assert await everything(town.deployment, "division") != before
    assert await undone(town, division) == []
    after = await everything(town.deployment, "division")
    assert {name for name in before if before[name] != after[name]} == set()
    async with town.deployment.read() as work:
        assert (await check_replay(work))[1] == []
    assert await applied(town, division) == []
    assert await undone(town, division) == []
    after = await everything(town.deployment, "division")
    assert {name for name in before if before[name] != after[name]} == set()


def moved_boundary(town: Town) -> DivisionChange:
    urban, scenic = (town.grids[GRIDS[type]] for type in ("urban", "scenic"))
    parts = (
        Part(grid_id=urban, geometry=square(0, 0, wide=0.5), system="wgs84"),
        Part(grid_id=scenic, geometry=square(0.5, 0, wide=1.5), system="wgs84"),
    )
    return DivisionChange(kind=ChangeKind.MOVE_BOUNDARY, grid_ids=(urban, scenic), parts=parts)


def renamed(town: Town) -> tuple[DivisionChange, ...]:
    urban, scenic = (town.grids[GRIDS[type]] for type in ("urban", "scenic"))
    return (
        DivisionChange(kind=ChangeKind.RENAME, grid_ids=(urban,), name="Heron's nest"),
        DivisionChange(kind=ChangeKind.RE_CODE, grid_ids=(urban,), code=GRIDS["scenic"]),
        DivisionChange(kind=ChangeKind.RE_CODE, grid_ids=(scenic,), code=GRIDS["urban"]),
    )


async def test_things_follow_a_moved_boundary_and_others_stay(town: Town) -> None:
    made = await divided_ground(town)
    assert await applied(town, await proposed(town, moved_boundary(town))) == []
    assert await grid_of(town, t.person, made["person"]) == GRIDS["scenic"]
    assert await grid_of(town, t.event, made["east"]) == GRIDS["scenic"]
    assert await grid_of(town, t.event, made["west"]) == GRIDS["urban"]
    assert await codes(town, ended=True) == []


async def test_a_tie_goes_on_with_the_only_grid_that_comes_after_its_own(town: Town) -> None:
    await divided_ground(town)
    urban, scenic = (town.grids[GRIDS[type]] for type in ("urban", "scenic"))
    partner = {"kind": BindingKind.PARTNER_OFFICE, "office_id": town.offices["housing"]}
    patrons = [NewBinding(grid_id=grid, **partner) for grid in (urban, scenic)]
    firm = NewBinding(grid_id=scenic, kind=BindingKind.UTILITY_FIRM, office_id=town.offices["water_works"])
    async with town.deployment.write() as work:
        first, second, third = ids(await bind_grids(work, operator(), [*patrons, firm]))
    division = await proposed(town, merge(town, "urban", "scenic"))
    assert await applied(town, division) == []
    assert [await grid_of(town, t.grid_binding, id) for id in (first, second, third)] == [GRIDS["urban"], WEST, WEST]
    assert await undone(town, division) == []
    assert await grid_of(town, t.grid_binding, third) == GRIDS["scenic"]
    assert await applied(town, await proposed(town, split(town))) == []
    assert await grid_of(town, t.grid_binding, first) == GRIDS["urban"]


async def test_a_division_is_applied_once_however_many_try(town: Town) -> None:
    await divided_ground(town)
    division = await proposed(town, split(town))
    outcomes = await asyncio.gather(*(applied(town, division) for _ in range(2)))
    assert sorted(map(tuple, outcomes)) == [(), ("DIVISION_STATE",)]
    assert await applied(town, division) == ["DIVISION_STATE"]
    assert await undone(town, division) == []
    assert await undone(town, division) == ["DIVISION_STATE"]


async def test_simulating_writes_nothing(town: Town) -> None:
    await divided_ground(town)
    division = await proposed(town, split(town))
    before = await everything(town.deployment)
    async with town.deployment.write() as work:
        found = await simulate_division(work, operator(), division)
    assert found is not None
    assert found.refusals == ()
    figures = [(one.code, one.buildings, one.households, one.people, one.open_events) for one in found.grids]
    assert figures == [(WEST, 1, 1, 1, 1), (EAST, 1, 1, 3, 1)]
    assert found.faults == ()
    assert {one.to for one in found.posts} == {None}
    assert await everything(town.deployment) == before


async def test_the_parent_counts_the_same_before_and_after(town: Town) -> None:
    await divided_ground(town)
    text = "query($code: String!) { grid(code: $code) { events { totalCount } persons { totalCount } buildings { totalCount } } }"
    before = await town.ask(text, code=COMMUNITY)
    assert await applied(town, await proposed(town, split(town))) == []
    assert await town.ask(text, code=COMMUNITY) == before


async def test_a_worker_goes_to_the_named_part_and_sees_what_lies_there(town: Town) -> None:
    made = await divided_ground(town)
    worker = f"community.grid_worker@{GRIDS['urban']}"
    chief = f"community.grid_chief@{GRIDS['urban']}"
    change = split(town, posts=(PostTo(post_id=town.posts[worker], code=EAST),))
    division = await proposed(town, change)
    assert await applied(town, division) == []
    seen = (await town.ask("{ events { nodes { id } } }", await town.login(worker)))["events"]["nodes"]
    assert [one["id"] for one in seen] == [f"Event:{made['east']}"]
    assert (await town.login(chief)).posts == ()
    assert await undone(town, division) == []
    assert (await town.login(chief)).posts != ()


async def test_what_has_no_place_keeps_a_division_from_being_applied(town: Town) -> None:
    await divided_ground(town)
    async with town.deployment.write() as work:
        building = NewBuilding(grid_id=town.grids[GRIDS["urban"]], name="Somewhere")
        (id,) = ids(await register_buildings(work, operator(), [building]))
    division = await proposed(town, split(town, rest=None))
    before = await everything(town.deployment)
    assert await applied(town, division) == ["DIVISION_UNPLACED"]
    assert await everything(town.deployment) == before
    change = split(town, rest=None)
    first, second = change.parts
    named = DivisionChange(
        kind=change.kind,
        grid_ids=change.grid_ids,
        parts=(first, Part(code=EAST, name="East", geometry=second.geometry, system="wgs84", building_ids=(id,))),
    )
    assert await applied(town, await proposed(town, named)) == []
    assert await grid_of(town, t.building, id) == EAST


async def test_parts_that_do_not_add_up_are_applied_only_with_a_reason(town: Town) -> None:
    await divided_ground(town)
    change = split(town, at=0.4)
    short = Part(code=EAST, name="East", geometry=square(0.5, 0, wide=0.5), system="wgs84")
    change = DivisionChange(kind=change.kind, grid_ids=change.grid_ids, parts=(change.parts[0], short), rest=WEST)
    division = await proposed(town, change)
    async with town.deployment.read() as work:
        found = await simulate_division(work, operator(), division)
    assert found is not None
    assert [(one.kind, one.parent_id) for one in found.faults] == [("HOLE", town.grids[COMMUNITY])]
    assert await applied(town, division) == ["DIVISION_FAULTS"]
    assert await applied(town, division, force="The rest is water") == []
    async with town.deployment.read() as work:
        assert await work.value(sa.select(t.division.c.forced_reason)) == "The rest is water"


async def test_only_who_manages_the_ground_proposes_and_applies(town: Town) -> None:
    await divided_ground(town)
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    administrator = await town.viewer("community.subdistrict_administrator", SUBDISTRICT)
    division = await proposed(town, split(town), by=administrator)
    assert await applied(town, division, worker) == ["NOT_FOUND"]
    assert await applied(town, division, administrator) == []


async def test_what_is_put_in_at_the_same_moment_goes_with_it_or_is_refused(town: Town) -> None:
    await divided_ground(town)
    division = await proposed(town, split(town))
    grid = town.grids[GRIDS["urban"]]

    accepted: list[bool] = []

    async def put_in(number: int) -> None:
        async with town.deployment.write() as work:
            (outcome,) = await register_buildings(work, operator(), [NewBuilding(grid_id=grid, name=f"House {number}")])
        assert outcome.accepted or [one.code for one in outcome.refusals] == ["GRID_ENDED"]
        accepted.append(outcome.accepted)

    async def apply() -> None:
        assert await applied(town, division) == []

    await asyncio.gather(put_in(0), apply(), *(put_in(number) for number in range(1, 5)))
    async with town.deployment.read() as work:
        in_west = sa.select(sa.func.count()).join(t.grid, t.grid.c.id == t.building.c.grid_id).where(t.grid.c.code == WEST)
        assert await work.value(in_west.select_from(t.building)) == 1 + sum(accepted)
        assert await work.value(sa.select(sa.func.count()).where(t.building.c.grid_id == grid)) == 0


async def test_several_grids_are_cut_anew_with_their_lineage(town: Town) -> None:
    made = await divided_ground(town)
    cuts = ((0, 0.6), (0.6, 0.8), (1.4, 0.6))
    parts = tuple(
        Part(code=f"{COMMUNITY}30{n}", name=f"Cut {n}", type_id="urban", geometry=square(at, 0, wide=wide), system="wgs84")
        for n, (at, wide) in enumerate(cuts)
    )
    grids = tuple(town.grids[GRIDS[type]] for type in ("urban", "scenic"))
    change = DivisionChange(kind=ChangeKind.REDIVIDE, grid_ids=grids, parts=parts, rest=parts[0].code)
    assert await applied(town, await proposed(town, change)) == []
    assert await grid_of(town, t.event, made["east"]) == f"{COMMUNITY}301"
    old, new, line = t.grid.alias(), t.grid.alias(), t.grid_succession
    async with town.deployment.read() as work:
        query = sa.select(old.c.code.label("old"), new.c.code.label("new")).select_from(
            line.join(old, old.c.id == line.c.from_grid_id).join(new, new.c.id == line.c.to_grid_id)
        )
        found = {(row.old, row.new[-3:]) for row in await work.rows(query)}
    urban, scenic = GRIDS["urban"], GRIDS["scenic"]
    assert found == {(urban, "300"), (urban, "301"), (scenic, "301"), (scenic, "302")}
