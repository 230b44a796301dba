"""Where things that were counted lay before a division: the path of that grid too"""

import sqlalchemy as sa
from alembic import op

from wangge_core.db import columns

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("counted", sa.Column("then_path", columns.binary_text(400)))
    op.execute(
        "UPDATE counted SET then_path = (SELECT path FROM grid WHERE grid.id = counted.then_grid_id) WHERE then_grid_id IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_column("counted", "then_path")
