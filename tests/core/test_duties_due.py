"""Due lists: computed from who and what is there now and what the ledger says, and right at once whatever changed."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from divided import EAST, WEST, applied, divided_ground, proposed, split
from duties import NOON, WORKER, due, family, figures, in_need, record, settled
from towns import GRIDS, Town, ids
from wangge_core.accounts.accounts import NewAccount, create_accounts
from wangge_core.db import tables as t
from wangge_core.duties.stating import DueState
from wangge_core.people.residence import Move, move_persons
from wangge_core.rights.posts import NewPost, PostEnd, assign_posts, end_posts
from wangge_core.rights.viewers import operator

pytestmark = pytest.mark.anyio
ALONE, ORDINARY, QUOTA, PATROL = "urban.visit_lives_alone", "urban.visit_ordinary", "urban.visit_quota", "urban.daily_patrol"
END_OF_NOVEMBER = datetime(2031, 11, 30, 16, tzinfo=UTC)
END_OF_OCTOBER = datetime(2031, 10, 31, 16, tzinfo=UTC)
RECENTLY = NOON - timedelta(days=3)


async def test_a_monthly_visit_is_due_until_somebody_was_met(town: Town) -> None:
    await settled(town)
    await in_need(town, town.person, "community.lives_alone", since=RECENTLY)
    (item,) = await due(town, duty=ALONE)
    assert (item.sort, item.id, item.state, item.due_by) == ("PERSON", town.person, DueState.DUE, END_OF_NOVEMBER)
    await record(town, NOON - timedelta(hours=2), person_id=town.person, outcome="NOT_AT_HOME")
    await record(town, NOON - timedelta(hours=2), person_id=town.person, counted=False)
    assert (await due(town, duty=ALONE))[0].state is DueState.DUE
    await record(town, NOON - timedelta(hours=1), person_id=town.person, outcome="BY_PHONE")
    (item,) = await due(town, duty=ALONE)
    assert (item.state, item.done, item.last_done_at) == (DueState.DONE, 1, NOON - timedelta(hours=1))


async def test_what_was_missed_is_overdue_until_it_is_made_up_and_declined_makes_it_up(town: Town) -> None:
    await settled(town)
    await in_need(town, town.person, "community.lives_alone")
    (item,) = await due(town, duty=ALONE)
    assert (item.state, item.due_by) == (DueState.OVERDUE, END_OF_OCTOBER)
    await record(town, NOON, person_id=town.person, outcome="DECLINED")
    (item,) = await due(town, duty=ALONE)
    assert (item.state, item.due_by) == (DueState.DONE, END_OF_NOVEMBER)
    one = (await figures(town))[ALONE]
    assert (one.targets, one.done, one.due, one.overdue, one.declined) == (1, 1, 0, 0, 1)


async def test_a_visit_to_the_household_is_one_to_its_members_and_counts_for_every_duty_that_it_meets(town: Town) -> None:
    await settled(town)
    household, person = await family(town, "Chen")
    for kind in ("community.lives_alone", "community.hardship"):
        await in_need(town, person, kind, since=RECENTLY)
    await record(town, NOON, household_id=household, duty_id=ALONE)
    states = {one.duty_id: one.state for one in await due(town) if (one.sort, one.id) == ("PERSON", person)}
    assert states == {ALONE: DueState.DONE, "urban.visit_hardship": DueState.DONE, "urban.attend_hardship": DueState.DONE}


async def test_a_new_need_takes_the_household_from_one_list_to_another(town: Town) -> None:
    await settled(town)
    household, person = await family(town, "Chen")
    assert household in {one.id for one in await due(town, duty=ORDINARY)}
    need = await in_need(town, person, "community.unemployed", since=NOON)
    assert household not in {one.id for one in await due(town, duty=ORDINARY)}
    assert [one.id for one in await due(town, duty="urban.visit_unemployed")] == [person]
    async with town.deployment.write() as work:
        await work.run(sa.update(t.need).where(t.need.c.id == need).values(ends_at=NOON))
    assert household in {one.id for one in await due(town, duty=ORDINARY)}


async def test_a_move_of_a_person_takes_what_is_due_along_with_what_was_done(town: Town) -> None:
    clock = await settled(town)
    old_home, person = await family(town, "Chen")
    new_home, _ = await family(town, "Wang", GRIDS["rural"])
    await in_need(town, person, "community.left_behind_elder", since=RECENTLY)
    await in_need(town, person, "community.lives_alone", since=RECENTLY)
    await record(town, NOON - timedelta(days=1), person_id=person)
    async with town.deployment.write() as work:
        move = Move(id=person, household_id=new_home, moved_in_on=date(2031, 11, 5))
        outcomes = await move_persons(work, operator(), [move])
        assert outcomes[0].accepted, outcomes
    clock.now += timedelta(minutes=1)
    assert all(one.id not in (person, old_home) for one in await due(town) if one.sort in ("PERSON", "HOUSEHOLD"))
    there = await due(town, grid_id=town.grids[GRIDS["rural"]], duty="rural.visit_elder_alone")
    assert [(one.id, one.state, one.grid_id) for one in there] == [(person, DueState.DONE, town.grids[GRIDS["rural"]])]


async def test_a_hand_over_gives_the_list_to_the_next_holder_at_once(town: Town) -> None:
    clock = await settled(town)
    await in_need(town, town.person, "community.lives_alone")
    grid = town.grids[GRIDS["urban"]]
    worker = await town.viewer(WORKER, GRIDS["urban"])
    before = await due(town, worker, post_id=town.posts[worker.login])
    async with town.deployment.write() as work:
        (account,) = ids(await create_accounts(work, operator(), [NewAccount(login="next", name="Next")]))
        await end_posts(work, operator(), [PostEnd(post_id=town.posts[worker.login])])
        (post,) = ids(await assign_posts(work, operator(), [NewPost(account_id=account, role_id=WORKER, grid_id=grid)]))
    clock.now += timedelta(minutes=1)
    after = await due(town, await town.login("next"), post_id=post)
    assert {(one.duty_id, one.id, one.state) for one in after} == {(one.duty_id, one.id, one.state) for one in before}
    assert {(ALONE, town.person, DueState.OVERDUE)} <= {(one.duty_id, one.id, one.state) for one in after}


async def test_the_list_of_a_post_has_the_duties_of_its_role_alone(town: Town) -> None:
    await settled(town)
    officer = await town.viewer("urban.city_management_officer", GRIDS["urban"])
    mine = {one.duty_id for one in await due(town, officer, post_id=town.posts[officer.login])}
    assert mine == {"urban.friday_inspection"}
    chief = await town.viewer("community.grid_chief", GRIDS["urban"])
    assert PATROL in {one.duty_id for one in await due(town, chief, post_id=town.posts[chief.login])}


async def test_a_division_takes_what_is_due_to_the_new_grids_with_what_was_done(town: Town) -> None:
    made = await divided_ground(town)
    clock = await settled(town)
    await in_need(town, made["person"], "community.lives_alone", since=RECENTLY)
    await record(town, NOON - timedelta(days=1), person_id=made["person"])
    assert await applied(town, await proposed(town, split(town))) == []
    clock.now += timedelta(minutes=1)
    async with town.deployment.read() as work:
        new = {code: await work.value(sa.select(t.grid.c.id).where(t.grid.c.code == code)) for code in (EAST, WEST)}
    (item,) = await due(town, grid_id=new[EAST], duty=ALONE)
    assert (item.id, item.state, item.grid_id) == (made["person"], DueState.DONE, new[EAST])
    assert [one.id for one in await due(town, grid_id=new[EAST], duty=ORDINARY)] == []
    assert [one.id for one in await due(town, grid_id=new[WEST], duty=PATROL)] == [new[WEST]]
    assert await due(town, grid_id=town.grids[GRIDS["urban"]]) == ()


async def test_what_is_due_first_comes_first_then_what_is_near(town: Town) -> None:
    made = await divided_ground(town)
    await settled(town)
    here = (119.0, 29.0)
    async with town.deployment.write() as work:
        await work.run(sa.update(t.building).where(t.building.c.id == made["building"]).values(longitude=119.0, latitude=29.01))
        await work.run(sa.update(t.building).where(t.building.c.id == town.building).values(longitude=119.0, latitude=29.001))
    found = [one for one in await due(town, duty="community.confirm_facts", near=here) if one.sort == "UNIT"]
    assert [round(one.distance_metres or 0) for one in found] == [111, 111, 1112]
    every = await due(town, near=here)
    assert [one.due_by for one in every] == sorted(one.due_by for one in every)
    paged, after = [], None
    while True:
        page = await due(town, near=here, after=after, first=3)
        paged += page
        if not page:
            break
        after = page[-1].place
    assert paged == list(every)


async def test_a_patrol_is_done_when_its_minutes_are_and_a_quota_when_so_many_households_were_seen(town: Town) -> None:
    await settled(town)
    await record(town, NOON, what="PATROL", minutes=70, minutes_counted=70)
    await record(town, NOON - timedelta(days=1), what="PATROL", minutes=120, minutes_counted=120)
    (item,) = await due(town, duty=PATROL)
    assert (item.state, item.done, item.needed) == (DueState.DUE, 70, 120)
    await record(town, NOON, what="PATROL", minutes=50, minutes_counted=50)
    assert (await due(town, duty=PATROL))[0].state is DueState.DONE
    household, person = await family(town, "Chen")
    for target in ({"household_id": household}, {"person_id": person}, {"person_id": town.person}):
        await record(town, NOON, **target)
    (item,) = await due(town, duty=QUOTA)
    assert (item.done, item.needed, item.state) == (2, 20, DueState.DUE)


async def test_an_event_asks_for_somebody_within_its_time(town: Town) -> None:
    made = await divided_ground(town)
    clock = await settled(town)
    async with town.deployment.write() as work:
        values = {"kind_id": "community.dispute", "reported_at": NOON - timedelta(hours=23)}
        await work.run(sa.update(t.event).where(t.event.c.id == made["west"]).values(values))
    (item,) = await due(town, duty="urban.attend_quarrel")
    assert (item.sort, item.id, item.state, item.due_by) == ("EVENT", made["west"], DueState.DUE, NOON + timedelta(hours=1))
    clock.now += timedelta(hours=2)
    assert (await due(town, duty="urban.attend_quarrel"))[0].state is DueState.OVERDUE
    await record(town, clock.now, event_id=made["west"])
    assert (await due(town, duty="urban.attend_quarrel"))[0].state is DueState.DONE


async def test_what_an_occasion_asked_for_once_stays_for_thirty_days_after_its_time_though_the_occasion_is_over(town: Town) -> None:
    clock = await settled(town)
    await in_need(town, town.person, "community.lives_alone")
    began, grid = NOON - timedelta(days=35), town.grids[GRIDS["urban"]]
    alert = {"occasion_id": "community.fraud_alert", "grid_id": grid, "reason": "notice 7", "created_at": began}
    async with town.deployment.write() as work:
        await work.insert(t.occasion_term, [alert | {"starts_at": began, "ends_at": began + timedelta(days=1)}])
    week_later = began + timedelta(days=7)
    assert week_later in {one.due_by for one in await due(town, duty="community.talk_offline")}
    clock.now = week_later + timedelta(days=30)
    assert week_later not in {one.due_by for one in await due(town, duty="community.talk_offline")}


async def test_who_may_not_see_the_people_is_told_of_none_of_them(town: Town) -> None:
    await settled(town)
    await in_need(town, town.person, "community.lives_alone")
    volunteer = await town.viewer("community.volunteer", GRIDS["urban"])
    seen = await due(town, volunteer, post_id=town.posts[volunteer.login], near=(119.0, 29.0))
    assert {one.duty_id for one in seen} == {"community.talk_offline"}
    assert all(one.id is None and one.last_done_at is None and one.distance_metres is None for one in seen)
    chief = await town.viewer("community.grid_chief", GRIDS["urban"])
    assert [one.id for one in await due(town, chief, duty=ALONE)] == [town.person]
