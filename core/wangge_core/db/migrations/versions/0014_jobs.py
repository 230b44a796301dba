"""Jobs"""

import sqlalchemy as sa
from alembic import op

from wangge_core.db import columns

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("name", columns.binary_text(80), nullable=False),
        sa.Column("key", columns.binary_text(200), nullable=False),
        sa.Column("run_at", columns.Instant(), nullable=False),
        sa.Column("content", columns.Json(), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("given_up", sa.Boolean, nullable=False),
        sa.Column("leased_until", columns.Instant()),
        sa.Column("leased_by", sa.String(80)),
        sa.Column("last_error", sa.String(400)),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
        sa.UniqueConstraint("name", "key", name="uq_job_name_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_job_given_up_run_at_id", "job", ["given_up", "run_at", "id"])


def downgrade() -> None:
    op.drop_table("job")
