"""Applying a division: everything that it does in one transaction, now or on its day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from wangge_core.changing import Change
from wangge_core.checking import check_optional_text
from wangge_core.db import tables as t
from wangge_core.db.columns import instant_text
from wangge_core.db.work import Work
from wangge_core.divisions.changes import DivisionState, read_changes
from wangge_core.divisions.depending import made_as
from wangge_core.divisions.outlines import hide, kept_outlines, set_outlines
from wangge_core.divisions.planning import Plan, fault_refusal, plan_division
from wangge_core.divisions.proposing import APPLY, OPEN, division_to_change, write_division
from wangge_core.divisions.rehoming import rehome, write_moves
from wangge_core.divisions.resolved import Resolved
from wangge_core.divisions.trees import set_codes, set_name, set_parent
from wangge_core.errors import Outcome, Refusal
from wangge_core.grids.grids import create_grids
from wangge_core.jobs.scheduling import NewJob, cancel, schedule
from wangge_core.rights.viewers import Viewer

MOST_REASON = 400
APPLICABLE = OPEN | {DivisionState.SCHEDULED}


@dataclass(frozen=True, slots=True, kw_only=True)
class DivisionApplication(Change):
    """A division to put into force, now unless `at` says when. `force` is why it is applied although it leaves faults of coverage."""

    at: datetime | None = None
    force: str | None = None


async def apply_divisions(work: Work, viewer: Viewer, requests: Sequence[DivisionApplication]) -> list[Outcome]:
    """Apply divisions, or have them applied on their day. For MANAGE_GRIDS over the ground, and MANAGE_POSTS where posts go or end."""
    return [await _apply(work, viewer, request) for request in requests]


async def _apply(work: Work, viewer: Viewer, request: DivisionApplication) -> Outcome:
    row, found = await division_to_change(work, viewer, request, APPLICABLE)
    if row is None:
        return Outcome(refusals=tuple(found))
    found += check_optional_text(request.force, "force", most=MOST_REASON)
    plan, wrong = await plan_division(work, viewer, row.grid_id, read_changes(row.changes), locked=True)
    found += wrong
    if plan is not None:
        found += _against(plan, request.force)
    if plan is None or found:
        return Outcome(refusals=tuple(found))
    decided: dict[str, Any] = {"applied_by_id": viewer.account_id, "forced_reason": request.force, "trouble": None}
    if request.at is not None and request.at > work.now:
        waiting = {"state": DivisionState.SCHEDULED.value, "effective_at": request.at}
        await write_division(work, row, decided | waiting)
        await schedule(work, [NewJob(name=APPLY, key=str(row.id), run_at=request.at)])
        return Outcome(id=row.id)
    await cancel(work, APPLY, [str(row.id)])
    if not plan.faults:
        decided["forced_reason"] = None
    before = await carry_out(work, viewer, row, plan)
    applied = {"state": DivisionState.APPLIED.value, "applied_at": work.now, "before": before}
    undone = {"undone_by_id": None, "undone_at": None, "undone_reason": None}
    await write_division(work, row, decided | applied | undone | {"effective_at": work.now})
    return Outcome(id=row.id)


def _against(plan: Plan, force: str | None) -> list[Refusal]:
    """Why a plan is not carried out."""
    faults = [fault_refusal(plan.faults)] if plan.faults and not (force or "").strip() else []
    return [*plan.refusals, *faults]


async def carry_out(work: Work, viewer: Viewer, row: sa.Row[Any], plan: Plan) -> dict[str, Any]:
    """Do all that a plan says; what undoing it needs, beside the moves."""
    resolved = plan.resolved
    before = await _before(work, plan)
    await _rename(work, row.id, resolved)
    made = await _create(work, viewer, resolved)
    for id, key in resolved.parents.items():
        await set_parent(work, id, made.get(key, key))
    await set_outlines(work, viewer, resolved, made)
    drawn = await work.by_ids((t.boundary.c.id,), t.boundary.c.grid_id, [one.key for one in resolved.redrawn])
    await write_moves(work, row.id, plan.moves, plan.posts, made)
    await rehome(work, viewer, row.id)
    await _end_posts(work, row, plan)
    new_parts = await _replace_parts(work, plan, made)
    await _end(work, row, plan, made)
    return before | {
        "as": await made_as(work, list(made.values())),
        "new_parts": new_parts,
        "made": sorted(made.values()),
        "drawn": {str(grid): one.id for grid, one in drawn.items()},
    }


async def _before(work: Work, plan: Plan) -> dict[str, Any]:
    resolved, grid, post = plan.resolved, t.grid, t.post
    changed = await work.by_ids((grid.c.parent_id, grid.c.name, grid.c.code), grid.c.id, resolved.touched)
    ending = [one.id for one in plan.posts if one.to is None]
    posts = await work.by_ids((post.c.ends_at, post.c.end_reason), post.c.id, ending)
    return {
        "ended": resolved.ending,
        "touched": resolved.touched,
        "parents": [[id, changed[id].parent_id] for id in resolved.parents],
        "names": [[id, changed[id].name, name] for id, name in resolved.names.items()],
        "codes": [[id, changed[id].code, code] for id, code in resolved.codes.items()],
        "posts": [[id, row.ends_at and instant_text(row.ends_at), row.end_reason] for id, row in posts.items()],
        "outlines": await kept_outlines(work, [one.key for one in resolved.redrawn]),
        "parts": [list(pair) for pair in plan.overlays.gone],
    }


async def _rename(work: Work, division_id: int, resolved: Resolved) -> None:
    for id, name in resolved.names.items():
        await set_name(work, id, name)
    former = [{"division_id": division_id, "grid_id": id, "code": resolved.grids[id].code} for id in resolved.codes]
    await work.insert(t.grid_former_code, former)
    await set_codes(work, resolved.codes)


async def _create(work: Work, viewer: Viewer, resolved: Resolved) -> dict[int, int]:
    """Make the new grids, parents before their children; their ids by key."""
    made: dict[int, int] = {}
    left = dict(resolved.new)
    while left:
        waiting = {grid.code for grid in left.values()}
        ready = {key: grid for key, grid in left.items() if grid.parent_code not in waiting}
        assert ready, "a circle of parents is refused before"
        outcomes = await create_grids(work, viewer, list(ready.values()))
        for key, outcome in zip(ready, outcomes, strict=True):
            assert outcome.id is not None, outcome.refusals
            made[key] = outcome.id
            del left[key]
    return made


async def _end_posts(work: Work, row: sa.Row[Any], plan: Plan) -> None:
    ending = [one for one in plan.posts if one.to is None]
    for one in ending:
        await work.run(sa.update(t.post).where(t.post.c.id == one.id).values(ends_at=work.now, end_reason=row.name))
        work.announce("post.ended", one.id, one.grid_id, account=one.account_id)


async def _replace_parts(work: Work, plan: Plan, made: Mapping[int, int]) -> list[list[int]]:
    part = t.grid_part
    if plan.overlays.gone:
        await work.run(sa.delete(part).where(part.c.base_grid_id.in_(plan.resolved.ending)))
    new = [[overlay, made.get(key, key)] for overlay, key in plan.overlays.new]
    await work.insert(part, [{"overlay_grid_id": overlay, "base_grid_id": base} for overlay, base in new])
    return new


async def _end(work: Work, row: sa.Row[Any], plan: Plan, made: Mapping[int, int]) -> None:
    """The grids that came before end, and are found by no position any more."""
    grid, ending = t.grid, plan.resolved.ending
    if not ending:
        return
    successions = [{"division_id": row.id, "from_grid_id": old, "to_grid_id": made.get(key, key)} for old, key in plan.successions]
    await work.insert(t.grid_succession, successions)
    ended = {"ended_at": work.now, "updated_at": work.now, "version": grid.c.version + 1}
    await work.run(sa.update(grid).where(grid.c.id.in_(ending)).values(ended))
    await hide(work, ending)
    for id in ending:
        work.announce("grid.ended", id, id)
