"""Publishing: the appraised see what came out and may appeal until a moment; after that it is published, with its circular."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from wangge_core.appraisals.freezing import is_superseded, write_run
from wangge_core.appraisals.ranking import InCircular, named
from wangge_core.appraisals.standing import RunState, run_to_change
from wangge_core.changing import Change
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, refusal
from wangge_core.rights.viewers import Viewer

MOST_DAYS = 90
"""How far ahead appeals may be open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealsOpening(Change):
    """A scored run that the appraised are to see, and until when they may appeal."""

    until: datetime


async def open_appeals(work: Work, viewer: Viewer, requests: Sequence[AppealsOpening]) -> list[Outcome]:
    """Show the appraised what came out. For APPRAISE over the ground."""
    return [await _open(work, viewer, request) for request in requests]


async def _open(work: Work, viewer: Viewer, request: AppealsOpening) -> Outcome:
    run, found = await run_to_change(work, viewer, request, {RunState.DRAFT})
    if run is None:
        return Outcome(refusals=tuple(found))
    if request.until <= work.now:
        found.append(refusal("MOMENT_NOT_LATER", "until"))
    elif request.until > work.now + timedelta(days=MOST_DAYS):
        found.append(refusal("MOMENT_TOO_FAR", "until", days=MOST_DAYS))
    if await is_superseded(work, run.id):
        found.append(refusal("APPRAISAL_SUPERSEDED", "id"))
    if found:
        return Outcome(refusals=tuple(found))
    result = t.appraisal_result
    await work.run(sa.update(result).where(result.c.run_id == run.id).values(shown=True))
    await write_run(work, run, {"state": RunState.APPEALS.value, "appeals_until": request.until})
    return Outcome(id=run.id)


async def publish_runs(work: Work, viewer: Viewer, requests: Sequence[Change]) -> list[Outcome]:
    """Publish runs when the time for appeals is over and every appeal is answered. For APPRAISE over the ground.

    A circular names the best three; the last three only where the deployment says so.
    """
    return [await _publish(work, viewer, request) for request in requests]


async def _publish(work: Work, viewer: Viewer, request: Change) -> Outcome:
    run, found = await run_to_change(work, viewer, request, {RunState.APPEALS})
    if run is None:
        return Outcome(refusals=tuple(found))
    if run.appeals_until > work.now or await _waiting(work, run.id):
        found.append(refusal("APPEALS_OPEN", "id"))
    if await is_superseded(work, run.id):
        found.append(refusal("APPRAISAL_SUPERSEDED", "id"))
    if found:
        return Outcome(refusals=tuple(found))
    names_last = work.rules.appraisal_names_last
    await _name(work, run.id, names_last=names_last)
    published = {"published_by_id": viewer.account_id, "published_at": work.now, "names_last": names_last}
    await write_run(work, run, published | {"state": RunState.PUBLISHED.value})
    return Outcome(id=run.id)


async def _waiting(work: Work, run_id: int) -> bool:
    appeal, result = t.appraisal_appeal, t.appraisal_result
    query = sa.select(appeal.c.id).join(result, result.c.id == appeal.c.result_id)
    return await work.first(query.where(result.c.run_id == run_id, appeal.c.answered_at.is_(None)).limit(1)) is not None


async def _name(work: Work, run_id: int, *, names_last: bool) -> None:
    """Note who is named, as what."""
    result = t.appraisal_result
    rows = await work.rows(sa.select(result.c.id, result.c.rank).where(result.c.run_id == run_id))
    found = named({row.id: row.rank for row in rows})
    for id, what in found.items():
        if names_last or what is InCircular.BEST:
            await work.change(result, id, {"in_circular": what.value})
