"""Field work through the schema: recorded once, shown to whom it concerns; tracks are for their walkers and for administrators alone."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from grounds import bound, place, square
from towns import COMMUNITY, DISTRICT, SUBDISTRICT, Town
from wangge_core.rights.viewers import Viewer
from worked import URBAN, household_of, moments_ago, worker

pytestmark = pytest.mark.anyio
RECORD = """mutation($input: VisitRecordInput!) { visitRecord(input: $input) { userErrors { field code } visit {
  id what outcome counted household { id } factsConfirmed contactRight facilities hazards disputeHelp movedIn longitude
  opened { because event { kind { id } source } } participants { part office { code } } } } }"""
SHOWN = """query($id: ID!, $from: DateTime!, $code: String!) { node(id: $id) { ... on Household {
  visits(filter: {startedAt: {gte: $from}}) { totalCount nodes { outcome person { id } factsConfirmed facilities longitude } } } }
  visits(filter: {what: {eq: VISIT}, subtree: $code}) { totalCount } }"""
PATROL = """mutation($input: PatrolRecordInput!) { patrolRecord(input: $input) { userErrors { field code } patrol {
  id minutes minutesInside minutesCounted counted participants { part minutesInside } checkpoints { how place { name } }
  points { at longitude inside impossible } } } }"""
TRACK = "query($id: ID!) { node(id: $id) { ... on Patrol { minutes points { at latitude inside } } } }"


def text(at: datetime) -> str:
    return at.isoformat()


async def recorded(town: Town, me: Viewer, **more: Any) -> Any:
    household = f"Household:{await household_of(town)}"
    met = {"what": "VISIT", "outcome": "MET", "targetId": household, "startedAt": text(await moments_ago(town, 30))}
    return (await town.ask(RECORD, me, input=met | more))["visitRecord"]


async def test_a_visit_with_its_checklist_is_recorded_and_shown(town: Town) -> None:
    me, (longitude, latitude) = await worker(town), place(0.5, 0.5)
    learned = {"factsConfirmed": True, "facilities": [{"facility": "WATER", "working": False}], "hazards": [{"hazard": "FIRE"}]}
    where = {"position": {"longitude": longitude, "latitude": latitude}, "key": "7b", "checklist": learned}
    first = await recorded(town, me, **where)
    again = await recorded(town, me, **where)
    assert first["userErrors"] == []
    assert first["visit"] == again["visit"]
    visit = first["visit"]
    assert (visit["counted"], visit["factsConfirmed"], visit["contactRight"]) == (True, True, None)
    assert (visit["facilities"], visit["hazards"], visit["disputeHelp"]) == ({"WATER": False}, ["FIRE"], None)
    assert [one["because"] for one in visit["opened"]] == ["FACILITY", "HAZARD"]
    assert {one["event"]["source"] for one in visit["opened"]} == {"VISIT"}


async def test_what_was_learned_is_shown_to_whom_private_values_are_shown(town: Town) -> None:
    me = await worker(town)
    done = await recorded(town, me, checklist={"factsConfirmed": True, "facilities": [{"facility": "GAS", "working": True}]})
    asked = {"id": f"Household:{await household_of(town)}", "from": text(await moments_ago(town, 90)), "code": URBAN}
    (own,) = (await town.ask(SHOWN, me, **asked))["node"]["visits"]["nodes"]
    assert (own["factsConfirmed"], own["facilities"]) == (True, {"GAS": True})
    specialist = await town.viewer("community.department_specialist", "water_works")
    found = await town.ask(SHOWN, specialist, **asked)
    assert (found["node"], found["visits"]["totalCount"]) == (None, 1)
    told = "query($id: ID!) { node(id: $id) { ... on Visit { household { id } factsConfirmed facilities } } }"
    shown = (await town.ask(told, specialist, id=done["visit"]["id"]))["node"]
    assert shown == {"household": None, "factsConfirmed": None, "facilities": {"GAS": True}}
    volunteer = await town.viewer("community.volunteer", URBAN)
    assert (await town.ask(SHOWN, volunteer, **asked))["visits"]["totalCount"] == 0


async def test_nobody_asks_for_those_who_declined(town: Town) -> None:
    for asked in ("filter: {outcome: {eq: DECLINED}}", "orderBy: {field: OUTCOME}"):
        (error,) = await town.errors(f"{{ visits({asked}) {{ totalCount }} }}")
        assert "outcome" in error["message"].lower(), asked


async def test_wrong_ids_and_refusals_name_their_field(town: Town) -> None:
    me = await worker(town)
    wrong = [{"targetId": "Account:1"}, {"targetId": "Household:999999"}, {"outcome": "DONE"}, {"participants": ["Person:1"]}]
    found = [(await recorded(town, me, **one))["userErrors"] for one in wrong]
    assert [(one["field"], one["code"]) for (one,) in found] == [
        ("targetId", "ID_INVALID"),
        ("targetId", "NOT_FOUND"),
        ("outcome", "VISIT_OUTCOME"),
        ("participants.0", "ID_INVALID"),
    ]


async def test_a_meeting_is_kept_with_its_minutes_and_who_took_part(town: Town) -> None:
    me = await worker(town)
    more = {"what": "MEETING", "outcome": "DONE", "targetId": f"Grid:{town.grids[URBAN]}", "minutes": "The lift is mended."}
    office = f"Office:{town.offices['housing']}"
    done = await recorded(town, me, participants=[office], **more)
    assert done["userErrors"] == []
    assert done["visit"]["participants"] == [{"part": "LEADER", "office": None}, {"part": "MEMBER", "office": {"code": "housing"}}]


async def test_a_track_is_for_its_walker_and_for_administrators(town: Town) -> None:
    me = await worker(town)
    await bound(town, urban=square(0, 0))
    started = await moments_ago(town, 40)
    points = []
    for minute in (0, 4, 8):
        longitude, latitude = place(0.5, 0.5)
        at = text(started + timedelta(minutes=minute))
        points.append({"at": at, "position": {"longitude": longitude, "latitude": latitude}})
    given = {"what": "PATROL", "startedAt": text(started), "endedAt": text(started + timedelta(minutes=30)), "points": points}
    done = (await town.ask(PATROL, me, input=given))["patrolRecord"]
    assert done["userErrors"] == []
    patrol = done["patrol"]
    assert (patrol["minutes"], patrol["minutesInside"], patrol["minutesCounted"], patrol["counted"]) == (30, 8, 8, True)
    assert [one["inside"] for one in patrol["points"]] == [True] * 3
    seen: dict[str, Any] = {}
    for role, code in (
        ("community.community_officer", COMMUNITY),
        ("community.auditor", DISTRICT),
        ("community.subdistrict_administrator", SUBDISTRICT),
    ):
        shown = (await town.ask(TRACK, await town.viewer(role, code), id=patrol["id"]))["node"]
        seen[role] = (shown["minutes"], len(shown["points"]))
    assert list(seen.values()) == [(30, 0), (30, 0), (30, 3)]


async def test_a_patrol_goes_from_its_start_to_its_end(town: Town) -> None:
    me, started = await worker(town), await moments_ago(town, 40)
    shelter = await a_shelter(town)
    begin = 'mutation($at: DateTime!) { patrolStart(input: {what: PATROL, startedAt: $at, key: "w"}) { patrol { id endedAt } } }'
    id = (await town.ask(begin, me, at=text(started)))["patrolStart"]["patrol"]["id"]
    longitude, latitude = place(0.5, 0.5)
    at = {"longitude": longitude, "latitude": latitude}
    add = """mutation($id: ID!, $points: [PatrolPointInput!]!) { patrolAddPoints(id: $id, input: {points: $points}) {
      userErrors { code } patrol { points { at } } } }"""
    added = await town.ask(add, me, id=id, points=[{"at": text(started), "position": at}])
    assert len(added["patrolAddPoints"]["patrol"]["points"]) == 1
    go_by = """mutation($id: ID!, $input: PatrolPassInput!) { patrolPass(id: $id, input: $input) {
      userErrors { field code } patrol { checkpoints { how place { name } } } } }"""
    passing = {"placeId": shelter, "passedAt": text(started), "how": "SEEN"}
    refused = (await town.ask(go_by, me, id=id, input=passing))["patrolPass"]
    assert refused == {"userErrors": [{"field": "how", "code": "CHECKPOINT_HOW"}], "patrol": None}
    passed = (await town.ask(go_by, me, id=id, input=passing | {"how": "SCAN"}))["patrolPass"]
    assert passed["patrol"]["checkpoints"] == [{"how": "SCAN", "place": {"name": "Shelter"}}]
    end = """mutation($id: ID!, $input: PatrolEndInput!) { patrolEnd(id: $id, input: $input) {
      userErrors { field code } patrol { minutes opened { because event { kind { id } } } } } }"""
    finding = {"description": "A lamp is out", "kindId": "community.sanitation"}
    ended = await town.ask(end, me, id=id, input={"endedAt": text(started + timedelta(minutes=30)), "findings": [finding]})
    assert ended["patrolEnd"]["patrol"] == {
        "minutes": 30,
        "opened": [{"because": "FINDING", "event": {"kind": {"id": "community.sanitation"}}}],
    }


async def a_shelter(town: Town) -> str:
    made = """mutation($grid: ID!) { placeRegister(input: {gridId: $grid, kindId: "community.shelter", name: "Shelter"}) {
      userErrors { code } place { id } } }"""
    found = await town.ask(made, grid=f"Grid:{town.grids[URBAN]}")
    return str(found["placeRegister"]["place"]["id"])
