"""Protocols of hand-overs: what the one who leaves adds, and that the one who takes over has it all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import check_optional_text, check_text
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, refusal, refused
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.viewers import Viewer
from wangge_core.staffing.handing_over import MOST_POINTS
from wangge_core.staffing.sight import hand_over_rule


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverNote:
    """What is still to be done, by who leaves."""

    hand_over_id: int
    open_points: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverAcknowledgement:
    """That the one who takes over has it all, and what they add."""

    hand_over_id: int
    remark: str | None = None


async def note_hand_overs(work: Work, viewer: Viewer, requests: Sequence[HandOverNote]) -> list[Outcome]:
    """Write down what is open, for who left the post, until the other side has acknowledged."""
    return [await _note(work, viewer, request) for request in requests]


async def acknowledge_hand_overs(work: Work, viewer: Viewer, requests: Sequence[HandOverAcknowledgement]) -> list[Outcome]:
    """Acknowledge protocols of what was done, for who took over the post, once."""
    return [await _acknowledge(work, viewer, request) for request in requests]


async def _note(work: Work, viewer: Viewer, request: HandOverNote) -> Outcome:
    row = await _seen(work, viewer, request.hand_over_id)
    if row is None:
        return refused("NOT_FOUND", "id", what="HandOver", id=request.hand_over_id)
    if viewer.account_id is None or viewer.account_id != row.from_account_id:
        return refused("NOT_ALLOWED", "id")
    found = list(check_text(request.open_points, "openPoints", most=MOST_POINTS))
    if row.acknowledged_at is not None:
        found.append(refusal("HAND_OVER_ACKNOWLEDGED", "id"))
    if found:
        return Outcome(refusals=tuple(found))
    await work.run(sa.update(t.hand_over).where(t.hand_over.c.id == row.id).values(open_points=request.open_points.strip()))
    work.announce("hand_over.noted", row.id, row.grid_id)
    return Outcome(id=row.id)


async def _acknowledge(work: Work, viewer: Viewer, request: HandOverAcknowledgement) -> Outcome:
    row = await _seen(work, viewer, request.hand_over_id)
    if row is None:
        return refused("NOT_FOUND", "id", what="HandOver", id=request.hand_over_id)
    if viewer.account_id is None or viewer.account_id != row.to_account_id:
        return refused("NOT_ALLOWED", "id")
    found = list(check_optional_text(request.remark, "remark", most=MOST_POINTS))
    if row.acknowledged_at is not None:
        found.append(refusal("HAND_OVER_ACKNOWLEDGED", "id"))
    elif row.done_at is None:
        found.append(refusal("HAND_OVER_NOT_DONE", "id"))
    if found:
        return Outcome(refusals=tuple(found))
    values = {"acknowledged_at": work.now, "remark": request.remark and request.remark.strip()}
    await work.run(sa.update(t.hand_over).where(t.hand_over.c.id == row.id).values(values))
    work.announce("hand_over.acknowledged", row.id, row.grid_id)
    return Outcome(id=row.id)


async def _seen(work: Work, viewer: Viewer, id: int) -> sa.Row[Any] | None:
    over = t.hand_over
    query = sa.select(over).where(over.c.id == id, hand_over_rule(over, BoundViewer(viewer)))
    return await work.first(query if work.on_sqlite else query.with_for_update(of=over))
