"""Acknowledging: whoever has an urgent task says so, or it goes to the next on duty, and then to the next level up, once each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, refused
from wangge_core.jobs.claiming import Job
from wangge_core.jobs.scheduling import cancel, schedule
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.tasks import TaskKind
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.viewers import HeldPost, Viewer
from wangge_core.rights.visibility import task_rule
from wangge_core.tasks.duty import holders, holders_on_duty
from wangge_core.tasks.giving import ESCALATE, Address, AddressReason, address_anew, close_tasks, escalation


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAcknowledgement:
    """That somebody has seen a task and takes it, under one of the posts that have it."""

    task_id: int
    post_id: int | None = None


async def acknowledge_tasks(work: Work, viewer: Viewer, requests: Sequence[TaskAcknowledgement]) -> list[Outcome]:
    """Acknowledge tasks, for those to whom they are addressed. A task that asks for nothing else is done then."""
    return [await _acknowledge(work, viewer, request) for request in requests]


async def _acknowledge(work: Work, viewer: Viewer, request: TaskAcknowledgement) -> Outcome:
    task, grid = t.task, t.grid
    query = (
        sa.select(task, grid.c.path)
        .join(grid, grid.c.id == task.c.grid_id)
        .where(task.c.id == request.task_id, task_rule(task, BoundViewer(viewer)))
    )
    row = await work.first(query if work.on_sqlite else query.with_for_update(of=task))
    if row is None:
        return refused("NOT_FOUND", "id", what="Task", id=request.task_id)
    post = await _post_of(work, viewer, row, request.post_id)
    if post is None:
        return refused("NOT_ALLOWED", "id")
    if not row.open:
        return refused("TASK_ENDED", "id")
    if not row.to_acknowledge:
        return refused("TASK_NOT_TO_ACKNOWLEDGE", "id")
    if row.acknowledged_at is not None:
        return refused("TASK_ACKNOWLEDGED", "id")
    await work.run(sa.update(task).where(task.c.id == row.id).values(acknowledged_at=work.now, acknowledged_by_id=post.id))
    await cancel(work, ESCALATE, [str(row.id)])
    if row.kind == TaskKind.ACKNOWLEDGE.value:
        await close_tasks(work, [row.id], done=True)
    work.announce("task.acknowledged", row.id, row.grid_id, event=row.event_id, post=post.id)
    return Outcome(id=row.id)


async def _post_of(work: Work, viewer: Viewer, task: sa.Row[Any], post_id: int | None) -> HeldPost | None:
    """The post of the viewer's, this one where it is named, to which a task is addressed or was before it went on."""
    to = t.task_addressee
    rows = await work.rows(sa.select(to.c.post_id, to.c.office_id, to.c.role_id).where(to.c.task_id == task.id))
    for post in viewer.posts:
        if post_id not in (None, post.id):
            continue
        for row in rows:
            by_role = row.role_id is not None and row.role_id in post.acts_as and post.stands_over(task.path)
            if by_role or row.post_id == post.id or (row.office_id is not None and row.office_id == post.office_id):
                return post
    return None


async def escalate_task(work: Work, job: Job) -> None:
    """The job for a task that nobody has acknowledged: it goes to the next as well, and waits again."""
    task, grid = t.task, t.grid
    query = sa.select(task, grid.c.path).join(grid, grid.c.id == task.c.grid_id).where(task.c.id == int(job.key))
    row = await work.first(query if work.on_sqlite else query.with_for_update(of=task))
    if row is None or not row.open or row.acknowledged_at is not None:
        return
    addressed = await _addressed(work, row.id)
    next_ones = await _next_on_duty(work, row, addressed) or await _next_level(work, row, addressed)
    if not next_ones:
        work.announce("task.unanswered", row.id, row.grid_id, event=row.event_id)
        return
    await work.run(sa.update(task).where(task.c.id == row.id).values(times_escalated=row.times_escalated + 1))
    await address_anew(work, {row.id: [Address(post_id=post) for post in next_ones]}, AddressReason.ESCALATED)
    await schedule(work, [escalation(work, row.id)])


@dataclass(frozen=True, slots=True)
class _Addressed:
    """To whom a task was ever addressed. `roles` are those whose holders are asked one after the other."""

    posts: frozenset[int]
    roles: frozenset[str]
    whole_role: bool


async def _addressed(work: Work, task_id: int) -> _Addressed:
    to, post = t.task_addressee, t.post
    rows = await work.rows(
        sa.select(to.c.post_id, to.c.role_id, to.c.reason, post.c.role_id.label("of_post"))
        .outerjoin(post, post.c.id == to.c.post_id)
        .where(to.c.task_id == task_id)
    )
    first = [row for row in rows if row.reason != AddressReason.ESCALATED.value]
    roles = {row.role_id or row.of_post for row in first} - {None}
    posts = {row.post_id for row in rows if row.post_id is not None}
    return _Addressed(frozenset(posts), frozenset(roles), any(row.role_id is not None for row in first))


async def _next_on_duty(work: Work, row: sa.Row[Any], addressed: _Addressed) -> list[int]:
    """The next post on duty of the same roles that has not had the task; nobody where all of a role had it from the beginning."""
    if addressed.whole_role:
        return []
    event = await work.first(sa.select(t.event.c.longitude, t.event.c.latitude).where(t.event.c.id == row.event_id))
    found = [one for one in await holders_on_duty(work, addressed.roles, row.path) if one.post_id not in addressed.posts]
    place = (event.longitude, event.latitude) if event else (None, None)
    return [min(found, key=lambda one: (one.metres(*place), -len(one.path), one.post_id)).post_id] if found else []


async def _next_level(work: Work, row: sa.Row[Any], addressed: _Addressed) -> list[int]:
    """The posts on duty that work on events, at the nearest grid above all those whose posts had the task already."""
    known = work.rules.registry.roles
    handling = {id for id, role in known.items() if Capability.COMMENT_EVENTS in role.may}
    had = [one for one in await holders(work, known, row.path) if one.post_id in addressed.posts]
    if addressed.whole_role:
        had += await holders(work, addressed.roles, row.path)
    reached = min((len(one.path) for one in had), default=len(row.path) + 1)
    above = [one for one in await holders_on_duty(work, handling, row.path) if len(one.path) < reached]
    nearest = max((len(one.path) for one in above), default=0)
    return [one.post_id for one in above if len(one.path) == nearest]
