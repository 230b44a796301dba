"""A handler asks a reporter, the reporter answers once, and the answer is looked at by who has the event."""

from datetime import UTC, datetime
from typing import Any

import pytest

from operating import done
from reports import ASK, LITTER, VISITOR, WORKER, ask, codes, event_of, follow, step, submitted
from steered import colleague, event_row, moved, open_tasks
from towns import GRIDS, Town
from wangge_core.plugin.declarations.roles import REPORTER
from wangge_core.plugin.declarations.tasks import TaskKind
from wangge_core.steering.reassigning import Reassignment, reassign_events
from wangge_core.tasks.giving import NewTask, readdress_tasks

pytestmark = pytest.mark.anyio
REPORTERS = """query($number: String!) { event(number: $number) { number source reporter { login } reporters {
  number unnamed hasContact name phone description joined rating } history { entry account { login } answers { name value } } } }"""
HANDED = {"reason": "It is near", "due_at": datetime(2099, 1, 1, tzinfo=UTC)}


async def test_a_handler_asks_and_the_reporter_answers_once(town: Town) -> None:
    held = await submitted(town)
    worker = await town.viewer(*WORKER)
    assert (await ask(town, held, worker, text="Which gate?"))["userErrors"] == []
    found = await follow(town, held)
    (question,) = found["questions"]
    assert (question["text"], question["wantsAnswer"], question["answer"]) == ("Which gate?", True, None)
    assert found["steps"][0] == "ANSWER"
    answered = await step(town, "publicReportAnswer", held, questionId=question["id"], text="The north one")
    assert answered["userErrors"] == []
    again = await step(town, "publicReportAnswer", held, questionId=question["id"], text="No, the south one")
    assert codes(again) == ["QUESTION_ANSWERED"]
    event = (await town.ask(REPORTERS, worker, number=(await event_of(town, held)).number))["event"]
    assert [one["entry"] for one in event["history"]] == ["REPORTED", "QUESTION_ASKED", "QUESTION_ANSWERED"]
    assert {"name": "text", "value": "The north one"} in event["history"][-1]["answers"]


async def test_nobody_has_more_than_five_open_questions_whatever_the_others_answer(town: Town) -> None:
    held = await submitted(town, kindId="community.sanitation")
    again = {"kindId": None, "details": None, "gridCode": None, "sameAs": f"Matter:{(await event_of(town, held)).id}"}
    silent, by = await submitted(town, **again), await town.viewer(*WORKER)
    for number in range(5):
        assert codes(await ask(town, held, by, text=f"Question {number}?")) == []
        question = (await follow(town, held))["questions"][-1]
        assert codes(await step(town, "publicReportAnswer", held, questionId=question["id"], text="yes")) == []
    assert len((await follow(town, silent))["questions"]) == 5
    assert codes(await ask(town, held, by, text="Question 6?")) == ["TOO_MANY"]


async def test_one_reporter_does_not_answer_the_question_of_another(town: Town) -> None:
    held, other = await submitted(town), await submitted(town, description="Elsewhere")
    await ask(town, held, await town.viewer(*WORKER), text="Which gate?")
    (question,) = (await follow(town, held))["questions"]
    assert codes(await step(town, "publicReportAnswer", other, questionId=question["id"], text="Mine")) == ["NOT_FOUND"]


async def test_who_may_not_see_the_event_asks_nobody(town: Town) -> None:
    held = await submitted(town)
    elsewhere = await town.viewer("community.grid_worker", GRIDS["rural"])
    assert codes(await ask(town, held, elsewhere, text="Who are you?")) == ["NOT_FOUND"]
    assert codes(await ask(town, held, VISITOR, text="Who are you?")) == ["NOT_SIGNED_IN"]


async def test_an_event_without_reporters_cannot_be_asked(town: Town) -> None:
    report = """mutation($input: EventReportInput!) { eventReport(input: $input) { event { id } userErrors { code } } }"""
    input = {name: value for name, value in LITTER.items() if name != "gridCode"}
    worker = await town.viewer(*WORKER)
    made = (await town.ask(report, worker, input=input | {"gridId": f"Grid:{town.grids[GRIDS['urban']]}"}))["eventReport"]
    asked = (await town.ask(ASK, worker, id=made["event"]["id"], input={"text": "Who?"}))["eventAskReporter"]
    assert codes(asked) == ["REPORTER_UNREACHABLE"]


async def answered(town: Town) -> int:
    """An event at the grid whose reporter has answered a question."""
    held, by = await submitted(town), await town.viewer(*WORKER)
    event = await event_of(town, held)
    await moved(town, by, event.id, "accept", kind="community.sanitation")
    await ask(town, held, by, text="Which gate?")
    (question,) = (await follow(town, held))["questions"]
    assert codes(await step(town, "publicReportAnswer", held, questionId=question["id"], text="The north one")) == []
    return int(event.id)


async def to_look_at(town: Town, id: int) -> list[tuple[Any, ...]]:
    """Who is asked to look at the answer."""
    return [who for kind, who in await open_tasks(town, id) if kind == "ANSWER_QUESTION"]


async def test_the_answer_of_a_reporter_is_looked_at_by_who_has_the_event(town: Town) -> None:
    id, by = await answered(town), await town.viewer(*WORKER)
    await colleague(town, WORKER[0], WORKER[1], "second_worker")
    to = ((town.posts["second_worker"], None),)
    await done(town, reassign_events, Reassignment(event_id=id, assignees=to), by=by)
    assert await to_look_at(town, id) == [(town.posts["second_worker"],)]
    await moved(town, by, id, "raise_to_community", note="too much for us")
    assert await to_look_at(town, id) == [("community.community_head", "community.community_officer")]


async def test_the_answer_of_a_reporter_stays_with_who_looks_at_it_where_nobody_who_has_a_post_comes_after(town: Town) -> None:
    id = await answered(town)
    before, row = await to_look_at(town, id), await event_row(town, id)
    own = NewTask(event_id=id, grid_id=row.grid_id, path="", kind=TaskKind.HANDLE, rule="test", role_ids=(REPORTER.name,))
    async with town.deployment.write() as work:
        await readdress_tasks(work, own, [TaskKind.ANSWER_QUESTION])
    assert before and await to_look_at(town, id) == before
