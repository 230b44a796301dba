"""Reports of residents and visitors, what they are asked, how often is tried, and the webhooks by which other systems follow."""

import sqlalchemy as sa

from wangge_core.db.columns import Json, binary_text
from wangge_core.db.tables.metadata import key, metadata, moment, sealed, table, to

public_report = table(
    "public_report",
    key(),
    sa.Column("number", binary_text(20), nullable=False, unique=True),
    sa.Column("hash", sa.String(64), nullable=False),
    to("event"),
    sa.Column("joined", sa.Boolean, nullable=False),  # the same matter was reported before
    sa.Column("counted", sa.Boolean, nullable=False),  # false for who had reported the matter already
    to("account", nullable=True, index=True),
    sa.Column("language", sa.String(2), nullable=False),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("unnamed", sa.Boolean, nullable=False),
    sa.Column("name", sa.String(80)),
    *sealed("phone"),
    sa.Column("rating", sa.Integer),
    moment("reported_at"),
    sa.Column("request_key", sa.String(64), unique=True),
    sa.Column("request_hash", sa.String(64)),
    sa.Index(None, "event_id", "id"),
)

public_question = table(
    "public_question",
    key(),
    to("public_report", name="report_id"),
    to("event", index=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("wants_answer", sa.Boolean, nullable=False),
    to("post", nullable=True),
    moment("at"),
    sa.Column("answer", sa.Text),
    moment("answered_at", nullable=True),
    sa.Index(None, "report_id", "id"),
)

intake_count = sa.Table(
    "intake_count",
    metadata,
    sa.Column("name", binary_text(120), primary_key=True),
    moment("since"),
    sa.Column("value", sa.Integer, nullable=False),
    sa.Index(None, "since"),
)

webhook = table(
    "webhook",
    key(),
    to("account"),
    sa.Column("url", sa.String(400), nullable=False),
    sa.Column("secret", binary_text(240), nullable=False),
    sa.Column("secret_index", binary_text(64), index=True),
    sa.Column("earlier_secret", binary_text(240)),
    sa.Column("earlier_secret_index", binary_text(64), index=True),
    moment("earlier_until", nullable=True),
    moment("created_at"),
    to("account", name="created_by_id", nullable=True),
    moment("ended_at", nullable=True),
    sa.Column("end_reason", sa.String(400)),
    moment("delivered_at", nullable=True),
    moment("failed_at", nullable=True),
    sa.Column("trouble", sa.String(40)),
    sa.Index(None, "account_id", "id"),
)

webhook_delivery = table(
    "webhook_delivery",
    key(),
    to("webhook"),
    to("event", nullable=True, index=True),
    sa.Column("content", Json, nullable=False),
    moment("created_at"),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    moment("attempted_at", nullable=True),
    sa.Column("status", sa.Integer),
    sa.Column("trouble", sa.String(40)),
    sa.Index(None, "webhook_id", "state", "event_id", "id"),
    sa.Index(None, "state", "created_at"),
)
