"""Events, who they were given to, what is involved in them, and their append-only history."""

import sqlalchemy as sa

from wangge_core.db.columns import Json, binary_text
from wangge_core.db.tables.metadata import folded, from_outside, key, moment, position, table, to, to_declared

event = table(
    "event",
    key(),
    sa.Column("number", binary_text(40), nullable=False, unique=True),
    to_declared("event_kind", name="kind_id"),
    to("grid"),
    to("workflow_version"),
    sa.Column("stage", binary_text(80), nullable=False),
    sa.Column("closed", sa.Boolean, nullable=False),
    sa.Column("priority", sa.String(10), nullable=False),
    sa.Column("source", sa.String(20), nullable=False),
    sa.Column("description", sa.Text, nullable=False),
    folded(),
    sa.Column("details", Json),
    to("account", name="reporter_id", nullable=True, index=True),
    to("device", nullable=True),
    to("building", nullable=True, index=True),
    to("unit", nullable=True),
    to("place", nullable=True),
    *position(),
    to("post", name="assignee_id", nullable=True, index=True),
    to("office", name="assignee_office_id", nullable=True, index=True),
    moment("occurred_at", nullable=True),
    moment("reported_at"),
    moment("entered_stage_at"),
    moment("stage_due_at", nullable=True),
    moment("whole_due_at", nullable=True),
    moment("closed_at", nullable=True),
    sa.Column("recorded_timeliness", sa.String(10)),
    *from_outside(),
    sa.Column("version", sa.Integer, nullable=False),
    sa.UniqueConstraint("source_name", "source_key"),
    sa.Index(None, "reported_at", "id"),
    sa.Index(None, "grid_id", "reported_at", "id"),
    sa.Index(None, "kind_id", "reported_at", "id"),
    sa.Index(None, "closed", "reported_at", "id"),
    sa.Index(None, "stage", "reported_at", "id"),
    sa.Index(None, "priority", "reported_at", "id"),
    sa.Index(None, "source", "reported_at", "id"),
    sa.Index(None, "recorded_timeliness", "reported_at", "id"),
    sa.Index(None, "stage_due_at", "id"),
    sa.Index(None, "source_key", "id"),
)

event_assignment = table(
    "event_assignment",
    key(),
    to("event"),
    sa.Column("sequence", sa.Integer, nullable=False),
    to("post", nullable=True, index=True),
    to("office", nullable=True, index=True),
    sa.Column("lead", sa.Boolean, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Index(None, "event_id", "sequence", "id"),
)

event_history = table(
    "event_history",
    key(),
    to("event"),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("entry", sa.String(10), nullable=False),
    sa.Column("move", binary_text(80)),
    sa.Column("from_stage", binary_text(80)),
    sa.Column("to_stage", binary_text(80), nullable=False),
    moment("at"),
    to("account", nullable=True, index=True),
    to("post", nullable=True),
    sa.Column("answers", Json, nullable=False),
    sa.UniqueConstraint("event_id", "sequence"),
)

involvement = table(
    "involvement",
    key(),
    to("event"),
    sa.Column("role", binary_text(80), nullable=False),
    to("person", nullable=True, index=True),
    to("organization", nullable=True, index=True),
    to("asset", nullable=True, index=True),
    sa.Index(None, "event_id", "id"),
)
