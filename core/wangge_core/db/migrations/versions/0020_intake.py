"""Reports of residents and visitors, webhooks"""

import sqlalchemy as sa
from alembic import op

from wangge_core.db import columns

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

INDEXES = (
    ("public_report", "event_id", "id"),
    ("public_report", "account_id"),
    ("public_report", "phone_index"),
    ("public_question", "report_id", "id"),
    ("public_question", "event_id"),
    ("intake_count", "since"),
    ("webhook", "account_id", "id"),
    ("webhook", "secret_index"),
    ("webhook", "earlier_secret_index"),
    ("webhook_delivery", "event_id"),
    ("webhook_delivery", "webhook_id", "state", "event_id", "id"),
    ("webhook_delivery", "state", "created_at"),
)
NEARBY = (
    ("event", "closed", "latitude", "longitude"),
    ("event", "place_id"),
    ("building", "latitude", "longitude"),
    ("place", "latitude", "longitude"),
)
"""By which open matters are found."""


def upgrade() -> None:
    op.create_table(
        "public_report",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("number", columns.binary_text(20), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("event_id", columns.Id, nullable=False),
        sa.Column("joined", sa.Boolean, nullable=False),
        sa.Column("counted", sa.Boolean, nullable=False),
        sa.Column("account_id", columns.Id),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("unnamed", sa.Boolean, nullable=False),
        sa.Column("name", sa.String(80)),
        sa.Column("phone", columns.binary_text(240)),
        sa.Column("phone_index", columns.binary_text(64)),
        sa.Column("phone_mask", sa.String(40)),
        sa.Column("rating", sa.Integer),
        sa.Column("reported_at", columns.Instant(), nullable=False),
        sa.Column("request_key", sa.String(64)),
        sa.Column("request_hash", sa.String(64)),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_public_report_event_id"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_public_report_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_public_report"),
        sa.UniqueConstraint("number", name="uq_public_report_number"),
        sa.UniqueConstraint("request_key", name="uq_public_report_request_key"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "public_question",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("report_id", columns.Id, nullable=False),
        sa.Column("event_id", columns.Id, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("wants_answer", sa.Boolean, nullable=False),
        sa.Column("post_id", columns.Id),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("answer", sa.Text),
        sa.Column("answered_at", columns.Instant()),
        sa.ForeignKeyConstraint(["report_id"], ["public_report.id"], name="fk_public_question_report_id"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_public_question_event_id"),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_public_question_post_id"),
        sa.PrimaryKeyConstraint("id", name="pk_public_question"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "intake_count",
        sa.Column("name", columns.binary_text(120), nullable=False),
        sa.Column("since", columns.Instant(), nullable=False),
        sa.Column("value", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_intake_count"),
    )
    op.create_table(
        "webhook",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("account_id", columns.Id, nullable=False),
        sa.Column("url", sa.String(400), nullable=False),
        sa.Column("secret", columns.binary_text(240), nullable=False),
        sa.Column("secret_index", columns.binary_text(64)),
        sa.Column("earlier_secret", columns.binary_text(240)),
        sa.Column("earlier_secret_index", columns.binary_text(64)),
        sa.Column("earlier_until", columns.Instant()),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("created_by_id", columns.Id),
        sa.Column("ended_at", columns.Instant()),
        sa.Column("end_reason", sa.String(400)),
        sa.Column("delivered_at", columns.Instant()),
        sa.Column("failed_at", columns.Instant()),
        sa.Column("trouble", sa.String(40)),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_webhook_account_id"),
        sa.ForeignKeyConstraint(["created_by_id"], ["account.id"], name="fk_webhook_created_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_webhook"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("webhook_id", columns.Id, nullable=False),
        sa.Column("event_id", columns.Id),
        sa.Column("content", columns.Json(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("attempted_at", columns.Instant()),
        sa.Column("status", sa.Integer),
        sa.Column("trouble", sa.String(40)),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhook.id"], name="fk_webhook_delivery_webhook_id"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_webhook_delivery_event_id"),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_delivery"),
        sqlite_autoincrement=True,
    )
    for table, *names in (*INDEXES, *NEARBY):
        op.create_index("_".join(("ix", table, *names)), table, names)


def downgrade() -> None:
    for table, *names in NEARBY:
        op.drop_index("_".join(("ix", table, *names)), table)
    for table in ("webhook_delivery", "webhook", "intake_count", "public_question", "public_report"):
        op.drop_table(table)
