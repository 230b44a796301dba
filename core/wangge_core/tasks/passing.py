"""Passing tasks on: from a post that is handed over or has ended, to its successor, its office, or its role over the grid."""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.tasks.giving import Address, AddressReason, address_anew, close_addresses

FREE = "tasks.free"
"""The job that looks for posts that have ended, every minute."""
MOST_AT_ONCE = 1000


async def hand_tasks_over(work: Work, from_post_id: int, to_post_id: int, but_of: Collection[int] = ()) -> list[int]:
    """Address the open tasks of a post to another in its place, but for those of some events; which they were. What the other has
    already is not given twice."""
    to = t.task_addressee
    open_tasks = sa.select(to.c.task_id).where(to.c.open)
    theirs = open_tasks.add_columns(t.task.c.event_id).join(t.task, t.task.c.id == to.c.task_id).where(to.c.post_id == from_post_id)
    old = sorted({row.task_id for row in await work.rows(theirs) if row.event_id not in but_of})
    had = {row.task_id for row in await work.rows(open_tasks.where(to.c.post_id == to_post_id))}
    if not old:
        return []
    await close_addresses(work, old, to.c.post_id == from_post_id)
    new = {id: [Address(post_id=to_post_id)] for id in old if id not in had}
    await address_anew(work, new, AddressReason.HANDED_OVER)
    return old


async def free_tasks(work: Work) -> int:
    """Let the open tasks of posts that have ended fall to their office, or to their role over the task's grid; how many they were."""
    to, post = t.task_addressee, t.post
    ended = (
        sa.select(to.c.task_id, to.c.post_id, post.c.office_id, post.c.role_id)
        .join(post, post.c.id == to.c.post_id)
        .where(to.c.open, post.c.ends_at <= work.now, sa.not_(_is_handed_over(post)))
        .order_by(to.c.id)
        .limit(MOST_AT_ONCE)
    )
    rows = await work.rows(ended if work.on_sqlite else ended.with_for_update(of=to))
    if not rows:
        return 0
    had = await _addressed(work, [row.task_id for row in rows])
    falls: dict[int, list[Address]] = {}
    for row in rows:
        heir = Address(office_id=row.office_id) if row.office_id is not None else Address(role_id=row.role_id)
        if (row.task_id, heir) not in had:
            had.add((row.task_id, heir))
            falls.setdefault(row.task_id, []).append(heir)
    await close_addresses(work, [row.task_id for row in rows], to.c.post_id.in_({row.post_id for row in rows}))
    await address_anew(work, falls, AddressReason.POST_ENDED)
    return len(rows)


def _is_handed_over(post: sa.FromClause) -> sa.ColumnElement[bool]:
    """True for posts whose work is about to go to somebody: what waits for its moment is done within that minute."""
    over = t.hand_over
    waits = sa.and_(over.c.from_post_id == post.c.id, over.c.done_at.is_(None), over.c.trouble.is_(None))
    return sa.exists(sa.select(1).where(waits).correlate(post))


async def _addressed(work: Work, task_ids: Sequence[int]) -> set[tuple[int, Address]]:
    to = t.task_addressee
    rows = await work.rows(sa.select(to).where(to.c.open, to.c.task_id.in_(task_ids)))
    return {(row.task_id, _address(row)) for row in rows}


def _address(row: sa.Row[Any]) -> Address:
    return Address(post_id=row.post_id, office_id=row.office_id, role_id=row.role_id)


async def free_ended_posts(work: Work) -> None:
    """For posts whose term has run out."""
    while await free_tasks(work) == MOST_AT_ONCE:
        pass
