"""Keys and devices"""

import sqlalchemy as sa
from alembic import op

from wangge_core.db import columns

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ID = columns.Id


def upgrade() -> None:
    op.add_column("account", sa.Column("issuer", sa.String(200)))
    op.add_column("account", sa.Column("machine", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("account", sa.Column("valid_from", columns.Instant()))
    op.create_table(
        "api_key",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("scopes", columns.Json(), nullable=False),
        sa.Column("expires_at", columns.Instant(), nullable=False),
        sa.Column("revoked_at", columns.Instant()),
        sa.Column("end_reason", sa.String(400)),
        sa.Column("last_used_on", sa.Date()),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("created_by_id", ID),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_api_key_account_id"),
        sa.ForeignKeyConstraint(["created_by_id"], ["account.id"], name="fk_api_key_created_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_api_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_api_key_account_id_id", "api_key", ["account_id", "id"])
    op.create_table(
        "device",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("post_id", ID, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("enrolled_at", columns.Instant(), nullable=False),
        sa.Column("enrolled_by_id", ID),
        sa.Column("revoked_at", columns.Instant()),
        sa.Column("end_reason", sa.String(400)),
        sa.Column("replaced_by_id", ID),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_device_post_id"),
        sa.ForeignKeyConstraint(["enrolled_by_id"], ["account.id"], name="fk_device_enrolled_by_id"),
        sa.ForeignKeyConstraint(["replaced_by_id"], ["device.id"], name="fk_device_replaced_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_device"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_device_post_id_id", "device", ["post_id", "id"])
    reported_with = sa.Column("device_id", ID, sa.ForeignKey("device.id", name="fk_event_device_id"))
    op.add_column("event", reported_with, inline_references=True)


def downgrade() -> None:
    with op.batch_alter_table("event", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_column("device_id")
    op.drop_table("device")
    op.drop_table("api_key")
    for name in ("valid_from", "machine", "issuer"):
        op.drop_column("account", name)
