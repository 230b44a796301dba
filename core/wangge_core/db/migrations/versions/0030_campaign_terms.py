"""Campaigns that were prolonged: until when before, until when from then on, why, and by whom"""

import sqlalchemy as sa
from alembic import op

from wangge_core.db import columns

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "campaign_extension",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("campaign_id", columns.Id, nullable=False),
        sa.Column("ended_before", columns.Instant(), nullable=False),
        sa.Column("ends_at", columns.Instant(), nullable=False),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("account_id", columns.Id),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_campaign_extension_account_id"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name="fk_campaign_extension_campaign_id"),
        sa.PrimaryKeyConstraint("id", name="pk_campaign_extension"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_campaign_extension_campaign_id_id", "campaign_extension", ["campaign_id", "id"])


def downgrade() -> None:
    op.drop_table("campaign_extension")
