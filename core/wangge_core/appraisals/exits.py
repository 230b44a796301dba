"""Exits: a post that is ended because its holder failed an appraisal, with the result that is the ground. Nothing is ended by itself."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from wangge_core.appraisals.seen import result_rule
from wangge_core.appraisals.standing import RunState
from wangge_core.checking import check_text
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, refused
from wangge_core.plugin.declarations.staff import PostEndGround
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.posts import PostEnd
from wangge_core.rights.viewers import Viewer
from wangge_core.steering.handing_over import end_posts_and_free

MOST_REASON = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """A post to end because of a published result: that of the post itself, or of the very grid in which it is."""

    result_id: int
    post_id: int
    reason: str
    at: datetime | None = None


async def end_by_appraisal(work: Work, viewer: Viewer, requests: Sequence[Exit]) -> list[Outcome]:
    """End posts on the ground FAILED_APPRAISAL, and keep which result that was. For MANAGE_POSTS over the ground of the post."""
    return [await _end(work, viewer, request) for request in requests]


async def _end(work: Work, viewer: Viewer, request: Exit) -> Outcome:
    result, run, post = t.appraisal_result, t.appraisal_run, t.post
    seen = result_rule(result, BoundViewer(viewer, moment=work.now))
    source = result.join(run, run.c.id == result.c.run_id)
    query = sa.select(result.c.post_id, result.c.appraised_grid_id, run.c.state)
    row = await work.first(query.select_from(source).where(result.c.id == request.result_id, seen))
    if row is None:
        return refused("NOT_FOUND", "id", what="AppraisalResult", id=request.result_id)
    if row.state != RunState.PUBLISHED:
        return refused("APPRAISAL_STATE", "id", state=row.state)
    grid_id = await work.value(sa.select(post.c.grid_id).where(post.c.id == request.post_id))
    if found := tuple(check_text(request.reason, "reason", most=MOST_REASON)):
        return Outcome(refusals=found)
    if request.post_id != row.post_id and (grid_id is None or grid_id != row.appraised_grid_id):
        return refused("NOT_APPRAISED", "postId")
    end = PostEnd(post_id=request.post_id, reason=request.reason, at=request.at, ground=PostEndGround.FAILED_APPRAISAL)
    (outcome,) = await end_posts_and_free(work, viewer, [end])
    if not outcome.accepted:
        return Outcome(refusals=tuple(replace(one, field="postId") if one.field == "id" else one for one in outcome.refusals))
    await work.insert(t.appraisal_exit, [{"result_id": request.result_id, "post_id": request.post_id, "at": work.now}])
    return outcome
