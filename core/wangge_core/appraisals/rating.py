"""Rating: above rates below and below rates above, each once; and the appraised assess themselves.

Of a rating from below nothing is kept but that somebody has rated and the sum of all: who gave what is written nowhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import auto
from typing import Any

import sqlalchemy as sa

from wangge_core.appraisals.schemes import ComponentKind
from wangge_core.appraisals.seen import appraisal_rule
from wangge_core.appraisals.standing import Appraisee, RunState, check_asked, is_appraised, own_posts, result_of, run_to_change
from wangge_core.changing import Change
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.plugin.declarations.labels import Choice
from wangge_core.rights.viewers import Viewer

MOST_POINTS = 100


class Side(Choice):
    """From where somebody is rated."""

    ABOVE = auto(), "上级"
    BELOW = auto(), "下级"


KINDS = {Side.ABOVE: ComponentKind.RATED_FROM_ABOVE, Side.BELOW: ComponentKind.RATED_FROM_BELOW}


@dataclass(frozen=True, slots=True, kw_only=True)
class AppraisalRating(Change):
    """Points, 0 to 100, for somebody in a run. From which side, the viewer's posts say."""

    who: Appraisee
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfAssessment(Change):
    """What the appraised give themselves, 0 to 100; given again, it takes the place of what was given before."""

    who: Appraisee
    points: int


async def rate(work: Work, viewer: Viewer, requests: Sequence[AppraisalRating]) -> list[Outcome]:
    """Rate once, for good. For who holds a post above or below the appraised, as the scheme asks."""
    return [await _rate(work, viewer, request) for request in requests]


async def _rate(work: Work, viewer: Viewer, request: AppraisalRating) -> Outcome:
    run, result, found = await _collecting(work, viewer, request)
    if run is None or result is None:
        return Outcome(refusals=tuple(found))
    side = None if is_appraised(viewer, result) else side_of(viewer, run.path, result)
    if side is None:
        found.append(refusal("RATER_ELSEWHERE", "id"))
    else:
        found += check_asked(run, KINDS[side], "id")
        if not found:
            found += await _check_first(work, viewer, result, side)
    if found or side is None:
        return Outcome(refusals=tuple(found))
    named = request.points if side is Side.ABOVE else None
    row = {"result_id": result.id, "side": side.value, "account_id": viewer.account_id, "points": named}
    await work.insert(t.appraisal_rating, [row])
    if side is Side.BELOW:
        kept = t.appraisal_result
        more = {"below_count": kept.c.below_count + 1, "below_sum": kept.c.below_sum + request.points}
        await work.run(sa.update(kept).where(kept.c.id == result.id).values(more))
    return Outcome(id=run.id)


def side_of(viewer: Viewer, ground: str, result: sa.Row[Any]) -> Side | None:
    """From where the viewer can rate: by a post strictly above or below. Above an office is who has the whole ground of the run."""
    paths = [path for post in own_posts(viewer) for path in post.paths]
    if result.path is None:
        above, below = any(ground.startswith(path) for path in paths), any(_is_below(path, ground) for path in paths)
    else:
        above, below = any(_is_below(result.path, path) for path in paths), any(_is_below(path, result.path) for path in paths)
    if above:
        return Side.ABOVE
    return Side.BELOW if below else None


def _is_below(path: str, other: str) -> bool:
    return path != other and path.startswith(other)


async def _check_first(work: Work, viewer: Viewer, result: sa.Row[Any], side: Side) -> list[Refusal]:
    rating = t.appraisal_rating
    mine = (rating.c.result_id == result.id, rating.c.side == side.value, rating.c.account_id == viewer.account_id)
    if await work.first(sa.select(rating.c.id).where(*mine)):
        return [refusal("RATED_ALREADY", "id")]
    return [refusal("RATINGS_CLOSED", "id")] if side is Side.BELOW and result.below_closed else []


async def assess_oneself(work: Work, viewer: Viewer, requests: Sequence[SelfAssessment]) -> list[Outcome]:
    """Say how well one did. For the appraised, while the run collects."""
    return [await _assess(work, viewer, request) for request in requests]


async def _assess(work: Work, viewer: Viewer, request: SelfAssessment) -> Outcome:
    run, result, found = await _collecting(work, viewer, request)
    if run is None or result is None:
        return Outcome(refusals=tuple(found))
    found += check_asked(run, ComponentKind.SELF_ASSESSMENT, "id")
    if not is_appraised(viewer, result):
        found.append(refusal("NOT_ALLOWED", "id"))
    if found:
        return Outcome(refusals=tuple(found))
    given = {"self_assessment": request.points, "assessed_by_id": viewer.account_id}
    await work.change(t.appraisal_result, result.id, given)
    work.announce("appraisal.collected", run.id, run.grid_id)
    return Outcome(id=run.id)


async def _collecting(
    work: Work, viewer: Viewer, request: AppraisalRating | SelfAssessment
) -> tuple[sa.Row[Any] | None, sa.Row[Any] | None, list[Refusal]]:
    """The run that collects and the row of whom the request is about; or why not."""
    run, found = await run_to_change(work, viewer, request, {RunState.COLLECTING}, appraisal_rule)
    if run is None:
        return None, None, found
    if viewer.account_id is None:
        return None, None, [refusal("NOT_ALLOWED", "id")]
    if not 0 <= request.points <= MOST_POINTS:
        found.append(refusal("OUT_OF_RANGE", "points", least=0, most=MOST_POINTS))
    result = await result_of(work, run.id, request.who)
    if result is None:
        found.append(refusal("NOT_APPRAISED", "who"))
    return run, (None if found else result), found
