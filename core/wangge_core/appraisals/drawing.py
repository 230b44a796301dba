"""Drawing: samples for spot checks and video checks, the same for the same run however often it is tried.

A spot check looks at an event that was closed in the period; a video check at a place or an asset: things, never persons or homes.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from wangge_core.appraisals.attributing import Attribution, attribute
from wangge_core.appraisals.schemes import ComponentKind
from wangge_core.appraisals.standing import RunState, check_asked, run_to_change, with_ground
from wangge_core.changing import Change
from wangge_core.db import tables as t
from wangge_core.db.work import CHUNK, Work
from wangge_core.errors import Outcome, refusal
from wangge_core.rights.scopes import END
from wangge_core.rights.viewers import Viewer

MOST_EACH = 50
CHECKS = (ComponentKind.SPOT_CHECK, ComponentKind.VIDEO_CHECK)
Item = tuple[str, int]
"""The column that refers to what was drawn, and its key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing(Change):
    """Samples to draw: so many for each who is appraised, those included that were drawn before."""

    kind: ComponentKind
    each: int


async def draw_checks(work: Work, viewer: Viewer, requests: Sequence[Drawing]) -> list[Outcome]:
    """Draw what is to be checked. For APPRAISE over the ground, while the run collects."""
    return [await _draw(work, viewer, request) for request in requests]


async def _draw(work: Work, viewer: Viewer, request: Drawing) -> Outcome:
    run, found = await run_to_change(work, viewer, request, {RunState.COLLECTING})
    if run is None:
        return Outcome(refusals=tuple(found))
    if not 1 <= request.each <= MOST_EACH:
        found.append(refusal("OUT_OF_RANGE", "each", least=1, most=MOST_EACH))
    found += check_asked(run, request.kind, "kind")
    if request.kind not in CHECKS:
        found.append(refusal("COMPONENT_MISSING", "kind", kind=request.kind.value))
    if found:
        return Outcome(refusals=tuple(found[:1]))
    items = await (_events(work, run) if request.kind is ComponentKind.SPOT_CHECK else _things(work, run))
    rows = [row for result_id, own in items.items() for row in await _drawn(work, run, request, result_id, own)]
    if not rows and not await _has_drawn(work, run.id, request.kind):
        return Outcome(refusals=(refusal("NOTHING_TO_DRAW", "kind"),))
    for start in range(0, len(rows), CHUNK):
        await work.insert(t.appraisal_check, rows[start : start + CHUNK])
    work.announce("appraisal.collected", run.id, run.grid_id)
    return Outcome(id=run.id)


async def _drawn(work: Work, run: sa.Row[Any], request: Drawing, result_id: int, items: Sequence[Item]) -> list[dict[str, Any]]:
    """The rows that are missing of a result's sample."""
    check = t.appraisal_check
    own = (check.c.result_id == result_id, check.c.kind == request.kind.value)
    before = await work.rows(sa.select(check.c.event_id, check.c.asset_id, check.c.place_id).where(*own))
    there = {(name, id) for row in before for name, id in row._mapping.items() if id is not None}
    order = sorted((one for one in items if one not in there), key=lambda one: _lot(run.id, result_id, one))
    row = {"result_id": result_id, "grid_id": run.grid_id, "kind": request.kind.value, "drawn_at": work.now}
    empty = dict.fromkeys(("event_id", "asset_id", "place_id"))
    return [row | empty | {name: id} for name, id in order[: max(request.each - len(there), 0)]]


def _lot(run_id: int, result_id: int, item: Item) -> bytes:
    """In which order things are drawn: nobody can choose it, and everybody can draw it again."""
    return hashlib.sha256(f"{run_id}:{result_id}:{item[0]}:{item[1]}".encode()).digest()


async def _has_drawn(work: Work, run_id: int, kind: ComponentKind) -> bool:
    check, result = t.appraisal_check, t.appraisal_result
    query = sa.select(check.c.id).join(result, result.c.id == check.c.result_id)
    return await work.first(query.where(result.c.run_id == run_id, check.c.kind == kind.value).limit(1)) is not None


async def _events(work: Work, run: sa.Row[Any]) -> dict[int, list[Item]]:
    """Events that were closed in the period, by the result that they are of."""
    attribution: Attribution = await attribute(work, run)
    return {result_id: [("event_id", id) for id in ids] for result_id, ids in attribution.closed.items()}


async def _things(work: Work, run: sa.Row[Any]) -> dict[int, list[Item]]:
    """Places and assets in the grid that is appraised, or in that of the post; of an office there are none."""
    found: dict[int, list[Item]] = {}
    for result in await work.rows(with_ground().where(t.appraisal_result.c.run_id == run.id)):
        if result.path is None:
            continue
        for table, name in ((t.asset, "asset_id"), (t.place, "place_id")):
            grid = t.grid
            below = sa.and_(grid.c.path >= result.path, grid.c.path < result.path[:-1] + END)
            query = sa.select(table.c.id).join(grid, grid.c.id == table.c.grid_id).where(below).order_by(table.c.id)
            found.setdefault(result.id, []).extend((name, row.id) for row in await work.rows(query))
    return found
