"""The beginning of an event: what its first entry says, its clocks, and the task of its first stage."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.deadlines.clocks import ClockedEvent
from wangge_core.deadlines.running import start_clocks
from wangge_core.plugin.declarations.kinds import Priority
from wangge_core.plugin.definitions import WorkflowDefinition
from wangge_core.tasks.giving import NewTask, give_tasks

ALWAYS = ("kind_id", "kind_version", "grid_id", "priority")
WHERE_SET = ("closed_at", "filed_limit", "opened_by_event_id", "part_of_id", "assignee_office_id")


class Begun(NamedTuple):
    """An event that was just written, by its row; `path` is its grid's. The clocks of one that was `recorded` elsewhere begin now."""

    row: Mapping[str, Any]
    path: str
    definition: WorkflowDefinition
    recorded: bool = False


def first_changes(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the first entry says of an event beside its stage, so that its state can be rebuilt."""
    said = {name: row[name] for name in ALWAYS} | {name: row[name] for name in WHERE_SET if row[name] is not None}
    return said if row["entered_stage_at"] == row["reported_at"] else said | {"entered_stage_at": row["entered_stage_at"]}


async def begin(work: Work, begun: Sequence[Begun]) -> None:
    """Start the clocks of events and give the tasks of their first stages."""
    if not begun:
        return
    due = await start_clocks(work, [(_clocked(one), work.now if one.recorded else one.row["reported_at"]) for one in begun])
    changed = [
        {"event": one.row["id"], "stage_due": found.stage_due_at, "whole_due": found.whole_due_at}
        for one, found in zip(begun, due, strict=True)
        if (found.stage_due_at, found.whole_due_at) != (one.row["stage_due_at"], one.row["whole_due_at"])
    ]
    if changed:
        event = t.event
        values: dict[str, Any] = {"stage_due_at": sa.bindparam("stage_due"), "whole_due_at": sa.bindparam("whole_due")}
        update = sa.update(event).where(event.c.id == sa.bindparam("event")).values(values)
        await work.connection.execute(update, changed)
    await give_tasks(work, [_task(one, found.stage_due_at) for one, found in zip(begun, due, strict=True)])


def _clocked(one: Begun) -> ClockedEvent:
    row = one.row
    return ClockedEvent(
        id=row["id"],
        grid_id=row["grid_id"],
        path=one.path,
        kind_id=row["kind_id"],
        definition=one.definition,
        limit=row["filed_limit"],
        details=row["details"],
        office_id=row["assignee_office_id"],
        recorded_due_at=row["whole_due_at"],
    )


def _task(one: Begun, due_at: datetime | None) -> NewTask:
    stage = one.definition.start
    return NewTask(
        event_id=one.row["id"],
        grid_id=one.row["grid_id"],
        path=one.path,
        kind=stage.task,
        rule=f"{one.definition.id}.{stage.name}",
        role_ids=stage.by,
        due_at=due_at,
        acknowledged=one.row["priority"] == Priority.URGENT.value and not one.recorded,
    )
