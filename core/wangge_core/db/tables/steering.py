"""What is done with a running event beside its moves: chasing up, what its workers ask of the next level, and projects."""

import sqlalchemy as sa

from wangge_core.db.columns import Column, Id, binary_text
from wangge_core.db.tables.metadata import key, moment, table, to

event_chase = table(
    "event_chase",
    key(),
    to("event"),
    Column("sequence", sa.Integer, nullable=False),
    to("account", nullable=True),
    to("post", nullable=True),
    Column("note", sa.Text, nullable=False),
    moment("at"),
    moment("answer_due_at"),
    Column("answer", sa.Text),
    moment("answered_at", nullable=True),
    to("post", name="answered_by_id", nullable=True),
    sa.Index(None, "event_id", "sequence", "id"),
)

event_request = table(
    "event_request",
    key(),
    to("event"),
    Column("sequence", sa.Integer, nullable=False),
    Column("kind", sa.String(10), nullable=False),
    Column("stage", binary_text(80), nullable=False),
    to("account", nullable=True),
    to("post", nullable=True),
    Column("reason", sa.Text, nullable=False),
    moment("until", nullable=True),
    moment("at"),
    Column("state", sa.String(10), nullable=False),
    to("account", name="decided_by_account_id", nullable=True),
    to("post", name="decided_by_id", nullable=True),
    Column("note", sa.Text),
    moment("decided_at", nullable=True),
    sa.Index(None, "event_id", "sequence", "id"),
)

project = table(
    "project",
    key(),
    Column("event_id", Id, sa.ForeignKey("event.id"), nullable=False, unique=True),
    Column("budget_fen", sa.BigInteger),
    Column("cost_fen", sa.BigInteger),
    Column("households", sa.Integer),
    Column("contractor", sa.String(400)),
)

project_step = table(
    "project_step",
    key(),
    to("event"),
    Column("ordinal", sa.Integer, nullable=False),
    Column("name", sa.String(200), nullable=False),
    Column("planned_on", sa.Date),
    moment("done_at", nullable=True),
    sa.UniqueConstraint("event_id", "ordinal"),
)
