"""Tasks, to whom they are addressed, and shifts."""

from typing import TYPE_CHECKING

import sqlalchemy as sa
import strawberry

from wangge_core.db import tables as t
from wangge_core.plugin.declarations.tasks import TaskKind
from wangge_core.rights.data_classes import DataClass
from wangge_core.rights.visibility import shift_rule, task_rule
from wangge_core.tasks.giving import AddressReason
from wangge_schema.reading.declare import column, planned, to_many, to_one
from wangge_schema.reading.enums import enum_type
from wangge_schema.reading.sources import Asking, Filter, Row
from wangge_schema.scalars import DateTime
from wangge_schema.types.declared import Role
from wangge_schema.types.nodes import Node, node_id
from wangge_schema.types.places import Office
from wangge_schema.types.rights import Post

if TYPE_CHECKING:
    from wangge_schema.types.events import Event

for choice in (TaskKind, AddressReason):
    enum_type(choice)


def _asking_office(task: Row, office: Row, _: Asking) -> sa.ColumnElement[bool]:
    asked = sa.select(t.post.c.office_id).where(t.post.c.id == task.c.asked_by_id).correlate(task)
    return office.c.id == asked.scalar_subquery()


@planned(table=t.task_addressee, data_class=DataClass.STAFF)
class TaskAddressee:
    """To whom a task is or was addressed: a post, an office, or whoever holds a role over the grid."""

    post: Post | None = to_one("post_id", "The post; null for others, and where the viewer may not see it.")
    office: Office | None = to_one("office_id", "The office: each of its members has the task.")
    role: Role | None = to_one("role_id", "The role: whoever may act in it over the event's grid has the task.")
    reason: AddressReason = column("reason", "Why it is addressed to them.")
    given_at: DateTime = column("given_at", "Since when.", form="moment")
    open: bool = column("open", "Whether it still is theirs.", form="boolean")
    ended_at: DateTime | None = column("ended_at", "Until when it was.", form="moment")


@planned(
    table=t.task,
    rule=task_rule,
    prefix="Task",
    orders=("due_by", "id"),
    filters={
        "kind": Filter("enum", lambda row: row.c.kind, "By what it asks for.", TaskKind),
        "due_at": Filter("moment", lambda row: row.c.due_at, "By when it is due."),
        "open": Filter("boolean", lambda row: row.c.open, "Whether it has not ended."),
    },
    data_class=DataClass.STAFF,
)
class Task(Node):
    """A piece of work that an event puts on posts, offices or roles. Seen by who sees the event, and by whom it was addressed to.

    It ends when what it asks for is done by the move or mutation that does it; only ACKNOWLEDGE is ticked off, with `taskAcknowledge`.
    """

    id: strawberry.ID = node_id("Task")
    kind: TaskKind = column("kind", "What it asks for.")
    event: "Event | None" = to_one("event_id", "The event; null where the viewer may not see it.")
    note: str = column("note", "What is asked beyond the kind.")
    rule: str = column("rule", "What allows it: the workflow, and its stage or move.")
    asked_by: Post | None = to_one("asked_by_id", "The post that put it on them; null where the workflow itself did.")
    asked_by_office: Office | None = to_one(_asking_office, "The office that this post belongs to.")
    due_at: DateTime | None = column("due_at", "Until when; null without a deadline.", form="moment")
    given_at: DateTime = column("given_at", "Since when.", form="moment")
    addressees: list[TaskAddressee] = to_many("task_id", "To whom it is and was addressed, with the trace of every hand-over.")
    open: bool = column("open", "Whether it has not ended.", form="boolean")
    done: bool | None = column("done", "How it ended: done, or no longer needed; null while it is open.", form="boolean")
    ended_at: DateTime | None = column("ended_at", "When it ended.", form="moment")
    to_acknowledge: bool = column("to_acknowledge", "Whether it must be acknowledged, or goes to the next as well.", form="boolean")
    acknowledged_at: DateTime | None = column("acknowledged_at", "When it was acknowledged.", form="moment")
    acknowledged_by: Post | None = to_one("acknowledged_by_id", "Under which post.")
    times_escalated: int = column("times_escalated", "How often it went to the next unacknowledged.", form="number")


@planned(table=t.shift, rule=shift_rule, prefix="Shift", data_class=DataClass.STAFF)
class Shift(Node):
    """From when until when a post is on duty. Seen as its post is."""

    id: strawberry.ID = node_id("Shift")
    post: Post | None = to_one("post_id", "The post.")
    starts_at: DateTime = column("starts_at", "From when.", form="moment")
    ends_at: DateTime = column("ends_at", "Until when.", form="moment")
    cancelled_at: DateTime | None = column("cancelled_at", "When it was taken back.", form="moment")
    cancel_reason: str | None = column("cancel_reason", "Why.")
