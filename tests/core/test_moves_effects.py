"""What moves bring about: joint handling, limits, what they open, the system's own moves, parties, and repeated requests."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

import samples
from moving import code, move, report
from towns import DISTRICT, GRIDS, Town, ids
from wangge_core.db import tables as t
from wangge_core.events.answers import Span, check_answers
from wangge_core.events.involvements import Involved
from wangge_core.events.relations import related_posts
from wangge_core.events.replay import check_replay
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport
from wangge_core.moves.moves import move_events_as_system
from wangge_core.plugin.declarations.asks import AnswerType
from wangge_core.plugin.declarations.kinds import Involvable
from wangge_core.plugin.declarations.labels import Label
from wangge_core.plugin.definitions import AskDefinition, MoveDefinition, OptionDefinition
from wangge_core.rights.viewers import SYSTEM_VIEWER, Viewer, operator

pytestmark = pytest.mark.anyio


async def stored(town: Town, id: int) -> Any:
    async with town.deployment.read() as work:
        return await work.first(sa.select(t.event).where(t.event.c.id == id))


async def replays(town: Town) -> bool:
    async with town.deployment.read() as work:
        return (await check_replay(work))[1] == []


async def given(town: Town, id: int) -> list[Any]:
    async with town.deployment.read() as work:
        active = sa.select(t.event_assignment).where(t.event_assignment.c.event_id == id, t.event_assignment.c.active)
        return list(await work.rows(active.order_by(t.event_assignment.c.id)))


async def filing(town: Town) -> tuple[int, Viewer]:
    """An urban case that waits to be filed, and who files it."""
    id = await report(town, await town.viewer("community.grid_worker", GRIDS["urban"]), "urban.closed_loop")
    desk = await town.viewer("community.intake_officer", DISTRICT)
    assert (await move(town, desk, id, "forward", kind="urban.pipe_burst")).accepted
    return id, await town.viewer("community.shift_lead", DISTRICT)


async def test_a_kind_with_several_limits_is_filed_under_one_of_them(town: Town) -> None:
    id, lead = await filing(town)
    for limit, expected in ((None, "LIMIT_REQUIRED"), ("", "LIMIT_REQUIRED"), ("broken", "LIMIT_UNKNOWN"), (4, "ANSWER_TYPE")):
        answers = {} if limit is None else {"filing_condition": limit}
        assert code(await move(town, lead, id, "file", kind="urban.pipe_burst", **answers)) == expected
    assert (await move(town, lead, id, "file", kind="urban.pipe_burst", filing_condition="gas")).accepted
    assert (await stored(town, id)).filed_limit == "gas"
    assert await replays(town)


async def test_several_who_have_an_event_have_a_part_each_and_only_the_lead_goes_on_before_all_are_done(town: Town) -> None:
    id, lead = await filing(town)
    assert (await move(town, lead, id, "file", kind="urban.pipe_burst", filing_condition="gas")).accepted
    dispatcher = await town.viewer("community.dispatcher", DISTRICT)
    offices = [{"office": town.offices[name]} for name in ("water_works", "housing")]
    assert (await move(town, dispatcher, id, "dispatch", assignees=offices)).accepted
    rows = await given(town, id)
    assert [(row.office_id, row.lead, row.part_state) for row in rows] == [
        (town.offices["water_works"], True, "OPEN"),
        (town.offices["housing"], False, "OPEN"),
    ]
    partner = await town.login("community.department_specialist@housing")
    assert code(await move(town, partner, id, "done", note="mended", photo_after=[])) == "MOVE_PARTS_OPEN"
    leading = await town.login("community.department_specialist@water_works")
    assert (
        code(await move(town, leading, id, "done", note="mended", photo_after=[])) == "ANSWER_REQUIRED"
    )  # the guard lets the lead on
    assert await replays(town)


async def test_what_a_move_opens_is_linked_both_ways_and_takes_the_place_along(town: Town) -> None:
    id, lead = await filing(town)
    assert (await move(town, lead, id, "make_project", reason="needs a new pipe", households=40)).accepted
    query = """query($id: ID!) { node(id: $id) { ... on Event { opened { id kind { id } grid { id } openedBy { id } }
      openedBy { id } } } }"""
    shown = (await town.ask(query, lead, id=f"Event:{id}"))["node"]
    (opened,) = shown["opened"]
    assert opened["kind"]["id"] == "community.project"
    assert opened["openedBy"]["id"] == f"Event:{id}"
    assert shown["openedBy"] is None
    assert await replays(town)


async def test_the_system_moves_where_a_workflow_lets_it_and_nowhere_else(town: Town) -> None:
    complaint = EventReport(
        kind_id="community.service_complaint",
        description="nobody came",
        grid_id=town.grids[GRIDS["urban"]],
        details=details(town, "community.service_complaint"),
    )
    async with town.deployment.write() as work:
        (id,) = ids(await report_events(work, operator("en"), [complaint]))
        assert code(await move_events_as_system(work, id, "accept")) == "MOVE_ROLE"
        assert code(await move_events_as_system(work, id, "close")) == "MOVE_NOT_FROM_STAGE"
        await work.run(sa.update(t.event).where(t.event.c.id == id).values(stage="answered"))
        assert (await move_events_as_system(work, id, "close")).accepted
        entry = await work.first(sa.select(t.event_history).where(t.event_history.c.move == "close"))
    assert entry is not None and (entry.account_id, entry.post_id) == (None, None)
    assert SYSTEM_VIEWER.scopes == {}
    assert (await stored(town, id)).closed


def details(town: Town, kind: str) -> Any:
    definition = town.deployment.rules.registry.event_kinds[kind].details
    return samples.first(definition) if definition else None


async def test_a_mediator_who_lives_with_a_party_neither_mediates_nor_is_given_it(town: Town) -> None:
    party = Involved(role="party", sort=Involvable.PERSON, id=town.person)
    dispute = EventReport(
        kind_id="community.dispute",
        description="noise",
        grid_id=town.grids[GRIDS["urban"]],
        details=details(town, "community.dispute"),
        involved=(party,),
    )
    login = f"community.grid_chief@{GRIDS['urban']}"
    async with town.deployment.write() as work:
        (id,) = ids(await report_events(work, operator("en"), [dispute]))
        known = await work.first(sa.select(t.person).where(t.person.c.id == town.person))
        assert known is not None and known.household_id is not None
        (housemate,) = await work.reserve_ids(t.person, 1)
        await work.insert(t.person, [dict(known._mapping) | {"id": housemate, "name": "Bo Heron"}])
        await work.run(sa.update(t.account).where(t.account.c.login == login).values(person_id=housemate))
    chief = await town.login(login)
    answers = {"mediator": [{"post": town.posts[f"community.grid_worker@{GRIDS['urban']}"]}], "both_consent": True}
    assert code(await move(town, chief, id, "take_up", **answers)) == "MOVE_INVOLVED"
    query = "query($id: ID!) { node(id: $id) { ... on Event { availableMoves { move blockedBecause { code } } } } }"
    moves = (await town.ask(query, chief, id=f"Event:{id}"))["node"]["availableMoves"]
    shown = {one["move"]: one["blockedBecause"] and one["blockedBecause"]["code"] for one in moves}
    assert shown["take_up"] == "MOVE_INVOLVED"
    async with town.deployment.read() as work:
        assert await related_posts(work, id, list(town.posts.values())) == {town.posts[login]}


async def test_a_repeated_move_gets_the_first_answer_even_when_that_was_a_refusal(town: Town) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    id = await report(town, worker)
    mutation = """mutation($id: ID!, $input: EventMoveInput!, $key: String) { eventMove(id: $id, input: $input, idempotencyKey: $key) {
      event { version stage { name } } userErrors { code field message } } }"""

    async def moved(key: str, move: str, *answers: Any) -> Any:
        input = {"move": move, "answers": list(answers)}
        return (await town.ask(mutation, worker, id=f"Event:{id}", input=input, key=key))["eventMove"]

    kind = {"name": "kind", "text": "community.hazard"}
    refused = await moved("k1", "accept")
    assert [error["code"] for error in refused["userErrors"]] == ["ANSWER_REQUIRED"]
    first = await moved("k2", "accept", kind)
    assert first["event"]["version"] == 2
    assert await moved("k2", "accept", kind) == first
    assert await moved("k1", "accept") == refused
    assert [error["code"] for error in (await moved("k1", "accept", kind))["userErrors"]] == ["IDEMPOTENCY_KEY_REUSED"]
    assert (await stored(town, id)).version == 2


async def test_a_conflict_tells_the_present_stage_and_version(town: Town) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    id = await report(town, worker)
    assert (await move(town, worker, id, "accept", version=1, kind="community.hazard")).accepted
    (lost,) = (await move(town, worker, id, "accept", version=1, kind="community.hazard")).refusals
    assert (lost.code, lost.values["version"]) == ("EVENT_CHANGED", "2")
    assert lost.values["stage"]


NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
HAPPENED = Span(occurred_at=NOON, reported_at=NOON + timedelta(days=1), zone=ZoneInfo("Asia/Shanghai"))
STEP = {"name": "Lay the pipe", "planned_on": NOON.date()}


@pytest.mark.parametrize(
    ("type", "answer", "expected"),
    [
        (AnswerType.DATE, date(2026, 11, 20), ["BEFORE_THE_EVENT"]),
        (AnswerType.DATE, date(2026, 11, 21), []),
        (AnswerType.DATE_TIME, NOON - timedelta(seconds=1), ["BEFORE_THE_EVENT"]),
        (AnswerType.DATE_TIME, NOON, []),
        (AnswerType.MONEY, -1, ["OUT_OF_RANGE"]),
        (AnswerType.MONEY, 1.5, ["ANSWER_TYPE"]),
        (AnswerType.MONEY, 0, []),
        (AnswerType.CHOICE, "NEVER", ["ANSWER_CHOICE"]),
        (AnswerType.CHOICE, "USUAL", []),
        (AnswerType.FLAG, False, ["ANSWER_MUST_BE_YES"]),
        (AnswerType.STEPS, [STEP, {"name": "Pave"}], ["STEP_WITHOUT_DATE"]),
        (AnswerType.STEPS, [STEP | {"name": " "}], ["BLANK"]),
        (AnswerType.STEPS, [STEP | {"planned_on": date(2026, 11, 20)}], ["BEFORE_THE_EVENT"]),
        (AnswerType.STEPS, [STEP | {"more": 1}], ["ANSWER_TYPE"]),
        (AnswerType.STEPS, [STEP] * 51, ["ANSWER_TYPE"]),
        (AnswerType.ASSETS, [{"grid": 1}], ["ANSWER_TYPE"]),
    ],
    ids=[f"case{number}" for number in range(16)],
)
def test_answers_that_cannot_be_are_refused(type: AnswerType, answer: Any, expected: list[str]) -> None:
    options = (OptionDefinition("USUAL", Label("常", "Usual")),)
    ask = AskDefinition("asked", type, Label("问", "Asked"), options=options, must_be_yes=True)
    asking = MoveDefinition("go", Label("走", "Go"), ("a",), (), to="b", asks=(ask,))
    assert [one.code for one in check_answers(asking, {"asked": answer}, "en", HAPPENED)] == expected


def test_when_somebody_was_last_seen_may_lie_before_the_event() -> None:
    ask = AskDefinition("seen", AnswerType.DATE_TIME, Label("见", "Seen"), may_precede=True)
    asking = MoveDefinition("go", Label("走", "Go"), ("a",), (), to="b", asks=(ask,))
    assert not list(check_answers(asking, {"seen": NOON - timedelta(days=1)}, "en", HAPPENED))
