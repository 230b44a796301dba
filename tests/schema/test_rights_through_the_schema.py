"""Substitutes, grants of an emergency, what a viewer may do, and complaints, as front-ends meet them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import orjson
import pytest

from towns import COMMUNITY, DISTRICT, GRIDS, SUBDISTRICT, Town, ids
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.grants import AccessGrantClose, NewAccessGrant, close_access_grants, open_access_grants
from wangge_core.rights.viewers import Viewer, anonymous, operator
from wangge_schema.answers import GraphQLRequest
from wangge_schema.live.following import Live, LiveLimits
from wangge_schema.live.streams import Stream

pytestmark = pytest.mark.anyio

DUTY = f"community.duty_officer@{SUBDISTRICT}"
HEAD = f"community.community_head@{COMMUNITY}"
WORKER = f"community.grid_worker@{GRIDS['urban']}"
CHIEF = f"community.grid_chief@{GRIDS['urban']}"
AUDITOR = f"community.auditor@{DISTRICT}"
REPORT = """mutation($input: EventReportInput!) { eventReport(input: $input) { event { id number } userErrors { code } } }"""
OPEN = """mutation($input: AccessGrantOpenInput!) { accessGrantOpen(input: $input) {
  accessGrant { id capabilities reviewed grid { code } } userErrors { field code } } }"""
DELEGATE = """mutation($id: ID!, $input: PostDelegateInput!) { postDelegate(id: $id, input: $input) {
  delegation { id post { id } account { login } } userErrors { field code } } }"""


async def complaint(town: Town, by: Viewer | None = None) -> tuple[str, str]:
    input = {
        "kindId": "community.service_complaint",
        "description": "shouted at my mother",
        "gridId": f"Grid:{town.grids[GRIDS['urban']]}",
        "details": {"communityServiceComplaint": {"what": "RUDE"}},
    }
    answer = (await town.ask(REPORT, by or await town.login(DUTY), input=input))["eventReport"]
    assert answer["userErrors"] == []
    return answer["event"]["id"], answer["event"]["number"]


async def test_a_complaint_is_out_of_reach_by_every_path_for_its_community(town: Town) -> None:
    id, number = await complaint(town)
    query = """query($id: ID!, $number: String!, $code: String!) {
      node(id: $id) { id } nodes(ids: [$id]) { id } event(number: $number) { id }
      all: events { totalCount nodes { id } }
      kind: events(filter: {kind: {eq: "community.service_complaint"}}) { totalCount nodes { id } }
      words: events(filter: {description: {contains: "shouted"}}) { totalCount nodes { id } }
      ground: events(filter: {subtree: $code}) { totalCount nodes { id } }
      grid(code: $code) { events { totalCount nodes { id } } } }"""
    asked = {"id": id, "number": number, "code": GRIDS["urban"]}
    nothing, one = {"totalCount": 0, "nodes": []}, {"totalCount": 1, "nodes": [{"id": id}]}
    lists = ("all", "kind", "words", "ground")
    for login, listed, thing in (
        (CHIEF, nothing, None),
        (HEAD, nothing, None),
        (DUTY, one, {"id": id}),
        (AUDITOR, one, {"id": id}),
    ):
        found = await town.ask(query, await town.login(login), **asked)
        assert (found["node"], found["nodes"], found["event"]) == (thing, [thing], thing), login
        assert {name: found[name] for name in lists} == dict.fromkeys(lists, listed), login
        assert found["grid"]["events"] == listed, login


async def test_who_reports_a_complaint_reads_it_in_the_payload_and_afterwards(town: Town) -> None:
    worker = await town.login(WORKER)
    id, _ = await complaint(town, worker)
    assert (await town.ask("{ events { nodes { id } } }", worker))["events"]["nodes"] == [{"id": id}]


async def test_a_front_end_is_told_which_kinds_are_hidden(town: Town) -> None:
    query = '{ eventKind(id: "community.service_complaint") { hiddenFromGrid } }'
    assert (await town.ask(query, anonymous()))["eventKind"] == {"hiddenFromGrid": True}


async def test_a_viewer_is_told_what_may_be_done_where(town: Town) -> None:
    query = "query($grid: String!, $what: Capability!) { viewer { may(capability: $what, grid: $grid) } }"
    for login, what, grid, expected in (
        (WORKER, "READ_PEOPLE", GRIDS["urban"], True),
        (WORKER, "READ_PEOPLE", GRIDS["rural"], False),
        (WORKER, "MANAGE_POSTS", GRIDS["urban"], False),
        (HEAD, "READ_PEOPLE", GRIDS["rural"], True),
        (HEAD, "READ_PEOPLE", SUBDISTRICT, False),
        (HEAD, "READ_PEOPLE", "nowhere", False),
    ):
        found = await town.ask(query, await town.login(login), grid=grid, what=what)
        assert found["viewer"]["may"] is expected, (login, what, grid)
    assert (await town.ask(query, operator(), grid=DISTRICT, what="MANAGE_DATA"))["viewer"]["may"] is True
    assert (await town.ask(query, anonymous(), grid=DISTRICT, what="READ_EVENTS"))["viewer"]["may"] is False


async def test_things_say_what_the_viewer_may_do_in_their_grid(town: Town) -> None:
    worker = await town.login(WORKER)
    query = "query($code: String!) { grid(code: $code) { viewerMay persons { nodes { viewerMay } } } }"
    found = (await town.ask(query, worker, code=GRIDS["urban"]))["grid"]
    here = {one.value for one in worker.posts[0].may}
    assert {*found["viewerMay"]} == here
    assert [{*one["viewerMay"]} for one in found["persons"]["nodes"]] == [here]
    assert (await town.ask(query, worker, code=GRIDS["rural"]))["grid"]["viewerMay"] == []


async def test_a_substitute_is_named_and_seen_by_those_whom_it_concerns(town: Town) -> None:
    head, worker = await town.login(HEAD), await town.login(WORKER)
    ends = (town.deployment.clock() + timedelta(days=3)).isoformat()
    input = {"accountId": f"Account:{worker.account_id}", "endsAt": ends, "reason": "away for a wedding"}
    post = f"Post:{town.posts[HEAD]}"
    answer = (await town.ask(DELEGATE, head, id=post, input=input))["postDelegate"]
    assert answer["userErrors"] == []
    assert answer["delegation"]["account"]["login"] == WORKER
    query = "query($id: ID!) { node(id: $id) { ... on Post { delegations { reason } } } }"
    assert (await town.ask(query, head, id=post))["node"]["delegations"] == [{"reason": input["reason"]}]
    officer = await town.login(f"community.community_officer@{COMMUNITY}")
    assert (await town.ask(query, officer, id=post))["node"]["delegations"] == []
    posts = (await town.ask("{ viewer { posts { id } } }", await town.login(WORKER)))["viewer"]["posts"]
    assert {"id": post} in posts


async def test_a_grant_is_seen_by_its_holder_and_by_who_reads_the_access_log(town: Town) -> None:
    input = {"gridId": f"Grid:{town.grids[GRIDS['urban']]}", "reason": "looking for a missing child", "minutes": 30}
    answer = (await town.ask(OPEN, await town.login(DUTY), input=input))["accessGrantOpen"]
    assert answer["userErrors"] == []
    assert "REVEAL_SEALED" not in answer["accessGrant"]["capabilities"]
    query = "{ accessGrants(filter: {reviewed: {eq: false}}) { nodes { login reason grid { code } } } viewer { grants { id } } }"
    for login, count in ((DUTY, 1), (AUDITOR, 1), (HEAD, 0), (WORKER, 0)):
        found = await town.ask(query, await town.login(login))
        assert len(found["accessGrants"]["nodes"]) == count, login
    duty = await town.ask(query, await town.login(DUTY))
    assert duty["viewer"]["grants"] == [{"id": answer["accessGrant"]["id"]}]
    assert duty["accessGrants"]["nodes"] == [{"login": DUTY, "reason": input["reason"], "grid": {"code": GRIDS["urban"]}}]


async def test_people_are_read_through_a_grant(town: Town) -> None:
    query = "{ persons { totalCount } }"
    assert (await town.ask(query, await town.login(DUTY)))["persons"]["totalCount"] == 0
    input = {"gridId": f"Grid:{town.grids[GRIDS['urban']]}", "reason": "looking for a missing child"}
    await town.ask(OPEN, await town.login(DUTY), input=input)
    assert (await town.ask(query, await town.login(DUTY)))["persons"]["totalCount"] == 1


FOLLOW = "subscription { eventChanged { change event { number } } }"


@pytest.fixture
async def live(town: Town) -> AsyncIterator[Live]:
    live = Live(town.api, LiveLimits(seconds_between_checks=0.05))
    yield live
    await live.close()


async def follow(live: Live, viewer: Viewer) -> Stream:
    stream = await live.subscribe(GraphQLRequest(query=FOLLOW, variables={}), viewer)
    await told(stream)
    return stream


async def told(stream: Stream) -> dict[str, Any]:
    async with asyncio.timeout(20):
        answer = orjson.loads((await anext(stream)).body)
    assert "errors" not in answer, answer
    return answer["data"]["eventChanged"]


async def test_a_complaint_is_told_above_and_not_to_its_community(town: Town, live: Live) -> None:
    chief, duty = await follow(live, await town.login(CHIEF)), await follow(live, await town.login(DUTY))
    _, number = await complaint(town)
    assert (await told(duty))["event"] == {"number": number}
    witness = await follow(live, await town.login(HEAD))
    input = {"kindId": "community.sanitation", "description": "bins", "gridId": f"Grid:{town.grids[GRIDS['urban']]}"}
    input |= {"details": await details_of(town, "community.sanitation")}
    other = (await town.ask(REPORT, await town.login(DUTY), input=input))["eventReport"]["event"]["number"]
    assert (await told(witness))["event"] == {"number": other}
    assert (await told(chief))["event"] == {"number": other}


async def details_of(town: Town, kind: str) -> dict[str, Any]:
    """The least details of a kind without lists."""
    query = "query($id: ID!) { eventKind(id: $id) { detailFields { name type required options { value } } } }"
    fields = (await town.ask(query, id=kind))["eventKind"]["detailFields"]
    plain: dict[str, Any] = {"Boolean": False, "String": "x", "Int": 1, "Float": 1.0}
    required = [one for one in fields if one["required"]]
    values = {one["name"]: one["options"][0]["value"] if one["options"] else plain[one["type"]] for one in required}
    return {kind.replace("community.", "community").replace("communitys", "communityS"): values}


async def test_a_stream_goes_on_without_the_rights_of_a_grant_that_was_closed(town: Town, live: Live) -> None:
    duty = await town.login(DUTY)
    async with town.deployment.write() as work:
        new = NewAccessGrant(grid_id=town.grids[DISTRICT], reason="a flood in the whole district")
        (id,) = ids(await open_access_grants(work, duty, [new]))
    opened = await town.login(DUTY)
    stream = await follow(live, opened)
    async with town.deployment.write() as work:
        ids(await close_access_grants(work, opened, [AccessGrantClose(grant_id=id)]))
    async with asyncio.timeout(20):
        while stream.viewer is opened:  # noqa: ASYNC110 - the stream tells nobody of it
            await asyncio.sleep(0)
    assert stream.viewer.grants == ()
    assert stream.viewer.scope(Capability.READ_EVENTS) == duty.scope(Capability.READ_EVENTS)
