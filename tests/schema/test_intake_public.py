"""Residents and visitors report without an account, follow what becomes of it in plain words, answer, rate, and are not satisfied."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from graphql import GraphQLObjectType, get_named_type

from identities import sealer_of
from reports import LITTER, SUBMIT, VISITOR, WORKER, codes, event_of, follow, settle, step, submit, submitted, with_intake
from steered import moved
from towns import COMMUNITY, GRIDS, SUBDISTRICT, Town
from wangge_core.db import tables as t
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import anonymous
from wangge_schema.answers import GraphQLRequest
from wangge_schema.api import Api

pytestmark = pytest.mark.anyio
REPORTERS = """query($number: String!) { event(number: $number) { number source reporter { login } reporters {
  number unnamed hasContact name phone description joined rating } history { entry account { login } answers { name value } } } }"""
CONTACT = {"name": "Zhou Reed", "phone": "138 0013 8000"}
HANDED = {"reason": "It is near", "due_at": datetime(2099, 1, 1, tzinfo=UTC)}


async def test_a_visitor_reports_and_follows_with_number_and_secret(town: Town) -> None:
    held = await submitted(town, visiting=True)
    found = await follow(town, held)
    assert found["kind"] == "Sanitation"
    assert found["description"] == LITTER["description"]
    assert found["answeredBy"] == "Grid"
    assert "Grid" in found["next"]
    assert not found["closed"]
    event = await event_of(town, held)
    assert (event.source, event.reporter_id, event.stage) == ("VISITOR", None, "reported")
    in_chinese = await follow(town, held, anonymous("zh"))
    assert "网格" in in_chinese["next"]


async def test_the_secret_is_kept_as_a_hash_and_told_once(town: Town) -> None:
    held = await submitted(town)
    async with town.deployment.read() as work:
        row = await work.first(sa.select(t.public_report))
    assert row is not None
    assert row.hash == hashlib.sha256(held["secret"].encode()).hexdigest()
    assert held["secret"] not in str(row)


async def test_a_wrong_number_and_a_wrong_secret_are_answered_alike(town: Town) -> None:
    held = await submitted(town)
    other = await submitted(town, description="Another")
    wrong_secret = await town.api.execute(*_following(held | {"secret": other["secret"]}), VISITOR)
    wrong_number = await town.api.execute(*_following(held | {"number": "23456-789AB"}), VISITOR)
    nonsense = await town.api.execute(*_following({"number": "\0'%", "secret": ""}), VISITOR)
    assert wrong_secret == wrong_number == nonsense
    assert wrong_secret["data"] == {"publicReport": None}
    for name in ("publicReportRate", "publicReportReopen", "publicReportWithdraw", "publicReportAnswer"):
        more = {"rating": 5} if name.endswith("Rate") else {"questionId": "1", "text": "x"} if name.endswith("Answer") else {}
        tried = [await step(town, name, held | change, **more) for change in ({"secret": "x"}, {"number": "23456-789AB"})]
        assert tried[0] == tried[1]
        assert codes(tried[0]) == ["REPORT_UNKNOWN"]


def _following(held: dict[str, str]) -> tuple[str, dict[str, Any]]:
    return "query($number: String!, $secret: String!) { publicReport(number: $number, secret: $secret) { stage } }", held


async def test_a_number_is_read_however_it_is_written(town: Town) -> None:
    held = await submitted(town)
    written = held["number"].replace("-", " ").lower()
    assert (await follow(town, held | {"number": f" {written} "}))["number"] == held["number"]


async def test_guessing_ends_after_some_wrong_ones_even_with_the_right_secret(town: Town) -> None:
    with_intake(town, wrong_secrets_per_hour=3)
    held = await submitted(town)
    for _ in range(3):
        assert await follow(town, held | {"secret": "guess"}) is None
    (error,) = await town.errors(*_errors(held))
    assert error["extensions"]["code"] == "REPORT_TRIES_EXHAUSTED"
    assert codes(await step(town, "publicReportReopen", held)) == ["REPORT_TRIES_EXHAUSTED"]
    elsewhere = GraphQLRequest(query=_following(held)[0], variables=dict(held), address="198.51.100.7")
    assert b'"publicReport":{' in (await town.api.answer(elsewhere, VISITOR)).body


def _errors(held: dict[str, str]) -> tuple[str, Any]:
    number, secret = held["number"], held["secret"]
    return f'{{ publicReport(number: "{number}", secret: "{secret}") {{ stage }} }}', VISITOR


async def test_reports_are_limited_for_an_address_and_for_all_together(town: Town) -> None:
    with_intake(town, reports_per_hour_of_address=2, reports_per_hour=3)

    async def sent(address: str) -> list[str]:
        request = GraphQLRequest(query=SUBMIT, variables={"input": LITTER}, address=address)
        answer = (await town.api.answer(request, VISITOR)).body
        return ["REPORTS_EXHAUSTED"] if b"REPORTS_EXHAUSTED" in answer else []

    assert [await sent("198.51.100.7") for _ in range(3)] == [[], [], ["REPORTS_EXHAUSTED"]]
    assert [await sent("203.0.113.9") for _ in range(2)] == [[], ["REPORTS_EXHAUSTED"]]
    async with town.deployment.read() as work:
        names = [row.name for row in await work.rows(sa.select(t.intake_count.c.name))]
        assert not any("198.51" in name for name in names)
        assert await work.value(sa.select(sa.func.count()).select_from(t.event)) == 3


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kindId": "community.dispute", "details": None}, "REPORT_KIND_NOT_OPEN"),
        ({"kindId": "moon.landing", "details": None}, "REPORT_KIND_NOT_OPEN"),
        ({"kindId": None, "details": None}, "REQUIRED"),
        ({"gridCode": None}, "REPORT_NOT_LOCATED"),
        ({"gridCode": None, "position": {"longitude": 120.1, "latitude": 30.1}}, "REPORT_NOT_LOCATED"),
        ({"gridCode": "12"}, "NOT_FOUND"),
        ({"gridCode": None, "buildingId": "Building:999"}, "NOT_FOUND"),
        ({"description": " "}, "BLANK"),
        ({"phone": "12"}, "PHONE_INVALID"),
        ({"phone": "13800138000"}, "SEALING_KEY_MISSING"),
        ({"photos": ["Attachment:999"]}, "NOT_FOUND"),
        ({"sameAs": "Matter:9"}, "NOT_FOUND"),
        ({"details": None}, "DETAILS_REQUIRED"),
    ],
)
async def test_what_cannot_be_taken_is_refused_and_nothing_is_written(town: Town, change: dict[str, Any], code: str) -> None:
    assert code in codes(await submit(town, **change))
    async with town.deployment.read() as work:
        for table in (t.event, t.public_report):
            assert await work.value(sa.select(sa.func.count()).select_from(table)) == 0


async def test_a_position_alone_goes_to_the_grid_that_the_deployment_names(town: Town) -> None:
    with_intake(town, grid=SUBDISTRICT)
    held = await submitted(town, gridCode=None, position={"longitude": 120.1, "latitude": 30.1})
    assert (await event_of(town, held)).grid_id == town.grids[SUBDISTRICT]


async def test_a_building_tells_its_grid(town: Town) -> None:
    held = await submitted(town, gridCode=None, buildingId=f"Building:{town.building}")
    assert (await event_of(town, held)).grid_id == town.grids[GRIDS["urban"]]


async def test_a_repeated_request_is_one_report_with_a_new_secret(town: Town) -> None:
    key = "3f1c7f0e-1111-4222-8333-444455556666"
    first, second = await submit(town, key=key), await submit(town, key=key)
    assert first["report"]["number"] == second["report"]["number"]
    assert first["secret"] != second["secret"]
    assert await follow(town, {"number": first["report"]["number"], "secret": first["secret"]}) is None
    assert await follow(town, {"number": first["report"]["number"], "secret": second["secret"]})
    assert codes(await submit(town, key=key, description="Something else")) == ["IDEMPOTENCY_KEY_REUSED"]
    assert codes(await submit(town, key="short")) == ["IDEMPOTENCY_KEY_TOO_SHORT"]
    async with town.deployment.read() as work:
        assert await work.value(sa.select(sa.func.count()).select_from(t.event)) == 1


async def test_who_is_unnamed_is_so_to_everybody_who_handles_it(town: Town) -> None:
    """Every field of the event, of its history and of its reporters, as the worker, the head and the district read them."""
    town.deployment.sealer = sealer_of("a")
    resident = replace(await town.login("community.volunteer@" + GRIDS["urban"]), posts=(), scopes={})
    held = await submitted(town, resident, **CONTACT, unnamed=True)
    event = await event_of(town, held)
    for role, code in (WORKER, ("community.community_head", COMMUNITY), ("community.subdistrict_administrator", SUBDISTRICT)):
        viewer = await town.viewer(role, code)
        answer = await town.api.execute(REPORTERS, {"number": event.number}, viewer)
        (shown,) = answer["data"]["event"]["reporters"]
        assert (shown["unnamed"], shown["hasContact"], shown["name"], shown["phone"]) == (True, True, None, None)
        said = str(answer)
        assert not any(one in said for one in ("Zhou", "13800138000", "8000", "138", "volunteer"))
    async with town.deployment.read() as work:
        for table in (t.event, t.event_history, t.outbox, t.public_report):
            assert "13800138000" not in str(await work.rows(sa.select(table)))


async def test_who_is_named_is_shown_to_who_reads_what_is_private_and_the_telephone_masked(town: Town) -> None:
    town.deployment.sealer = sealer_of("a")
    event = await event_of(town, await submitted(town, **CONTACT))
    shown = (await town.ask(REPORTERS, await town.viewer(*WORKER), number=event.number))["event"]["reporters"][0]
    assert (shown["name"], shown["phone"]) == ("Zhou Reed", "138****8000")
    blind = await town.viewer("community.public_order_officer", GRIDS["urban"])
    scopes = {one: scope for one, scope in blind.scopes.items() if one.value != "READ_PRIVATE"}
    blind = replace(blind, scopes=scopes, whole_ground=frozenset())
    shown = (await town.ask(REPORTERS, blind, number=event.number))["event"]["reporters"][0]
    assert (shown["name"], shown["hasContact"]) == (None, True)


REVEAL = """mutation($id: ID!, $input: EventReporterRevealInput!) { eventReporterReveal(id: $id, input: $input) {
  phone userErrors { code } } }"""


async def test_a_telephone_is_revealed_for_a_purpose_and_logged_and_that_of_the_unnamed_never(town: Town) -> None:
    town.deployment.sealer = sealer_of("a")
    named, unnamed = await submitted(town, **CONTACT), await submitted(town, **CONTACT, unnamed=True)
    revealing = await town.viewer("community.subdistrict_administrator", SUBDISTRICT)
    everywhere = {one: revealing.scope(Capability.READ_EVENTS) for one in (*revealing.scopes, Capability.REVEAL_SEALED)}
    revealing = replace(revealing, scopes=everywhere)

    async def reveal(held: dict[str, str], by: Any, **more: Any) -> Any:
        event = await event_of(town, held)
        input = {"number": held["number"], "purpose": "SERVICE"} | more
        return (await town.ask(REVEAL, by, id=f"Event:{event.id}", input=input))["eventReporterReveal"]

    assert (await reveal(named, revealing))["phone"] == "+8613800138000"
    assert codes(await reveal(named, revealing, purpose=None)) == ["PURPOSE_REQUIRED"]
    assert codes(await reveal(unnamed, revealing)) == ["REPORTER_UNREACHABLE"]
    assert codes(await reveal(named, await town.viewer("community.volunteer", GRIDS["urban"]))) in (["NOT_ALLOWED"], ["NOT_FOUND"])
    assert codes(await reveal(named, VISITOR)) == ["NOT_SIGNED_IN"]
    async with town.deployment.read() as work:
        rows = await work.rows(sa.select(t.read_log.c.kind, t.read_log.c.purpose))
        changes = str(await work.rows(sa.select(t.change_log)))
    assert [(row.kind, row.purpose) for row in rows] == [("REVEAL", "SERVICE")]
    assert "reporterPhone" in changes
    assert "13800138000" not in changes


async def test_a_rating_ends_the_matter_as_its_workflow_says(town: Town) -> None:
    held = await submitted(town)
    assert codes(await step(town, "publicReportRate", held, rating=5)) == ["REPORT_STEP_NOT_NOW"]
    await settle(town, held)
    assert "RATE" in (await follow(town, held))["steps"]
    assert codes(await step(town, "publicReportRate", held, rating=6)) == ["OUT_OF_RANGE"]
    rated = await step(town, "publicReportRate", held, rating=4, words="Quick")
    assert rated["userErrors"] == []
    found = await follow(town, held)
    assert (found["closed"], found["rating"], found["answeredBy"]) == (True, 4, None)
    assert codes(await step(town, "publicReportRate", held, rating=1)) == ["REPORT_RATED"]


async def test_a_dissatisfied_reporter_has_it_done_again_once(town: Town) -> None:
    held = await submitted(town)
    await settle(town, held)
    await step(town, "publicReportRate", held, rating=1)
    assert "REOPEN" in (await follow(town, held))["steps"]
    without = await step(town, "publicReportReopen", held)
    assert without["userErrors"] == [{"field": "words", "code": "ANSWER_REQUIRED"}]
    again = await step(town, "publicReportReopen", held, words="The litter is back")
    assert again["userErrors"] == []
    event = await event_of(town, held)
    assert (event.stage, event.closed) == ("at_community", False)
    assert codes(await step(town, "publicReportReopen", held, words="Again")) == ["REPORT_STEP_NOT_NOW"]
    await moved(town, await town.viewer("community.community_head", COMMUNITY), event.id, "hand_down_to_grid", **HANDED)
    await settle(town, held)
    assert "RATE" in (await follow(town, held))["steps"]
    assert (await step(town, "publicReportRate", held, rating=5))["userErrors"] == []  # what was done again is rated again
    assert (await follow(town, held))["rating"] == 5
    assert codes(await step(town, "publicReportRate", held, rating=4)) == ["REPORT_RATED"]


async def test_a_report_is_taken_back_where_its_workflow_lets_the_reporter(town: Town) -> None:
    lost = {"ageGroup": "ADULT", "description": "Red coat", "lastSeenAt": "2020-01-01T08:00:00Z", "lastSeenWhere": "At the bridge"}
    held = await submitted(
        town, kindId="scenic.lost_visitor", gridCode=GRIDS["scenic"], details={"scenicLostVisitor": lost}, visiting=True
    )
    assert "WITHDRAW" in (await follow(town, held))["steps"]
    taken = await step(town, "publicReportWithdraw", held)
    assert taken["userErrors"] == []
    assert (await follow(town, held))["closed"]
    assert codes(await step(town, "publicReportWithdraw", await submitted(town))) == ["REPORT_STEP_NOT_NOW"]


async def test_a_signed_in_reporter_finds_their_reports_again_and_nobody_else_does(town: Town) -> None:
    query = "{ publicReports { number stage } }"
    reader = await town.viewer("community.volunteer", GRIDS["urban"])
    held = await submitted(town, reader, unnamed=True)
    assert [one["number"] for one in (await town.ask(query, reader))["publicReports"]] == [held["number"]]
    for other in (VISITOR, await town.viewer(*WORKER)):
        assert (await town.ask(query, other))["publicReports"] == []


def test_nothing_can_be_reached_from_what_is_public(town_schema: Any) -> None:
    for name in ("PublicReport", "PublicQuestion", "PublicMatter"):
        reached = {
            type.name
            for one in town_schema.type_map[name].fields.values()
            if isinstance(type := get_named_type(one.type), GraphQLObjectType)
        }
        assert reached <= {"PublicQuestion"}


@pytest.fixture
def town_schema(schema: Any) -> Any:
    return schema._schema


async def test_a_report_has_no_global_id(town: Town) -> None:
    for id in ("PublicReport:1", "Matter:1", "EventReporter:1"):
        (error,) = await town.errors(f'{{ node(id: "{id}") {{ id }} }}', VISITOR)
        assert error["extensions"]["code"] == "ID_INVALID"


async def test_a_visitor_reads_no_event_by_having_reported_it(town: Town) -> None:
    held = await submitted(town)
    event = await event_of(town, held)
    assert (await town.ask(REPORTERS, VISITOR, number=event.number))["event"] is None
    assert isinstance(town.api, Api)
