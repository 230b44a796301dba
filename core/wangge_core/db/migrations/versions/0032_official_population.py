"""Official populations of grids: as of which day, how many, and who says so"""

import sqlalchemy as sa
from alembic import op

from wangge_core.db import columns

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "official_population",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("grid_id", columns.Id, nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name="fk_official_population_grid_id"),
        sa.PrimaryKeyConstraint("id", name="pk_official_population"),
        sa.UniqueConstraint("grid_id", "as_of", name="uq_official_population_grid_id_as_of"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("official_population")
