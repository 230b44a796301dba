"""Kinds of residence: that somebody lives here for good and not for a time, or the other way round, found without a move."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from wangge_core.changing import Change, Checking, rows_to_change
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, refused
from wangge_core.people.homes import ResidenceKind
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import person_rule


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidenceKindChange(Change):
    """How the person `id` lives in the present home."""

    kind: ResidenceKind


async def change_residence_kinds(work: Work, viewer: Viewer, requests: Sequence[ResidenceKindChange]) -> list[Outcome]:
    """Say how people live here. For REGISTER_PEOPLE over their grids; refused with MOVED_OUT_ALREADY for who has moved out."""
    rows = await rows_to_change(work, viewer, t.person, [one.id for one in requests], person_rule)
    checking = Checking.of(viewer, "Person", rows, Capability.REGISTER_PEOPLE)
    outcomes: list[Outcome] = []
    for request in requests:
        if found := checking.refusals(request):
            outcomes.append(Outcome(refusals=tuple(found)))
        elif rows[request.id].residence is None:
            outcomes.append(refused("MOVED_OUT_ALREADY", "id"))
        else:
            if rows[request.id].residence != request.kind.value:
                await _write(work, request, rows[request.id].version, rows[request.id].grid_id)
            outcomes.append(Outcome(id=request.id))
    return outcomes


async def _write(work: Work, request: ResidenceKindChange, version: int, grid_id: int) -> None:
    home = t.residence
    present = sa.and_(home.c.person_id == request.id, home.c.moved_out_on.is_(None))
    await work.run(sa.update(home).where(present).values(kind=request.kind.value))
    await work.change(t.person, request.id, {"residence": request.kind.value, "version": version + 1})
    work.announce("person.changed", request.id, grid_id, fields=["residence"])
