"""Appraisals through the schema: who sees what came out and when, appeals, the circular."""

import dataclasses
from typing import Any

import pytest

from appraised import a_run, appraiser, frozen, published, shown
from clockwork import set_time
from towns import COMMUNITY, DISTRICT, GRIDS, SUBDISTRICT, Town
from wangge_core.rights.viewers import Viewer

pytestmark = pytest.mark.anyio
URBAN, SCENIC, RURAL, MARITIME = GRIDS.values()
RUNS = """{ appraisalRuns { nodes { state namesLast best { grid { code } rank } last { grid { code } rank }
  results { nodes { grid { code } score rank stars inCircular papers { lines { name points leftOut } corrections { points }
    figures { value } appeals { reason granted answer } } } } } } }"""
CREATE = """mutation($input: AppraisalSchemeCreateInput!) { appraisalSchemeCreate(input: $input) {
  scheme { id version content { components { name kind weight noneAt allAt steps { atLeast share } } stars } }
  userErrors { field code message } } }"""
APPEAL = """mutation($id: ID!, $input: AppraisalAppealInput!) { appraisalAppeal(id: $id, input: $input) {
  appeal { id reason } userErrors { field code } } }"""
ANSWER = """mutation($id: ID!, $input: AppraisalAppealAnswerInput!) { appraisalAppealAnswer(id: $id, input: $input) {
  appeal { granted points } userErrors { field code } } }"""
PUBLISH = """mutation($id: ID!) { appraisalPublish(id: $id, input: {}) { run { state } userErrors { code } } }"""
ASSESS = """mutation($id: ID!, $input: AppraisalPointsInput!) { appraisalAssessSelf(id: $id, input: $input) {
  run { id state } userErrors { field code } } }"""
END = """mutation($id: ID!, $input: AppraisalEndPostInput!) { appraisalEndPost(id: $id, input: $input) {
  post { endGround failedAppraisals { id } } userErrors { field code } } }"""
RESULTS = "{ appraisalRuns { nodes { results { nodes { id grid { code } } } } } }"


async def seen(town: Town, viewer: Viewer) -> dict[str, dict[str, Any]]:
    """The results that a viewer is shown, by the code of the grid."""
    (run,) = (await town.ask(RUNS, viewer))["appraisalRuns"]["nodes"]
    return {one["grid"]["code"]: one for one in run["results"]["nodes"]}


async def worker(town: Town, code: str = URBAN) -> Viewer:
    return await town.viewer("community.grid_worker", code)


def values(town: Town) -> dict[int, float | None]:
    return {town.grids[URBAN]: 96.0, town.grids[SCENIC]: 75.0, town.grids[RURAL]: 60.0, town.grids[MARITIME]: 40.0}


async def test_the_appraised_see_their_own_when_they_can_appeal_and_all_see_who_is_praised(town: Town) -> None:
    run = await a_run(town)
    await frozen(town, run, values(town))
    chief = await appraiser(town)
    assert set(await seen(town, chief)) == set(GRIDS.values())
    assert await seen(town, await worker(town, RURAL)) == {}
    await shown(town, run)
    own = await seen(town, await worker(town, MARITIME))
    assert list(own) == [MARITIME]
    assert (own[MARITIME]["score"], own[MARITIME]["rank"], own[MARITIME]["papers"]["figures"]) == (40, 4, [{"value": 40}])
    assert (await town.ask(RUNS))["appraisalRuns"]["nodes"]
    assert (await town.ask(RUNS, await town.viewer("community.volunteer", URBAN)))["appraisalRuns"]["nodes"] == []
    await published(town, run)
    of_worker = await seen(town, await worker(town, MARITIME))
    assert {code: one["inCircular"] for code, one in of_worker.items()} == {
        URBAN: "BEST",
        SCENIC: "BEST",
        RURAL: "BEST",
        MARITIME: None,
    }
    assert [code for code, one in of_worker.items() if one["papers"] is not None] == [MARITIME]
    (told,) = (await town.ask(RUNS, await worker(town)))["appraisalRuns"]["nodes"]
    assert [one["grid"]["code"] for one in told["best"]] == [URBAN, SCENIC, RURAL]
    assert (told["namesLast"], told["last"]) == (False, [])


async def test_the_last_are_named_only_where_the_deployment_says_so(town: Town) -> None:
    run = await a_run(town)
    town.deployment.rules = dataclasses.replace(town.deployment.rules, appraisal_names_last=True)
    await frozen(town, run, values(town))
    await shown(town, run)
    await published(town, run)
    (told,) = (await town.ask(RUNS, await worker(town)))["appraisalRuns"]["nodes"]
    assert [one["grid"]["code"] for one in told["last"]] == [MARITIME]
    assert told["namesLast"] is True


async def test_an_appeal_is_answered_by_others_and_what_it_gives_back_counts(town: Town) -> None:
    run = await a_run(town)
    assessed = {"who": {"gridId": f"Grid:{town.grids[URBAN]}"}, "points": 60}
    answer = (await town.ask(ASSESS, await worker(town), id=f"AppraisalRun:{run}", input=assessed))["appraisalAssessSelf"]
    assert answer == {"run": {"id": f"AppraisalRun:{run}", "state": "COLLECTING"}, "userErrors": []}
    await frozen(town, run, values(town))
    await shown(town, run)
    chief, mine = await appraiser(town), await worker(town, MARITIME)
    (node,) = (await town.ask(RESULTS, mine))["appraisalRuns"]["nodes"]
    (result,) = node["results"]["nodes"]
    appeal = {"reason": "The boats lay in port"}
    other = await town.ask(APPEAL, await worker(town), id=result["id"], input=appeal)
    assert other["appraisalAppeal"]["userErrors"] == [{"field": "id", "code": "NOT_FOUND"}]
    made = (await town.ask(APPEAL, mine, id=result["id"], input=appeal))["appraisalAppeal"]
    assert made["userErrors"] == []
    again = (await town.ask(APPEAL, mine, id=result["id"], input=appeal))["appraisalAppeal"]["userErrors"]
    assert again == [{"field": "id", "code": "APPEAL_WAITING"}]
    await set_time(town, "2026-04-11 10:00")
    assert (await town.ask(PUBLISH, chief, id=f"AppraisalRun:{run}"))["appraisalPublish"]["userErrors"] == [
        {"code": "APPEALS_OPEN"}
    ]
    granted = {"granted": True, "points": 21, "answer": "So it was"}
    asked = {"id": made["appeal"]["id"], "input": granted}
    assert (await town.ask(ANSWER, mine, **asked))["appraisalAppealAnswer"]["userErrors"] == [{"field": "id", "code": "NOT_FOUND"}]
    answered = (await town.ask(ANSWER, chief, **asked))["appraisalAppealAnswer"]
    assert answered == {"appeal": {"granted": True, "points": 21}, "userErrors": []}
    twice = (await town.ask(ANSWER, chief, **asked))["appraisalAppealAnswer"]["userErrors"]
    assert twice == [{"field": "id", "code": "APPEAL_ANSWERED"}]
    assert (await town.ask(PUBLISH, chief, id=f"AppraisalRun:{run}"))["appraisalPublish"]["run"] == {"state": "PUBLISHED"}
    came = await seen(town, mine)
    assert (came[MARITIME]["score"], came[MARITIME]["rank"], came[MARITIME]["papers"]["corrections"]) == (61, 3, [{"points": 21}])
    assert came[MARITIME]["papers"]["appeals"] == [{"reason": "The boats lay in port", "granted": True, "answer": "So it was"}]
    assert RURAL not in came


async def test_a_post_is_ended_with_the_result_that_is_the_ground(town: Town) -> None:
    run = await a_run(town)
    await frozen(town, run, values(town))
    await shown(town, run)
    chief = await appraiser(town)
    by_code = {}
    (node,) = (await town.ask(RESULTS, chief))["appraisalRuns"]["nodes"]
    by_code = {one["grid"]["code"]: one["id"] for one in node["results"]["nodes"]}
    post = f"Post:{town.posts[f'community.grid_worker@{MARITIME}']}"
    asked: dict[str, Any] = {"id": by_code[MARITIME], "input": {"postId": post, "reason": "The last of four"}}
    assert (await town.ask(END, chief, **asked))["appraisalEndPost"]["userErrors"] == [{"field": "id", "code": "APPRAISAL_STATE"}]
    await published(town, run)
    elsewhere = asked | {"id": by_code[RURAL]}
    wrong = (await town.ask(END, chief, **elsewhere))["appraisalEndPost"]["userErrors"]
    assert wrong == [{"field": "postId", "code": "NOT_APPRAISED"}]
    ended = (await town.ask(END, chief, **asked))["appraisalEndPost"]
    assert ended["userErrors"] == []
    assert ended["post"] == {"endGround": "FAILED_APPRAISAL", "failedAppraisals": [{"id": by_code[MARITIME]}]}


async def test_a_scheme_is_written_and_refused_at_the_part_that_is_wrong(town: Town) -> None:
    await set_time(town, "2026-03-20 10:00")
    chief = await appraiser(town)
    component = {"name": "On time", "kind": "INDICATOR", "weight": 80, "indicator": "community.on_time_rate"}
    spot = {"name": "Spot", "kind": "SPOT_CHECK", "weight": 20}
    line = {"linear": {"noneAt": 50, "allAt": 100}}
    input: dict[str, Any] = {"gridId": f"Grid:{town.grids[SUBDISTRICT]}", "name": "Monthly", "appraises": "GRIDS", "level": "GRID"}
    input |= {"period": "MONTH", "content": {"components": [component, spot]}}
    payload = (await town.ask(CREATE, chief, input=input))["appraisalSchemeCreate"]
    assert [(one["field"], one["code"]) for one in payload["userErrors"]] == [("content.components.0.linear", "SCORING_RULE")]
    input["content"] = {"components": [component | line, spot], "stars": [60, 80]}
    made = (await town.ask(CREATE, chief, input=input))["appraisalSchemeCreate"]
    assert made["userErrors"] == []
    assert made["scheme"]["content"]["components"][0] == {
        "name": "On time",
        "kind": "INDICATOR",
        "weight": 80,
        "noneAt": 50,
        "allAt": 100,
        "steps": [],
    }
    staff = await town.viewer("community.community_head", COMMUNITY)
    assert (await town.ask("{ appraisalSchemes { totalCount } }", staff))["appraisalSchemes"] == {"totalCount": 1}
    nobody = await town.ask(CREATE, await town.viewer("community.auditor", DISTRICT), input=input)
    assert [one["code"] for one in nobody["appraisalSchemeCreate"]["userErrors"]] == ["NOT_ALLOWED"]
