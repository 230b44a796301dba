"""Statistics as they were last published: a row a grid, in which small counts and what would tell them are NULL. Beside them official
figures from elsewhere, such as a census."""

import sqlalchemy as sa

from wangge_core.db.columns import Column
from wangge_core.db.tables.metadata import key, moment, table, to

grid_statistic = table(
    "grid_statistic",
    key(),
    to("grid"),
    moment("counted_at"),
    Column("smallest", sa.Integer, nullable=False),
    *(Column(name, sa.Integer) for name in ("persons", "permanent", "temporary", "households", "units", "vacant_units")),
    sa.UniqueConstraint("grid_id"),
)

official_population = table(
    "official_population",
    key(),
    to("grid"),
    Column("as_of", sa.Date, nullable=False),
    Column("number", sa.Integer, nullable=False),
    Column("source", sa.String(200), nullable=False),
    sa.UniqueConstraint("grid_id", "as_of"),
)
