"""Giving tasks: what a stage, a part or a question asks of posts, offices and roles, and ending it again."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import auto
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import CHUNK, Work
from wangge_core.jobs.scheduling import NewJob, cancel, schedule
from wangge_core.plugin.declarations.labels import Choice
from wangge_core.plugin.declarations.tasks import TaskKind

NO_DUE = datetime(9999, 12, 31, tzinfo=UTC)
"""Stands in the order of due times for tasks without one."""
ESCALATE = "tasks.escalate"
"""The job that passes a task on which nobody acknowledged; its key is the task's."""


class AddressReason(Choice):
    """Why a task is addressed to somebody."""

    GIVEN = auto(), "下达"
    HANDED_OVER = auto(), "交接"
    POST_ENDED = auto(), "岗位终止"
    ESCALATED = auto(), "逾时未签收"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    """A task. It is for these posts and offices, or, where there are none, for whoever holds one of these roles over the grid.

    `path` and `grid_id` are of the event's grid; `note` says what is asked beyond the kind, `rule` which workflow and stage or move
    asks it; `asked_by_post_id` is the post that put it on them. One to be `acknowledged` goes to the next when nobody does in time.
    """

    event_id: int
    grid_id: int
    path: str
    kind: TaskKind
    rule: str
    role_ids: tuple[str, ...] = ()
    post_ids: tuple[int, ...] = ()
    office_ids: tuple[int, ...] = ()
    note: str = ""
    due_at: datetime | None = None
    asked_by_post_id: int | None = None
    acknowledged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """To whom a task is addressed: one of post, office, and role over the task's grid."""

    post_id: int | None = None
    office_id: int | None = None
    role_id: str | None = None


async def give_tasks(work: Work, tasks: Sequence[NewTask]) -> list[int]:
    """Write tasks and announce each as `task.given`; their ids."""
    ids = list(await work.reserve_ids(t.task, len(tasks)))
    addresses = [list(_addresses(work, task)) for task in tasks]
    given = list(zip(ids, tasks, addresses, strict=True))
    await work.insert(t.task, [_row(work, id, task) for id, task, _ in given])
    await work.insert(t.task_addressee, [address_row(work, id, task.grid_id, one) for id, task, found in given for one in found])
    await schedule(work, [escalation(work, id) for id, task, _ in given if task.acknowledged])
    for id, task, found in given:
        announce_given(work, id, task.event_id, task.grid_id, task.kind.value, found)
    return ids


def _addresses(work: Work, task: NewTask) -> Iterator[Address]:
    for post_id in dict.fromkeys(task.post_ids):
        yield Address(post_id=post_id)
    for office_id in dict.fromkeys(task.office_ids):
        yield Address(office_id=office_id)
    if not task.post_ids and not task.office_ids:
        for role_id in dict.fromkeys(task.role_ids):
            if role_id in work.rules.registry.roles:  # reporters and parties have no posts
                yield Address(role_id=role_id)


def _row(work: Work, id: int, task: NewTask) -> dict[str, Any]:
    return {
        "id": id,
        "event_id": task.event_id,
        "grid_id": task.grid_id,
        "kind": task.kind.value,
        "note": task.note,
        "rule": task.rule,
        "due_at": task.due_at,
        "due_by": task.due_at or NO_DUE,
        "asked_by_id": task.asked_by_post_id,
        "given_at": work.now,
        "open": True,
        "to_acknowledge": task.acknowledged,
        "times_escalated": 0,
    }


def address_row(
    work: Work, task_id: int, grid_id: int, address: Address, reason: AddressReason = AddressReason.GIVEN
) -> dict[str, Any]:
    """The row of an address."""
    to = {"post_id": address.post_id, "office_id": address.office_id, "role_id": address.role_id}
    return {"task_id": task_id, "grid_id": grid_id, "reason": reason.value, "given_at": work.now, "open": True, **to}


def escalation(work: Work, task_id: int) -> NewJob:
    """The job that passes a task on in a while."""
    return NewJob(name=ESCALATE, key=str(task_id), run_at=work.now + timedelta(minutes=work.rules.acknowledge_minutes))


def announce_given(work: Work, id: int, event_id: int, grid_id: int, kind: str, to: Sequence[Address]) -> None:
    """Tell the outbox whose a task is now."""
    posts = [one.post_id for one in to if one.post_id is not None]
    offices = [one.office_id for one in to if one.office_id is not None]
    roles = [one.role_id for one in to if one.role_id is not None]
    work.announce("task.given", id, grid_id, event=event_id, kind=kind, posts=posts, offices=offices, roles=roles)


async def end_tasks(
    work: Work,
    event_id: int,
    kinds: Iterable[TaskKind],
    *,
    done: bool,
    post_ids: Iterable[int] = (),
    office_ids: Iterable[int] = (),
    role_ids: Iterable[str] = (),
) -> None:
    """End the open tasks of these kinds: as done, or as no longer needed. With posts, offices or roles, theirs alone.

    A task that others have as well stays theirs.
    """
    found = await _open_tasks(work, event_id, kinds)
    ids, posts, offices, roles = sorted(found), sorted(set(post_ids)), sorted(set(office_ids)), sorted(set(role_ids))
    if posts or offices or roles:
        to = t.task_addressee
        theirs = sa.or_(to.c.post_id.in_(posts), to.c.office_id.in_(offices), to.c.role_id.in_(roles))
        had = {row.task_id for row in await work.rows(sa.select(to.c.task_id).where(to.c.task_id.in_(ids), to.c.open, theirs))}
        await close_addresses(work, sorted(had), theirs)
        own = to.c.reason != AddressReason.ESCALATED.value  # who was only told of it in their place does not keep it open
        left = await work.rows(sa.select(to.c.task_id).where(to.c.task_id.in_(sorted(had)), to.c.open, own))
        ids = sorted(had - {row.task_id for row in left})
    await close_tasks(work, ids, done=done)
    await cancel(work, ESCALATE, [str(id) for id in ids if found[id]])


async def _open_tasks(work: Work, event_id: int, kinds: Iterable[TaskKind]) -> dict[int, bool]:
    """The open tasks of an event, and whether each waits to be acknowledged."""
    task, wanted = t.task, [kind.value for kind in kinds]
    query = sa.select(task.c.id, task.c.to_acknowledge).where(task.c.event_id == event_id, task.c.open, task.c.kind.in_(wanted))
    return {row.id: row.to_acknowledge for row in await work.rows(query)}


async def close_tasks(work: Work, ids: Sequence[int], *, done: bool) -> None:
    """End tasks and all their addresses."""
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        ended = {"open": False, "done": done, "ended_at": work.now}
        await work.run(sa.update(t.task).where(t.task.c.id.in_(chunk), t.task.c.open).values(ended))
        await close_addresses(work, chunk)


async def close_addresses(work: Work, task_ids: Sequence[int], *which: sa.ColumnElement[bool]) -> None:
    """End addresses of tasks."""
    to = t.task_addressee
    await work.run(sa.update(to).where(to.c.task_id.in_(task_ids), to.c.open, *which).values(open=False, ended_at=work.now))


async def postpone_tasks(work: Work, event_id: int, kinds: Iterable[TaskKind], due_at: datetime | None) -> None:
    """Give the open tasks of these kinds another time."""
    ids = sorted(await _open_tasks(work, event_id, kinds))
    await work.run(sa.update(t.task).where(t.task.c.id.in_(ids)).values(due_at=due_at, due_by=due_at or NO_DUE))


async def address_anew(work: Work, tasks: Mapping[int, Sequence[Address]], reason: AddressReason) -> None:
    """Address open tasks to more, and announce it to these."""
    task = t.task
    rows = await work.by_ids((task.c.event_id, task.c.grid_id, task.c.kind), task.c.id, tasks, task.c.open)
    new = [address_row(work, id, row.grid_id, one, reason) for id, row in rows.items() for one in tasks[id]]
    await work.insert(t.task_addressee, new)
    for id, row in rows.items():
        announce_given(work, id, row.event_id, row.grid_id, row.kind, tasks[id])


async def readdress_tasks(work: Work, task: NewTask, kinds: Iterable[TaskKind]) -> None:
    """Address the open tasks of these kinds to whom another task of their event is given, and to nobody else. They stay where they are
    where that one is for nobody who has a post."""
    ids, to = sorted(await _open_tasks(work, task.event_id, kinds)), list(_addresses(work, task))
    if ids and to:
        await close_addresses(work, ids)
        await address_anew(work, dict.fromkeys(ids, to), AddressReason.GIVEN)
