"""Chasing up: the next level asks why nothing happened, and an answer is owed by a moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import check_text
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, refusal, refused
from wangge_core.events.assignments import Given
from wangge_core.events.history import HistoryEntryKind
from wangge_core.events.levels import superior_post
from wangge_core.plugin.declarations.tasks import TaskKind
from wangge_core.rights.viewers import Viewer
from wangge_core.steering.steering import (
    MOST_NOTE,
    Steered,
    Steering,
    assigned_post,
    check_later,
    holders,
    new_task,
    record,
    stage_worker,
    steered,
    why_not_running,
)
from wangge_core.tasks.giving import end_tasks, give_tasks

INFORMATION_OFFICER = "community.information_officer"
MOST_DAYS = 90
"""How far ahead an answer may be due."""
MOST_OPEN = 5
"""How often an event is chased up while nothing of it is answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chase(Steering):
    """What is asked, and by when an answer is owed."""

    note: str
    answer_due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChaseAnswer(Steering):
    """What is said to all that was chased up and waits for an answer."""

    answer: str


async def chase_events(work: Work, viewer: Viewer, requests: Sequence[Chase]) -> list[Outcome]:
    """Chase up events; for those who answer above the stage, and for the information officer over the event's grid."""
    return [await _chase(work, viewer, request) for request in requests]


async def _chase(work: Work, viewer: Viewer, request: Chase) -> Outcome:
    event = await steered(work, viewer, request)
    if isinstance(event, Outcome):
        return event
    post = superior_post(event.situation, viewer, INFORMATION_OFFICER)
    if post is None:
        return refused("NEXT_LEVEL_ONLY")
    if stopped := why_not_running(event):
        return Outcome(refusals=(stopped,))
    found = list(check_text(request.note, "note", most=MOST_NOTE))
    found += check_later(request.answer_due_at, work.now, "answerDueAt", days=MOST_DAYS)
    chase = t.event_chase
    waiting = sa.select(sa.func.count()).where(chase.c.event_id == event.id, chase.c.answered_at.is_(None))
    if not found and await work.value(waiting) >= MOST_OPEN:
        found.append(refusal("TOO_MANY", "note", most=MOST_OPEN))
    if found:
        return Outcome(refusals=tuple(found))
    row = {
        "event_id": event.id,
        "sequence": event.sequence,
        "account_id": viewer.account_id,
        "post_id": post.id,
        "note": request.note.strip(),
        "at": work.now,
        "answer_due_at": request.answer_due_at,
    }
    await work.insert(t.event_chase, [row])
    owed = {"kind": TaskKind.ANSWER_CHASE, "note": request.note.strip(), "due_at": request.answer_due_at}
    await give_tasks(work, [new_task(event, post, **owed, **holders(event))])
    answers = {"note": request.note, "answer_due_at": request.answer_due_at}
    values = {"times_chased": event.row.times_chased + 1}
    await record(work, viewer, event, HistoryEntryKind.CHASED, post, answers=answers, values=values)
    return Outcome(id=event.id)


async def answer_chases(work: Work, viewer: Viewer, requests: Sequence[ChaseAnswer]) -> list[Outcome]:
    """Answer what was chased up; for whom the event was given to, and who works on its present stage."""
    return [await _answer(work, viewer, request) for request in requests]


async def _answer(work: Work, viewer: Viewer, request: ChaseAnswer) -> Outcome:
    event = await steered(work, viewer, request)
    if isinstance(event, Outcome):
        return event
    post = assigned_post(event, viewer) or stage_worker(event, viewer)
    if post is None:
        return refused("STAGE_WORKER_ONLY")
    if found := tuple(check_text(request.answer, "answer", most=MOST_NOTE)):
        return Outcome(refusals=found)
    chase = t.event_chase
    answered = await work.run(
        sa.update(chase)
        .where(chase.c.event_id == event.id, chase.c.answered_at.is_(None))
        .values(answer=request.answer.strip(), answered_at=work.now, answered_by_id=post.id)
    )
    if not answered:
        return refused("CHASE_NONE")
    await end_tasks(work, event.id, [TaskKind.ANSWER_CHASE], done=True)
    await record(work, viewer, event, HistoryEntryKind.CHASE_ANSWERED, post, answers={"answer": request.answer})
    return Outcome(id=event.id)


async def pass_chases(work: Work, event: Steered, to: Given) -> None:
    """Who has the event from now on owes the answers that are open."""
    post, office = to
    await _ask_again(work, event, {"post_ids": (post,)} if post is not None else {"office_ids": (office,)})


async def ask_chases_again(work: Work, event: Steered) -> None:
    """Who has the event now owes the answers that are open: after a move, or when it did not run for a while."""
    await _ask_again(work, event, holders(event))


async def _ask_again(work: Work, event: Steered, who: dict[str, Any]) -> None:
    chase = t.event_chase
    definition = event.situation.definition
    ends = [step.at for step in event.situation.steps if step.from_stage and definition.stage(step.from_stage).final]
    since = chase.c.at > ends[-1] if ends else sa.true()  # what was asked before an end was not answered by it, and is let go
    waiting = sa.and_(chase.c.event_id == event.id, chase.c.answered_at.is_(None), since)
    rows = await work.rows(sa.select(chase).where(waiting).order_by(chase.c.id))
    if not rows:
        return
    await end_tasks(work, event.id, [TaskKind.ANSWER_CHASE], done=False)
    tasks = [new_task(event, kind=TaskKind.ANSWER_CHASE, note=row.note, due_at=row.answer_due_at, **who) for row in rows]
    await give_tasks(work, tasks)
