"""Events, who they were given to, what is involved in them, and their append-only history."""

import sqlalchemy as sa

from wangge_core.db.columns import Column, Json, binary_text
from wangge_core.db.tables.metadata import folded, from_outside, key, moment, position, table, to, to_declared


def _of_few(column: str, *others: str) -> sa.Index:
    """An index of a column that most events leave empty, without those. SQLite's statistics take nothing for one value that all rows have:
    it would rather read the whole table."""
    filled = sa.text(f"{column} IS NOT NULL")
    return sa.Index(None, column, *others, sqlite_where=filled, postgresql_where=filled)


event = table(
    "event",
    key(),
    Column("number", binary_text(40), nullable=False, unique=True),
    to_declared("event_kind", name="kind_id"),
    Column("kind_version", sa.Integer),
    to("grid"),
    to("workflow_version"),
    Column("stage", binary_text(80), nullable=False),
    Column("closed", sa.Boolean, nullable=False),
    Column("priority", sa.String(10), nullable=False),
    Column("source", sa.String(20), nullable=False),
    Column("description", sa.Text, nullable=False),
    folded(),
    Column("details", Json),
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
    # the kind's limit that was chosen, or taken where there is one; and the event by whose move this one was opened
    Column("filed_limit", sa.String(80)),
    to("event", name="opened_by_event_id", nullable=True),
    Column("recorded_timeliness", sa.String(10)),
    *from_outside(),
    # the event that it is a part of, and the one that it was found to tell of once more
    to("event", name="part_of_id", nullable=True),
    to("event", name="joined_to_id", nullable=True),
    moment("deferred_until", nullable=True),
    Column("times_reported", sa.Integer, nullable=False, server_default="1"),
    Column("times_chased", sa.Integer, nullable=False, server_default="0"),
    Column("times_extended", sa.Integer, nullable=False, server_default="0"),
    Column("version", sa.Integer, nullable=False),
    sa.UniqueConstraint("source_name", "source_key"),
    sa.Index(None, "reported_at", "id"),
    sa.Index(None, "grid_id", "reported_at", "id"),
    sa.Index(None, "grid_id", "closed", "whole_due_at", "stage_due_at"),
    sa.Index(None, "kind_id", "reported_at", "id"),
    sa.Index(None, "closed", "reported_at", "id"),
    sa.Index(None, "stage", "reported_at", "id"),
    sa.Index(None, "priority", "reported_at", "id"),
    sa.Index(None, "source", "reported_at", "id"),
    sa.Index(None, "recorded_timeliness", "reported_at", "id"),
    sa.Index(None, "stage_due_at", "id"),
    sa.Index(None, "whole_due_at", "id"),
    sa.Index(None, "source_key", "id"),
    _of_few("unit_id"),
    _of_few("opened_by_event_id"),
    _of_few("part_of_id", "id"),
    _of_few("joined_to_id", "id"),
    sa.Index(None, "deferred_until", "id"),
    sa.Index(None, "closed", "latitude", "longitude"),
    sa.Index(None, "place_id"),
)

event_assignment = table(
    "event_assignment",
    key(),
    to("event"),
    Column("sequence", sa.Integer, nullable=False),
    to("post", nullable=True, index=True),
    to("office", nullable=True, index=True),
    Column("lead", sa.Boolean, nullable=False),
    Column("active", sa.Boolean, nullable=False),
    # of a joint handling: how far the part of this post or office is, and what was said of it
    Column("part_state", sa.String(10)),
    Column("part_note", sa.Text),
    sa.Index(None, "event_id", "sequence", "id"),
)

event_history = table(
    "event_history",
    key(),
    to("event"),
    Column("sequence", sa.Integer, nullable=False),
    Column("entry", sa.String(20), nullable=False),
    Column("move", binary_text(80)),
    Column("from_stage", binary_text(80)),
    Column("to_stage", binary_text(80), nullable=False),
    moment("at"),
    to("account", nullable=True, index=True),
    to("post", nullable=True),
    Column("answers", Json, nullable=False),
    # what it changed of the event beside the stage, so that the present state can be rebuilt; see `events/replay.py`
    Column("changes", Json),
    sa.UniqueConstraint("event_id", "sequence"),
)

involvement = table(
    "involvement",
    key(),
    to("event"),
    Column("role", binary_text(80), nullable=False),
    to("person", nullable=True, index=True),
    to("organization", nullable=True, index=True),
    to("asset", nullable=True, index=True),
    sa.Index(None, "event_id", "id"),
)
