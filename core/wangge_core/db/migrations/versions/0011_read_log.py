"""Who read what, and who changed what"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from wangge_core.db.columns import Id, Instant, Json, binary_text

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NO_HASH = bytes(32)


def upgrade() -> None:
    chain = op.create_table(
        "log_chain",
        sa.Column("id", Id, nullable=False, autoincrement=False),
        sa.Column("opened_at", Instant, nullable=False),
        sa.Column("closed_at", Instant, nullable=True),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("indexed_entries", sa.BigInteger(), nullable=False),
        sa.Column("pruned_entries", sa.BigInteger(), nullable=False),
        sa.Column("pruned_hash", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_chain")),
    )
    op.create_table(
        "read_log",
        sa.Column("id", Id, nullable=False, autoincrement=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("key_id", sa.BigInteger(), nullable=True),
        sa.Column("held", Json, nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=True),
        sa.Column("operation", sa.String(120), nullable=False),
        sa.Column("document_hash", sa.String(16), nullable=False),
        sa.Column("purpose", sa.String(20), nullable=True),
        sa.Column("purpose_text", sa.String(200), nullable=True),
        sa.Column("parts", Json, nullable=False),
        sa.Column("subjects", Json, nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_read_log")),
    )
    op.create_table(
        "read_log_subject",
        sa.Column("id", Id, nullable=False, autoincrement=True),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("entry_id", Id, nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_read_log_subject")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_read_log_subject_person_id_id", "read_log_subject", ["person_id", "id"])
    op.create_table(
        "change_log",
        sa.Column("id", Id, nullable=False, autoincrement=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("key_id", sa.BigInteger(), nullable=True),
        sa.Column("held", Json, nullable=False),
        sa.Column("operation", sa.String(120), nullable=False),
        sa.Column("action", sa.String(8), nullable=False),
        sa.Column("thing", binary_text(40), nullable=False),
        sa.Column("thing_id", Id, nullable=False),
        sa.Column("last_id", Id, nullable=False),
        sa.Column("fields", Json, nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_log")),
    )
    op.create_index("ix_change_log_thing_action_thing_id_id", "change_log", ["thing", "action", "thing_id", "id"])
    counted = dict.fromkeys(("entries", "indexed_entries", "pruned_entries"), 0)
    op.bulk_insert(chain, [{"id": 1, "opened_at": datetime.now(UTC), "hash": NO_HASH, "pruned_hash": NO_HASH} | counted])


def downgrade() -> None:
    for table in ("change_log", "read_log_subject", "read_log", "log_chain"):
        op.drop_table(table)
