"""Rows of imports that may be somebody who is on the register already, until somebody decides."""

import sqlalchemy as sa

from wangge_core.db.columns import Column, binary_text
from wangge_core.db.tables.metadata import key, moment, table, to

import_review = table(
    "import_review",
    key(),
    to("grid"),
    to("person", index=True),  # who it may be
    moment("run_at"),
    Column("file", sa.String(200), nullable=False),
    Column("line", sa.Integer, nullable=False),
    Column("source_name", sa.String(80), nullable=False),
    Column("source_key", sa.String(200), nullable=False),
    Column("why", sa.String(30), nullable=False),
    # what the row says, to decide by; gone with the decision
    Column("name", sa.String(80)),
    Column("born_on", sa.Date),
    Column("home", sa.String(400)),
    Column("draft", sa.Text),
    Column("draft_index", binary_text(64), index=True),
    Column("decided", sa.Boolean, nullable=False),
    Column("decision", sa.String(10)),
    to("account", name="decided_by_id", nullable=True),
    moment("decided_at", nullable=True),
    moment("created_at"),
    sa.UniqueConstraint("source_name", "source_key"),
    sa.Index(None, "grid_id", "decided", "id"),
    sa.Index(None, "decided", "id"),
)
