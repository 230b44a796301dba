"""Duties: what plugins declare that somebody must do and what the deployment changed of it; occasions, and when they hold where.

A change is a row of its own; the `current` one of a duty and a grid is what holds there, without a grid everywhere.
"""

import sqlalchemy as sa

from wangge_core.db.columns import Column, Json
from wangge_core.db.tables.metadata import declared_key, key, label, metadata, moment, table, to, to_declared

duty = sa.Table(
    "duty",
    metadata,
    declared_key(),
    Column("plugin", sa.String(80), nullable=False),
    Column("ordinal", sa.Integer, nullable=False),
    Column("available", sa.Boolean, nullable=False),
    label(),
    # as declared: the roles, what is done, how many minutes one takes, whom or where, how often; and on which grid types, NULL for all
    Column("who", Json, nullable=False),
    Column("does", sa.String(20), nullable=False),
    Column("minutes", sa.Integer, nullable=False),
    Column("targets", Json, nullable=False),
    Column("frequencies", Json, nullable=False),
    Column("grid_types", Json),
    # since when the deployment has it: nothing is overdue from before
    moment("since"),
)

occasion = sa.Table(
    "occasion",
    metadata,
    declared_key(),
    Column("plugin", sa.String(80), nullable=False),
    Column("ordinal", sa.Integer, nullable=False),
    Column("available", sa.Boolean, nullable=False),
    label(),
)

duty_change = table(
    "duty_change",
    key(),
    to_declared("duty"),
    to("grid", nullable=True, index=True),
    Column("version", sa.Integer, nullable=False),
    Column("current", sa.Boolean, nullable=False),
    # whether the duty holds there at all; how often and whose it is there, NULL as it is declared
    Column("in_force", sa.Boolean, nullable=False),
    Column("frequencies", Json),
    Column("who", Json),
    Column("reason", sa.String(400), nullable=False),
    to("account", nullable=True),
    moment("at"),
    sa.Index(None, "duty_id", "grid_id", "version", "id"),
    sa.Index(None, "current", "id"),
)

occasion_term = table(
    "occasion_term",
    key(),
    to_declared("occasion"),
    to("grid", index=True),
    moment("starts_at"),
    moment("ends_at", nullable=True),
    Column("reason", sa.String(400), nullable=False),
    to("account", name="set_by_id", nullable=True),
    moment("created_at"),
    # filled where somebody took its end forward
    Column("end_reason", sa.String(400)),
    to("account", name="ended_by_id", nullable=True),
    sa.Index(None, "ends_at", "id"),
    sa.Index(None, "starts_at", "id"),
)
