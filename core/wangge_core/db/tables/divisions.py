"""Divisions of the ground: what is proposed and applied, what each moved, which grids came after which, and codes that grids once had.

Moves, successions and former codes are of divisions that are in force: undoing one takes its rows away.
"""

import sqlalchemy as sa

from wangge_core.db.columns import Column, Id, Json, binary_text
from wangge_core.db.tables.metadata import key, metadata, moment, table, to, version

division = table(
    "division",
    key(),
    to("grid"),  # the ground within which it changes grids
    Column("name", sa.String(200), nullable=False),
    Column("state", sa.String(10), nullable=False),
    Column("changes", Json, nullable=False),
    to("account", name="proposed_by_id", nullable=True),
    moment("proposed_at"),
    # set while it waits for its day, with who decided so
    moment("effective_at", nullable=True),
    to("account", name="applied_by_id", nullable=True),
    moment("applied_at", nullable=True),
    Column("forced_reason", sa.String(400)),
    # the code of the refusal that it met on its day
    Column("trouble", sa.String(40)),
    to("account", name="undone_by_id", nullable=True),
    moment("undone_at", nullable=True),
    Column("undone_reason", sa.String(400)),
    # what undoing it needs, beside its moves
    Column("before", Json),
    version(),
    sa.Index(None, "grid_id", "id"),
    sa.Index(None, "state", "id"),
)

division_move = sa.Table(
    "division_move",
    metadata,
    to("division"),
    Column("moved", binary_text(40), nullable=False),  # the table
    Column("row_id", Id, nullable=False),
    to("grid", name="from_grid_id"),
    to("grid", name="to_grid_id", index=True),
    sa.PrimaryKeyConstraint("division_id", "moved", "row_id"),
    sa.Index(None, "moved", "row_id", "division_id"),
    sa.Index(None, "from_grid_id", "moved", "row_id"),
)

grid_succession = sa.Table(
    "grid_succession",
    metadata,
    to("division"),
    to("grid", name="from_grid_id"),
    to("grid", name="to_grid_id", index=True),
    sa.PrimaryKeyConstraint("division_id", "from_grid_id", "to_grid_id"),
    sa.Index(None, "from_grid_id"),
)

grid_former_code = sa.Table(
    "grid_former_code",
    metadata,
    to("division"),
    to("grid", index=True),
    Column("code", binary_text(40), nullable=False),
    sa.PrimaryKeyConstraint("division_id", "grid_id"),
    sa.Index(None, "code", "division_id"),
)
