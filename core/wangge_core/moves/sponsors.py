"""Sponsors: the leaders who are tied to a grid are told when an event of it is overdue at the third loop."""

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.events.levels import present_level
from wangge_core.plugin.declarations.roles import Level
from wangge_core.plugin.declarations.staff import BindingKind
from wangge_core.plugin.declarations.tasks import TaskKind
from wangge_core.rights.posts_held import in_term
from wangge_core.steering.steering import Steered, new_task
from wangge_core.tasks.giving import give_tasks

TOLD = "包格网格的事件在区（县）一级超过时限，请知悉。"
"""What the task says."""


async def tell_sponsors(work: Work, event: Steered) -> None:
    """Give the leaders of the event's grid a task to acknowledge, where its stage is the third loop's. A leader is told through a post, of
    any role, that they hold now; one who holds none is not."""
    if present_level(event.situation) is not Level.DISTRICT:
        return
    binding, post, now = t.grid_binding, t.post, sa.literal(work.now, t.post.c.starts_at.type)
    tied = sa.and_(
        binding.c.grid_id == event.row.grid_id, binding.c.kind == BindingKind.SPONSOR_LEADER.value, in_term(binding, now)
    )
    first = (
        sa.select(sa.func.min(post.c.id)).join(binding, binding.c.account_id == post.c.account_id).where(tied, in_term(post, now))
    )
    posts = tuple(row[0] for row in await work.rows(first.group_by(binding.c.account_id)))
    if posts:
        await give_tasks(work, [new_task(event, kind=TaskKind.ACKNOWLEDGE, note=TOLD, post_ids=posts)])
