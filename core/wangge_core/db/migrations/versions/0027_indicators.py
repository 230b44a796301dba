"""Indicators: what is counted of each thing, tallies by grid and day or month, and how far the counting is"""

import sqlalchemy as sa
from alembic import op

from wangge_core.db import columns

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _declared("measure", sa.Column("way", sa.String(40), nullable=False), sa.Column("counted_for", sa.String(10), nullable=False))
    _declared(
        "indicator",
        sa.Column("unit", sa.String(10), nullable=False),
        sa.Column("numerator", columns.Json(), nullable=False),
        sa.Column("denominator", columns.Json()),
        sa.Column("formula", sa.String(400), nullable=False),
        sa.Column("source", sa.String(400), nullable=False),
        sa.Column("higher_is_better", sa.Boolean),
    )
    _counted()
    _tally()
    op.create_table(
        "counting",
        sa.Column("name", columns.binary_text(20), nullable=False),
        sa.Column("cursor", sa.Text),
        sa.Column("counted_at", columns.Instant()),
        sa.Column("recounting", columns.binary_text(10)),
        sa.Column("recounted_to", columns.Id),
        sa.PrimaryKeyConstraint("name", name="pk_counting"),
    )


def _declared(name: str, *more: sa.Column[object]) -> None:
    op.create_table(
        name,
        sa.Column("id", columns.binary_text(160), nullable=False),
        sa.Column("plugin", sa.String(80), nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("available", sa.Boolean, nullable=False),
        sa.Column("label", columns.Json(), nullable=False),
        *more,
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
    )


def _counted() -> None:
    op.create_table(
        "counted",
        sa.Column("thing", columns.binary_text(10), nullable=False),
        sa.Column("thing_id", columns.Id, nullable=False),
        sa.Column("grid_id", columns.Id, nullable=False),
        sa.Column("path", columns.binary_text(400), nullable=False),
        sa.Column("then_grid_id", columns.Id),
        sa.Column("kind_id", columns.binary_text(160)),
        sa.Column("source", sa.String(20)),
        sa.Column("first_day", sa.Date, nullable=False),
        sa.Column("last_day", sa.Date, nullable=False),
        sa.Column("facts", columns.Json(), nullable=False),
        sa.PrimaryKeyConstraint("thing", "thing_id", name="pk_counted"),
    )
    op.create_index("ix_counted_grid_id_last_day_first_day", "counted", ["grid_id", "last_day", "first_day"])
    op.create_index("ix_counted_last_day_first_day", "counted", ["last_day", "first_day"])


def _tally() -> None:
    op.create_table(
        "tally",
        sa.Column("grid_id", columns.Id, nullable=False),
        sa.Column("dimension", columns.binary_text(10), nullable=False),
        sa.Column("span", columns.binary_text(1), nullable=False),
        sa.Column("measure", columns.binary_text(160), nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("value", columns.binary_text(160), nullable=False),
        sa.Column("correction", sa.Boolean, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("grid_id", "dimension", "span", "measure", "starts_on", "value", "correction", name="pk_tally"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for name in ("counting", "tally", "counted", "indicator", "measure"):
        op.drop_table(name)
