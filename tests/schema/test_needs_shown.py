"""Needs through the schema: on the person, in the list, by id, and in payloads; gone everywhere when they end."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from towns import COMMUNITY, DISTRICT, GRIDS, Town
from wangge_core.plugin.opening import OpenedNeed
from wangge_core.rights.viewers import Viewer, anonymous

pytestmark = pytest.mark.anyio
NOON = datetime(2027, 3, 10, 4, tzinfo=UTC)
WORKER = "community.grid_worker"
SET = """mutation($input: NeedSetInput!) { needSet(input: $input) {
  need { id untilOn visits kind { id visits } person { id } setBy { role { id } } }
  userErrors { code field } } }"""
END = "mutation($id: ID!, $input: NeedEndInput!) { needEnd(id: $id, input: $input) { person { id needs { id } } userErrors { code } } }"
RENEW = (
    "mutation($id: ID!, $input: NeedRenewInput!) { needRenew(id: $id, input: $input) { need { id untilOn } userErrors { code } } }"
)
EVERYWHERE = """query($id: ID!, $ids: [ID!]!, $person: ID!) {
  node(id: $id) { __typename ... on Need { reason } }
  nodes(ids: $ids) { ... on Need { id } }
  needs { totalCount nodes { id } pageInfo { endCursor } }
  ofKind: needs(filter: { kind: { eq: "community.lives_alone" } }) { totalCount }
  person: node(id: $person) { ... on Person { needs { reason legalBasis guardianAgreement fromOn endsAt grid { code } } } }
}"""


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock(town: Town) -> Clock:
    town.deployment.clock = clock = Clock()
    return clock


async def set_need(town: Town, viewer: Viewer, **changed: Any) -> Mapping[str, Any]:
    usual = {
        "personId": f"Person:{town.person}",
        "kindId": "community.lives_alone",
        "reason": "asked for a visit",
        "legalBasis": "own statement",
        "untilOn": "2027-09-10",
    }
    return (await town.ask(SET, viewer, input=usual | changed))["needSet"]


async def everywhere(town: Town, viewer: Viewer, id: str) -> Mapping[str, Any]:
    return await town.ask(EVERYWHERE, viewer, id=id, ids=[id], person=f"Person:{town.person}")


async def test_a_need_is_set_and_shown_on_the_person_with_the_visits_that_follow(town: Town, clock: Clock) -> None:
    worker = await town.viewer(WORKER, GRIDS["urban"])
    need = (await set_need(town, worker))["need"]
    assert need["untilOn"] == "2027-09-10"
    assert need["visits"] == need["kind"]["visits"] == "monthly"
    assert (need["person"]["id"], need["setBy"]["role"]["id"]) == (f"Person:{town.person}", WORKER)
    seen = await everywhere(town, worker, need["id"])
    assert seen["node"] == {"__typename": "Need", "reason": "asked for a visit"}
    assert seen["person"]["needs"] == [
        {
            "reason": "asked for a visit",
            "legalBasis": "own statement",
            "guardianAgreement": None,
            "fromOn": "2027-03-10",
            "endsAt": "2027-09-10T16:00:00.000Z",
            "grid": {"code": GRIDS["urban"]},
        }
    ]
    assert seen["needs"]["totalCount"] == seen["ofKind"]["totalCount"] == 1


async def test_a_need_without_an_end_is_refused(town: Town, clock: Clock) -> None:
    worker = await town.viewer(WORKER, GRIDS["urban"])
    refused = await set_need(town, worker, untilOn=None)
    assert refused == {"need": None, "userErrors": [{"code": "NEED_WITHOUT_END", "field": "untilOn"}]}


async def test_an_expired_need_is_gone_from_every_read_though_its_plan_is_kept(town: Town, clock: Clock) -> None:
    worker = await town.viewer(WORKER, GRIDS["urban"])
    id = (await set_need(town, worker))["need"]["id"]
    assert (await everywhere(town, worker, id))["node"] is not None
    misses = town.api.shared.plans.misses
    clock.now = datetime(2027, 9, 10, 16, tzinfo=UTC)
    seen = await everywhere(town, worker, id)
    assert town.api.shared.plans.misses == misses  # the same statements, at another moment
    assert seen == {
        "node": None,
        "nodes": [None],
        "needs": {"totalCount": 0, "nodes": [], "pageInfo": {"endCursor": None}},
        "ofKind": {"totalCount": 0},
        "person": {"needs": []},
    }


async def test_an_ended_need_is_gone_and_the_person_is_answered(town: Town, clock: Clock) -> None:
    worker = await town.viewer(WORKER, GRIDS["urban"])
    id = (await set_need(town, worker))["need"]["id"]
    ended = (await town.ask(END, worker, id=id, input={"ending": "DECLINED", "reason": "wants none"}))["needEnd"]
    assert ended == {"person": {"id": f"Person:{town.person}", "needs": []}, "userErrors": []}
    again = (await town.ask(END, worker, id=id, input={}))["needEnd"]
    assert again["userErrors"] == [{"code": "NOT_FOUND"}]
    assert (await everywhere(town, worker, id))["node"] is None


async def test_a_need_is_set_again_from_today(town: Town, clock: Clock) -> None:
    worker = await town.viewer(WORKER, GRIDS["urban"])
    id = (await set_need(town, worker))["need"]["id"]
    clock.now += timedelta(days=100)
    input = {"reason": "still alone", "legalBasis": "own statement", "untilOn": "2028-06-01"}
    need = (await town.ask(RENEW, worker, id=id, input=input))["needRenew"]["need"]
    assert need["untilOn"] == "2028-06-01"
    assert need["id"] != id
    assert (await everywhere(town, worker, id))["person"]["needs"][0]["reason"] == "still alone"


async def test_who_may_not_read_needs_reads_none_by_any_way(town: Town, clock: Clock) -> None:
    worker = await town.viewer(WORKER, GRIDS["urban"])
    id = (await set_need(town, worker))["need"]["id"]
    nothing = {"totalCount": 0, "nodes": [], "pageInfo": {"endCursor": None}}
    for viewer in (anonymous("en"), await town.viewer(WORKER, GRIDS["scenic"]), await town.viewer("community.auditor", DISTRICT)):
        seen = await everywhere(town, viewer, id)
        assert (seen["node"], seen["nodes"], seen["needs"], seen["ofKind"]) == (None, [None], nothing, {"totalCount": 0})
        assert not (seen["person"] or {}).get("needs")


async def test_a_sensitive_need_is_in_no_read_of_a_role_that_is_not_named(town: Town, clock: Clock) -> None:
    opened = OpenedNeed(legal_basis="a law, article 1", roles=(WORKER,), keep_months=3)
    town.deployment.rules = replace(town.deployment.rules, opened_needs={"community.disabled": opened})
    await town.deployment.start()
    worker, head = await town.viewer(WORKER, GRIDS["urban"]), await town.viewer("community.community_head", COMMUNITY)
    id = (await set_need(town, worker, kindId="community.disabled", legalBasis=None))["need"]["id"]
    assert (await everywhere(town, worker, id))["needs"]["totalCount"] == 1
    seen = await everywhere(town, head, id)
    assert (seen["node"], seen["needs"]["totalCount"], seen["person"]["needs"]) == (None, 0, [])
    kinds = (await town.ask("{ needKinds { nodes { id open children legalBasis } } }", head))["needKinds"]["nodes"]
    told = {one["id"]: (one["open"], one["legalBasis"]) for one in kinds}
    assert told["community.disabled"] == (True, "a law, article 1")
    assert told["community.in_hospital"] == (False, None)
    assert told["community.lives_alone"] == (True, None)
    assert [one["id"] for one in kinds if one["children"]] == ["community.left_behind_child"]


async def test_a_need_that_ends_soon_can_be_looked_for(town: Town, clock: Clock) -> None:
    worker = await town.viewer(WORKER, GRIDS["urban"])
    await set_need(town, worker)
    await set_need(town, worker, kindId="community.unemployed", untilOn="2027-04-01")
    query = """query($before: DateTime!) { needs(filter: { endsAt: { lt: $before } }) { nodes { untilOn } }
      all: needs { nodes { untilOn } edges { cursor } } }"""
    found = await town.ask(query, worker, before="2027-05-01T00:00:00Z")
    assert [one["untilOn"] for one in found["needs"]["nodes"]] == ["2027-04-01"]
    assert [one["untilOn"] for one in found["all"]["nodes"]] == ["2027-04-01", "2027-09-10"]
    after = found["all"]["edges"][0]["cursor"]
    page = await town.ask("query($after: String!) { needs(after: $after) { nodes { untilOn } } }", worker, after=after)
    assert [one["untilOn"] for one in page["needs"]["nodes"]] == ["2027-09-10"]
