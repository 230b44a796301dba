"""Proposing divisions: drafts that are made, changed and withdrawn, and what may be done to a division in which state."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from wangge_core.changing import KEEP, Change, Kept
from wangge_core.checking import check_text, only_right
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.divisions.changes import DivisionChange, DivisionState, stored
from wangge_core.divisions.resolving import resolve
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.jobs.scheduling import cancel
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer

APPLY = "division.apply"
"""The job that applies a division on its day; its key is that of the division."""
MOST_NAME = 200
OPEN = frozenset({DivisionState.DRAFT, DivisionState.UNDONE})
"""In these states the changes of a division may be changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDivision:
    """Changes to propose for the grids below a grid."""

    grid_id: int
    name: str
    changes: Sequence[DivisionChange]


@dataclass(frozen=True, slots=True, kw_only=True)
class DivisionEdit(Change):
    """New values of a division that is not in force; it is a draft then."""

    name: str | Kept = KEEP
    changes: Sequence[DivisionChange] | Kept = KEEP


@dataclass(frozen=True, slots=True, kw_only=True)
class DivisionWithdrawal(Change):
    """A division that is not to be applied."""


async def propose_divisions(work: Work, viewer: Viewer, requests: Sequence[NewDivision]) -> list[Outcome]:
    """Keep proposals whose changes can be made as the grids are now. For MANAGE_GRIDS over the ground."""
    outcomes: list[Outcome] = []
    for request in requests:
        _, wrong = await resolve(work, viewer, request.grid_id, request.changes)
        found = only_right([*wrong, *check_text(request.name, "name", most=MOST_NAME)])
        if found:
            outcomes.append(Outcome(refusals=found))
            continue
        (id,) = await work.reserve_ids(t.division, 1)
        row: dict[str, Any] = {"id": id, "grid_id": request.grid_id, "name": request.name.strip(), "version": 1}
        row |= {"state": DivisionState.DRAFT.value, "changes": stored(request.changes)}
        row |= {"proposed_by_id": viewer.account_id, "proposed_at": work.now}
        await work.insert(t.division, [row])
        work.announce("division.proposed", id, request.grid_id)
        outcomes.append(Outcome(id=id))
    return outcomes


async def update_divisions(work: Work, viewer: Viewer, requests: Sequence[DivisionEdit]) -> list[Outcome]:
    """Change proposals that are not in force."""
    return [await _update(work, viewer, request) for request in requests]


async def _update(work: Work, viewer: Viewer, request: DivisionEdit) -> Outcome:
    row, found = await division_to_change(work, viewer, request, OPEN)
    if row is None:
        return Outcome(refusals=tuple(found))
    values: dict[str, Any] = {}
    if not isinstance(request.name, Kept):
        found += check_text(request.name, "name", most=MOST_NAME)
        values["name"] = request.name.strip()
    if not isinstance(request.changes, Kept):
        _, wrong = await resolve(work, viewer, row.grid_id, request.changes)
        found += wrong
        values["changes"] = stored(request.changes)
    if found:
        return Outcome(refusals=only_right(found))
    await write_division(work, row, values | {"state": DivisionState.DRAFT.value, "trouble": None})
    return Outcome(id=row.id)


async def withdraw_divisions(work: Work, viewer: Viewer, requests: Sequence[DivisionWithdrawal]) -> list[Outcome]:
    """Withdraw proposals, also those that wait for their day."""
    outcomes: list[Outcome] = []
    for request in requests:
        row, found = await division_to_change(work, viewer, request, OPEN | {DivisionState.SCHEDULED})
        if row is not None:
            await cancel(work, APPLY, [str(row.id)])
            await write_division(work, row, {"state": DivisionState.WITHDRAWN.value, "effective_at": None})
        outcomes.append(Outcome(refusals=tuple(found)) if row is None else Outcome(id=row.id))
    return outcomes


async def division_to_change(
    work: Work, viewer: Viewer, change: Change, states: Collection[DivisionState]
) -> tuple[sa.Row[Any] | None, list[Refusal]]:
    """The division, locked until the transaction ends, or why nothing may be done to it. For MANAGE_GRIDS over its ground."""
    division, grid = t.division, t.grid
    query = sa.select(division, grid.c.path).join(grid, grid.c.id == division.c.grid_id).where(division.c.id == change.id)
    row = await work.first(query if work.on_sqlite else query.with_for_update(of=division))
    if row is None or not viewer.may(Capability.MANAGE_GRIDS, row.path):
        return None, [refusal("NOT_FOUND", "id", what="Division", id=change.id)]
    if change.expected_version is not None and change.expected_version != row.version:
        return None, [refusal("VERSION_OUTDATED", "expectedVersion", version=row.version)]
    if row.state not in states:
        return None, [refusal("DIVISION_STATE", "id", state=row.state)]
    return row, []


async def write_division(work: Work, row: sa.Row[Any], values: dict[str, Any]) -> None:
    """Write new values of a division and tell of it."""
    await work.change(t.division, row.id, values | {"version": row.version + 1})
    work.announce("division.changed", row.id, row.grid_id, state=values.get("state", row.state))
