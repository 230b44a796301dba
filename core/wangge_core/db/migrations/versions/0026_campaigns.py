"""Campaigns: frozen target lists and check-ins"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from wangge_core.db import columns

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

INDEXES = (
    ("campaign", "event_id"),
    ("campaign", "grid_id", "started_at", "id"),
    ("campaign", "state", "started_at", "id"),
    ("campaign", "started_at", "id"),
    ("campaign_target", "campaign_id", "id"),
    ("campaign_target", "campaign_id", "state", "id"),
    ("campaign_target", "grid_id", "state", "id"),
    ("campaign_earlier", "target_id", "id"),
    ("campaign_tally", "grid_id"),
)
THINGS = ("person", "unit", "asset", "place", "organization")
FIGURES = ("targets", "open", "done", "declined", "moved_away", "not_found", "excused")


def outcome() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(20)),
        sa.Column("checked_at", columns.Instant()),
        sa.Column("received_at", columns.Instant()),
        sa.Column("account_id", columns.Id),
        sa.Column("post_id", columns.Id),
        sa.Column("client_key", columns.binary_text(80)),
    )


def upgrade() -> None:
    op.create_table(
        "campaign",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("grid_id", columns.Id, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("purpose", sa.String(400), nullable=False),
        sa.Column("legal_basis", sa.String(400), nullable=False),
        sa.Column("aim", sa.String(20), nullable=False),
        sa.Column("chosen", columns.Json(), nullable=False),
        sa.Column("event_id", columns.Id),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("keep_days", sa.Integer, nullable=False),
        sa.Column("started_by_id", columns.Id),
        sa.Column("started_at", columns.Instant(), nullable=False),
        sa.Column("ends_at", columns.Instant(), nullable=False),
        sa.Column("ended_by_id", columns.Id),
        sa.Column("ended_at", columns.Instant()),
        sa.Column("forgotten_at", columns.Instant()),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name="fk_campaign_grid_id"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_campaign_event_id"),
        sa.ForeignKeyConstraint(["started_by_id"], ["account.id"], name="fk_campaign_started_by_id"),
        sa.ForeignKeyConstraint(["ended_by_id"], ["account.id"], name="fk_campaign_ended_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_campaign"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "campaign_role",
        sa.Column("campaign_id", columns.Id, nullable=False),
        sa.Column("role_id", columns.binary_text(160), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name="fk_campaign_role_campaign_id"),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name="fk_campaign_role_role_id"),
        sa.PrimaryKeyConstraint("campaign_id", "role_id", name="pk_campaign_role"),
    )
    _targets()
    op.create_table(
        "campaign_tally",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("campaign_id", columns.Id, nullable=False),
        sa.Column("grid_id", columns.Id, nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in FIGURES),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name="fk_campaign_tally_campaign_id"),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name="fk_campaign_tally_grid_id"),
        sa.PrimaryKeyConstraint("id", name="pk_campaign_tally"),
        sa.UniqueConstraint("campaign_id", "grid_id", name="uq_campaign_tally_campaign_id_grid_id"),
        sqlite_autoincrement=True,
    )
    for table, *names in INDEXES:
        op.create_index("_".join(("ix", table, *names)), table, names)
    for thing in THINGS:
        there = sa.text(f"{thing}_id IS NOT NULL")
        name, names = f"ux_campaign_target_{thing}_id", [f"{thing}_id", "campaign_id"]
        op.create_index(name, "campaign_target", names, unique=True, sqlite_where=there, postgresql_where=there)


def _targets() -> None:
    op.create_table(
        "campaign_target",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("campaign_id", columns.Id, nullable=False),
        sa.Column("grid_id", columns.Id, nullable=False),
        *(sa.Column(f"{thing}_id", columns.Id) for thing in THINGS),
        sa.Column("code", columns.binary_text(24), nullable=False),
        *outcome(),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name="fk_campaign_target_campaign_id"),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name="fk_campaign_target_grid_id"),
        *(sa.ForeignKeyConstraint([f"{one}_id"], [f"{one}.id"], name=f"fk_campaign_target_{one}_id") for one in THINGS),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_campaign_target_account_id"),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_campaign_target_post_id"),
        sa.PrimaryKeyConstraint("id", name="pk_campaign_target"),
        sa.UniqueConstraint("code", name="uq_campaign_target_code"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "campaign_earlier",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("target_id", columns.Id, nullable=False),
        *outcome(),
        sa.Column("replaced_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["target_id"], ["campaign_target.id"], name="fk_campaign_earlier_target_id"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_campaign_earlier_account_id"),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_campaign_earlier_post_id"),
        sa.PrimaryKeyConstraint("id", name="pk_campaign_earlier"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    for table in ("campaign_tally", "campaign_earlier", "campaign_target", "campaign_role", "campaign"):
        op.drop_table(table)
