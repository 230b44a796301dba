"""Progress: what whoever reported something may know of it, in plain words. Who answers is an office or a level, never a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.events.levels import level_of_stage
from wangge_core.events.situations import Situation
from wangge_core.events.states import state_of
from wangge_core.intake.showing import followed_event, reporter_of
from wangge_core.intake.steps import ReporterStep, is_own, step_now
from wangge_core.plugin.declarations.labels import Label
from wangge_core.rights.viewers import Language, Viewer

MOST_OWN = 20
REFERRAL = "referral"
"""The answer of a move that is meant for the reporter: where the matter is pointed to instead."""
WORDS = {
    "zh": {
        "open": "{who}正在办理。",
        "until": "{who}正在办理，本环节应于 {until} 前完成。",
        "closed": "事项已结束。",
        "reopen": "如不满意，可以要求重新办理。",
        "rate": "请您评价。",
        "answer": "请先回答下面的询问。",
        "nobody": "工作人员",
    },
    "en": {
        "open": "It is with {who}.",
        "until": "It is with {who}, who should finish this step by {until}.",
        "closed": "The matter has ended.",
        "reopen": "If you are not satisfied you may ask for it to be done again.",
        "rate": "Please rate how it was settled.",
        "answer": "Please answer the question below first.",
        "nobody": "the staff",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the reporter was asked or told."""

    id: int
    text: str
    wants_answer: bool
    at: datetime
    answer: str | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A report and where its matter stands, for who shows number and secret."""

    number: str
    kind: str
    reported_at: datetime
    description: str
    joined: bool
    times_reported: int
    stage: str
    closed: bool
    answers: str | None
    next: str
    until: datetime | None
    steps: tuple[ReporterStep, ...]
    rating: int | None
    questions: tuple[Question, ...]
    referred_to: str | None


async def read_progress(work: Work, report: sa.Row[Any], language: Language) -> Progress:
    """What the reporter of this row may know now."""
    event_id = await followed_event(work, report.event_id)
    event, grid, kind, office, version = t.event, t.grid, t.event_kind, t.office, t.workflow_version
    tables = event.join(grid, grid.c.id == event.c.grid_id).join(kind, kind.c.id == event.c.kind_id)
    tables = tables.join(version, version.c.id == event.c.workflow_version_id).outerjoin(
        office, office.c.id == event.c.assignee_office_id
    )
    row = await work.first(
        sa.select(event, grid.c.path, version.c.hash.label("workflow_hash"), kind.c.label, office.c.name.label("office"))
        .select_from(tables)
        .where(event.c.id == event_id)
    )
    assert row is not None, "a report refers to an event"
    situation = (await state_of(work, reporter_of(event_id, language), row)).situation
    stage = situation.definition.stage(row.stage)
    questions = await _questions(work, report.id)
    steps = _steps(work, situation, event_id, language, report, questions, closed=row.closed)
    who = None if row.closed else row.office or _level(work, situation).in_language(language)
    until = None if row.closed else row.stage_due_at or row.whole_due_at
    return Progress(
        number=report.number,
        kind=row.label[language],
        reported_at=report.reported_at,
        description=report.description,
        joined=report.joined or event_id != report.event_id,
        times_reported=row.times_reported,
        stage=stage.label.in_language(language),
        closed=row.closed,
        answers=who,
        next=_next(work, who, until, steps, language, closed=row.closed),
        until=until,
        steps=steps,
        rating=report.rating,
        questions=questions,
        referred_to=await _referral(work, event_id) if row.closed else None,
    )


def _level(work: Work, situation: Situation) -> Label:
    """The label of the level that answers now."""
    came = [step.to_stage for step in situation.steps]
    return level_of_stage(situation.definition, situation.stage, came, work.rules.registry.roles).label


def _steps(
    work: Work,
    situation: Situation,
    event_id: int,
    language: Language,
    report: sa.Row[Any],
    questions: Sequence[Question],
    *,
    closed: bool,
) -> tuple[ReporterStep, ...]:
    reporter, own = reporter_of(event_id, language), is_own(report, event_id)
    found = [step for step in ReporterStep if own and step_now(situation, step, reporter, work) is not None]
    if any(one.wants_answer and one.answer is None for one in questions):
        found.insert(0, ReporterStep.ANSWER)
    if closed and report.rating is None and ReporterStep.RATE not in found:
        found.append(ReporterStep.RATE)
    return tuple(found)


def _next(
    work: Work, who: str | None, until: datetime | None, steps: Sequence[ReporterStep], language: Language, *, closed: bool
) -> str:
    words, said = WORDS[language], list[str]()
    if closed:
        said.append(words["closed"])
    else:
        moment = until.astimezone(work.rules.zone).strftime("%Y-%m-%d %H:%M") if until else ""
        said.append(words["until" if until else "open"].format(who=who or words["nobody"], until=moment))
    for step, word in ((ReporterStep.ANSWER, "answer"), (ReporterStep.RATE, "rate"), (ReporterStep.REOPEN, "reopen")):
        if step in steps:
            said.append(words[word])
    return ("" if language == "zh" else " ").join(said)


async def _questions(work: Work, report_id: int) -> tuple[Question, ...]:
    asked = t.public_question
    rows = await work.rows(sa.select(asked).where(asked.c.report_id == report_id).order_by(asked.c.id).limit(100))
    return tuple(
        Question(id=row.id, text=row.text, wants_answer=row.wants_answer, at=row.at, answer=row.answer, answered_at=row.answered_at)
        for row in rows
    )


async def _referral(work: Work, event_id: int) -> str | None:
    """Where the reporter was pointed to by the move that ended the event."""
    history = t.event_history
    last = sa.select(history.c.answers).where(history.c.event_id == event_id, history.c.move.is_not(None))
    answers = await work.value(last.order_by(history.c.sequence.desc()).limit(1))
    return answers.get(REFERRAL) if answers else None


async def read_own(work: Work, viewer: Viewer) -> list[Progress]:
    """The reports that an account sent, the newest first."""
    report = t.public_report
    mine = sa.select(report).where(report.c.account_id == viewer.account_id).order_by(report.c.id.desc()).limit(MOST_OWN)
    return [await read_progress(work, row, viewer.language) for row in await work.rows(mine)]
