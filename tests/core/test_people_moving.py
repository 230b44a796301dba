"""Moving: one home at a time, the grid follows it, memberships end with it, and the homes of before stay on record."""

import pytest
import sqlalchemy as sa

from residents import a_household, a_person, days, done, homes_in, of_person, refused, row, today
from towns import DISTRICT, GRIDS, Town
from wangge_core.db import tables as t
from wangge_core.people.homes import ResidenceKind
from wangge_core.people.households import Joining, Leaving, Relation, join_households, leave_households
from wangge_core.people.residence import HouseholdMove, Move, move_households, move_persons

pytestmark = pytest.mark.anyio


async def test_a_person_follows_the_home_and_the_old_one_stays_on_record(town: Town) -> None:
    now = await today(town)
    (old,), (new,) = await homes_in(town, "urban", 1), await homes_in(town, "rural", 1)
    household = await a_household(town, unit_id=old)
    id = await a_person(town, household_id=household, relation=Relation.HEAD, moved_in_on=now - days(90))
    assert await done(town, move_persons, [Move(id=id, unit_id=new, kind=ResidenceKind.TEMPORARY, moved_in_on=now - days(9))]) == [
        id
    ]
    person = await row(town, t.person, id)
    assert (person.grid_id, person.residence, person.household_id) == (town.grids[GRIDS["rural"]], "TEMPORARY", None)
    left, lived_in = await of_person(town, t.residence, id)
    assert (left.unit_id, left.kind, left.moved_out_on) == (old, "PERMANENT", now - days(9))
    assert (lived_in.unit_id, lived_in.kind, lived_in.moved_in_on, lived_in.moved_out_on) == (new, "TEMPORARY", now - days(9), None)
    (member,) = await of_person(town, t.household_member, id)
    assert member.left_on == now - days(9)


async def test_nobody_has_two_homes_at_once(town: Town) -> None:
    now = await today(town)
    id, grid = await a_person(town, moved_in_on=now - days(30)), town.grids[GRIDS["rural"]]
    home = {"grid_id": grid, "address": "Mill lane 3"}
    moves = [
        (Move(id=id, **home, moved_in_on=now - days(31)), "movedInOn: TWO_HOMES"),
        (Move(id=id, **home, moved_in_on=now - days(9), moved_out_on=now - days(8)), "movedInOn: TWO_HOMES"),
        (Move(id=id, moved_out_on=now - days(31)), "movedOutOn: MOVED_OUT_BEFORE_IN"),
        (Move(id=id, moved_out_on=now + days(1)), "movedOutOn: IN_THE_FUTURE"),
        (Move(id=id, **home, moved_in_on=now + days(1)), "movedInOn: IN_THE_FUTURE"),
        (Move(id=id, **home), "movedInOn: REQUIRED"),
        (Move(id=id), "movedOutOn: REQUIRED"),
        (Move(id=id, moved_in_on=now), "gridId: REQUIRED"),
        (Move(id=id, grid_id=grid, relation=Relation.CHILD, moved_in_on=now), "householdId: REQUIRED"),
        (Move(id=id, unit_id=999_999, moved_in_on=now), "unitId: NOT_FOUND"),
        (Move(id=id, household_id=999_999, moved_in_on=now), "householdId: NOT_FOUND"),
        (Move(id=id, **home, moved_in_on=now - days(9), moved_out_on=now - days(9)), ""),
        (Move(id=id, moved_out_on=now - days(2)), ""),
        (Move(id=id, moved_out_on=now - days(2)), "movedOutOn: MOVED_OUT_ALREADY"),
        (Move(id=id, **home, moved_in_on=now - days(3)), "movedInOn: TWO_HOMES"),
        (Move(id=id, **home, moved_in_on=now - days(2)), ""),
    ]
    assert [(await refused(town, move_persons, [one]))[0] for one, _ in moves] == [expected for _, expected in moves]
    assert [one.moved_out_on for one in await of_person(town, t.residence, id)] == [now - days(9), now - days(2), None]


async def test_who_moved_out_keeps_the_last_grid_and_has_no_residence(town: Town) -> None:
    now = await today(town)
    id = await a_person(town, household_id=await a_household(town))
    await done(town, move_persons, [Move(id=id, moved_out_on=now)])
    person = await row(town, t.person, id)
    assert (person.grid_id, person.residence, person.household_id) == (town.grids[GRIDS["urban"]], None, None)


async def test_moving_takes_the_right_over_both_grids(town: Town) -> None:
    now = await today(town)
    id, rural = await a_person(town), town.grids[GRIDS["rural"]]
    move = Move(id=id, grid_id=rural, moved_in_on=now)
    urban, other = [await town.viewer("community.grid_worker", GRIDS[one]) for one in ("urban", "rural")]
    auditor = await town.viewer("community.auditor", DISTRICT)
    assert await refused(town, move_persons, [move], urban) == ["gridId: NOT_ALLOWED"]
    assert await refused(town, move_persons, [move], other) == ["id: NOT_FOUND"]
    assert await refused(town, move_persons, [move], auditor) == ["id: NOT_ALLOWED"]
    assert (await row(town, t.person, id)).grid_id == town.grids[GRIDS["urban"]]
    administrator = await town.viewer("community.district_administrator", DISTRICT)
    assert await refused(town, move_persons, [move, move], administrator) == ["", "id: DUPLICATE"]


async def test_who_moves_in_with_a_household_lives_in_its_home(town: Town) -> None:
    now, (unit,) = await today(town), await homes_in(town, "rural", 1)
    household, id = await a_household(town, "rural", unit_id=unit), await a_person(town)
    await done(town, move_persons, [Move(id=id, household_id=household, relation=Relation.CHILD_IN_LAW, moved_in_on=now)])
    assert (await row(town, t.person, id)).household_id == household
    assert (await of_person(town, t.residence, id))[-1].unit_id == unit
    (member,) = await of_person(town, t.household_member, id)
    assert (member.relation, member.joined_on) == ("CHILD_IN_LAW", now)


async def test_a_household_moves_with_all_its_members(town: Town) -> None:
    now, (old, new) = await today(town), await homes_in(town, "urban")
    household = await a_household(town, unit_id=old)
    people = [await a_person(town, household_id=household, moved_in_on=now - days(n)) for n in (20, 10)]
    too_soon = HouseholdMove(id=household, unit_id=new, moved_in_on=now - days(15))
    assert await refused(town, move_households, [too_soon]) == ["movedInOn: TWO_HOMES"]
    homeless = HouseholdMove(id=household, grid_id=town.grids[GRIDS["urban"]], moved_in_on=now)
    assert await refused(town, move_households, [homeless]) == ["unitId: HOUSEHOLD_WITHOUT_HOME"]
    await done(town, move_households, [HouseholdMove(id=household, unit_id=new, moved_in_on=now - days(5))])
    assert (await row(town, t.household, household)).unit_id == new
    for id in people:
        assert [one.unit_id for one in await of_person(town, t.residence, id)] == [old, new]
        assert [one.left_on for one in await of_person(town, t.household_member, id)] == [None]
        assert (await row(town, t.person, id)).household_id == household


async def test_only_who_lives_there_joins_a_household(town: Town) -> None:
    (unit, other) = await homes_in(town, "urban")
    household = await a_household(town, unit_id=unit)
    neighbour, guest = await a_person(town, unit_id=other), await a_person(town, unit_id=unit)
    somewhere = await a_person(town)
    joining = [Joining(id=household, person_id=one, relation=Relation.HEAD) for one in (neighbour, guest, somewhere)]
    assert await refused(town, join_households, joining) == ["personId: TWO_HOMES", "", "relation: HEAD_TAKEN"]
    assert await refused(town, join_households, [Joining(id=household, person_id=somewhere, relation=Relation.LODGER)]) == [""]
    assert (await of_person(town, t.residence, somewhere))[0].unit_id == unit


async def test_a_member_gets_another_relation_and_the_earlier_one_stays_on_record(town: Town) -> None:
    household = await a_household(town)
    head, child = [
        await a_person(town, household_id=household, relation=one, address="Behind the school")
        for one in (Relation.HEAD, Relation.CHILD)
    ]
    changes = [
        Joining(id=household, person_id=head, relation=Relation.PARENT),
        Joining(id=household, person_id=child, relation=Relation.HEAD),
    ]
    await done(town, join_households, changes)
    relations = [(one.relation, one.left_on is None) for one in await of_person(town, t.household_member, child)]
    assert relations == [("CHILD", False), ("HEAD", True)]


async def test_who_leaves_a_household_keeps_the_home(town: Town) -> None:
    now, household = await today(town), await a_household(town)
    id, stranger = await a_person(town, household_id=household, moved_in_on=now - days(5)), await a_person(town)
    leaving = [
        Leaving(id=household, person_id=stranger),
        Leaving(id=household, person_id=id, left_on=now + days(1)),
        Leaving(id=household, person_id=id, left_on=now - days(6)),
        Leaving(id=household, person_id=id),
        Leaving(id=999_999, person_id=id),
    ]
    expected = ["personId: NOT_A_MEMBER", "leftOn: IN_THE_FUTURE", "leftOn: TERM_INVALID", "", "id: NOT_FOUND"]
    assert await refused(town, leave_households, leaving) == expected
    assert (await row(town, t.person, id)).household_id is None
    assert (await of_person(town, t.residence, id))[0].moved_out_on is None


async def test_a_move_is_announced_where_the_person_is_now(town: Town) -> None:
    id = await a_person(town)
    await done(town, move_persons, [Move(id=id, grid_id=town.grids[GRIDS["rural"]], moved_in_on=await today(town))])
    async with town.deployment.read() as work:
        told = await work.first(sa.select(t.outbox).where(t.outbox.c.topic == "person.moved"))
    assert told is not None
    assert (told.thing_id, told.grid_id, told.content) == (id, town.grids[GRIDS["rural"]], {"left": town.grids[GRIDS["urban"]]})
