"""Duties through the schema: what is declared and changed, due lists with their edges and pages, and what nobody may do or ask."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from duties import NOON, WORKER, in_need, record, settled
from operating import announced
from towns import COMMUNITY, GRIDS, SUBDISTRICT, Town
from wangge_core.db import tables as t

pytestmark = pytest.mark.anyio
ALONE = "urban.visit_lives_alone"
ITEMS = """
query ($post: ID, $grid: ID, $duties: [ID!], $first: Int = 50, $after: String, $states: [DueState!]) {
  dueItems(postId: $post, gridId: $grid, dutyIds: $duties, first: $first, after: $after, states: $states) {
    nodes { duty { id label } sort targetId state dueBy needed done grid { code } person { name } household { id } unit { name } }
    pageInfo { hasNextPage endCursor } unknownDutyIds
  }
}"""
CHANGE = """
mutation ($input: DutyChangeInput!) {
  dutyChange(input: $input) {
    dutyChange { duty { id changes { inForce } } grid { code } version current inForce frequencies { kind amount per } roleIds reason }
    userErrors { field code }
  }
}"""
SET = """
mutation ($input: OccasionTermSetInput!) {
  occasionTermSet(input: $input) { occasionTerm { id occasion { label } grid { code } endsAt } userErrors { field code } }
}"""
END = """
mutation ($id: ID!, $input: OccasionTermEndInput!) {
  occasionTermEnd(id: $id, input: $input) { occasionTerm { endReason } userErrors { field code } }
}"""


def post_of(town: Town, role: str = WORKER, code: str = GRIDS["urban"]) -> str:
    return f"Post:{town.posts[f'{role}@{code}']}"


async def test_a_workers_list_names_whom_to_visit_and_every_read_of_a_name_is_logged(town: Town) -> None:
    await settled(town)
    await in_need(town, town.person, "community.lives_alone")
    worker = await town.viewer(WORKER, GRIDS["urban"])
    found = await town.ask(ITEMS, worker, post=post_of(town), duties=[ALONE])
    (item,) = found["dueItems"]["nodes"]
    assert item["duty"] == {"id": ALONE, "label": "Visit: old person living alone"}
    assert item["targetId"] == f"Person:{town.person}"
    assert (item["person"], item["household"], item["state"]) == ({"name": "Lin Heron"}, None, "OVERDUE")
    assert (item["grid"], item["dueBy"]) == ({"code": GRIDS["urban"]}, "2031-10-31T16:00:00.000Z")
    async with town.deployment.read() as work:
        entries = await work.rows(sa.select(t.read_log.c.parts, t.read_log.c.subjects))
    assert [(one.parts, one.subjects) for one in entries] == [([["Person", ["name"]]], [[0, [town.person]]])]


async def test_pages_follow_each_other_and_a_page_that_cannot_be_is_refused(town: Town) -> None:
    await settled(town)
    asked: dict[str, Any] = {"grid": f"Grid:{town.grids[GRIDS['urban']]}", "first": 4, "states": ["DUE", "OVERDUE", "DONE"]}
    whole = (await town.ask(ITEMS, **(asked | {"first": 100})))["dueItems"]["nodes"]
    seen, after = [], None
    while True:
        page = (await town.ask(ITEMS, **asked, after=after))["dueItems"]
        seen += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == whole
    for bad, code in (({"after": "x"}, "CURSOR_INVALID"), ({"first": 101}, "PAGE_INVALID"), ({"grid": "Post:1"}, "ID_INVALID")):
        errors = await town.errors(ITEMS, **(asked | bad))
        assert [one["extensions"]["code"] for one in errors] == [code]
    assert (await town.errors(ITEMS, first=1))[0]["extensions"]["code"] == "ID_INVALID"


async def test_the_list_is_for_the_holder_and_for_who_reads_work_there(town: Town) -> None:
    await settled(town)
    for role, code, seen in (
        (WORKER, GRIDS["urban"], True),
        ("community.community_head", COMMUNITY, True),
        (WORKER, GRIDS["rural"], False),
        ("community.volunteer", GRIDS["urban"], False),
    ):
        found = await town.ask(ITEMS, await town.viewer(role, code), post=post_of(town))
        assert (found["dueItems"] is not None) is seen, role
    summary = "query ($grid: ID!) { dueSummary(gridId: $grid) { targets done overdue declined duties { duty { id } targets } } }"
    head = await town.viewer("community.community_head", COMMUNITY)
    await record(town, NOON, person_id=town.person, outcome="DECLINED")
    found = await town.ask(summary, head, grid=f"Grid:{town.grids[COMMUNITY]}")
    assert found["dueSummary"]["declined"] == 1
    assert sum(one["targets"] for one in found["dueSummary"]["duties"]) == found["dueSummary"]["targets"]
    load = "query ($post: ID!) { dueForecast(postId: $post, weeks: 2) { weeks { startsOn items minutes } unknownDutyIds } }"
    weeks = (await town.ask(load, head, post=post_of(town)))["dueForecast"]["weeks"]
    assert [one["startsOn"] for one in weeks] == ["2031-11-05", "2031-11-10"]
    assert weeks[1]["minutes"] >= 5 * 120


async def test_the_deployment_changes_a_duty_for_a_subtree_and_says_who_and_why(town: Town) -> None:
    await settled(town)
    await in_need(town, town.person, "community.lives_alone", since=NOON - timedelta(days=1))
    administrator = await town.viewer("community.subdistrict_administrator", SUBDISTRICT)
    grid = f"Grid:{town.grids[COMMUNITY]}"
    off = {"dutyId": ALONE, "gridId": grid, "inForce": False, "reason": "the family looks in"}
    found = (await town.ask(CHANGE, administrator, input=off))["dutyChange"]
    assert (found["dutyChange"]["version"], found["dutyChange"]["inForce"]) == (1, False)
    asked = {"grid": f"Grid:{town.grids[GRIDS['urban']]}", "duties": [ALONE]}
    assert (await town.ask(ITEMS, **asked))["dueItems"]["nodes"] == []
    weekly = {"kind": "TIMES", "amount": 2, "per": "WEEK"}
    back = off | {"inForce": True, "frequencies": [weekly], "roleIds": ["community.volunteer"], "expectedVersion": 1}
    found = (await town.ask(CHANGE, administrator, input=back))["dutyChange"]
    assert found["dutyChange"]["frequencies"] == [weekly]
    assert found["dutyChange"]["duty"]["changes"] == [{"inForce": True}]
    (item,) = (await town.ask(ITEMS, **asked))["dueItems"]["nodes"]
    assert (item["needed"], item["dueBy"]) == (2, "2031-11-09T16:00:00.000Z")
    worker = await town.viewer(WORKER, GRIDS["urban"])
    assert (await town.ask(ITEMS, worker, post=post_of(town), duties=[ALONE]))["dueItems"]["nodes"] == []
    outdated = (await town.ask(CHANGE, administrator, input=back))["dutyChange"]
    assert outdated["userErrors"] == [{"field": "expectedVersion", "code": "VERSION_OUTDATED"}]
    assert [row.content["in_force"] for row in await announced(town, "duty.changed")] == [False, True]


async def test_changes_that_cannot_be_are_refused_and_write_nothing(town: Town) -> None:
    for changed, code in (
        ({"dutyId": "urban.nothing"}, "DUTY_UNKNOWN"),
        ({"reason": " "}, "BLANK"),
        ({"roleIds": []}, "REQUIRED"),
        ({"roleIds": ["nobody"]}, "ROLE_UNKNOWN"),
        ({"frequencies": []}, "REQUIRED"),
        ({"frequencies": [{"kind": "TIMES"}]}, "FREQUENCY_UNFIT"),
        ({"frequencies": [{"kind": "TIMES", "amount": 0, "per": "WEEK"}]}, "OUT_OF_RANGE"),
        ({"frequencies": [{"kind": "MINUTES", "amount": 30, "per": "DAY"}]}, "FREQUENCY_UNFIT"),
        ({"frequencies": [{"kind": "EVERY_HOURS", "amount": 5}]}, "FREQUENCY_UNFIT"),
        ({"frequencies": [{"kind": "TIMES", "per": "WEEK"}, {"kind": "TIMES", "per": "DAY"}]}, "FREQUENCY_UNFIT"),
        ({"frequencies": [{"kind": "BEFORE", "amount": 3, "occasionId": "no.such"}]}, "OCCASION_UNKNOWN"),
        ({"frequencies": [{"kind": "TIMES", "per": "WEEK"}] * 11}, "TOO_MANY"),
        ({"gridId": "Grid:1000000"}, "NOT_FOUND"),
    ):
        given: dict[str, Any] = {"dutyId": ALONE, "reason": "so"} | changed
        found = (await town.ask(CHANGE, input=given))["dutyChange"]
        assert found["dutyChange"] is None
        assert code in [one["code"] for one in found["userErrors"]], changed
    assert await announced(town, "duty.changed") == []


async def test_only_who_manages_work_there_changes_duties_and_says_that_occasions_hold(town: Town) -> None:
    administrator, worker = (
        await town.viewer("community.subdistrict_administrator", SUBDISTRICT),
        await town.viewer(WORKER, GRIDS["urban"]),
    )
    whole = {"dutyId": ALONE, "reason": "everywhere"}
    here = whole | {"gridId": f"Grid:{town.grids[GRIDS['urban']]}"}
    for viewer, change in ((worker, here), (administrator, whole)):
        found = (await town.ask(CHANGE, viewer, input=change))["dutyChange"]
        assert [one["code"] for one in found["userErrors"]] == ["NOT_ALLOWED"]
    storm = {"occasionId": "community.storm_warning", "gridId": here["gridId"], "reason": "notice 7"}
    assert (await town.ask(SET, worker, input=storm))["occasionTermSet"]["userErrors"][0]["code"] == "NOT_ALLOWED"
    ended = storm | {"startsAt": "2031-11-05T00:00:00Z", "endsAt": "2031-11-04T00:00:00Z"}
    assert (await town.ask(SET, administrator, input=ended))["occasionTermSet"]["userErrors"][0]["code"] == "TERM_INVALID"


async def test_a_storm_asks_for_more_while_it_holds(town: Town) -> None:
    clock = await settled(town)
    administrator = await town.viewer("community.subdistrict_administrator", SUBDISTRICT)
    asked = {"grid": f"Grid:{town.grids[GRIDS['rural']]}", "duties": ["rural.road_round"], "states": ["DUE", "OVERDUE"]}
    assert len((await town.ask(ITEMS, **asked))["dueItems"]["nodes"]) == 1
    rain = {"occasionId": "community.heavy_rain", "gridId": f"Grid:{town.grids[COMMUNITY]}", "reason": "orange"}
    found = (await town.ask(SET, administrator, input=rain))["occasionTermSet"]
    assert found["occasionTerm"]["occasion"] == {"label": "Heavy rain"}
    clock.now += timedelta(hours=1)
    due_by = [one["dueBy"] for one in (await town.ask(ITEMS, **asked))["dueItems"]["nodes"]]
    assert "2031-11-06T04:00:00.000Z" in due_by
    over = (await town.ask(END, administrator, id=found["occasionTerm"]["id"], input={"reason": "it has passed"}))[
        "occasionTermEnd"
    ]
    assert over["occasionTerm"] == {"endReason": "it has passed"}
    seen = await town.ask(
        "{ occasionTerms { nodes { reason endsAt } } duties(first: 100) { totalCount nodes { id targets { sort } } } }",
        administrator,
    )
    assert [one["reason"] for one in seen["occasionTerms"]["nodes"]] == ["orange"]
    assert seen["duties"]["totalCount"] == 56
