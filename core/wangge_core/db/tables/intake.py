"""Reports of residents and visitors, what they are asked, how often is tried, and the webhooks by which other systems follow."""

import sqlalchemy as sa

from wangge_core.db.columns import Column, Json, binary_text
from wangge_core.db.tables.metadata import key, metadata, moment, sealed, table, to

public_report = table(
    "public_report",
    key(),
    Column("number", binary_text(20), nullable=False, unique=True),
    Column("hash", sa.String(64), nullable=False),
    to("event"),
    Column("joined", sa.Boolean, nullable=False),  # the same matter was reported before
    Column("counted", sa.Boolean, nullable=False),  # false for who had reported the matter already
    to("account", nullable=True, index=True),
    Column("language", sa.String(2), nullable=False),
    Column("description", sa.Text, nullable=False),
    Column("unnamed", sa.Boolean, nullable=False),
    Column("name", sa.String(80)),
    *sealed("phone"),
    Column("rating", sa.Integer),
    moment("reported_at"),
    Column("request_key", sa.String(64), unique=True),
    Column("request_hash", sa.String(64)),
    sa.Index(None, "event_id", "id"),
)

public_question = table(
    "public_question",
    key(),
    to("public_report", name="report_id"),
    to("event", index=True),
    Column("text", sa.Text, nullable=False),
    Column("wants_answer", sa.Boolean, nullable=False),
    to("post", nullable=True),
    moment("at"),
    Column("answer", sa.Text),
    moment("answered_at", nullable=True),
    sa.Index(None, "report_id", "id"),
)

intake_count = sa.Table(
    "intake_count",
    metadata,
    Column("name", binary_text(120), primary_key=True),
    moment("since"),
    Column("value", sa.Integer, nullable=False),
    sa.Index(None, "since"),
)

webhook = table(
    "webhook",
    key(),
    to("account"),
    Column("url", sa.String(400), nullable=False),
    Column("secret", binary_text(240), nullable=False),
    Column("secret_index", binary_text(64), index=True),
    Column("earlier_secret", binary_text(240)),
    Column("earlier_secret_index", binary_text(64), index=True),
    moment("earlier_until", nullable=True),
    moment("created_at"),
    to("account", name="created_by_id", nullable=True),
    moment("ended_at", nullable=True),
    Column("end_reason", sa.String(400)),
    moment("delivered_at", nullable=True),
    moment("failed_at", nullable=True),
    Column("trouble", sa.String(40)),
    sa.Index(None, "account_id", "id"),
)

webhook_delivery = table(
    "webhook_delivery",
    key(),
    to("webhook"),
    to("event", nullable=True, index=True),
    Column("content", Json, nullable=False),
    moment("created_at"),
    Column("state", sa.String(10), nullable=False),
    Column("attempts", sa.Integer, nullable=False),
    moment("attempted_at", nullable=True),
    Column("status", sa.Integer),
    Column("trouble", sa.String(40)),
    sa.Index(None, "webhook_id", "state", "event_id", "id"),
    sa.Index(None, "state", "created_at"),
)
