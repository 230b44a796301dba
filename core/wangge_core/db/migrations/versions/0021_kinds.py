"""Kinds: their limits, who handles them, what of them is public, and their versions"""

import sqlalchemy as sa
from alembic import op

from wangge_core.db import columns

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

ADDED = (
    ("limits", columns.Json, "[]"),
    ("handled_by", columns.Json, "[]"),
    ("supervised_by", columns.Json, "[]"),
    ("open_to_public", sa.Boolean, sa.false()),
    ("shown_to_public", sa.Boolean, sa.false()),
    ("version", sa.Integer, "0"),  # the next start writes the first version of each
)


def upgrade() -> None:
    with op.batch_alter_table("event_kind") as kind:
        for name, form, default in ADDED:
            kind.add_column(sa.Column(name, form(), nullable=False, server_default=default))
    with op.batch_alter_table("event_kind") as kind:
        for name, _, _ in ADDED:
            kind.alter_column(name, server_default=None)
    op.create_table(
        "event_kind_version",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("kind_id", columns.binary_text(160), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("content", columns.Json(), nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["kind_id"], ["event_kind.id"], name="fk_event_kind_version_kind_id"),
        sa.PrimaryKeyConstraint("id", name="pk_event_kind_version"),
        sa.UniqueConstraint("kind_id", "version", name="uq_event_kind_version_kind_id_version"),
        sqlite_autoincrement=True,
    )
    op.add_column("event", sa.Column("kind_version", sa.Integer))
    op.execute("UPDATE counter SET name = name || '-' WHERE name LIKE 'event.%'")  # a counter is named by what stands before the number


def downgrade() -> None:
    op.execute("UPDATE counter SET name = substr(name, 1, 14) WHERE name LIKE 'event.%'")
    op.drop_column("event", "kind_version")
    op.drop_table("event_kind_version")
    with op.batch_alter_table("event_kind") as kind:
        for name, _, _ in ADDED:
            kind.drop_column(name)
