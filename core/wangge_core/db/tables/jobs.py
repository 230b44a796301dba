"""Jobs: work that waits for its moment, one row each. A process holds a row while it works, by a lock or by a lease."""

import sqlalchemy as sa

from wangge_core.db.columns import Json, binary_text
from wangge_core.db.tables.metadata import key, moment, table

job = table(
    "job",
    key(),
    sa.Column("name", binary_text(80), nullable=False),
    sa.Column("key", binary_text(200), nullable=False),
    moment("run_at"),
    sa.Column("content", Json, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("given_up", sa.Boolean, nullable=False),
    moment("leased_until", nullable=True),
    sa.Column("leased_by", sa.String(80)),
    sa.Column("last_error", sa.String(400)),
    moment("created_at"),
    sa.UniqueConstraint("name", "key"),
    sa.Index(None, "given_up", "run_at", "id"),
)
