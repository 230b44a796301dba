"""What is done with a running event, through the schema: mutations, their refusals, and what is read afterwards, both ways."""

from typing import Any

import pytest

from steered import GRIDS, HAZARD, ahead, at_grid, at_offices, head, moved, reported, specialist, worker
from towns import Town
from wangge_core.rights.viewers import Viewer

pytestmark = pytest.mark.anyio
MUTATION = """mutation($id: ID!, $input: {input}!) {{
  done: {name}(id: $id, input: $input) {{ event {{ {fields} }} userErrors {{ field code }} }}
}}"""
DECIDED = "requests { kind state reason until decidedBy { role { id } } note }"


async def mutate(town: Town, by: Viewer, name: str, input: str, id: int, fields: str = "id", **given: Any) -> Any:
    query = MUTATION.format(name=name, input=input, fields=fields)
    return (await town.ask(query, by, id=f"Event:{id}", input=given))["done"]


async def done(town: Town, by: Viewer, name: str, input: str, id: int, fields: str = "id", **given: Any) -> Any:
    answer = await mutate(town, by, name, input, id, fields, **given)
    assert answer["userErrors"] == [], answer
    return answer["event"]


async def test_a_chase_and_its_answer_are_read_on_the_event(town: Town) -> None:
    id, by = await at_grid(town), await worker(town)
    due = ahead(2).isoformat()
    await done(town, await head(town), "eventChaseUp", "EventChaseUpInput", id, note="Well?", answerDueAt=due)
    fields = "timesChased chases { by { id } byRole { id } note answerDueAt answer answeredAt answeredBy { id } }"
    event = await done(town, by, "eventAnswerChase", "EventAnswerChaseInput", id, fields, answer="Tomorrow.")
    (chase,) = event["chases"]
    assert event["timesChased"] == 1 and (chase["by"], chase["byRole"]["id"]) == (None, "community.community_head")
    assert (chase["note"], chase["answer"], chase["answeredAt"] is not None) == ("Well?", "Tomorrow.", True)
    assert chase["answeredBy"]["id"] == f"Post:{town.posts[by.login]}"


async def test_a_deferral_is_asked_decided_and_read_and_moves_say_why_they_are_blocked(town: Town) -> None:
    id, by = await at_grid(town), await worker(town)
    until = ahead(9).isoformat()
    asked = await done(town, by, "eventDefer", "EventPutOffInput", id, DECIDED, reason="closed season", until=until)
    assert [(one["kind"], one["state"]) for one in asked["requests"]] == [("DEFERRAL", "WAITING")]
    refused = await mutate(town, by, "eventDecideDeferral", "EventDecideInput", id, granted=True)
    assert refused["event"] is None and [one["code"] for one in refused["userErrors"]] == ["NEXT_LEVEL_ONLY"]
    fields = DECIDED + " deferredUntil availableMoves { blockedBecause { code } }"
    event = await done(town, await head(town), "eventDecideDeferral", "EventDecideInput", id, fields, granted=True, note="so be it")
    (request,) = event["requests"]
    assert (request["state"], request["decidedBy"]["role"]["id"], request["note"]) == (
        "GRANTED",
        "community.community_head",
        "so be it",
    )
    assert event["deferredUntil"] == request["until"]
    assert {one["blockedBecause"]["code"] for one in event["availableMoves"]} == {"EVENT_DEFERRED"}
    resting = await town.ask('{ events(filter: {deferredUntil: {gte: "2026-01-01T00:00:00Z"}}) { nodes { id } } }', by)
    assert resting["events"]["nodes"] == [{"id": f"Event:{id}"}]
    resumed = await done(town, by, "eventResume", "EventNoteInput", id, "deferredUntil")
    assert resumed["deferredUntil"] is None


async def test_joined_events_are_read_both_ways_and_answered_with_the_one_that_goes_on(town: Town) -> None:
    main, one = await at_grid(town), await at_grid(town)
    by = await head(town)
    joined_fields = "joined { id joinedTo { id } answeredWith { number closed stage { name } } }"
    fields = f"timesReported {joined_fields} history {{ entry answers {{ name value }} }}"
    event = await done(town, by, "eventJoin", "EventJoinInput", main, fields, events=[f"Event:{one}"])
    (joined,) = event["joined"]
    assert (event["timesReported"], joined["id"], joined["joinedTo"]) == (2, f"Event:{one}", {"id": f"Event:{main}"})
    assert joined["answeredWith"]["stage"] == {"name": "at_grid"} and joined["answeredWith"]["closed"] is False
    assert event["history"][-1] == {"entry": "JOINED", "answers": [{"name": "events", "value": [f"Event:{one}"]}]}
    apart = await done(town, by, "eventSeparate", "EventNoteInput", one, "joinedTo { id } closed answeredWith { number }")
    assert apart == {"joinedTo": None, "closed": False, "answeredWith": None}


async def test_parts_are_read_both_ways_and_may_be_of_another_kind_with_details(town: Town) -> None:
    id, by = await at_grid(town), await head(town)
    pipe = {"urbanPipeBurst": {"pipe": "WATER", "roadSunk": False, "supplyCut": True}}
    parts = [
        {"description": "the door", "assignees": [f"Post:{town.posts[(await worker(town)).login]}"]},
        {"description": "the pipe", "kindId": "urban.pipe_burst", "details": pipe},
    ]
    fields = "parts { kind { id } partOf { id } assignee { id } details { kind } }"
    event = await done(town, by, "eventSplit", "EventSplitInput", id, fields, parts=parts)
    assert [(one["kind"]["id"], one["partOf"]["id"]) for one in event["parts"]] == [
        ("community.hazard", f"Event:{id}"),
        ("urban.pipe_burst", f"Event:{id}"),
    ]
    unnamed = await mutate(town, by, "eventSplit", "EventSplitInput", id, parts=[{"description": "x", "details": pipe}])
    assert unnamed["userErrors"] == [{"field": "parts.0.kindId", "code": "REQUIRED"}]


async def test_parts_of_a_joint_handling_show_how_far_they_are(town: Town) -> None:
    id = await at_offices(town, "water_works", "housing")
    fields = "assignments { office { code } partState partNote active }"
    partner = await specialist(town, "housing")
    event = await done(town, partner, "eventFinishPart", "EventFinishPartInput", id, fields, note="roof mended")
    shown = {one["office"]["code"]: (one["partState"], one["partNote"]) for one in event["assignments"] if one["active"]}
    assert shown == {"water_works": ("OPEN", None), "housing": ("DONE", "roof mended")}


async def test_an_assignee_is_a_post_or_an_office(town: Town) -> None:
    id, by = await at_grid(town), await worker(town)
    refused = await mutate(town, by, "eventReassign", "EventReassignInput", id, assignees=[f"Event:{id}"])
    assert refused["userErrors"] == [{"field": "assignees.0", "code": "ID_INVALID"}]
    given = await done(
        town, by, "eventReassign", "EventReassignInput", id, "assignee { id }", assignees=[f"Post:{town.posts[by.login]}"]
    )
    assert given["assignee"] == {"id": f"Post:{town.posts[by.login]}"}


async def test_the_last_rating_of_the_reporter_is_read_and_a_dissatisfied_one_reopens_at_once(town: Town) -> None:
    by, id = await worker(town), await reported(town, details=HAZARD)
    await moved(town, by, id, "settle_on_the_spot", note="swept")
    assert (await town.ask("query($id: ID!) { node(id: $id) { ... on Event { rating } } }", by, id=f"Event:{id}"))["node"] == {
        "rating": None
    }
    await moved(town, by, id, "rate", rating=1)
    await moved(town, by, id, "reopen", reason="it smokes again")
    read = await town.ask(
        "query($id: ID!) { node(id: $id) { ... on Event { rating closed stage { name } } } }", by, id=f"Event:{id}"
    )
    assert read["node"] == {"rating": 1, "closed": False, "stage": {"name": "at_community"}}


async def test_strangers_find_nothing_to_steer(town: Town) -> None:
    id, stranger = await at_grid(town), await town.viewer("community.grid_worker", GRIDS["rural"])
    for name, input, given in (
        ("eventChaseUp", "EventChaseUpInput", {"note": "x", "answerDueAt": ahead(1).isoformat()}),
        ("eventResume", "EventNoteInput", {}),
        ("eventFinishStep", "EventFinishStepInput", {"step": 1}),
        ("eventAppeal", "EventAppealInput", {"reason": "x"}),
        ("eventDecideAppeal", "EventDecideInput", {"granted": True}),
        ("eventAskExtension", "EventPutOffInput", {"reason": "x", "until": ahead(1).isoformat()}),
    ):
        refused = await mutate(town, stranger, name, input, id, **given)
        assert [one["code"] for one in refused["userErrors"]] == ["NOT_FOUND"], name
