"""Tasks, to whom they are addressed, and shifts: who is on duty when."""

import sqlalchemy as sa

from wangge_core.db.columns import Column, binary_text
from wangge_core.db.tables.metadata import key, moment, position, table, to, to_declared

task = table(
    "task",
    key(),
    to("event"),
    to("grid", index=True),
    Column("kind", sa.String(30), nullable=False),
    Column("note", sa.Text, nullable=False),
    Column("rule", binary_text(240), nullable=False),
    moment("due_at", nullable=True),
    # the same, and the end of all time where there is none, so that lists are in this order
    moment("due_by"),
    to("post", name="asked_by_id", nullable=True),
    moment("given_at"),
    Column("open", sa.Boolean, nullable=False),
    Column("done", sa.Boolean),
    moment("ended_at", nullable=True),
    Column("to_acknowledge", sa.Boolean, nullable=False),
    moment("acknowledged_at", nullable=True),
    to("post", name="acknowledged_by_id", nullable=True),
    Column("times_escalated", sa.Integer, nullable=False),
    sa.Index(None, "event_id", "open"),
    sa.Index(None, "open", "due_by", "id"),
    sa.Index(None, "kind", "due_by", "id"),
)

task_addressee = table(
    "task_addressee",
    key(),
    to("task"),
    to("post", nullable=True),
    to("office", nullable=True),
    to_declared("role", nullable=True),
    to("grid"),
    Column("reason", sa.String(20), nullable=False),
    moment("given_at"),
    Column("open", sa.Boolean, nullable=False),
    moment("ended_at", nullable=True),
    sa.Index(None, "task_id", "id"),
    sa.Index(None, "post_id", "open"),
    sa.Index(None, "office_id", "open"),
    sa.Index(None, "grid_id", "role_id", "open"),
)

shift = table(
    "shift",
    key(),
    to("post"),
    moment("starts_at"),
    moment("ends_at"),
    moment("cancelled_at", nullable=True),
    Column("cancel_reason", sa.String(400)),
    to("account", name="set_by_id", nullable=True),
    moment("created_at"),
    sa.Index(None, "post_id", "ends_at"),
    sa.Index(None, "ends_at", "id"),
)

duty_position = table(
    "duty_position",
    key(),
    to("post"),
    *position(),
    moment("at"),
    sa.UniqueConstraint("post_id"),
    sa.Index(None, "at"),
)
