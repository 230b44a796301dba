"""Questions to whoever reported something, and what they are told; how they answer with number and secret."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from wangge_core.checking import check_text
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal, refused
from wangge_core.events.assignments import assigned_to
from wangge_core.events.history import HistoryEntryKind, locked_event, record_entry
from wangge_core.events.states import State, locked_state
from wangge_core.intake.showing import Shown, followed_event, reporter_of, shown_report
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.tasks import TaskKind
from wangge_core.rights.viewers import Viewer
from wangge_core.tasks.giving import NewTask, end_tasks, give_tasks

MOST_TEXT = 1000
MOST_OPEN = 5
"""Questions to one reporter that wait for an answer."""
RULE = "intake.answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReporterQuestion:
    """What to ask or, unless it `wants_answer`, to tell all who reported an event. They read it word by word."""

    event_id: int
    text: str
    wants_answer: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ReporterAnswer:
    """The answer of the reporter who shows this number and secret to a question by its id."""

    shown: Shown
    question_id: int
    text: str


async def ask_reporters(work: Work, viewer: Viewer, requests: Sequence[ReporterQuestion]) -> list[Outcome]:
    """Ask or tell those who reported events; for who may comment there, and to whom the event was given."""
    return [await _ask(work, viewer, request) for request in requests]


async def _ask(work: Work, viewer: Viewer, request: ReporterQuestion) -> Outcome:
    row = await locked_event(work, viewer, request.event_id)
    if row is None:
        return refused("NOT_FOUND", "id", what="Event", id=request.event_id)
    given = await assigned_to(work, row.id)
    involved = any(post in viewer.post_ids or office in viewer.office_ids for post, office in given)
    if viewer.account_id is None or not (involved or viewer.may(Capability.COMMENT_EVENTS, row.path)):
        return refused("NOT_ALLOWED")
    reports = await _reports(work, row.id)
    if found := await _check(work, request, reports):
        return Outcome(refusals=tuple(found))
    post = next((post for post in viewer.posts if post.stands_over(row.path)), None)
    kind = HistoryEntryKind.QUESTION_ASKED if request.wants_answer else HistoryEntryKind.REPORTER_TOLD
    text = request.text.strip()
    await record_entry(work, row, kind, viewer=viewer, post_id=post.id if post else None, answers={"text": text})
    same = {"event_id": row.id, "text": text, "wants_answer": request.wants_answer, "post_id": post.id if post else None}
    await work.insert(t.public_question, [same | {"report_id": id, "at": work.now} for id in reports])
    work.announce("event.reporter_asked", row.id, row.grid_id, kind=row.kind_id, stage=row.stage)
    await end_tasks(work, row.id, [TaskKind.ANSWER_QUESTION], done=True)
    return Outcome(id=row.id)


async def _reports(work: Work, event_id: int) -> list[int]:
    """Those who follow an event: its own reports, and those of events that were joined to it."""
    event, report = t.event, t.public_report
    joined = sa.select(event.c.id).where(event.c.joined_to_id == event_id)
    of_event = sa.or_(report.c.event_id == event_id, report.c.event_id.in_(joined))
    return [row.id for row in await work.rows(sa.select(report.c.id).where(of_event).order_by(report.c.id))]


async def _check(work: Work, request: ReporterQuestion, reports: Sequence[int]) -> list[Refusal]:
    found = list(check_text(request.text, "text", most=MOST_TEXT))
    if not reports:
        found.append(refusal("REPORTER_UNREACHABLE"))
    elif request.wants_answer:
        asked = t.public_question
        waiting = sa.and_(asked.c.report_id.in_(reports), asked.c.wants_answer, asked.c.answer.is_(None))
        of_each = sa.select(sa.func.count().label("open")).where(waiting).group_by(asked.c.report_id).subquery()
        if (await work.value(sa.select(sa.func.max(of_each.c.open))) or 0) >= MOST_OPEN:
            found.append(refusal("TOO_MANY", "text", most=MOST_OPEN))
    return found


async def answer_questions(work: Work, viewer: Viewer, requests: Sequence[ReporterAnswer]) -> list[Outcome]:
    """Answer questions as reporters; the outcome's id is that of the report. Who has the event gets a task of it."""
    return [await _answer(work, viewer, request) for request in requests]


async def _answer(work: Work, viewer: Viewer, request: ReporterAnswer) -> Outcome:
    report = await shown_report(work, request.shown)
    if isinstance(report, Refusal):
        return Outcome(refusals=(report,))
    asked = t.public_question
    question = await work.first(
        sa.select(asked).where(asked.c.id == request.question_id, asked.c.report_id == report.id, asked.c.wants_answer)
    )
    if question is None:
        return refused("NOT_FOUND", "questionId", what="Question", id=request.question_id)
    if question.answer is not None:
        return refused("QUESTION_ANSWERED", "questionId")
    if found := tuple(check_text(request.text, "text", most=MOST_TEXT)):
        return Outcome(refusals=found)
    event_id, text = await followed_event(work, report.event_id), request.text.strip()
    state = await locked_state(work, reporter_of(event_id, viewer.language), event_id)
    assert state is not None, "a report follows an event that is there"
    row, unanswered = state.row, sa.and_(asked.c.id == question.id, asked.c.answer.is_(None))
    if not await work.run(sa.update(asked).where(unanswered).values(answer=text, answered_at=work.now)):
        return refused("QUESTION_ANSWERED", "questionId")  # somebody was first while this one waited for the event
    said = {"question": question.text, "text": text}
    await record_entry(work, row, HistoryEntryKind.QUESTION_ANSWERED, answers=said)
    work.announce("event.reporter_answered", row.id, row.grid_id, kind=row.kind_id, stage=row.stage)
    if not row.closed:
        await _tell_handlers(work, state)
    return Outcome(id=report.id)


async def _tell_handlers(work: Work, state: State) -> None:
    """A task for who has the event, or else for the roles that answer for its stage: look at the answer."""
    row, situation = state.row, state.situation
    posts, offices = tuple(sorted(situation.post_ids)), tuple(sorted(situation.office_ids))
    roles = () if posts or offices else situation.definition.stage(situation.stage).by
    task = NewTask(
        event_id=row.id,
        grid_id=row.grid_id,
        path=row.path,
        kind=TaskKind.ANSWER_QUESTION,
        rule=RULE,
        role_ids=roles,
        post_ids=posts,
        office_ids=offices,
        note="上报人已答复 · the reporter has answered",
    )
    await give_tasks(work, [task])
