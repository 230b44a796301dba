"""Shifts of a post that is handed over: the successor takes those to come, and what is left of one that runs."""

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work

TAKEN_OVER = "岗位已交接"
"""Why a shift of the old post is taken back at which the successor is on duty already."""


async def give_shifts(work: Work, old: int, new: int) -> list[int]:
    """Move the shifts of a post that have not ended to another; which they were. One at which that is on duty already is taken back."""
    shift, now = t.shift, work.now
    open_shifts = (
        sa.select(shift).where(shift.c.ends_at > now, shift.c.cancelled_at.is_(None)).order_by(shift.c.starts_at, shift.c.id)
    )
    theirs = [(row.starts_at, row.ends_at) for row in await work.rows(open_shifts.where(shift.c.post_id == new))]
    moved: list[int] = []
    for row in await work.rows(open_shifts.where(shift.c.post_id == old)):
        starts_at = max(row.starts_at, now)
        values = {"post_id": new}
        if any(start < row.ends_at and starts_at < end for start, end in theirs):
            values = {"cancelled_at": now, "cancel_reason": TAKEN_OVER}
        elif row.starts_at < now:
            values = {"ends_at": now}
            rest = {"post_id": new, "starts_at": now, "ends_at": row.ends_at, "set_by_id": row.set_by_id, "created_at": now}
            await work.insert(shift, [rest])
        await work.run(sa.update(shift).where(shift.c.id == row.id).values(values))
        moved.append(row.id)
    return moved
