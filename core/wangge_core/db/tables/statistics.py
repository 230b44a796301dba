"""Statistics as they were last published: a row a grid, in which small counts and what would tell them are NULL."""

import sqlalchemy as sa

from wangge_core.db.tables.metadata import key, moment, table, to

grid_statistic = table(
    "grid_statistic",
    key(),
    to("grid"),
    moment("counted_at"),
    sa.Column("smallest", sa.Integer, nullable=False),
    *(sa.Column(name, sa.Integer) for name in ("persons", "permanent", "temporary", "households", "units", "vacant_units")),
    sa.UniqueConstraint("grid_id"),
)
