"""Starting runs: who is appraised in a period, and what a run takes over from one that it takes the place of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from wangge_core.appraisals.periods import moments, period_of
from wangge_core.appraisals.schemes import AppraisalPeriod, Appraised
from wangge_core.appraisals.scoring import FEWEST_RATINGS
from wangge_core.appraisals.setting import scheme_to_change
from wangge_core.appraisals.standing import Appraisee, RunState, run_to_change
from wangge_core.changing import Change
from wangge_core.checking import check_text
from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import CHUNK, Work
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.rights.scopes import END
from wangge_core.rights.viewers import Viewer

MOST_APPRAISED = 5_000
MOST_REASON = 400
COLLECTED = ("self_assessment", "assessed_by_id", "below_count", "below_sum")
"""What a run takes over of another's results; ratings and checks have rows of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    """An appraisal under a scheme in the period of a day. `supersedes` is the run in whose place it is, and `reason` why."""

    scheme_id: int
    day: date
    supersedes: int | None = None
    reason: str | None = None


async def start_runs(work: Work, viewer: Viewer, requests: Sequence[NewRun]) -> list[Outcome]:
    """Start runs, which collect then. For APPRAISE over the ground of the scheme."""
    return [await _start(work, viewer, request) for request in requests]


async def _start(work: Work, viewer: Viewer, request: NewRun) -> Outcome:
    scheme, found = await scheme_to_change(work, viewer, Change(id=request.scheme_id))
    if scheme is None:
        return Outcome(refusals=tuple(found))
    first, last = period_of(AppraisalPeriod(scheme.period), request.day)
    if first > work.today:
        found.append(refusal("IN_THE_FUTURE", "day"))
    found += await _check_earlier(work, viewer, request, first)
    appraised = [] if found else await _appraised(work, scheme, first, last)
    if not found and not appraised:
        found.append(refusal("NOBODY_APPRAISED", "schemeId"))
    if len(appraised) > MOST_APPRAISED:
        found.append(refusal("TOO_MANY", "schemeId", most=MOST_APPRAISED))
    if found:
        return Outcome(refusals=tuple(found))
    (id,) = await work.reserve_ids(t.appraisal_run, 1)
    row: dict[str, Any] = {"id": id, "scheme_id": scheme.id, "scheme_version_id": scheme.scheme_version_id, "version": 1}
    row |= {"grid_id": scheme.grid_id, "starts_on": first, "ends_on": last, "state": RunState.COLLECTING.value, "names_last": False}
    row |= {"started_by_id": viewer.account_id, "started_at": work.now, "supersedes_id": request.supersedes}
    await work.insert(t.appraisal_run, [row | {"supersedes_because": request.reason and request.reason.strip()}])
    await _write(work, row, appraised, request.supersedes)
    work.announce("appraisal.started", id, scheme.grid_id, state=RunState.COLLECTING.value)
    return Outcome(id=id)


async def _check_earlier(work: Work, viewer: Viewer, request: NewRun, first: date) -> list[Refusal]:
    """One run a period, or one in the place of another that no other has replaced."""
    run = t.appraisal_run
    if request.supersedes is None:
        same = sa.select(run.c.id).where(run.c.scheme_id == request.scheme_id, run.c.starts_on == first)
        return [refusal("APPRAISAL_EXISTS", "day")] if await work.first(same.limit(1)) else []
    row, found = await run_to_change(work, viewer, Change(id=request.supersedes), tuple(RunState))
    if row is None:
        return [refusal(one.code, "supersedes", **one.values) for one in found]
    found += check_text(request.reason or "", "reason", most=MOST_REASON)
    if (row.scheme_id, row.starts_on) != (request.scheme_id, first):
        found.append(refusal("APPRAISAL_OTHER_PERIOD", "supersedes"))
    if await work.first(sa.select(run.c.id).where(run.c.supersedes_id == row.id)):
        found.append(refusal("APPRAISAL_SUPERSEDED", "supersedes"))
    return found


async def _appraised(work: Work, scheme: sa.Row[Any], first: date, last: date) -> list[Appraisee]:
    """Who is appraised: the present grids of the level, the posts of the role that were held in the period, or the offices at work."""
    match Appraised(scheme.appraises):
        case Appraised.GRIDS:
            grid = t.grid
            query = sa.select(grid.c.id).where(_below(scheme.path), grid.c.level == scheme.level, grid.c.ended_at.is_(None))
            return [Appraisee(grid_id=row.id) for row in await work.rows(query.order_by(grid.c.id))]
        case Appraised.POSTS:
            query = _posts_held(work, scheme.path, first, last).where(t.post.c.role_id == scheme.role_id)
            return [Appraisee(post_id=row.id) for row in await work.rows(query)]
        case Appraised.OFFICES:
            return [Appraisee(office_id=id) for id in await _offices(work, scheme, first, last)]


def _below(path: str) -> sa.ColumnElement[bool]:
    """True for grids of the base layer at or below a path."""
    grid = t.grid
    return sa.and_(grid.c.layer_id == BASE_LAYER, grid.c.path >= path, grid.c.path < path[:-1] + END)


def _posts_held(work: Work, path: str, first: date, last: date) -> sa.Select[*tuple[Any, ...]]:
    """Posts on the ground whose term has some of these days."""
    post, (begin, end) = t.post, moments(first, last, work.rules.zone)
    held = sa.and_(post.c.starts_at < end, sa.or_(post.c.ends_at.is_(None), post.c.ends_at > begin))
    columns = (post.c.id, post.c.office_id)
    return sa.select(*columns).join(t.grid, t.grid.c.id == post.c.grid_id).where(_below(path), held).order_by(post.c.id)


async def _offices(work: Work, scheme: sa.Row[Any], first: date, last: date) -> list[int]:
    """Offices with members on the ground, and those to which events there were given that were open in the period."""
    given, event, (begin, end) = t.event_assignment, t.event, moments(first, last, work.rules.zone)
    members = {row.office_id for row in await work.rows(_posts_held(work, scheme.path, first, last))} - {None}
    source = given.join(event, event.c.id == given.c.event_id).join(t.grid, t.grid.c.id == event.c.grid_id)
    open_then = sa.and_(event.c.reported_at < end, sa.or_(event.c.closed_at.is_(None), event.c.closed_at >= begin))
    query = sa.select(given.c.office_id).select_from(source).where(_below(scheme.path), open_then, given.c.office_id.is_not(None))
    return sorted(members | {row.office_id for row in await work.rows(query.distinct())})


async def _write(work: Work, run: Mapping[str, Any], appraised: Sequence[Appraisee], supersedes: int | None) -> None:
    """The results that are to be, with what the earlier run had collected of the same."""
    result = t.appraisal_result
    earlier: dict[Appraisee, sa.Row[Any]] = {}
    if supersedes is not None:
        rows = await work.rows(sa.select(result).where(result.c.run_id == supersedes))
        earlier = {Appraisee(grid_id=one.appraised_grid_id, office_id=one.office_id, post_id=one.post_id): one for one in rows}
    ids = await work.reserve_ids(result, len(appraised))
    nothing = {"self_assessment": None, "assessed_by_id": None, "below_count": 0, "below_sum": 0}
    for start in range(0, len(appraised), CHUNK):
        some = list(zip(ids, appraised, strict=True))[start : start + CHUNK]
        await work.insert(result, [_row(run, id, one, earlier.get(one), nothing) for id, one in some])
    kept = {earlier[one].id: id for id, one in zip(ids, appraised, strict=True) if one in earlier}
    await _take_over(work, kept)


def _row(
    run: Mapping[str, Any], id: int, one: Appraisee, earlier: sa.Row[Any] | None, nothing: Mapping[str, Any]
) -> dict[str, Any]:
    """Ratings from below that were shown are taken over whole and closed: one more would tell what the last one gave."""
    collected = nothing if earlier is None else {name: earlier._mapping[name] for name in COLLECTED}
    row: dict[str, Any] = {"id": id, "run_id": run["id"], "grid_id": run["grid_id"], "shown": False, "rank": 0}
    who = {"appraised_grid_id": one.grid_id, "office_id": one.office_id, "post_id": one.post_id}
    return row | who | {**collected} | {"below_closed": collected["below_count"] >= FEWEST_RATINGS}


async def _take_over(work: Work, kept: Mapping[int, int]) -> None:
    """Copy ratings, and checks that were entered, from results to those of the new run."""
    for table, where in ((t.appraisal_rating, sa.true()), (t.appraisal_check, t.appraisal_check.c.points.is_not(None))):
        for start in range(0, len(kept), CHUNK):
            some = list(kept)[start : start + CHUNK]
            rows = await work.rows(sa.select(table).where(table.c.result_id.in_(some), where).order_by(table.c.id))
            copies = [{**row._mapping, "result_id": kept[row.result_id]} for row in rows]
            await work.insert(table, [{name: value for name, value in one.items() if name != "id"} for one in copies])
