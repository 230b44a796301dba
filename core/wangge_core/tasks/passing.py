"""Passing tasks on: from a post that is handed over or has ended, to its successor, its office, or its role over the grid."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.tasks.giving import Address, AddressReason, address_anew, close_addresses

FREE = "tasks.free"
"""The job that looks for posts that have ended, every minute."""
MOST_AT_ONCE = 1000


async def hand_tasks_over(work: Work, from_post_id: int, to_post_id: int) -> int:
    """Address the open tasks of a post to another in its place; how many they were. What the other has already is not given twice."""
    to = t.task_addressee
    open_tasks = sa.select(to.c.task_id).where(to.c.open)
    old = [row.task_id for row in await work.rows(open_tasks.where(to.c.post_id == from_post_id))]
    had = {row.task_id for row in await work.rows(open_tasks.where(to.c.post_id == to_post_id))}
    await close_addresses(work, old, to.c.post_id == from_post_id)
    new = {id: [Address(post_id=to_post_id)] for id in old if id not in had}
    await address_anew(work, new, AddressReason.HANDED_OVER)
    return len(old)


async def free_tasks(work: Work) -> int:
    """Let the open tasks of posts that have ended fall to their office, or to their role over the task's grid; how many they were."""
    to, post = t.task_addressee, t.post
    ended = (
        sa.select(to.c.task_id, to.c.post_id, post.c.office_id, post.c.role_id)
        .join(post, post.c.id == to.c.post_id)
        .where(to.c.open, post.c.ends_at <= work.now)
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
