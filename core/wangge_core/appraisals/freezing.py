"""Freezing: everything that a run is made of is written down once, scored and ranked. What comes in later changes nothing of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec
import sqlalchemy as sa

from wangge_core.appraisals.attributing import attribute
from wangge_core.appraisals.counting import Counting, Figures, Wanted
from wangge_core.appraisals.counting_figures import count_figures, count_up
from wangge_core.appraisals.ranking import ranks
from wangge_core.appraisals.rating import Side
from wangge_core.appraisals.schemes import ComponentKind, SchemeContent
from wangge_core.appraisals.scoring import (
    FEWEST_RATINGS,
    Correction,
    Found,
    Inputs,
    Scored,
    Tally,
    read_inputs,
    score,
    stored_inputs,
)
from wangge_core.appraisals.standing import Appraisee, RunState, content_of, run_to_change
from wangge_core.changing import Change
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, refusal
from wangge_core.indicators.requests import MOST_COUNTED, IndicatorsTooManyError
from wangge_core.rights.viewers import Viewer

Rows = Sequence[sa.Row[Any]]


async def freeze_runs(work: Work, viewer: Viewer, requests: Sequence[Change], *, count: Counting = count_figures) -> list[Outcome]:
    """Freeze and score runs whose period is over. For APPRAISE over the ground."""
    return [await _freeze(work, viewer, request, count) for request in requests]


async def _freeze(work: Work, viewer: Viewer, request: Change, count: Counting) -> Outcome:
    run, found = await run_to_change(work, viewer, request, {RunState.COLLECTING})
    if run is None:
        return Outcome(refusals=tuple(found))
    if run.ends_on >= work.today:
        found.append(refusal("PERIOD_NOT_OVER", "id", day=run.ends_on))
    if await is_superseded(work, run.id):
        found.append(refusal("APPRAISAL_SUPERSEDED", "id"))
    if found:
        return Outcome(refusals=tuple(found))
    if content_of(run).indicators and count is count_figures and not await count_up(work):
        return Outcome(refusals=(refusal("FIGURES_BEHIND", "id"),))
    try:
        inputs = await collect(work, run, count)
    except IndicatorsTooManyError:
        return Outcome(refusals=(refusal("TOO_MANY", "id", most=MOST_COUNTED),))
    await write_scores(work, run.id, content_of(run), inputs)
    frozen = {"frozen_by_id": viewer.account_id, "frozen_at": work.now}
    await write_run(work, run, frozen | {"state": RunState.DRAFT.value})
    return Outcome(id=run.id)


async def is_superseded(work: Work, run_id: int) -> bool:
    """Whether another run is in the place of this one."""
    return await work.first(sa.select(t.appraisal_run.c.id).where(t.appraisal_run.c.supersedes_id == run_id)) is not None


async def collect(work: Work, run: sa.Row[Any], count: Counting) -> dict[int, Inputs]:
    """All inputs as they are now, by the key of the result."""
    content, result = content_of(run), t.appraisal_result
    rows = await work.rows(sa.select(result).where(result.c.run_id == run.id).order_by(result.c.id))
    figures = await _figures(work, run, content, rows, count)
    found = await _found(work, run.id)
    above = await _above(work, run.id)
    rated = content.has(ComponentKind.RATED_BY_RESIDENTS)
    ratings: Mapping[int, Sequence[int]] = (await attribute(work, run, rated=True)).ratings if rated else {}
    return {
        row.id: Inputs(
            figures=dict(figures.get(_who(row), {})),
            self_assessment=row.self_assessment,
            spot_checks=found.get((row.id, ComponentKind.SPOT_CHECK), ()),
            video_checks=found.get((row.id, ComponentKind.VIDEO_CHECK), ()),
            from_above=above.get(row.id),
            from_below=enough(Tally(count=row.below_count, sum=row.below_sum)),
            by_residents=enough(Tally(count=len(ratings.get(row.id, ())), sum=sum(ratings.get(row.id, ())))),
        )
        for row in rows
    }


def enough(tally: Tally) -> Tally | None:
    """A tally, unless so few have rated that it would tell what somebody gave."""
    return tally if tally.count >= FEWEST_RATINGS else None


def _who(row: sa.Row[Any]) -> Appraisee:
    return Appraisee(grid_id=row.appraised_grid_id, office_id=row.office_id, post_id=row.post_id)


async def _figures(work: Work, run: sa.Row[Any], content: SchemeContent, rows: Rows, count: Counting) -> Figures:
    if not content.indicators:
        return {}
    who = [_who(row) for row in rows]
    wanted = Wanted(indicators=content.indicators, of=who, first=run.starts_on, last=run.ends_on, ground_id=run.grid_id)
    return await count(work, wanted)


async def _found(work: Work, run_id: int) -> Mapping[tuple[int, str], tuple[Found, ...]]:
    """The checks that were entered, by result and kind."""
    check, result, found = t.appraisal_check, t.appraisal_result, dict[tuple[int, str], tuple[Found, ...]]()
    source = check.join(result, result.c.id == check.c.result_id)
    query = sa.select(check).select_from(source).where(result.c.run_id == run_id, check.c.points.is_not(None))
    for row in await work.rows(query.order_by(check.c.id)):
        key = (row.result_id, row.kind)
        found[key] = (*found.get(key, ()), Found(check=row.id, points=row.points))
    return found


async def _above(work: Work, run_id: int) -> dict[int, Tally]:
    rating, result = t.appraisal_rating, t.appraisal_result
    columns = (rating.c.result_id, sa.func.count().label("number"), sa.func.sum(rating.c.points).label("points"))
    source = rating.join(result, result.c.id == rating.c.result_id)
    query = sa.select(*columns).select_from(source).where(result.c.run_id == run_id, rating.c.side == Side.ABOVE.value)
    rows = await work.rows(query.group_by(rating.c.result_id))
    return {row.result_id: Tally(count=row.number, sum=int(row.points)) for row in rows}


async def write_scores(work: Work, run_id: int, content: SchemeContent, inputs: Mapping[int, Inputs]) -> None:
    """Score and rank these inputs, and write them with what came out."""
    scored = {id: score(content, one) for id, one in inputs.items()}
    ranked = ranks({id: one.score for id, one in scored.items()})
    for id, one in scored.items():
        values = {"inputs": stored_inputs(inputs[id]), "scored": stored_scored(one), "score": one.score, "stars": one.stars}
        await work.change(t.appraisal_result, id, values | {"rank": ranked[id]})


def stored_scored(scored: Scored) -> Any:
    """As a column of JSON keeps it: the lines, what was deducted."""
    return {"lines": msgspec.to_builtins(scored.lines), "deductions": msgspec.to_builtins(scored.deductions)}


async def correct(work: Work, run: sa.Row[Any], result_id: int, correction: Correction) -> None:
    """Add to the frozen inputs what an appeal gave back; all are ranked anew."""
    result, inputs = t.appraisal_result, dict[int, Inputs]()
    for row in await work.rows(sa.select(result.c.id, result.c.inputs).where(result.c.run_id == run.id).order_by(result.c.id)):
        kept = read_inputs(row.inputs)
        inputs[row.id] = replace(kept, corrections=(*kept.corrections, correction)) if row.id == result_id else kept
    await write_scores(work, run.id, content_of(run), inputs)


async def write_run(work: Work, run: sa.Row[Any], values: Mapping[str, Any]) -> None:
    """Write new values of a run and tell of it, without figures or names."""
    await work.change(t.appraisal_run, run.id, {**values, "version": run.version + 1})
    work.announce("appraisal.changed", run.id, run.grid_id, state=values.get("state", run.state))
