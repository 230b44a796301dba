"""Accounts, the posts that they hold (role × grid × term), who stands in for them, and what was opened in an emergency."""

import sqlalchemy as sa

from wangge_core.db.columns import Column, Json
from wangge_core.db.tables.metadata import folded, key, moment, table, to, to_declared

account = table(
    "account",
    key(),
    Column("login", sa.String(120), nullable=False, unique=True),
    Column("name", sa.String(80), nullable=False),
    folded(),
    Column("active", sa.Boolean, nullable=False),
    Column("issuer", sa.String(200)),
    Column("machine", sa.Boolean, nullable=False),
    moment("valid_from", nullable=True),
    to("person", nullable=True),
    moment("created_at"),
    sa.UniqueConstraint("person_id"),
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
    Column("end_reason", sa.String(400)),
    Column("end_ground", sa.String(20)),
    # whence the holder came to it, and why it was given to somebody without a course that its role requires
    Column("source", sa.String(30)),
    Column("untrained_reason", sa.String(400)),
    # what stands on the notice board of its grid, where its role is shown there
    Column("official_phone", sa.String(30)),
    Column("name_shown", sa.Boolean, nullable=False, server_default=sa.true()),
    moment("created_at"),
    sa.Index(None, "grid_id", "role_id"),
    sa.Index(None, "role_id", "id"),
)

delegation = table(
    "delegation",
    key(),
    to("post", index=True),
    to("account", index=True),
    moment("starts_at"),
    moment("ends_at"),
    Column("reason", sa.String(400), nullable=False),
    to("account", name="given_by_id", nullable=True),
    Column("end_reason", sa.String(400)),
    moment("created_at"),
)

access_grant = table(
    "access_grant",
    key(),
    to("account"),
    to("grid"),
    to("post", nullable=True),
    Column("capabilities", Json, nullable=False),
    Column("reason", sa.String(400), nullable=False),
    moment("starts_at"),
    moment("ends_at"),
    Column("end_reason", sa.String(400)),
    Column("reviewed", sa.Boolean, nullable=False),
    moment("reviewed_at", nullable=True),
    to("account", name="reviewed_by_id", nullable=True),
    Column("finding", sa.String(400)),
    moment("created_at"),
    sa.Index(None, "account_id", "ends_at"),
    sa.Index(None, "grid_id", "starts_at", "id"),
    sa.Index(None, "starts_at", "id"),
    sa.Index(None, "reviewed", "starts_at", "id"),
)
