"""What machines and devices show of themselves: API keys of accounts, devices enrolled to posts. Secrets are kept as hashes."""

import sqlalchemy as sa

from wangge_core.db.columns import Column, Json
from wangge_core.db.tables.metadata import key, moment, table, to

api_key = table(
    "api_key",
    key(),
    to("account"),
    Column("name", sa.String(80), nullable=False),
    Column("hash", sa.String(64), nullable=False),
    Column("scopes", Json, nullable=False),
    moment("expires_at"),
    moment("revoked_at", nullable=True),
    Column("end_reason", sa.String(400)),
    Column("last_used_on", sa.Date),
    moment("created_at"),
    to("account", name="created_by_id", nullable=True),
    sa.Index(None, "account_id", "id"),
)

device = table(
    "device",
    key(),
    to("post"),
    Column("name", sa.String(80), nullable=False),
    Column("hash", sa.String(64), nullable=False),
    moment("enrolled_at"),
    to("account", name="enrolled_by_id", nullable=True),
    moment("revoked_at", nullable=True),
    Column("end_reason", sa.String(400)),
    to("device", name="replaced_by_id", nullable=True),
    sa.Index(None, "post_id", "id"),
)
