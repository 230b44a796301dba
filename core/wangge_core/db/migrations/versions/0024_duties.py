"""Duties: what is declared, and what the deployment changed of it; occasions and their terms"""

import sqlalchemy as sa
from alembic import op

from wangge_core.db import columns

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

INDEXES = (
    ("duty_change", "duty_id", "grid_id", "version", "id"),
    ("duty_change", "current", "id"),
    ("duty_change", "grid_id"),
    ("occasion_term", "grid_id"),
    ("occasion_term", "ends_at", "id"),
    ("occasion_term", "starts_at", "id"),
)


def upgrade() -> None:
    op.create_table(
        "duty",
        *_declared("duty"),
        sa.Column("who", columns.Json(), nullable=False),
        sa.Column("does", sa.String(20), nullable=False),
        sa.Column("minutes", sa.Integer, nullable=False),
        sa.Column("targets", columns.Json(), nullable=False),
        sa.Column("frequencies", columns.Json(), nullable=False),
        sa.Column("grid_types", columns.Json()),
        sa.Column("since", columns.Instant(), nullable=False),
    )
    op.create_table("occasion", *_declared("occasion"))
    op.create_table(
        "duty_change",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("duty_id", columns.binary_text(160), nullable=False),
        sa.Column("grid_id", columns.Id),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("current", sa.Boolean, nullable=False),
        sa.Column("in_force", sa.Boolean, nullable=False),
        sa.Column("frequencies", columns.Json()),
        sa.Column("who", columns.Json()),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("account_id", columns.Id),
        sa.Column("at", columns.Instant(), nullable=False),
        *_keys("duty_change", duty_id="duty", grid_id="grid", account_id="account"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "occasion_term",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("occasion_id", columns.binary_text(160), nullable=False),
        sa.Column("grid_id", columns.Id, nullable=False),
        sa.Column("starts_at", columns.Instant(), nullable=False),
        sa.Column("ends_at", columns.Instant()),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("set_by_id", columns.Id),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("end_reason", sa.String(400)),
        sa.Column("ended_by_id", columns.Id),
        *_keys("occasion_term", occasion_id="occasion", grid_id="grid", set_by_id="account", ended_by_id="account"),
        sqlite_autoincrement=True,
    )
    for table, *names in INDEXES:
        op.create_index("_".join(("ix", table, *names)), table, names)


def _declared(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", columns.binary_text(160), nullable=False),
        sa.Column("plugin", sa.String(80), nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("available", sa.Boolean, nullable=False),
        sa.Column("label", columns.Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )


def _keys(table: str, **refers: str) -> tuple[sa.schema.SchemaItem, ...]:
    foreign = (sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}") for column, other in refers.items())
    return (sa.PrimaryKeyConstraint("id", name=f"pk_{table}"), *foreign)


def downgrade() -> None:
    for table in ("occasion_term", "duty_change", "occasion", "duty"):
        op.drop_table(table)
