"""Steps of the reporter: rating, asking for it to be done again, taking it back. Each is a move of the event's own workflow.

They are for who reported the event first. Anybody can report an open matter once more: who does, or whose event was joined to another,
follows it, answers, and rates it when it has ended, but ends, reopens or takes back nothing that somebody else reported.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import auto
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import check_optional_text
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal, refused
from wangge_core.events.history import HistoryEntryKind, locked_event, record_entry
from wangge_core.events.situations import Situation, why_blocked
from wangge_core.events.states import state_of
from wangge_core.intake.showing import Shown, followed_event, reporter_of, shown_report
from wangge_core.moves.moves import EventMoveRequest, move_events
from wangge_core.plugin.declarations.asks import AnswerType
from wangge_core.plugin.declarations.labels import Choice
from wangge_core.plugin.declarations.roles import REPORTER
from wangge_core.plugin.definitions import MoveDefinition
from wangge_core.rights.viewers import Viewer

RATING = "rating"
AGAIN = ("reopen", "object", "again")
BACK = ("withdraw", "decline")
"""The names of moves by which a reporter is not satisfied, and wants it no more."""
MOST_WORDS = 1000


class ReporterStep(Choice):
    """What whoever reported something may do now."""

    ANSWER = auto(), "回答询问"
    RATE = auto(), "评价"
    REOPEN = auto(), "要求重新办理"
    WITHDRAW = auto(), "撤回"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReporterAct:
    """A step of the reporter who shows this number and secret. `rating` (1 to 5) is for RATE, `words` say why where that is asked."""

    shown: Shown
    step: ReporterStep
    rating: int | None = None
    words: str | None = None


async def act_as_reporters(work: Work, viewer: Viewer, requests: Sequence[ReporterAct]) -> list[Outcome]:
    """Make steps of reporters; the outcome's id is that of the report."""
    return [await _act(work, viewer, request) for request in requests]


async def _act(work: Work, viewer: Viewer, request: ReporterAct) -> Outcome:
    report = await shown_report(work, request.shown)
    if isinstance(report, Refusal):
        return Outcome(refusals=(report,))
    event_id = await followed_event(work, report.event_id)
    reporter = reporter_of(event_id, viewer.language)
    row = await locked_event(work, reporter, event_id)
    assert row is not None, "a report follows an event that is there"
    own = is_own(report, event_id)
    move = step_now((await state_of(work, reporter, row)).situation, request.step, reporter, work) if own else None
    found = [*check_optional_text(request.words, "words", most=MOST_WORDS)]
    if request.step is ReporterStep.RATE:
        found += await _check_rating(work, report.id, request, anew=move is not None)
    if found:
        return Outcome(refusals=tuple(found))
    if move is None:
        return await _beside(work, row, report, request)
    outcome = await _move(work, reporter, event_id, move, request)
    if outcome.accepted:
        await _keep_rating(work, report, request)
        return Outcome(id=report.id)
    return outcome


async def _check_rating(work: Work, report_id: int, request: ReporterAct, *, anew: bool) -> list[Refusal]:
    """Looked at under the lock of the event: another may have rated while this one waited for it. It is rated `anew` where the event came
    back to be rated after it had been done again."""
    if not anew and await work.value(sa.select(t.public_report.c.rating).where(t.public_report.c.id == report_id)) is not None:
        return [refusal("REPORT_RATED")]
    if request.rating is None or not 1 <= request.rating <= 5:
        return [refusal("OUT_OF_RANGE", "rating", least=1, most=5)]
    return []


async def _move(work: Work, reporter: Viewer, event_id: int, move: MoveDefinition, request: ReporterAct) -> Outcome:
    answers: dict[str, Any] = {}
    for ask in move.asks:
        if ask.name == RATING and request.rating is not None:
            answers[RATING] = request.rating
        elif ask.type is AnswerType.TEXT and request.words is not None:
            answers[ask.name] = request.words.strip()
    (outcome,) = await move_events(work, reporter, [EventMoveRequest(event_id=event_id, move=move.name, answers=answers)])
    return Outcome(id=outcome.id, refusals=tuple(map(_of_words, outcome.refusals)))


def _of_words(found: Refusal) -> Refusal:
    """A refusal of the answers as one of what the reporter was asked: the rating, or the words."""
    if not found.field.startswith("answers."):
        return found
    return Refusal(found.code, RATING if found.field == f"answers.{RATING}" else "words", found.values)


async def _beside(work: Work, row: sa.Row[Any], report: sa.Row[Any], request: ReporterAct) -> Outcome:
    """A rating where no move takes it: of an event that has ended, or by another than whose rating ended it. Other steps are refused.

    The entry says where it is the reporter's `own`: that one is the event's, not what others think who reported the same.
    """
    if request.step is not ReporterStep.RATE or not row.closed:
        return refused("REPORT_STEP_NOT_NOW")
    said = {RATING: request.rating} | ({"note": request.words.strip()} if request.words else {})
    said |= {"own": True} if is_own(report, row.id) else {}
    await record_entry(work, row, HistoryEntryKind.RATED, answers=said)
    work.announce("event.rated", row.id, row.grid_id, kind=row.kind_id, stage=row.stage)
    await _keep_rating(work, report, request)
    return Outcome(id=report.id)


async def _keep_rating(work: Work, report: sa.Row[Any], request: ReporterAct) -> None:
    if request.step is ReporterStep.RATE:
        await work.change(t.public_report, report.id, {"rating": request.rating})


def is_own(report: sa.Row[Any], event_id: int) -> bool:
    """Whether the event that a report follows began with it."""
    return not report.joined and report.event_id == event_id


def step_now(situation: Situation, step: ReporterStep, reporter: Viewer, work: Work) -> MoveDefinition | None:
    """The move that makes a step of the reporter now; None where there is none, or it is blocked."""
    for move in situation.definition.moves:
        if REPORTER.name in move.by and _makes(move, step) and why_blocked(situation, move, reporter, work.now) is None:
            return move
    return None


def _makes(move: MoveDefinition, step: ReporterStep) -> bool:
    match step:
        case ReporterStep.RATE:
            return any(ask.name == RATING for ask in move.asks)
        case ReporterStep.REOPEN:
            return move.name in AGAIN
        case ReporterStep.WITHDRAW:
            return move.name in BACK
        case ReporterStep.ANSWER:
            return False
