"""Campaigns through the schema: counted, started, checked in, followed and read, each by whom it concerns."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import orjson
import pytest

from campaigned import ADMINISTRATOR, BOATS, WORKER, a_campaign, boats, checked_in, people, targets
from towns import COMMUNITY, GRIDS, SUBDISTRICT, Town
from wangge_core.campaigns.checking_in import CheckIn
from wangge_core.campaigns.outcomes import ExceptionReason, TargetState
from wangge_core.rights.viewers import Viewer, operator
from wangge_schema.answers import GraphQLRequest
from wangge_schema.documents import InvalidDocumentError
from wangge_schema.live import groups
from wangge_schema.live.following import Live, LiveLimits
from wangge_schema.live.streams import Stream

pytestmark = pytest.mark.anyio

COUNT = """query($grid: ID!, $targets: CampaignTargetsInput!) { campaignCount(gridId: $grid, targets: $targets) {
  problems { field code message } targets grids unmannedGridIds ageUnknown } }"""
START = """mutation($input: CampaignStartInput!) { campaignStart(input: $input) { campaign { id name state aim roles { id }
  progress { targets open } } userErrors { field code } } }"""
CHECK_IN = """mutation($id: ID!, $input: [CampaignCheckInInput!]!) { campaignCheckIn(id: $id, input: $input) {
  results { key result targetId outcome reason at problems { field code } }
  campaign { progress { targets done declined exceptions open byGrid { nodes { grid { code } done open } } } }
  userErrors { field code } } }"""
LIST = """query($id: ID!) { node(id: $id) { ... on Campaign { name
  targets(orderBy: {field: STATE, direction: DESC}) { totalCount nodes { id state reason code asset { id } posts { role { id } } } }
  progress { open byGrid { nodes { grid { code } targets } } } } } }"""
MINE = """{ viewer { posts { campaignTargets { totalCount nodes { campaign { name } person { name } } } } } }"""
FOLLOW = """subscription($id: ID, $after: String) { campaignProgress(id: $id, after: $after) {
  cursor campaign { progress { done open } } } }"""


def a_start(town: Town, **targets: Any) -> dict[str, Any]:
    ends = (town.deployment.clock() + timedelta(days=1)).isoformat()
    texts = {"name": "Sampling", "purpose": "To know", "legalBasis": "A law", "endsAt": ends}
    return texts | {"gridId": f"Grid:{town.grids[SUBDISTRICT]}", "targets": targets}


async def test_a_campaign_is_counted_started_and_checked_in_by_list(town: Town) -> None:
    (first, *_) = await people(town, "urban", 3)
    administrator, worker = await town.viewer(ADMINISTRATOR, SUBDISTRICT), await town.viewer(WORKER, GRIDS["urban"])
    chosen = {"persons": {"leastAge": 18, "residence": ["PERMANENT"]}}
    grid = f"Grid:{town.grids[SUBDISTRICT]}"
    count = (await town.ask(COUNT, administrator, grid=grid, targets=chosen))["campaignCount"]
    assert (count["problems"], count["targets"], count["grids"], count["unmannedGridIds"]) == ([], 3, 1, [])
    told = (await town.ask(COUNT, worker, grid=grid, targets=chosen))["campaignCount"]
    assert [(one["field"], one["code"]) for one in told["problems"]] == [("gridId", "NOT_ALLOWED")]
    started = (await town.ask(START, administrator, input=a_start(town, **chosen)))["campaignStart"]
    assert started["userErrors"] == []
    campaign = started["campaign"]
    assert campaign["progress"] == {"targets": 3, "open": 3}
    assert (campaign["state"], campaign["aim"], campaign["roles"]) == ("RUNNING", "PERSONS", [{"id": WORKER}])
    items = [
        {"thingId": f"Person:{first}", "outcome": "EXCEPTION", "reason": "DECLINED", "key": "a"},
        {"thingId": f"Person:{first}", "outcome": "EXCEPTION", "reason": "DECLINED", "key": "a"},
        {"thingId": "Nobody:1", "key": "b"},
        {"targetId": "Person:1"},
        {"code": "0" * 24},
    ]
    answer = (await town.ask(CHECK_IN, worker, id=campaign["id"], input=items))["campaignCheckIn"]
    assert [(one["key"], one["result"], one["reason"]) for one in answer["results"]] == [
        ("a", "COUNTED", "DECLINED"),
        ("a", "ALREADY_DONE", "DECLINED"),
        ("b", "REFUSED", None),
        (None, "REFUSED", None),
        (None, "REFUSED", None),
    ]
    assert [one["problems"] for one in answer["results"][2:]] == [
        [{"field": "thingId", "code": "ID_INVALID"}],
        [{"field": "targetId", "code": "ID_INVALID"}],
        [{"field": None, "code": "NOT_ON_LIST"}],
    ]
    progress = answer["campaign"]["progress"]
    assert {name: progress[name] for name in ("targets", "done", "declined", "exceptions", "open")} == {
        "targets": 3, "done": 0, "declined": 1, "exceptions": 1, "open": 2,
    }  # fmt: skip
    assert progress["byGrid"]["nodes"] == [{"grid": {"code": GRIDS["urban"]}, "done": 0, "open": 2}]
    refused = (await town.ask(CHECK_IN, worker, id="Campaign:999", input=items))["campaignCheckIn"]
    assert (refused["results"], refused["userErrors"]) == (None, [{"field": "id", "code": "NOT_FOUND"}])


async def test_each_reads_what_concerns_their_grid_and_boats_not_accounted_for_come_first(town: Town) -> None:
    (first, *_) = fleet = await boats(town, 3)
    campaign = await a_campaign(town, chosen=BOATS, name="Recall", role_ids=("maritime.fleet_leader", "community.community_head"))
    excused = CheckIn(thing=("asset_id", first), state=TargetState.EXCEPTION, reason=ExceptionReason.EXCUSED)
    await checked_in(town, campaign, [excused, CheckIn(thing=("asset_id", fleet[1]))])
    id = f"Campaign:{campaign}"
    seen = {
        "worker": await town.viewer(WORKER, GRIDS["maritime"]),
        "auditor": await town.viewer("community.auditor", "999901"),
        "elsewhere": await town.viewer(WORKER, GRIDS["urban"]),
        "volunteer": await town.viewer("community.volunteer", GRIDS["urban"]),
    }
    found = {who: (await town.ask(LIST, viewer, id=id))["node"] for who, viewer in seen.items()}
    assert (found["elsewhere"], found["volunteer"]) == (None, None)
    worker = found["worker"]
    assert [one["state"] for one in worker["targets"]["nodes"]] == ["OPEN", "EXCEPTION", "DONE"]
    assert worker["targets"]["nodes"][0]["asset"] == {"id": f"Asset:{fleet[2]}"}
    posts = (await town.ask(LIST, id=id))["node"]["targets"]["nodes"][0]["posts"]
    assert sorted(one["role"]["id"] for one in posts) == ["community.community_head", "maritime.fleet_leader"]
    assert worker["targets"]["nodes"][1]["reason"] == "EXCUSED"
    assert all(one["code"] for one in worker["targets"]["nodes"])
    assert not any(one["code"] for one in found["auditor"]["targets"]["nodes"]), "who only reads shows no code"
    assert worker["progress"] == {"open": 1, "byGrid": {"nodes": [{"grid": {"code": GRIDS["maritime"]}, "targets": 3}]}}
    leader = await town.viewer("maritime.fleet_leader", GRIDS["maritime"])
    assert (await town.ask(MINE, leader))["viewer"]["posts"][0]["campaignTargets"]["totalCount"] == 1


async def test_open_targets_wait_for_the_posts_of_the_roles_on_their_ground(town: Town) -> None:
    await people(town, "rural", 2)
    campaign = await a_campaign(town, role_ids=(WORKER, "community.community_head"))
    (first, *_) = [row for row in await targets(town, campaign) if row.of_grid == GRIDS["rural"]]
    await checked_in(town, campaign, [CheckIn(target_id=first.id)])
    waiting = {
        who: (await town.ask(MINE, viewer))["viewer"]["posts"][0]["campaignTargets"]["totalCount"]
        for who, viewer in (
            ("worker", await town.viewer(WORKER, GRIDS["rural"])),
            ("head", await town.viewer("community.community_head", COMMUNITY)),
            ("chief", await town.viewer("community.grid_chief", GRIDS["rural"])),
        )
    }
    assert (waiting["worker"], waiting["chief"]) == (1, 0)
    assert waiting["head"] == len(await targets(town, campaign)) - 1


@pytest.fixture
async def live(town: Town) -> AsyncIterator[Live]:
    live = Live(town.api, LiveLimits(seconds_between_checks=600))
    yield live
    await live.close()


async def follow(live: Live, viewer: Viewer, **variables: Any) -> Stream:
    return await live.subscribe(GraphQLRequest(query=FOLLOW, variables=variables), viewer)


async def told(stream: Stream) -> dict[str, Any]:
    async with asyncio.timeout(20):
        answer = orjson.loads((await anext(stream)).body)
    assert "errors" not in answer, answer
    return answer["data"]["campaignProgress"]


async def test_many_check_ins_become_few_messages_and_the_last_is_always_told(
    town: Town, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "SECONDS_BETWEEN", 0.1)
    await people(town, "urban", 30)
    campaign, other = await a_campaign(town), await a_campaign(town)
    stream = await follow(live, operator(), id=f"Campaign:{campaign}")
    start = await told(stream)
    assert start["campaign"] is None
    listed = await targets(town, campaign)
    await checked_in(town, other, [CheckIn(target_id=(await targets(town, other))[0].id)])
    for row in listed:
        await checked_in(town, campaign, [CheckIn(target_id=row.id)])
        town.deployment.bell.ring()
    messages = [await told(stream)]
    while messages[-1]["campaign"]["progress"]["open"]:
        messages.append(await told(stream))
    done = [one["campaign"]["progress"]["done"] for one in messages]
    assert done == sorted(set(done)), "each tells more than the one before, and of this campaign alone"
    assert done[-1] == len(listed)
    assert live.reads < len(listed) / 2
    resumed = await follow(live, operator(), id=f"Campaign:{campaign}", after=start["cursor"])
    assert (await told(resumed))["campaign"]["progress"] == {"done": len(listed), "open": 0}
    with pytest.raises(InvalidDocumentError):
        await follow(live, operator(), id="Grid:1")
