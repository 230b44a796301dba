"""Occasions: that one holds over some ground, from when until when. Duties ask for more while it does, or soon after it began."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import check_text, only_right
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal, refused
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer
from wangge_core.writing import check_grid, grids_of, insert_accepted

MOST_REASON = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOccasionTerm:
    """An occasion that holds in a grid and below it: from now on unless `starts_at` is given, without an end until somebody says so."""

    occasion_id: str
    grid_id: int
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OccasionTermEnd:
    """An occasion that is over, now unless `at` says otherwise."""

    term_id: int
    at: datetime | None = None
    reason: str


async def set_occasions(work: Work, viewer: Viewer, requests: Sequence[NewOccasionTerm]) -> list[Outcome]:
    """Say that occasions hold; with MANAGE_WORK over the grid. They may lie ahead, as seasons do."""
    grids = await grids_of(work, [request.grid_id for request in requests])
    refusals = [only_right(_wrong(work, viewer, one, grids)) for one in requests]
    outcomes = await insert_accepted(work, t.occasion_term, requests, refusals, lambda one: _row(work, viewer, one))
    for request, outcome in zip(requests, outcomes, strict=True):
        if outcome.id is not None:
            work.announce("occasion.set", outcome.id, request.grid_id, occasion=request.occasion_id)
    return outcomes


def _wrong(work: Work, viewer: Viewer, request: NewOccasionTerm, grids: Mapping[int, sa.Row[Any]]) -> list[Refusal]:
    found = check_grid(grids, request.grid_id, viewer, Capability.MANAGE_WORK)
    found += check_text(request.reason, "reason", most=MOST_REASON)
    if request.occasion_id not in work.rules.registry.occasions:
        found.append(refusal("OCCASION_UNKNOWN", "occasionId", id=request.occasion_id))
    if request.ends_at is not None and request.ends_at <= (request.starts_at or work.now):
        found.append(refusal("TERM_INVALID", "endsAt"))
    return found


def _row(work: Work, viewer: Viewer, request: NewOccasionTerm) -> dict[str, Any]:
    return {
        "occasion_id": request.occasion_id,
        "grid_id": request.grid_id,
        "starts_at": request.starts_at or work.now,
        "ends_at": request.ends_at,
        "reason": request.reason.strip(),
        "set_by_id": viewer.account_id,
        "created_at": work.now,
    }


async def end_occasions(work: Work, viewer: Viewer, requests: Sequence[OccasionTermEnd]) -> list[Outcome]:
    """Say that occasions are over, one after the other; with MANAGE_WORK over the grid. A term is never made longer."""
    return [await _end(work, viewer, request) for request in requests]


async def _end(work: Work, viewer: Viewer, request: OccasionTermEnd) -> Outcome:
    term, grid = t.occasion_term, t.grid
    query = sa.select(term, grid.c.path).join(grid, grid.c.id == term.c.grid_id).where(term.c.id == request.term_id)
    row = await work.first(query if work.on_sqlite else query.with_for_update(of=term))
    if row is None or not (viewer.may(Capability.READ_WORK, row.path) or viewer.may(Capability.MANAGE_WORK, row.path)):
        return refused("NOT_FOUND", "id", what="OccasionTerm", id=request.term_id)
    at = request.at or work.now
    found = list(check_text(request.reason, "reason", most=MOST_REASON))
    if not viewer.may(Capability.MANAGE_WORK, row.path):
        found.append(refusal("NOT_ALLOWED", "id"))
    if at < row.starts_at or (row.ends_at is not None and at > row.ends_at):
        found.append(refusal("TERM_INVALID", "at"))
    if found:
        return Outcome(refusals=only_right(found))
    values = {"ends_at": at, "end_reason": request.reason.strip(), "ended_by_id": viewer.account_id}
    await work.run(sa.update(term).where(term.c.id == row.id).values(values))
    work.announce("occasion.ended", row.id, row.grid_id, occasion=row.occasion_id)
    return Outcome(id=row.id)
