"""Photographs and files: what is stored once, who took it in, and on which events it is."""

import sqlalchemy as sa

from wangge_core.db.columns import Column, binary_text
from wangge_core.db.tables.metadata import key, moment, table, to

stored_file = table(
    "stored_file",
    key(),
    Column("digest", binary_text(64), unique=True),
    Column("object", binary_text(120), nullable=False, unique=True),
    Column("thumbnail", binary_text(120)),
    Column("media_type", sa.String(40), nullable=False),
    Column("bytes", sa.Integer, nullable=False),
    Column("width", sa.Integer),
    Column("height", sa.Integer),
    moment("created_at"),
    moment("removed_at", nullable=True),
    sa.Index(None, "removed_at"),
)

attachment = table(
    "attachment",
    key(),
    to("stored_file", index=True),
    to("account", name="uploader_id", nullable=True, index=True),
    Column("intake_token", binary_text(64)),
    Column("attached", sa.Boolean, nullable=False),
    moment("taken_in_at"),
    moment("taken_at_claimed", nullable=True),
    Column("longitude_claimed", sa.Float(53)),
    Column("latitude_claimed", sa.Float(53)),
    Column("public", sa.Boolean, nullable=False),
    moment("published_at", nullable=True),
    to("account", name="published_by_id", nullable=True),
    sa.Index(None, "attached", "taken_in_at"),
)

event_attachment = table(
    "event_attachment",
    key(),
    to("event"),
    to("attachment", index=True),
    Column("sequence", sa.Integer, nullable=False),
    Column("role", binary_text(80), nullable=False),
    sa.UniqueConstraint("event_id", "sequence", "role", "attachment_id"),
)
