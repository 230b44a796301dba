"""Working calendars, and the clocks of events with the stretches in which they waited."""

import sqlalchemy as sa

from wangge_core.db.columns import Column, Json, binary_text
from wangge_core.db.tables.metadata import key, moment, table, to, version

calendar = table(
    "calendar",
    key(),
    Column("name", binary_text(80), nullable=False, unique=True),
    to("calendar", name="follows_id", nullable=True, index=True),
    to("office", nullable=True, index=True),
    # a season: the days on which its hours hold in place of those of the calendar that it follows
    Column("starts_on", sa.Date),
    Column("ends_on", sa.Date),
    Column("hours", Json, nullable=False),
    Column("years", Json, nullable=False),
    version(),
)

calendar_day = table(
    "calendar_day",
    key(),
    to("calendar"),
    Column("day", sa.Date, nullable=False),
    Column("worked", sa.Boolean, nullable=False),
    Column("name", sa.String(80), nullable=False),
    Column("hours", Json),
    sa.UniqueConstraint("calendar_id", "day"),
)

calendar_change = table(
    "calendar_change",
    key(),
    to("calendar"),
    moment("at"),
    to("account", nullable=True, index=True),
    Column("counted", sa.Integer, nullable=False),
    Column("moved", sa.Integer, nullable=False),
    Column("events", Json, nullable=False),
    sa.Index(None, "calendar_id", "id"),
)

event_clock = table(
    "event_clock",
    key(),
    to("event"),
    Column("scope", sa.String(5), nullable=False),
    Column("stage", binary_text(80)),
    Column("clock", Json, nullable=False),
    Column("kind", sa.String(20), nullable=False),
    Column("amount", sa.BigInteger, nullable=False),
    Column("limit_name", binary_text(80)),
    to("calendar", nullable=True),
    Column("state", sa.String(10), nullable=False),
    moment("started_at"),
    moment("due_at", nullable=True),
    moment("stopped_at", nullable=True),
    # a due time that is not counted: as a record says, or as an extension gave it
    moment("fixed_due_at", nullable=True),
    moment("fixed_at", nullable=True),
    Column("fixed_because", sa.String(400)),
    Column("extensions", sa.Integer, nullable=False),
    # the year that its calendar does not cover, so that it has no due time
    Column("missing_year", sa.Integer),
    moment("warned_at", nullable=True),
    moment("overdue_at", nullable=True),
    moment("escalated_at", nullable=True),
    moment("exempted_at", nullable=True),
    Column("exempted_because", sa.String(400)),
    sa.Index(None, "event_id", "id"),
    sa.Index(None, "state", "calendar_id", "id"),
)

event_pause = table(
    "event_pause",
    key(),
    to("event_clock", index=True),
    to("event"),
    moment("started_at"),
    moment("ended_at", nullable=True),
    moment("until", nullable=True),
    Column("because", sa.String(400), nullable=False),
    # left by a move that pauses the clock, until the event comes back to the stage
    Column("by_move", sa.Boolean, nullable=False),
    sa.Index(None, "event_id", "id"),
)
