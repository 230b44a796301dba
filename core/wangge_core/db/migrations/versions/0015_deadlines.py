"""Working calendars and the clocks of events"""

import sqlalchemy as sa
from alembic import op

from wangge_core.db import columns

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

INDEXES = (
    ("calendar", "follows_id"),
    ("calendar", "office_id"),
    ("calendar_change", "account_id"),
    ("calendar_change", "calendar_id", "id"),
    ("event_clock", "event_id", "id"),
    ("event_clock", "state", "calendar_id", "id"),
    ("event_pause", "event_clock_id"),
    ("event_pause", "event_id", "id"),
    ("event", "whole_due_at", "id"),
)


def upgrade() -> None:
    op.create_table(
        "calendar",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("name", columns.binary_text(80), nullable=False),
        sa.Column("follows_id", columns.Id),
        sa.Column("office_id", columns.Id),
        sa.Column("starts_on", sa.Date),
        sa.Column("ends_on", sa.Date),
        sa.Column("hours", columns.Json(), nullable=False),
        sa.Column("years", columns.Json(), nullable=False),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.ForeignKeyConstraint(["follows_id"], ["calendar.id"], name="fk_calendar_follows_id"),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_calendar_office_id"),
        sa.PrimaryKeyConstraint("id", name="pk_calendar"),
        sa.UniqueConstraint("name", name="uq_calendar_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "calendar_day",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("calendar_id", columns.Id, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("worked", sa.Boolean, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("hours", columns.Json()),
        sa.ForeignKeyConstraint(["calendar_id"], ["calendar.id"], name="fk_calendar_day_calendar_id"),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_day"),
        sa.UniqueConstraint("calendar_id", "day", name="uq_calendar_day_calendar_id_day"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "calendar_change",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("calendar_id", columns.Id, nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("account_id", columns.Id),
        sa.Column("counted", sa.Integer, nullable=False),
        sa.Column("moved", sa.Integer, nullable=False),
        sa.Column("events", columns.Json(), nullable=False),
        sa.ForeignKeyConstraint(["calendar_id"], ["calendar.id"], name="fk_calendar_change_calendar_id"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_calendar_change_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_change"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "event_clock",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("event_id", columns.Id, nullable=False),
        sa.Column("scope", sa.String(5), nullable=False),
        sa.Column("stage", columns.binary_text(80)),
        sa.Column("clock", columns.Json(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("limit_name", columns.binary_text(80)),
        sa.Column("calendar_id", columns.Id),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("started_at", columns.Instant(), nullable=False),
        sa.Column("due_at", columns.Instant()),
        sa.Column("stopped_at", columns.Instant()),
        sa.Column("fixed_due_at", columns.Instant()),
        sa.Column("fixed_at", columns.Instant()),
        sa.Column("fixed_because", sa.String(400)),
        sa.Column("extensions", sa.Integer, nullable=False),
        sa.Column("missing_year", sa.Integer),
        sa.Column("warned_at", columns.Instant()),
        sa.Column("overdue_at", columns.Instant()),
        sa.Column("escalated_at", columns.Instant()),
        sa.Column("exempted_at", columns.Instant()),
        sa.Column("exempted_because", sa.String(400)),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_event_clock_event_id"),
        sa.ForeignKeyConstraint(["calendar_id"], ["calendar.id"], name="fk_event_clock_calendar_id"),
        sa.PrimaryKeyConstraint("id", name="pk_event_clock"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "event_pause",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("event_clock_id", columns.Id, nullable=False),
        sa.Column("event_id", columns.Id, nullable=False),
        sa.Column("started_at", columns.Instant(), nullable=False),
        sa.Column("ended_at", columns.Instant()),
        sa.Column("until", columns.Instant()),
        sa.Column("because", sa.String(400), nullable=False),
        sa.Column("by_move", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(["event_clock_id"], ["event_clock.id"], name="fk_event_pause_event_clock_id"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_event_pause_event_id"),
        sa.PrimaryKeyConstraint("id", name="pk_event_pause"),
        sqlite_autoincrement=True,
    )
    for table, *names in INDEXES:
        op.create_index("_".join(("ix", table, *names)), table, names)


def downgrade() -> None:
    op.drop_index("ix_event_whole_due_at_id", "event")
    for table in ("event_pause", "event_clock", "calendar_change", "calendar_day", "calendar"):
        op.drop_table(table)
