"""Checks: what an appraiser found at something that was drawn, and the points for it."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from wangge_core.appraisals.standing import RunState, is_appraised, run_to_change, with_ground
from wangge_core.changing import Change
from wangge_core.checking import check_text
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, refusal, refused
from wangge_core.rights.viewers import Viewer

MOST_FINDING = 400
MOST_POINTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckEntry:
    """What was found, and 0 to 100 points. Entered again, it takes the place of what was entered before."""

    check_id: int
    finding: str
    points: int


async def enter_checks(work: Work, viewer: Viewer, requests: Sequence[CheckEntry]) -> list[Outcome]:
    """Enter what was found. For APPRAISE over the ground, never for the appraised, while the run collects."""
    return [await _enter(work, viewer, request) for request in requests]


async def _enter(work: Work, viewer: Viewer, request: CheckEntry) -> Outcome:
    check, result = t.appraisal_check, t.appraisal_result
    of_check = sa.select(result.c.run_id, result.c.id).join(check, check.c.result_id == result.c.id)
    row = await work.first(of_check.where(check.c.id == request.check_id))
    unknown = refused("NOT_FOUND", "id", what="AppraisalCheck", id=request.check_id)
    if row is None:
        return unknown
    run, found = await run_to_change(work, viewer, Change(id=row.run_id), {RunState.COLLECTING})
    if run is None:
        return unknown if found[0].code == "NOT_FOUND" else Outcome(refusals=tuple(found))
    appraised = await work.first(with_ground().where(result.c.id == row.id))
    if appraised is not None and is_appraised(viewer, appraised):
        found.append(refusal("APPRAISAL_OWN", "id"))
    found += check_text(request.finding, "finding", most=MOST_FINDING)
    if not 0 <= request.points <= MOST_POINTS:
        found.append(refusal("OUT_OF_RANGE", "points", least=0, most=MOST_POINTS))
    if found:
        return Outcome(refusals=tuple(found))
    entered = {"entered_by_id": viewer.account_id, "entered_at": work.now}
    await work.change(check, request.check_id, {"finding": request.finding.strip(), "points": request.points} | entered)
    work.announce("appraisal.collected", run.id, run.grid_id)
    return Outcome(id=request.check_id)
