"""Undoing a division: all is put back as it was in one transaction, as long as nothing has come to depend on it since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from wangge_core.changing import Change
from wangge_core.checking import check_text, only_right
from wangge_core.db import tables as t
from wangge_core.db.work import CHUNK, Work
from wangge_core.divisions.changes import DivisionState
from wangge_core.divisions.depending import find_depending
from wangge_core.divisions.outlines import put_back, remove_outlines, show
from wangge_core.divisions.proposing import division_to_change, write_division
from wangge_core.divisions.rehoming import rehome
from wangge_core.divisions.trees import set_codes, set_name, set_parent
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer

MOST_REASON = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class DivisionUndoing(Change):
    """A division that is to be in force no more."""

    reason: str


async def undo_divisions(work: Work, viewer: Viewer, requests: Sequence[DivisionUndoing]) -> list[Outcome]:
    """Put back what divisions changed. For MANAGE_GRIDS over the ground, and MANAGE_POSTS where posts come back."""
    return [await _undo(work, viewer, request) for request in requests]


async def _undo(work: Work, viewer: Viewer, request: DivisionUndoing) -> Outcome:
    row, found = await division_to_change(work, viewer, request, {DivisionState.APPLIED})
    if row is None:
        return Outcome(refusals=tuple(found))
    found += check_text(request.reason, "reason", most=MOST_REASON)
    found += await _check_posts(work, viewer, row)
    await _lock(work, row.before["made"])
    if depending := await find_depending(work, row):
        found.append(refusal("DIVISION_DEPENDED_ON", "id", what="; ".join(depending)))
    if found:
        return Outcome(refusals=only_right(found))
    await _put_back(work, viewer, row)
    undone = {"undone_by_id": viewer.account_id, "undone_at": work.now, "undone_reason": request.reason.strip()}
    values = {"state": DivisionState.UNDONE.value, "applied_at": None, "effective_at": None, "forced_reason": None, "before": None}
    await write_division(work, row, values | {"applied_by_id": None} | undone)
    return Outcome(id=row.id)


async def _check_posts(work: Work, viewer: Viewer, row: sa.Row[Any]) -> list[Refusal]:
    """Who puts posts back manages them over the ground, and puts back none of one's own."""
    move, post = t.division_move, t.post
    moved = await work.rows(sa.select(move.c.row_id).where(move.c.division_id == row.id, move.c.moved == post.name))
    ids = [*(id for id, _, _ in row.before["posts"]), *(one.row_id for one in moved)]
    accounts = {one.account_id for one in (await work.by_ids((post.c.account_id,), post.c.id, ids)).values()}
    if accounts and not viewer.may(Capability.MANAGE_POSTS, row.path):
        return [refusal("NOT_ALLOWED", "id")]
    return [refusal("RIGHTS_FOR_ONESELF", "id")] if viewer.account_id in accounts else []


async def _lock(work: Work, made: Sequence[int]) -> None:
    """Nobody puts anything into the grids that are about to go."""
    if not work.on_sqlite:
        for start in range(0, len(made), CHUNK):
            own = t.grid.c.id.in_(made[start : start + CHUNK])
            await work.rows(sa.select(t.grid.c.id).where(own).order_by(t.grid.c.id).with_for_update())


async def _put_back(work: Work, viewer: Viewer, row: sa.Row[Any]) -> None:
    before: Mapping[str, Any] = row.before
    made, ended = before["made"], before["ended"]
    grid, part = t.grid, t.grid_part
    await rehome(work, viewer, row.id, back=True)
    for id, ends_at, reason in before["posts"]:
        values = {"ends_at": ends_at and datetime.fromisoformat(ends_at), "end_reason": reason}
        await work.run(sa.update(t.post).where(t.post.c.id == id).values(values))
    for id, parent_id in reversed(before["parents"]):
        await set_parent(work, id, parent_id)
    if made:
        await work.run(sa.delete(part).where(part.c.base_grid_id.in_(made)))
    await work.insert(part, [{"overlay_grid_id": overlay, "base_grid_id": base} for overlay, base in before["parts"]])
    begun = {"ended_at": None, "updated_at": work.now, "version": grid.c.version + 1}
    await work.run(sa.update(grid).where(grid.c.id.in_(ended)).values(begun))
    await show(work, ended)
    await put_back(work, before["outlines"])
    await _remove(work, row, made)
    for id, name, _ in before["names"]:
        await set_name(work, id, name)
    await set_codes(work, {id: code for id, code, _ in before["codes"]})
    for id in ended:
        work.announce("grid.updated", id, id, fields=["ended_at"])


async def _remove(work: Work, row: sa.Row[Any], made: Sequence[int]) -> None:
    """The grids that the division made go, with its lineage. What was announced of them is told of the ground."""
    for table in (t.division_move, t.grid_succession, t.grid_former_code):
        await work.run(sa.delete(table).where(table.c.division_id == row.id))
    await remove_outlines(work, made)
    for start in reversed(range(0, len(made), CHUNK)):  # children were made after their parents
        some = made[start : start + CHUNK]
        await work.run(sa.update(t.outbox).where(t.outbox.c.grid_id.in_(some)).values(grid_id=row.grid_id))
        await work.run(sa.delete(t.grid_statistic).where(t.grid_statistic.c.grid_id.in_(some)))
        await work.run(sa.delete(t.grid).where(t.grid.c.id.in_(some)))
