"""Visits are recorded once, as of the moment of which they tell; what they find goes into the register and opens events."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from grounds import bound, place, square
from operating import announced, done, row_of, tried
from towns import Town
from wangge_core.db import tables as t
from wangge_core.ledger.checklists import Checklist, Facility, FacilityState, Hazard, HazardSeen, KindOfResident
from wangge_core.ledger.entries import VisitOutcome, WorkKind
from wangge_core.ledger.targets import Target, TargetSort
from wangge_core.ledger.visits import record_visits
from wangge_core.people.homes import ResidenceKind
from wangge_core.people.residence import Move, move_persons
from wangge_core.plugin.community.choices import HazardType
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.posts import PostEnd, end_posts
from wangge_core.rights.viewers import narrowed
from worked import RURAL, URBAN, a_visit, moments_ago, worker

pytestmark = pytest.mark.anyio


async def rows(town: Town, table: sa.Table) -> Any:
    async with town.deployment.read() as work:
        return list(await work.rows(sa.select(table).order_by(table.c.id)))


def test_a_visit_tells_of_the_hazards_that_their_kind_of_event_has() -> None:
    assert [(one.value, one.label) for one in HazardSeen] == [(one.value, one.label) for one in HazardType]


async def test_a_visit_is_kept_with_its_claims_and_counts(town: Town) -> None:
    me, visit = await worker(town), await a_visit(town)
    (id,) = await done(town, record_visits, visit, by=me)
    row = await row_of(town, t.visit, id)
    assert (row.account_id, row.grid_id, row.outcome, row.counted) == (me.account_id, town.grids[URBAN], "MET", True)
    assert row.started_at < row.received_at
    (told,) = await announced(town, "visit.recorded")
    assert (told.grid_id, told.content) == (town.grids[URBAN], {"what": "VISIT"})


async def test_the_same_key_answers_with_the_first_entry_and_writes_nothing(town: Town) -> None:
    me, visit = await worker(town), await a_visit(town, client_key="6f1c")
    fault = Checklist(hazards=(Hazard(hazard=HazardSeen.FIRE),))
    twice = await done(town, record_visits, replace(visit, checklist=fault), visit, by=me)
    again = await done(town, record_visits, visit, by=me)
    assert len({*twice, *again}) == 1
    assert (len(await rows(town, t.visit)), len(await rows(town, t.event))) == (1, 1)


async def test_a_key_that_another_entry_has_is_refused_and_nothing_is_lost_without_a_word(town: Town) -> None:
    me, visit = await worker(town), await a_visit(town, client_key="1")
    person = replace(visit, target=Target(sort=TargetSort.PERSON, id=town.person))
    others = [person, replace(visit, what=WorkKind.CHECK), replace(visit, started_at=visit.started_at - timedelta(days=2))]
    assert await tried(town, record_visits, visit, *others, by=me) == ["", *["key: IDEMPOTENCY_KEY_REUSED"] * 3]
    corrected = replace(visit, started_at=visit.started_at + timedelta(minutes=7))
    assert await tried(town, record_visits, *others, corrected, by=me) == [*["key: IDEMPOTENCY_KEY_REUSED"] * 3, ""]
    assert len(await rows(town, t.visit)) == 1


async def test_a_checklist_confirms_the_persons_as_of_the_visit_and_opens_events_that_name_nobody(town: Town) -> None:
    me = await worker(town)
    async with town.deployment.write() as work:
        await work.run(sa.update(t.person).values(confirmed_at=None, confirm_by=None))
    learned = Checklist(
        facts_confirmed=True,
        kinds=(KindOfResident(person_id=town.person, kind=ResidenceKind.TEMPORARY),),
        facilities=(FacilityState(facility=Facility.LIFT, working=False), FacilityState(facility=Facility.WATER, working=True)),
        hazards=(Hazard(hazard=HazardSeen.GAS, immediate_danger=True),),
        adults_moved_in=2,
        dispute_help=True,
    )
    visit = await a_visit(town, checklist=learned)
    (id,) = await done(town, record_visits, visit, by=me)
    person = await row_of(town, t.person, town.person)
    assert person.confirmed_at == (await row_of(town, t.visit, id)).started_at
    assert (person.confirmed_by_id, person.residence) == (me.account_id, "TEMPORARY")
    ties = [(one.because, (await row_of(town, t.event, one.event_id)).kind_id) for one in await rows(town, t.visit_event)]
    assert ties == [
        ("FACILITY", "community.hazard"),
        ("HAZARD", "community.hazard"),
        ("NEWCOMER", "community.newcomer"),
        ("DISPUTE", "community.dispute"),
    ]
    events = await rows(town, t.event)
    assert {one.source for one in events} == {"VISIT"}
    assert not any("Lin" in one.description for one in events)
    (party,) = await rows(town, t.involvement)
    assert (party.role, party.person_id) == ("party", town.person)


async def test_a_later_confirmation_is_not_undone_by_a_visit_that_comes_late(town: Town) -> None:
    before = await row_of(town, t.person, town.person)
    await done(town, record_visits, await a_visit(town, checklist=Checklist(facts_confirmed=True)), by=await worker(town))
    assert (await row_of(town, t.person, town.person)).confirmed_at == before.confirmed_at


async def test_nothing_of_a_refused_visit_is_written(town: Town) -> None:
    learned = Checklist(hazards=(Hazard(hazard=HazardSeen.FIRE),), moved_out=(town.person,))
    visit = await a_visit(town, checklist=learned, started_at=await moments_ago(town, 60))
    async with town.deployment.write() as work:
        await work.run(sa.update(t.residence).values(moved_in_on=work.today + timedelta(days=3)))
    assert await tried(town, record_visits, visit, by=await worker(town)) == ["checklist.movedOut.0: MOVED_OUT_BEFORE_IN"]
    assert [await rows(town, one) for one in (t.visit, t.event, t.visit_event)] == [[], [], []]


async def test_declined_is_kept_with_nothing_beside_and_a_checklist_of_it_is_refused(town: Town) -> None:
    me = await worker(town)
    declined = await a_visit(town, outcome=VisitOutcome.DECLINED, longitude=114.3, latitude=30.5)
    (id,) = await done(town, record_visits, declined, by=me)
    row = await row_of(town, t.visit, id)
    assert (row.counted, row.longitude, row.latitude, row.checklist) == (True, None, None, None)
    told = replace(declined, checklist=Checklist(facts_confirmed=True))
    assert await tried(town, record_visits, told, by=me) == ["checklist: CHECKLIST_UNEXPECTED"]


async def test_what_does_not_fit_is_refused_item_by_item(town: Town) -> None:
    me, visit = await worker(town), await a_visit(town)
    grid = Target(sort=TargetSort.GRID, id=town.grids[URBAN])
    now = await moments_ago(town, 0)
    wrong = [
        (replace(visit, what=WorkKind.WATCH), "target: VISIT_TARGET"),
        (replace(visit, outcome=VisitOutcome.DONE), "outcome: VISIT_OUTCOME"),
        (replace(visit, what=WorkKind.MEETING, target=grid), "outcome: VISIT_OUTCOME"),
        (replace(visit, minutes="They argued."), "minutes: MINUTES_UNEXPECTED"),
        (replace(visit, duty_id="community.none"), "dutyId: NOT_FOUND"),
        (replace(visit, started_at=now + timedelta(hours=1)), "startedAt: IN_THE_FUTURE"),
        (replace(visit, started_at=now - timedelta(days=365)), "startedAt: WORK_TOO_OLD"),
        (replace(visit, started_at=now - timedelta(days=2), ended_at=now), "endedAt: WORK_TOO_LONG"),
        (replace(visit, ended_at=visit.started_at - timedelta(minutes=1)), "endedAt: TERM_INVALID"),
        (visit, ""),
    ]
    found = await tried(town, record_visits, *(one for one, _ in wrong), by=me)
    assert found == [said for _, said in wrong]


async def test_whoever_is_not_of_the_ground_finds_nobody_and_whoever_keeps_no_register_confirms_nobody(town: Town) -> None:
    visit = await a_visit(town)
    assert await tried(town, record_visits, visit, by=await worker(town, RURAL)) == ["target: NOT_FOUND"]
    volunteer = await town.viewer("community.volunteer", URBAN)
    assert await tried(town, record_visits, visit, by=volunteer) == ["target: NOT_FOUND"]
    of_grid = replace(visit, what=WorkKind.CHECK, target=None, outcome=VisitOutcome.DONE)
    assert await tried(town, record_visits, of_grid, by=volunteer) == [""]
    auditor = await town.viewer("community.auditor", "999901")
    assert await tried(town, record_visits, of_grid, by=auditor) == ["postId: NOT_ALLOWED"]


async def test_rights_are_those_of_the_moment_of_the_visit(town: Town) -> None:
    """The post ended since; the visit of before counts, one of after does not, and the register is left to whoever has it now."""
    me = await worker(town)
    post = town.posts[f"community.grid_worker@{URBAN}"]
    before = await a_visit(town, post_id=post, checklist=Checklist(facts_confirmed=True))
    confirmed = (await row_of(town, t.person, town.person)).confirmed_at
    await done(town, end_posts, PostEnd(post_id=post, reason="moved on"))
    me = await town.login(me.login)
    (id,) = await done(town, record_visits, before, by=me)
    assert (await row_of(town, t.visit, id)).counted
    assert (await row_of(town, t.person, town.person)).confirmed_at == confirmed
    after = replace(before, started_at=await moments_ago(town, 0))
    assert await tried(town, record_visits, after, by=me) == ["postId: POST_NOT_HELD"]


async def test_who_moved_away_is_not_visited_and_where_to_is_told_to_whom_it_concerns(town: Town) -> None:
    me, person = await worker(town), Target(sort=TargetSort.PERSON, id=town.person)
    async with town.deployment.read() as work:
        today = work.today
    away = Move(id=town.person, grid_id=town.grids[RURAL], address="Hut 3", moved_in_on=today - timedelta(days=2))
    await done(town, move_persons, away)
    visit = await a_visit(town, target=person)
    of_the_day_before = replace(visit, started_at=await moments_ago(town, 4 * 24 * 60))
    found = await tried(town, record_visits, visit, replace(visit, outcome=VisitOutcome.MOVED_AWAY), by=me)
    assert found == ["target: VISIT_MOVED_AWAY", ""]
    liaison = await town.viewer("community.community_officer", "999901001001")
    assert await tried(town, record_visits, visit, by=liaison) == [""]
    assert await tried(town, record_visits, of_the_day_before, visit, by=me) == ["", "target: VISIT_MOVED_AWAY"]
    urban, rural = town.grids[URBAN], town.grids[RURAL]
    assert [(one.outcome, one.grid_id) for one in await rows(town, t.visit)] == [
        ("MOVED_AWAY", urban),
        ("MET", rural),
        ("MET", urban),
    ]


async def test_from_outside_the_grid_it_does_not_count_and_what_it_opens_goes_its_way(town: Town) -> None:
    me = await worker(town)
    await bound(town, urban=square(0, 0))
    fault = Checklist(hazards=(Hazard(hazard=HazardSeen.FIRE),))
    (east, north), (beyond, _) = place(0.5, 0.5), place(1.5, 0.5)
    inside = await a_visit(town, longitude=east, latitude=north)
    outside = replace(inside, longitude=beyond, checklist=fault)
    by_phone = replace(outside, outcome=VisitOutcome.BY_PHONE, checklist=None)
    ids = await done(town, record_visits, inside, outside, by_phone, by=me)
    kept = [await row_of(town, t.visit, id) for id in ids]
    assert [(one.counted, one.not_counted_because) for one in kept] == [(True, None), (False, "OUTSIDE_GRID"), (True, None)]
    (event,) = await rows(town, t.event)
    assert event.grid_id == town.grids[URBAN]


async def test_where_a_device_is_bound_to_the_post_only_what_comes_from_it_counts(town: Town) -> None:
    me, visit = await worker(town), await a_visit(town)
    async with town.deployment.write() as work:
        (own, other) = await work.reserve_ids(t.device, 2)
        for id, code in ((own, URBAN), (other, RURAL)):
            post = town.posts[f"community.grid_worker@{code}"]
            enrolled = {"post_id": post, "name": "phone", "hash": "x", "enrolled_at": work.now - timedelta(days=1)}
            await work.insert(t.device, [{"id": id, **enrolled}])
    reasons: list[Any] = []
    for device in (None, own, other):
        (id,) = await done(town, record_visits, visit, by=replace(me, device_id=device))
        reasons.append((await row_of(town, t.visit, id)).not_counted_because)
    assert reasons == ["DEVICE_NOT_BOUND", None, "DEVICE_NOT_BOUND"]


async def test_a_machine_records_no_more_than_its_key_is_for(town: Town) -> None:
    me, visit = await worker(town), await a_visit(town)
    of_grid = replace(visit, what=WorkKind.CHECK, target=None, outcome=VisitOutcome.DONE)
    hazard = replace(of_grid, checklist=Checklist(hazards=(Hazard(hazard=HazardSeen.FIRE),)))
    reading = replace(narrowed(me, {Capability.READ_EVENTS}), key_id=1)
    assert await tried(town, record_visits, of_grid, by=reading) == ["postId: POST_NOT_HELD"]
    recording = replace(narrowed(me, {Capability.RECORD_WORK}), key_id=1)
    found = await tried(town, record_visits, visit, hazard, of_grid, by=recording)
    assert found == ["target: NOT_FOUND", "checklist: NOT_ALLOWED", ""]
