"""The mutation `sync` and the query `pull`, as a phone uses them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from steered import reported, worker
from towns import GRIDS, Town
from wangge_core.db import tables as t
from wangge_core.rights.viewers import anonymous
from wangge_schema.api import Api
from wangge_schema.limits import Limits

pytestmark = pytest.mark.anyio
SYNC = """mutation($input: SyncInput!) { sync(input: $input) { userErrors { code } answers {
  clientId status thingId version mend capturedAt clock problems { field code message } } } }"""
PULL = "query($after: String) { pull(after: $after) { cursor whole more changed gone dueChanged leftOut } }"


@pytest.fixture(autouse=True)
async def posts_are_held_for_long(town: Town) -> None:
    async with town.deployment.write() as work:
        await work.run(sa.update(t.post).values(starts_at=work.now - timedelta(days=60)))


def hazard(town: Town, **change: Any) -> dict[str, Any]:
    return {
        "kindId": "community.hazard",
        "description": "smoke",
        "gridId": f"Grid:{town.grids[GRIDS['urban']]}",
        "details": {"communityHazard": {"hazard": "FIRE", "immediateDanger": False}},
    } | change


def queued(id: str, at: datetime, **work: Any) -> dict[str, Any]:
    return {"clientId": id, "capturedAt": at.isoformat(), "work": work}


async def sent(town: Town, viewer: Any, *changes: Mapping[str, Any]) -> Any:
    now = town.deployment.clock()
    return (await town.ask(SYNC, viewer, input={"now": now.isoformat(), "changes": list(changes)}))["sync"]


async def test_a_phone_sends_what_it_queued_and_is_answered_one_by_one(town: Town) -> None:
    by, at = await worker(town), town.deployment.clock() - timedelta(hours=1)
    event = await reported(town)
    payload = await sent(
        town,
        by,
        queued("c", at, eventComment={"about": "r", "input": {"note": "still smoking"}}),
        queued("r", at, eventReport=hazard(town)),
        queued("m", at, eventMove={"id": f"Event:{event}", "input": {"move": "accept", "expectedVersion": 9}}),
        queued("e", at, eventReport=hazard(town, details={"communityHazard": {"hazard": "FIRE"}}, description="")),
        queued("i", at, eventComment={"input": {"note": "of what?"}}),
        queued("g", at, eventReport=hazard(town, gridId="Event:1")),
        queued("k", at, campaignCheckIn={"campaignId": "Campaign:99", "checkIn": {"targetId": "Grid:1"}}),
        queued("f", at, campaignCheckIn={"campaignId": "Campaign:99", "checkIn": {"targetId": "CampaignTarget:1"}}),
        queued("v", at, visitRecord={"what": "WATCH", "outcome": "DONE", "startedAt": at.isoformat(), "endedAt": at.isoformat()}),
    )
    assert payload["userErrors"] == []
    answers = {one["clientId"]: one for one in payload["answers"]}
    assert list(answers) == ["c", "r", "m", "e", "i", "g", "k", "f", "v"]
    said = {
        id: (one["status"], one["mend"], [(each["field"], each["code"]) for each in one["problems"]]) for id, one in answers.items()
    }
    assert said["r"] == said["c"] == said["v"] == ("DONE", None, [])
    assert answers["c"]["thingId"] == answers["r"]["thingId"]
    assert answers["c"]["version"] == 2
    assert said["m"] == ("CONFLICT", "LOOK_AGAIN", [("work.eventMove.input.expectedVersion", "EVENT_CHANGED")])
    assert (answers["m"]["thingId"], answers["m"]["version"]) == (f"Event:{event}", 1)
    assert said["e"] == ("REFUSED", "CHANGE_INPUT", [("work.eventReport.details.communityHazard", "SYNC_UNREADABLE")])
    assert said["i"][2] == [("work.eventComment.id", "ONE_OF")]
    assert said["g"][2] == [("work.eventReport.gridId", "ID_INVALID")]
    assert said["k"][2] == [("work.campaignCheckIn.checkIn.targetId", "ID_INVALID")]
    assert said["f"][2] == [("work.campaignCheckIn.campaignId", "NOT_FOUND")]
    mended = await sent(town, by, queued("e", at, eventReport=hazard(town)), queued("r", at, eventReport=hazard(town)))
    assert [one["status"] for one in mended["answers"]] == ["DONE", "ALREADY_DONE"]


async def test_a_phone_sends_more_than_other_mutations_take_and_the_broken_one_is_told(town: Town) -> None:
    by, at = await worker(town), town.deployment.clock() - timedelta(hours=1)
    comments = [queued(f"c{number}", at, eventComment={"about": "r", "input": {"note": f"{number}"}}) for number in range(1_200)]
    comments[600]["work"]["eventComment"]["input"]["note"] = ""
    comments[700]["work"] = {"eventDance": {}}
    comments[800] = "nonsense"  # type: ignore[call-overload]
    payload = await sent(town, by, queued("r", at, eventReport=hazard(town)), *comments)
    refused = [one for one in payload["answers"] if one["status"] != "DONE"]
    codes = [(one["clientId"], one["problems"][0]["code"]) for one in refused]
    assert codes == [("c600", "BLANK"), ("c700", "SYNC_UNREADABLE"), ("", "SYNC_UNREADABLE")]
    (error,) = await town.errors(
        SYNC.replace("{ sync", "{ again: __typename sync"), by, input={"now": at.isoformat(), "changes": comments}
    )
    assert error["extensions"]["code"] == "VARIABLES_TOO_LARGE"


async def test_what_a_document_writes_out_is_done_too(town: Town) -> None:
    by, at = await worker(town), town.deployment.clock().isoformat()
    event = await reported(town)
    work = '{eventComment: {id: "Event:%d", input: {note: "%s"}}}'
    changes = ", ".join(f'{{clientId: "{id}", capturedAt: "{at}", work: {work % (event, id)}}}' for id in ("", "a"))
    text = (
        f'mutation {{ sync(input: {{now: "{at}", changes: [{changes}]}}) {{ answers {{ clientId problems {{ field code }} }} }} }}'
    )
    answers = (await town.ask(text, by))["sync"]["answers"]
    assert answers[0]["problems"][0] == {"field": "clientId", "code": "BLANK"}
    assert answers[1] == {"clientId": "a", "problems": []}


async def test_what_there_is_no_time_for_is_to_be_sent_later(town: Town) -> None:
    by, at = await worker(town), town.deployment.clock() - timedelta(hours=1)
    town.api = Api(town.deployment, town.api.schema, limits=Limits(seconds=0))
    watch = {"what": "WATCH", "outcome": "DONE", "startedAt": at.isoformat(), "endedAt": at.isoformat()}
    payload = await sent(town, by, *(queued(f"v{number:02}", at, visitRecord=watch) for number in range(12)))
    assert [one["status"] for one in payload["answers"]] == ["DONE"] * 10 + ["REFUSED"] * 2
    last = payload["answers"][-1]
    (problem,) = last["problems"]
    assert (problem["field"], problem["code"]) == (None, "SYNC_LATER")
    assert (last["mend"], last["thingId"], last["capturedAt"], last["clock"]) == ("SEND_LATER", None, None, None)


async def test_visitors_queue_nothing_and_pull_nothing(town: Town) -> None:
    payload = await sent(town, anonymous("en"), queued("r", town.deployment.clock(), eventReport=hazard(town)))
    assert payload == {"userErrors": [{"code": "NOT_SIGNED_IN"}], "answers": None}
    assert (await town.ask(PULL, anonymous("en")))["pull"] is None


async def test_what_is_pulled_is_read_by_its_ids(town: Town) -> None:
    by = await worker(town)
    first = (await town.ask(PULL, by))["pull"]
    assert first["whole"]
    assert first["leftOut"] == []
    payload = await sent(town, by, queued("r", town.deployment.clock(), eventReport=hazard(town)))
    second = (await town.ask(PULL, by, after=first["cursor"]))["pull"]
    assert payload["answers"][0]["thingId"] in second["changed"]
    nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Event { description } } }"
    found = (await town.ask(nodes, by, ids=[payload["answers"][0]["thingId"]]))["nodes"]
    assert found[0]["description"] == "smoke"
    (error,) = await town.errors(PULL, by, after="nonsense")
    assert error["extensions"]["code"] == "CURSOR_INVALID"
