"""Needs and sealed values"""

import sqlalchemy as sa
from alembic import op
from wangge_core.db import columns

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INDEXES = (
    ("need", "person_id", "ends_at"),
    ("need", "kind_id", "ends_at", "id"),
    ("need", "grid_id", "ends_at", "id"),
    ("need", "ends_at", "id"),
    ("reveal", "account_id", "at"),
)
FLAGS = ("children", "open")


def upgrade() -> None:
    with op.batch_alter_table("need_kind") as kind:
        for name in FLAGS:
            kind.add_column(sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false()))
        kind.add_column(sa.Column("legal_basis", sa.String(400)))
        kind.add_column(sa.Column("keep_months", sa.Integer))
    with op.batch_alter_table("need_kind") as kind:
        for name in FLAGS:
            kind.alter_column(name, server_default=None)
    op.create_table(
        "need",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("person_id", columns.Id, nullable=False),
        sa.Column("grid_id", columns.Id, nullable=False),
        sa.Column("kind_id", columns.binary_text(160), nullable=False),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("legal_basis", sa.String(400), nullable=False),
        sa.Column("guardian_agreement", sa.String(200)),
        sa.Column("from_on", sa.Date, nullable=False),
        sa.Column("until_on", sa.Date, nullable=False),
        sa.Column("ends_at", columns.Instant(), nullable=False),
        sa.Column("set_by_id", columns.Id),
        sa.Column("ending", sa.String(20)),
        sa.Column("end_reason", sa.String(400)),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_need_person_id"),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name="fk_need_grid_id"),
        sa.ForeignKeyConstraint(["kind_id"], ["need_kind.id"], name="fk_need_kind_id"),
        sa.ForeignKeyConstraint(["set_by_id"], ["post.id"], name="fk_need_set_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_need"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "need_kind_role",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("need_kind_id", columns.binary_text(160), nullable=False),
        sa.Column("role_id", columns.binary_text(160), nullable=False),
        sa.ForeignKeyConstraint(["need_kind_id"], ["need_kind.id"], name="fk_need_kind_role_need_kind_id"),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name="fk_need_kind_role_role_id"),
        sa.PrimaryKeyConstraint("id", name="pk_need_kind_role"),
        sa.UniqueConstraint("need_kind_id", "role_id", name="uq_need_kind_role_need_kind_id_role_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "reveal",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("account_id", columns.Id, nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_reveal_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reveal"),
        sqlite_autoincrement=True,
    )
    for table, *names in INDEXES:
        op.create_index("_".join(("ix", table, *names)), table, names)


def downgrade() -> None:
    for table in ("reveal", "need_kind_role", "need"):
        op.drop_table(table)
    with op.batch_alter_table("need_kind") as kind:
        for name in ("keep_months", "legal_basis", *reversed(FLAGS)):
            kind.drop_column(name)
