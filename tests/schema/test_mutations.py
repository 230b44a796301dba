"""Mutations: what is refused is told with a code and a field in the viewer's language, and nothing is written by half."""

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa

from reporting import MOVE, REPORT
from towns import COMMUNITY, DISTRICT, GRIDS, SUBDISTRICT, Town
from wangge_core.db import tables as t
from wangge_core.rights.viewers import anonymous

pytestmark = pytest.mark.anyio

GRID = "mutation($input: GridCreateInput!) { gridCreate(input: $input) { grid { code level path { code } } userErrors { field code } } }"
PERSON = (
    "mutation($input: PersonRegisterInput!) { personRegister(input: $input) { person { name } userErrors { field code message } } }"
)


async def rows(town: Town) -> dict[str, int]:
    """How many rows each table has."""
    async with town.deployment.read() as work:
        return {table.name: await work.value(sa.select(sa.func.count()).select_from(table)) for table in t.metadata.sorted_tables}


async def test_a_grid_is_created_below_its_parent(town: Town) -> None:
    administrator = await town.viewer("community.district_administrator", DISTRICT)
    input = {"code": f"{COMMUNITY}009", "name": "Reed Bank", "typeId": "urban", "parentCode": COMMUNITY}
    answer = (await town.ask(GRID, administrator, input=input))["gridCreate"]
    assert answer["userErrors"] == []
    assert answer["grid"]["level"] == "GRID"
    assert [one["code"] for one in answer["grid"]["path"]] == [DISTRICT, SUBDISTRICT, COMMUNITY, f"{COMMUNITY}009"]


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"code": "99x"}, "CODE_INVALID", "code"),
        ({"code": GRIDS["urban"]}, "CODE_TAKEN", "code"),
        ({"code": "888801001001001"}, "CODE_NOT_BELOW_PARENT", "code"),
        ({"parentCode": "123456"}, "NOT_FOUND", "parentCode"),
        ({"typeId": "moon"}, "GRID_TYPE_UNKNOWN", "typeId"),
        ({"typeId": "urban.market_grid"}, "GRID_TYPE_OVERLAY", "typeId"),
        ({"staffingId": "rural.village"}, "STAFFING_UNKNOWN", "staffingId"),
        ({"name": "  "}, "BLANK", "name"),
        ({"name": "x" * 201}, "TOO_LONG", "name"),
        ({"level": "DISTRICT"}, "LEVEL_MISMATCH", "code"),
    ],
)
async def test_a_wrong_grid_is_refused_and_nothing_is_written(town: Town, change: dict[str, Any], code: str, field: str) -> None:
    administrator = await town.viewer("community.district_administrator", DISTRICT)
    good = {"code": f"{COMMUNITY}009", "name": "Reed Bank", "typeId": "urban", "parentCode": COMMUNITY}
    before = await rows(town)
    answer = (await town.ask(GRID, administrator, input=good | change))["gridCreate"]
    assert answer["grid"] is None
    assert {"field": field, "code": code} in answer["userErrors"] or code == "LEVEL_MISMATCH"
    assert code in [error["code"] for error in answer["userErrors"]]
    assert await rows(town) == before


async def test_who_may_not_is_told_so(town: Town) -> None:
    input = {"gridId": f"Grid:{town.grids[GRIDS['urban']]}", "name": "Somebody"}
    visitor = (await town.ask(PERSON, anonymous("zh"), input=input))["personRegister"]
    assert visitor["userErrors"] == [{"field": None, "code": "NOT_SIGNED_IN", "message": "请先登录。"}]
    other = await town.viewer("community.grid_worker", GRIDS["rural"])
    refused = (await town.ask(PERSON, other, input=input))["personRegister"]
    assert refused["userErrors"] == [{"field": "gridId", "code": "NOT_ALLOWED", "message": "You may not do this here."}]


async def test_ids_of_another_sort_are_refused(town: Town) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    for id in ("Building:1", "Grid:x", "4", ""):
        answer = (await town.ask(PERSON, worker, input={"gridId": id, "name": "Somebody"}))["personRegister"]
        assert [error["code"] for error in answer["userErrors"]] == ["ID_INVALID"]


async def test_details_are_checked_by_the_plugins_dataclass(town: Town) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["scenic"])

    async def refused(details: Any) -> list[Any]:
        input = {"kindId": "scenic.rescue", "gridId": f"Grid:{town.grids[GRIDS['scenic']]}", "description": "x", "details": details}
        return (await town.ask(REPORT, worker, input=input))["eventReport"]["userErrors"]

    (more_hurt,) = await refused({"scenicRescue": {"nature": "FALL", "people": 1, "injured": 5}})
    assert more_hurt["code"] == "DETAILS_INVALID"
    assert more_hurt["field"].startswith("details")
    (other,) = await refused({"urbanFireLane": {"blockedBy": "GOODS"}})
    assert (other["code"], other["field"]) == ("DETAILS_OF_OTHER_KIND", "details.urbanFireLane")
    (missing,) = await refused(None)
    assert missing["code"] == "DETAILS_REQUIRED"


async def test_the_same_key_counts_once(town: Town) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    mutation = """mutation($input: EventReportInput!, $key: String) { eventReport(input: $input, idempotencyKey: $key) {
      event { id number } userErrors { code field } } }"""
    input = {
        "kindId": "urban.fire_lane",
        "gridId": f"Grid:{town.grids[GRIDS['urban']]}",
        "description": "blocked",
        "details": {"urbanFireLane": {"blockedBy": "GOODS"}},
    }
    first = (await town.ask(mutation, worker, input=input, key="k1"))["eventReport"]
    again = (await town.ask(mutation, worker, input=input, key="k1"))["eventReport"]
    assert again == first
    other = (await town.ask(mutation, worker, input=input | {"description": "another"}, key="k1"))["eventReport"]
    assert other == {"event": None, "userErrors": [{"code": "IDEMPOTENCY_KEY_REUSED", "field": "idempotencyKey"}]}
    assert (await rows(town))["event"] == 1


async def test_a_refused_move_leaves_no_trace(town: Town) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    input = {
        "kindId": "urban.fire_lane",
        "gridId": f"Grid:{town.grids[GRIDS['urban']]}",
        "description": "blocked",
        "details": {"urbanFireLane": {"blockedBy": "GOODS"}},
    }
    id = (await town.ask(REPORT, worker, input=input))["eventReport"]["event"]["id"]
    intake = await town.viewer("community.intake_officer", DISTRICT)
    before = await rows(town)

    async def codes(move: str, *answers: Any, **more: Any) -> list[str]:
        refused = (await town.ask(MOVE, intake, id=id, input={"move": move, "answers": list(answers)} | more))["eventMove"]
        assert refused["event"] is None
        return [error["code"] for error in refused["userErrors"]]

    kind = {"name": "kind", "text": "urban.fire_lane"}
    assert await codes("fly") == ["MOVE_UNKNOWN"]
    assert await codes("close") == ["MOVE_NOT_FROM_STAGE"]
    assert await codes("forward") == ["ANSWER_REQUIRED"]
    assert await codes("forward", kind, {"name": "mood", "text": "good"}) == ["ANSWER_UNEXPECTED"]
    assert await codes("forward", {"name": "kind", "integer": 3}) == ["ANSWER_TYPE"]
    assert await codes("forward", {"name": "kind", "text": "x", "integer": 3}) == ["ANSWER_AMBIGUOUS"]
    assert await codes("forward", {"name": "kind", "text": "moon.shine"}) == ["KIND_UNKNOWN"]
    assert await codes("forward", kind, expectedVersion=7) == ["EVENT_CHANGED"]
    assert await rows(town) == before


@pytest.mark.parametrize("name", ["a\0b", "a\udc00"])
async def test_text_that_no_database_holds_is_refused(town: Town, name: str) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    input = {"gridId": f"Grid:{town.grids[GRIDS['urban']]}", "name": name}
    answer = (await town.ask(PERSON, worker, input=input))["personRegister"]
    assert [(error["field"], error["code"]) for error in answer["userErrors"]] == [("name", "TEXT_UNSTORABLE")]


async def test_nobody_ties_to_an_event_what_they_may_not_see(town: Town) -> None:
    stranger = await town.viewer("community.grid_worker", GRIDS["rural"])
    input = {
        "kindId": "community.practical_help",
        "gridId": f"Grid:{town.grids[GRIDS['rural']]}",
        "description": "x",
        "details": {"communityPracticalHelp": {"help": "REPAIR"}},
        "involved": [{"role": "beneficiary", "id": f"Person:{town.person}"}],
    }
    answer = (await town.ask(REPORT, stranger, input=input))["eventReport"]
    assert [(error["field"], error["code"]) for error in answer["userErrors"]] == [("involved.0", "NOT_FOUND")]


@pytest.mark.parametrize("born_on", ["0001-01-01", "9999-12-31", "2026-13-01"])
async def test_a_day_outside_of_living_memory_is_refused(town: Town, born_on: str) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    input = {"gridId": f"Grid:{town.grids[GRIDS['urban']]}", "name": "Somebody", "bornOn": born_on}
    errors = await town.errors(PERSON, worker, input=input)
    assert [error["extensions"]["code"] for error in errors] == ["GRAPHQL_VALIDATION_FAILED"]


async def test_who_has_no_right_learns_nothing_else(town: Town) -> None:
    mutation = "mutation($input: AccountCreateInput!) { accountCreate(input: $input) { userErrors { code } } }"
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    login = f"community.grid_worker@{GRIDS['rural']}"
    answer = (await town.ask(mutation, worker, input={"login": login, "name": "x"}))["accountCreate"]
    assert answer["userErrors"] == [{"code": "NOT_ALLOWED"}]
    end = "mutation($id: ID!) { postEnd(id: $id, input: {}) { userErrors { code } } }"
    unseen = (await town.ask(end, worker, id=f"Post:{town.posts[login]}"))["postEnd"]
    assert unseen["userErrors"] == [{"code": "NOT_FOUND"}]


async def test_ten_equal_requests_at_once_are_one(town: Town) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    mutation = """mutation($input: EventReportInput!) {
      eventReport(input: $input, idempotencyKey: "once") { event { id } userErrors { code } } }"""
    input = {
        "kindId": "urban.fire_lane",
        "gridId": f"Grid:{town.grids[GRIDS['urban']]}",
        "description": "blocked",
        "details": {"urbanFireLane": {"blockedBy": "GOODS"}},
    }
    answers = await asyncio.gather(*(town.ask(mutation, worker, input=input) for _ in range(10)))
    assert {str(answer["eventReport"]) for answer in answers} == {str(answers[0]["eventReport"])}
    assert answers[0]["eventReport"]["userErrors"] == []
    assert (await rows(town))["event"] == 1


async def test_a_tie_or_an_assignee_counts_once(town: Town) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    person = {"role": "party", "id": f"Person:{town.person}"}
    input = {
        "kindId": "community.dispute",
        "gridId": f"Grid:{town.grids[GRIDS['urban']]}",
        "description": "noise",
        "details": {"communityDispute": {"cause": "NOISE", "peopleInvolved": 2, "immediateDanger": False}},
        "involved": [person, person],
    }
    answer = (await town.ask(REPORT, worker, input=input))["eventReport"]
    assert [(error["field"], error["code"]) for error in answer["userErrors"]] == [("involved.1", "DUPLICATE")]
