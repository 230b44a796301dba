"""Appealing: the appraised say what is wrong with a result, and who appraises answers.

Points that are given back become part of the frozen inputs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import sqlalchemy as sa

from wangge_core.appraisals.freezing import correct
from wangge_core.appraisals.scoring import Correction
from wangge_core.appraisals.standing import RunState, is_appraised, run_to_change, with_ground
from wangge_core.changing import Change
from wangge_core.checking import check_text
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal, refused
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import everybody

MOST_TEXT = 2_000
MOST_POINTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class AppraisalAppeal:
    """What is wrong with a result."""

    result_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealAnswer:
    """What is answered. Where an appeal is granted, `points` change the score, up or down; they may be 0."""

    appeal_id: int
    granted: bool
    answer: str
    points: float = 0


async def appeal_results(work: Work, viewer: Viewer, requests: Sequence[AppraisalAppeal]) -> list[Outcome]:
    """Appeal against one's own results, once each while the last appeal is not answered. For the appraised."""
    return [await _appeal(work, viewer, request) for request in requests]


async def _appeal(work: Work, viewer: Viewer, request: AppraisalAppeal) -> Outcome:
    unknown = refused("NOT_FOUND", "id", what="AppraisalResult", id=request.result_id)
    result = await work.first(with_ground().where(t.appraisal_result.c.id == request.result_id))
    if result is None or not is_appraised(viewer, result):
        return unknown
    run, found = await run_to_change(work, viewer, Change(id=result.run_id), tuple(RunState), everybody)
    if run is None or not result.shown:
        return unknown
    if run.state != RunState.APPEALS or run.appeals_until <= work.now:
        found.append(refusal("APPEALS_OVER", "id"))
    found += check_text(request.reason, "reason", most=MOST_TEXT)
    appeal = t.appraisal_appeal
    waiting = sa.select(appeal.c.id).where(appeal.c.result_id == result.id, appeal.c.answered_at.is_(None))
    if await work.first(waiting.limit(1)):
        found.append(refusal("APPEAL_WAITING", "id"))
    if found:
        return Outcome(refusals=tuple(found))
    (id,) = await work.reserve_ids(appeal, 1)
    row = {"id": id, "result_id": result.id, "grid_id": run.grid_id, "account_id": viewer.account_id}
    await work.insert(appeal, [row | {"reason": request.reason.strip(), "at": work.now}])
    work.announce("appraisal.appealed", run.id, run.grid_id)
    return Outcome(id=id)


async def answer_appeals(work: Work, viewer: Viewer, requests: Sequence[AppealAnswer]) -> list[Outcome]:
    """Answer appeals. For APPRAISE over the ground, never for the appraised or who appealed."""
    return [await _answer(work, viewer, request) for request in requests]


async def _answer(work: Work, viewer: Viewer, request: AppealAnswer) -> Outcome:
    unknown = refused("NOT_FOUND", "id", what="AppraisalAppeal", id=request.appeal_id)
    appeal = t.appraisal_appeal
    row = await work.first(sa.select(appeal.c.result_id).where(appeal.c.id == request.appeal_id))
    result = row and await work.first(with_ground().where(t.appraisal_result.c.id == row.result_id))
    if result is None:
        return unknown
    run, found = await run_to_change(work, viewer, Change(id=result.run_id), {RunState.APPEALS})
    if run is None:
        return unknown if found[0].code == "NOT_FOUND" else Outcome(refusals=tuple(found))
    asked = await work.first(sa.select(appeal).where(appeal.c.id == request.appeal_id))  # as it is now that the run is locked
    assert asked is not None
    found += _check_answer(viewer, request, result, asked)
    if found:
        return Outcome(refusals=tuple(found))
    points = request.points if request.granted else None
    answered: dict[str, Any] = {"granted": request.granted, "points": points, "answer": request.answer.strip()}
    await work.change(appeal, asked.id, answered | {"answered_by_id": viewer.account_id, "answered_at": work.now})
    if points:
        await correct(work, run, result.id, Correction(appeal=asked.id, points=float(points)))
    work.announce("appraisal.appeal_answered", run.id, run.grid_id)
    return Outcome(id=asked.id)


def _check_answer(viewer: Viewer, request: AppealAnswer, result: sa.Row[Any], asked: sa.Row[Any]) -> list[Refusal]:
    found = list(check_text(request.answer, "answer", most=MOST_TEXT))
    if asked.answered_at is not None:
        found.append(refusal("APPEAL_ANSWERED", "id"))
    if is_appraised(viewer, result) or (viewer.account_id is not None and viewer.account_id == asked.account_id):
        found.append(refusal("APPRAISAL_OWN", "id"))
    most = MOST_POINTS if request.granted else 0
    if not isfinite(request.points) or abs(request.points) > most:
        found.append(refusal("OUT_OF_RANGE", "points", least=-most, most=most))
    return found
