"""The transaction that wrote each row of the outbox"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

OWN_TRANSACTION = sa.text("(pg_current_xact_id()::text::bigint)")


def upgrade() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    default = OWN_TRANSACTION if on_postgresql else sa.text("0")
    op.add_column("outbox", sa.Column("transaction_id", sa.BigInteger(), nullable=False, server_default=default))
    op.create_index("ix_outbox_transaction_id_id", "outbox", ["transaction_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_outbox_transaction_id_id", table_name="outbox")
    with op.batch_alter_table("outbox") as batch_op:
        batch_op.drop_column("transaction_id")
