"""Residents' rights"""

import sqlalchemy as sa
from alembic import op

from wangge_core.db import columns

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

COUNTS = ("persons", "permanent", "temporary", "households", "units", "vacant_units")


def upgrade() -> None:
    op.add_column("person", sa.Column("removed_basis", sa.String(400)))
    op.create_table(
        "grid_statistic",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("grid_id", columns.Id, nullable=False),
        sa.Column("counted_at", columns.Instant(), nullable=False),
        sa.Column("smallest", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Integer) for name in COUNTS),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name="fk_grid_statistic_grid_id"),
        sa.PrimaryKeyConstraint("id", name="pk_grid_statistic"),
        sa.UniqueConstraint("grid_id", name="uq_grid_statistic_grid_id"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("grid_statistic")
    op.drop_column("person", "removed_basis")
