"""Whoever has waited for another looks again at what that one did: answers, ratings, hand-overs, tasks of ended posts, shifts."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from operating import done
from reports import VISITOR, WORKER, ask, event_of, follow, settle, submitted
from steered import GRIDS, at_grid, colleague, entries, event_row, worker
from towns import Town
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome
from wangge_core.events.history import locked_event
from wangge_core.intake.asking import ReporterAnswer, answer_questions
from wangge_core.intake.showing import Shown
from wangge_core.intake.steps import ReporterAct, ReporterStep, act_as_reporters
from wangge_core.plugin.declarations.tasks import TaskKind
from wangge_core.rights.viewers import SYSTEM_VIEWER, Viewer, operator
from wangge_core.steering.handing_over import HandOver, hand_posts_over
from wangge_core.steering.reassigning import Reassignment, reassign_events
from wangge_core.tasks.giving import NewTask, give_tasks
from wangge_core.tasks.passing import free_tasks
from wangge_core.tasks.shifts import NewShift, set_shifts
from wangge_schema.writing.payloads import written_at_last

pytestmark = pytest.mark.anyio
Step = Callable[[Work], Awaitable[Any]]


async def overtaken(town: Town, first: Step, late: Step) -> Any:
    """What comes of a step that began while another was not yet committed, and waited for it."""

    async def run() -> Any:
        async with town.deployment.write() as work:
            return await late(work)

    async with town.deployment.write() as work:
        await first(work)
        waiting = asyncio.create_task(run())
        await waits(town)
    return await waiting


async def waits(town: Town) -> None:
    """Until somebody waits for a lock; on SQLite whoever writes waits for all who do."""
    async with town.deployment.read() as work:
        for _ in range(1_000):
            if work.on_sqlite or await work.value(sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                return
            await asyncio.sleep(0.01)
    raise AssertionError("nobody waits for the other")


def doing(operation: Callable[..., Awaitable[list[Outcome]]], request: Any, by: Viewer) -> Step:
    async def step(work: Work) -> list[str]:
        (outcome,) = await operation(work, by, [request])
        return [one.code for one in outcome.refusals]

    return step


async def test_a_question_has_one_answer_however_many_come_at_once(town: Town) -> None:
    held = await submitted(town)
    await ask(town, held, await town.viewer(*WORKER), text="Which gate?")
    (question,) = (await follow(town, held))["questions"]

    def answering(text: str) -> Step:
        return doing(answer_questions, ReporterAnswer(shown=Shown(**held), question_id=int(question["id"]), text=text), VISITOR)

    assert await overtaken(town, answering("The north one"), answering("The south one")) == ["QUESTION_ANSWERED"]
    (question,) = (await follow(town, held))["questions"]
    assert question["answer"] == "The north one"


async def test_a_matter_is_rated_once_however_many_ratings_come_at_once(town: Town) -> None:
    held = await submitted(town)
    await settle(town, held)

    def rating(number: int) -> Step:
        return doing(act_as_reporters, ReporterAct(shown=Shown(**held), step=ReporterStep.RATE, rating=number), VISITOR)

    assert await overtaken(town, rating(5), rating(1)) == ["REPORT_RATED"]
    assert (await follow(town, held))["rating"] == 5
    assert "RATED" not in await entries(town, (await event_of(town, held)).id)


async def test_a_hand_over_leaves_alone_what_was_given_to_others_meanwhile(town: Town) -> None:
    id, by = await at_grid(town), await worker(town)
    for login in ("second_worker", "third_worker"):
        await colleague(town, "community.grid_worker", GRIDS["urban"], login)
    old, second, third = (town.posts[login] for login in (str(by.login), "second_worker", "third_worker"))
    await done(town, reassign_events, Reassignment(event_id=id, assignees=((old, None),)), by=by)
    give_away = doing(reassign_events, Reassignment(event_id=id, assignees=((second, None),)), by)
    hand_over = doing(hand_posts_over, HandOver(from_post_id=old, to_post_id=third), operator("en"))
    assert await overtaken(town, give_away, hand_over) == []
    assert (await event_row(town, id)).assignee_id == second
    assert (await entries(town, id)).count("REASSIGNED") == 2


async def test_the_task_of_a_post_that_ended_falls_to_its_role_once(town: Town) -> None:
    id, by = await at_grid(town), await worker(town)
    row, post = await event_row(town, id), town.posts[str(by.login)]
    task = NewTask(event_id=id, grid_id=row.grid_id, path="", kind=TaskKind.ACKNOWLEDGE, rule="test", post_ids=(post,))
    async with town.deployment.write() as work:
        (task_id,) = await give_tasks(work, [task])
        await work.run(sa.update(t.post).where(t.post.c.id == post).values(ends_at=work.now))
    await overtaken(town, free_tasks, free_tasks)
    async with town.deployment.read() as work:
        to = t.task_addressee
        open_now = await work.rows(sa.select(to.c.role_id).where(to.c.task_id == task_id, to.c.open))
    assert [one.role_id for one in open_now] == ["community.grid_worker"]


async def test_shifts_that_are_set_at_once_do_not_overlap(town: Town) -> None:
    now, post = town.deployment.clock(), town.posts[str((await worker(town)).login)]
    shift = NewShift(post_id=post, starts_at=now + timedelta(hours=1), ends_at=now + timedelta(hours=9))
    setting = doing(set_shifts, shift, operator("en"))
    assert await overtaken(town, setting, setting) == ["SHIFTS_OVERLAP"]


async def test_two_who_wait_for_each_other_are_both_served_in_the_end(town: Town) -> None:
    first, second = await at_grid(town), await at_grid(town)
    met, begun = asyncio.Barrier(2), list[int]()

    async def lock_both(work: Work, _: Viewer, requests: Sequence[tuple[int, int]]) -> list[Outcome]:
        (ids,) = requests
        begun.append(ids[0])
        for id in ids:
            await locked_event(work, SYSTEM_VIEWER, id)
            if id == ids[0] and begun.count(id) == 1 and not work.on_sqlite:
                await met.wait()
        return [Outcome(id=ids[0])]

    crossing = [written_at_last(town.deployment, VISITOR, "test", lock_both, ids) for ids in ((first, second), (second, first))]
    assert [one.id for one in await asyncio.gather(*crossing)] == [first, second]
    async with town.deployment.read() as work:
        assert len(begun) == (2 if work.on_sqlite else 3)
