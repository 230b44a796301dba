"""Households and persons. No identity number and no telephone is kept here."""

import sqlalchemy as sa

from wangge_core.db.tables.metadata import folded, from_outside, key, moment, table, to

household = table(
    "household",
    key(),
    to("grid", index=True),
    to("unit", nullable=True, index=True),
    sa.Column("name", sa.String(80), nullable=False),
    moment("created_at"),
)

person = table(
    "person",
    key(),
    to("grid"),
    to("household", nullable=True, index=True),
    sa.Column("name", sa.String(80), nullable=False),
    folded(),
    sa.Column("gender", sa.String(10)),
    sa.Column("born_on", sa.Date),
    sa.Column("residence", sa.String(20), nullable=False),
    *from_outside(),
    moment("created_at"),
    sa.UniqueConstraint("source_name", "source_key"),
    sa.Index(None, "grid_id", "name", "id"),
    sa.Index(None, "name", "id"),
    sa.Index(None, "residence", "name", "id"),
    sa.Index(None, "born_on", "id"),
)
