"""Rows of imports that may be somebody who is on the register already, until somebody decides."""

import sqlalchemy as sa

from wangge_core.db.columns import binary_text
from wangge_core.db.tables.metadata import key, moment, table, to

import_review = table(
    "import_review",
    key(),
    to("grid"),
    to("person", index=True),  # who it may be
    moment("run_at"),
    sa.Column("file", sa.String(200), nullable=False),
    sa.Column("line", sa.Integer, nullable=False),
    sa.Column("source_name", sa.String(80), nullable=False),
    sa.Column("source_key", sa.String(200), nullable=False),
    sa.Column("why", sa.String(30), nullable=False),
    # what the row says, to decide by; gone with the decision
    sa.Column("name", sa.String(80)),
    sa.Column("born_on", sa.Date),
    sa.Column("home", sa.String(400)),
    sa.Column("draft", sa.Text),
    sa.Column("draft_index", binary_text(64), index=True),
    sa.Column("decided", sa.Boolean, nullable=False),
    sa.Column("decision", sa.String(10)),
    to("account", name="decided_by_id", nullable=True),
    moment("decided_at", nullable=True),
    moment("created_at"),
    sa.UniqueConstraint("source_name", "source_key"),
    sa.Index(None, "grid_id", "decided", "id"),
    sa.Index(None, "decided", "id"),
)
