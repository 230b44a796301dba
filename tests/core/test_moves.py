"""Moving events in a real town: random walks, refusals that leave no trace, conflicts, offices and the answers that moves ask for."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import samples
from moving import KINDS, code, everything, move, report, steps_of, walk
from towns import COMMUNITY, DISTRICT, GRIDS, PHOTOGRAPH, Town
from wangge_core.db import tables as t
from wangge_core.events.answers import check_answers
from wangge_core.events.comments import EventCommentRequest, comment_events
from wangge_core.moves.moves import EventMoveRequest, move_events
from wangge_core.plugin.declarations.asks import AnswerType
from wangge_core.plugin.declarations.labels import Label
from wangge_core.plugin.definitions import AskDefinition, MoveDefinition, OptionDefinition
from wangge_core.rights.viewers import Viewer, operator

pytestmark = pytest.mark.anyio
SPECIALISTS = ("community.department_specialist@water_works", "community.department_specialist@housing")


@pytest.mark.parametrize("workflow", KINDS)
async def test_a_random_walk_changes_only_what_it_may_and_replays_from_its_history(town: Town, workflow: str) -> None:
    dice, moves = random.Random(workflow), 0
    everybody = [await town.login(login) for login in town.posts]
    reporter = await town.viewer("community.grid_worker", GRIDS[KINDS[workflow][0]])
    for _ in range(5):
        moves += await walk(town, dice, everybody, await report(town, reporter, workflow), workflow)
    assert moves > 4, "the dice hardly moved anything"


async def test_a_move_seen_at_another_version_is_a_conflict_and_tells_the_present_one(town: Town) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    id = await report(town, worker)
    assert (await move(town, worker, id, "accept", version=1, kind="community.hazard")).accepted
    before = await everything(town)
    outcome = await move(town, worker, id, "settle_on_the_spot", version=1, note="swept")
    assert (code(outcome), outcome.refusals[0].values) == ("EVENT_CHANGED", {"version": "2", "stage": "With the grid"})
    assert await everything(town) == before
    assert (await move(town, worker, id, "settle_on_the_spot", version=2, note="swept")).accepted


async def test_moves_of_one_list_are_made_in_order_and_refused_one_by_one(town: Town) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    id = await report(town, worker)
    requests = [
        EventMoveRequest(event_id=id, move="settle_on_the_spot", answers={"note": " "}),
        EventMoveRequest(event_id=id, move="accept", answers={"kind": "community.hazard"}),
        EventMoveRequest(event_id=id, move="accept", answers={"kind": "community.hazard"}),
        EventMoveRequest(event_id=id, move="fly"),
        EventMoveRequest(event_id=10**6, move="accept"),
        EventMoveRequest(event_id=id, move="raise_to_community", answers={"note": "too much for us"}),
    ]
    async with town.deployment.write() as work:
        outcomes = await move_events(work, worker, requests)
    assert [code(one) for one in outcomes] == ["BLANK", None, "MOVE_NOT_FROM_STAGE", "MOVE_UNKNOWN", "NOT_FOUND", None]


async def test_who_cannot_see_an_event_cannot_find_it_either(town: Town) -> None:
    id = await report(town, await town.viewer("community.grid_worker", GRIDS["urban"]))
    stranger = await town.viewer("community.grid_worker", GRIDS["rural"])
    assert code(await move(town, stranger, id, "accept", kind="community.hazard")) == "NOT_FOUND"
    assert code(await move(town, operator("en"), id, "accept", kind="community.hazard")) == "MOVE_ROLE"


async def handling(town: Town) -> tuple[int, dict[str, Viewer]]:
    """An urban case with the water works, and who has to do with it."""
    desk = {name: await town.viewer(f"community.{name}", DISTRICT) for name in ("intake_officer", "shift_lead", "dispatcher")}
    water, housing = [await town.login(login) for login in SPECIALISTS]
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    id = await report(town, worker, "urban.closed_loop")
    assert (await move(town, desk["intake_officer"], id, "forward", kind="urban.pipe_burst")).accepted
    assert (await move(town, desk["shift_lead"], id, "file", kind="urban.pipe_burst", filing_condition="water_leak")).accepted
    office = [{"office": town.offices["water_works"]}]
    assert (await move(town, desk["dispatcher"], id, "dispatch", assignees=office)).accepted
    return id, desk | {"water": water, "housing": housing, "worker": worker}


DONE: dict[str, Any] = {"note": "mended", "photo_after": [{"attachment": PHOTOGRAPH}]}


async def test_an_office_acts_only_on_what_was_given_to_it(town: Town) -> None:
    id, people = await handling(town)
    assert code(await move(town, people["housing"], id, "done", **DONE)) == "MOVE_NOT_ASSIGNED"
    assert (await move(town, people["water"], id, "return", reason="not ours")).accepted
    again = [{"office": town.offices["water_works"]}]
    assert code(await move(town, people["dispatcher"], id, "dispatch", assignees=again)) == "MOVE_TO_RETURNER"
    colleague = [{"post": town.posts[SPECIALISTS[0]]}]
    assert code(await move(town, people["dispatcher"], id, "dispatch", assignees=colleague)) == "MOVE_TO_RETURNER"
    other = [{"office": town.offices["housing"]}]
    assert (await move(town, people["dispatcher"], id, "dispatch", assignees=other)).accepted
    assert code(await move(town, people["water"], id, "done", **DONE)) == "MOVE_NOT_ASSIGNED"
    assert (await move(town, people["housing"], id, "done", **DONE)).accepted


async def test_what_is_found_wrong_goes_back_to_the_office_that_did_it(town: Town) -> None:
    id, people = await handling(town)
    assert (await move(town, people["water"], id, "done", **DONE)).accepted
    checker = [{"post": town.posts[people["worker"].login]}]
    assert (await move(town, people["dispatcher"], id, "ask_final_check", assignees=checker)).accepted
    assert (await move(town, people["worker"], id, "rework", reason="still leaks", photo=[{"attachment": PHOTOGRAPH}])).accepted
    async with town.deployment.read() as work:
        row = await work.first(sa.select(t.event.c.assignee_id, t.event.c.assignee_office_id).where(t.event.c.id == id))
    assert row == (None, town.offices["water_works"])
    assert code(await move(town, people["housing"], id, "done", **DONE)) == "MOVE_NOT_ASSIGNED"
    assert (await move(town, people["water"], id, "done", **DONE)).accepted


async def test_an_event_is_given_only_to_posts_and_offices_that_there_are(town: Town) -> None:
    id, people = await handling(town)
    assert (await move(town, people["water"], id, "return", reason="not ours")).accepted
    ended = datetime.now(UTC) - timedelta(hours=1)
    async with town.deployment.write() as work:
        post = town.posts[f"community.community_head@{COMMUNITY}"]
        await work.run(sa.update(t.post).where(t.post.c.id == post).values(ends_at=ended))
    for wrong, expected in (
        ([{"post": 10**6}], "NOT_FOUND"),
        ([{"office": 10**6}], "NOT_FOUND"),
        ([{"post": post}], "POST_ENDED"),
        ([{}], "ANSWER_TYPE"),
        ([{"post": "1"}], "ANSWER_TYPE"),
        ([{"post": 1, "office": 1}], "ANSWER_TYPE"),
        ([], "ANSWER_REQUIRED"),
    ):
        assert code(await move(town, people["dispatcher"], id, "dispatch", assignees=wrong)) == expected, wrong


async def test_the_kind_changes_only_to_one_with_the_same_workflow_and_fitting_details(town: Town) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    id = await report(town, worker)
    for kind, expected in (
        ("community.nothing", "KIND_UNKNOWN"),
        ("urban.pipe_burst", "KIND_OTHER_WORKFLOW"),
        ("community.dispute", "KIND_OTHER_WORKFLOW"),
        ("community.practical_help", "DETAILS_INVALID"),
        ("", "ANSWER_REQUIRED"),
    ):
        assert code(await move(town, worker, id, "accept", kind=kind)) == expected, kind


async def test_whoever_an_event_was_given_to_may_remark_on_it(town: Town) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    volunteer = await town.viewer("community.volunteer", GRIDS["urban"])
    id = await report(town, worker)
    remark = [EventCommentRequest(event_id=id, note=" on my way ")]
    async with town.deployment.write() as work:
        assert code((await comment_events(work, volunteer, remark))[0]) == "NOT_FOUND"
    await move(town, worker, id, "accept", kind="community.hazard")
    both = [{"post": town.posts[worker.login]}, {"post": town.posts[volunteer.login]}]
    assert (await move(town, worker, id, "send_direct", assignees=both)).accepted
    async with town.deployment.write() as work:
        assert (await comment_events(work, volunteer, remark))[0].accepted
        steps = await steps_of(work, id)
    assert (steps[-1].move, steps[-1].from_stage, steps[-1].to_stage) == (None, "with_specialist", "with_specialist")


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 200),
    st.floats(),
    st.text(max_size=5),
    st.dates(),
    st.datetimes(),
    st.lists(st.one_of(st.text(max_size=3), st.integers(), st.dictionaries(st.sampled_from(("post", "office")), st.integers()))),
    st.dictionaries(st.sampled_from(("longitude", "latitude")), st.one_of(st.none(), st.floats(), st.text(max_size=3))),
)


@pytest.mark.parametrize("type", AnswerType)
@given(answer=ANYTHING, required=st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_an_answer_is_accepted_or_refused_and_never_breaks_the_check(type: AnswerType, answer: Any, required: bool) -> None:
    options = (OptionDefinition("USUAL", Label("常", "Usual")),) if type is AnswerType.CHOICE else ()
    ask = AskDefinition("asked", type, Label("问", "Asked"), required=required, options=options)
    asking = MoveDefinition("go", Label("走", "Go"), ("a",), (), to="b", asks=(ask,))
    found = {one.code for one in check_answers(asking, {"asked": answer}, "en")}
    codes = {"ANSWER_REQUIRED", "ANSWER_TYPE", "ANSWER_TOO_FEW", "BLANK", "POSITION_INVALID", "ANSWER_CHOICE", "OUT_OF_RANGE"}
    assert found <= codes | {"TEXT_UNSTORABLE"}
    assert ("ANSWER_REQUIRED" in found) == (required and answer in (None, "", []))
    if type is AnswerType.POSITION and isinstance(answer, dict) and None in (answer.get("longitude"), answer.get("latitude")):
        assert found
    assert next(check_answers(asking, {"asked": answer, "more": 1}, "en")).code == "ANSWER_UNEXPECTED"
    good = samples.answers(asking, given_to={"office" if type is AnswerType.OFFICES else "post": 1}, kind_id="k")
    assert not list(check_answers(asking, good, "en"))
