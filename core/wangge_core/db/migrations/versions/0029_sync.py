"""Work from offline: ids that clients make, what was answered to each change"""

import sqlalchemy as sa
from alembic import op

from wangge_core.db import columns

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sync_change",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("account_id", columns.Id, nullable=False),
        sa.Column("client_id", columns.binary_text(80), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("request_hash", sa.String(64), nullable=False),
        sa.Column("thing_type", sa.String(40)),
        sa.Column("thing_id", sa.BigInteger),
        sa.Column("captured_at", columns.Instant(), nullable=False),
        sa.Column("received_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_sync_change_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sync_change"),
        sa.UniqueConstraint("account_id", "client_id", name="uq_sync_change_account_id_client_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sync_change_received_at", "sync_change", ["received_at"])


def downgrade() -> None:
    op.drop_table("sync_change")
