"""Accounts, and the posts that they hold: role × grid × term."""

import sqlalchemy as sa

from wangge_core.db.tables.metadata import folded, key, moment, table, to, to_declared

account = table(
    "account",
    key(),
    sa.Column("login", sa.String(120), nullable=False, unique=True),
    sa.Column("name", sa.String(80), nullable=False),
    folded(),
    sa.Column("active", sa.Boolean, nullable=False),
    moment("created_at"),
    sa.Index(None, "name", "id"),
)

post = table(
    "post",
    key(),
    to("account", index=True),
    to_declared("role"),
    to("grid"),
    to("office", nullable=True, index=True),
    moment("starts_at"),
    moment("ends_at", nullable=True),
    sa.Column("end_reason", sa.String(400)),
    moment("created_at"),
    sa.Index(None, "grid_id", "role_id"),
    sa.Index(None, "role_id", "id"),
)
