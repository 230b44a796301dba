"""Tasks of the richer town, addressed to posts, offices and roles, open and ended; and shifts that run, are over or were cancelled."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from generated_filling import NOW, Filling, mark

from wangge_core.db import tables as t
from wangge_core.plugin.declarations.tasks import TaskKind
from wangge_core.tasks.giving import NO_DUE, AddressReason


async def fill_tasks(town: Filling) -> None:
    """Write them; the last of all, so that the rest of the town stays as it was."""
    await town.start_ids(t.task, t.task_addressee, t.shift)
    events = [tuple(row) for row in await town.work.rows(sa.select(t.event.c.id, t.event.c.grid_id).order_by(t.event.c.id))]
    roles = [row.id for row in await town.work.rows(sa.select(t.role.c.id).order_by(t.role.c.id))]
    tasks: list[dict[str, Any]] = []
    addresses: list[dict[str, Any]] = []
    for event, grid in [town.random.choice(events) for _ in range(120)]:
        tasks.append(_task(town, event, grid))
        addresses += [_address(town, tasks[-1], roles) for _ in range(town.random.randrange(4))]
    await town.work.insert(t.task, tasks)
    await town.work.insert(t.task_addressee, addresses)
    await town.work.insert(t.shift, [_shift(town) for _ in range(60)])


def _task(town: Filling, event: int, grid: int) -> dict[str, Any]:
    id, is_open = town.id(t.task), town.random.random() < 0.6
    due = town.maybe(NOW + timedelta(hours=town.random.randrange(-50, 50)), 0.7)
    seen = town.maybe(town.moment(), 0.3)
    return {
        "id": id, "event_id": event, "grid_id": grid, "kind": town.random.choice([*TaskKind]).value, "note": mark("Task", id),
        "rule": mark("Task", id), "due_at": due, "due_by": due or NO_DUE, "asked_by_id": town.maybe(town.random.choice(town.posts)),
        "given_at": town.moment(), "open": is_open, "done": None if is_open else town.random.random() < 0.5,
        "ended_at": None if is_open else town.moment(), "to_acknowledge": town.random.random() < 0.5, "acknowledged_at": seen,
        "acknowledged_by_id": town.random.choice(town.posts) if seen else None, "times_escalated": town.random.randrange(3),
    }  # fmt: skip


def _address(town: Filling, task: dict[str, Any], roles: list[str]) -> dict[str, Any]:
    to: dict[str, Any] = {"post_id": None, "office_id": None, "role_id": None}
    name = town.random.choice(list(to))
    to[name] = town.random.choice({"post_id": town.posts, "office_id": town.offices, "role_id": roles}[name])  # type: ignore[index]
    is_open = task["open"] and town.random.random() < 0.8
    return to | {
        "id": town.id(t.task_addressee), "task_id": task["id"], "grid_id": task["grid_id"], "given_at": town.moment(),
        "reason": town.random.choice([*AddressReason]).value, "open": is_open, "ended_at": None if is_open else town.moment(),
    }  # fmt: skip


def _shift(town: Filling) -> dict[str, Any]:
    starts = NOW + timedelta(hours=town.random.randrange(-12, 3))
    starts = NOW if town.random.random() < 0.2 else starts
    return {
        "id": town.id(t.shift), "post_id": town.random.choice(town.posts), "starts_at": starts,
        "ends_at": starts + timedelta(hours=town.random.choice((1, 8, 12))), "cancelled_at": town.maybe(town.moment(), 0.2),
        "cancel_reason": None, "set_by_id": town.maybe(town.random.choice(town.accounts)), "created_at": town.moment(),
    }  # fmt: skip
