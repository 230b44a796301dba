"""Grants, substitutes and who an account is"""

import sqlalchemy as sa
from alembic import op

from wangge_core.db import columns

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INDEXES = (
    ("delegation", "post_id"),
    ("delegation", "account_id"),
    ("access_grant", "account_id", "ends_at"),
    ("access_grant", "grid_id", "starts_at", "id"),
    ("access_grant", "starts_at", "id"),
    ("access_grant", "reviewed", "starts_at", "id"),
)


def upgrade() -> None:
    with op.batch_alter_table("account", table_kwargs={"sqlite_autoincrement": True}) as account:
        account.add_column(sa.Column("person_id", columns.Id))
        account.create_foreign_key("fk_account_person_id", "person", ["person_id"], ["id"])
        account.create_unique_constraint("uq_account_person_id", ["person_id"])
    with op.batch_alter_table("event_kind") as kind:
        kind.add_column(sa.Column("hidden_from_grid", sa.Boolean, nullable=False, server_default=sa.false()))
    with op.batch_alter_table("event_kind") as kind:
        kind.alter_column("hidden_from_grid", server_default=None)
    op.create_table(
        "delegation",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("post_id", columns.Id, nullable=False),
        sa.Column("account_id", columns.Id, nullable=False),
        sa.Column("starts_at", columns.Instant(), nullable=False),
        sa.Column("ends_at", columns.Instant(), nullable=False),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("given_by_id", columns.Id),
        sa.Column("end_reason", sa.String(400)),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_delegation_post_id"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_delegation_account_id"),
        sa.ForeignKeyConstraint(["given_by_id"], ["account.id"], name="fk_delegation_given_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_delegation"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "access_grant",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("account_id", columns.Id, nullable=False),
        sa.Column("grid_id", columns.Id, nullable=False),
        sa.Column("post_id", columns.Id),
        sa.Column("capabilities", columns.Json(), nullable=False),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("starts_at", columns.Instant(), nullable=False),
        sa.Column("ends_at", columns.Instant(), nullable=False),
        sa.Column("end_reason", sa.String(400)),
        sa.Column("reviewed", sa.Boolean, nullable=False),
        sa.Column("reviewed_at", columns.Instant()),
        sa.Column("reviewed_by_id", columns.Id),
        sa.Column("finding", sa.String(400)),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_access_grant_account_id"),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name="fk_access_grant_grid_id"),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_access_grant_post_id"),
        sa.ForeignKeyConstraint(["reviewed_by_id"], ["account.id"], name="fk_access_grant_reviewed_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_access_grant"),
        sqlite_autoincrement=True,
    )
    for table, *names in INDEXES:
        op.create_index("_".join(("ix", table, *names)), table, names)


def downgrade() -> None:
    op.drop_table("access_grant")
    op.drop_table("delegation")
    with op.batch_alter_table("event_kind") as kind:
        kind.drop_column("hidden_from_grid")
    with op.batch_alter_table("account", table_kwargs={"sqlite_autoincrement": True}) as account:
        account.drop_constraint("uq_account_person_id", type_="unique")
        account.drop_constraint("fk_account_person_id", type_="foreignkey")
        account.drop_column("person_id")
