"""Jobs: work that waits for its moment, one row each. A process holds a row while it works, by a lock or by a lease."""

import sqlalchemy as sa

from wangge_core.db.columns import Column, Json, binary_text
from wangge_core.db.tables.metadata import key, moment, table

job = table(
    "job",
    key(),
    Column("name", binary_text(80), nullable=False),
    Column("key", binary_text(200), nullable=False),
    moment("run_at"),
    Column("content", Json, nullable=False),
    Column("attempts", sa.Integer, nullable=False),
    Column("given_up", sa.Boolean, nullable=False),
    moment("leased_until", nullable=True),
    Column("leased_by", sa.String(80)),
    Column("last_error", sa.String(400)),
    moment("created_at"),
    sa.UniqueConstraint("name", "key"),
    sa.Index(None, "given_up", "run_at", "id"),
)
