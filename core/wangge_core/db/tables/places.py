"""Buildings and the units in them, organisations, offices, assets and places."""

import sqlalchemy as sa

from wangge_core.db.columns import Json, binary_text
from wangge_core.db.tables.metadata import folded, from_outside, key, moment, position, table, to, to_declared

building = table(
    "building",
    key(),
    to("grid"),
    sa.Column("name", sa.String(200), nullable=False),
    folded(),
    sa.Column("address", sa.String(400)),
    sa.Column("floors", sa.Integer),
    *position(),
    *from_outside(),
    moment("created_at"),
    sa.UniqueConstraint("source_name", "source_key"),
    sa.Index(None, "grid_id", "name", "id"),
    sa.Index(None, "name", "id"),
)

unit = table(
    "unit",
    key(),
    to("building"),
    sa.Column("name", sa.String(80), nullable=False),
    folded(),
    sa.Column("use", sa.String(10), nullable=False),
    sa.UniqueConstraint("building_id", "name"),
)

organization = table(
    "organization",
    key(),
    to("grid"),
    to("unit", nullable=True, index=True),
    sa.Column("name", sa.String(200), nullable=False),
    folded(),
    sa.Column("trade", sa.String(80)),
    *from_outside(),
    moment("created_at"),
    sa.UniqueConstraint("source_name", "source_key"),
    sa.Index(None, "grid_id", "name", "id"),
    sa.Index(None, "name", "id"),
)

office = table(
    "office",
    key(),
    sa.Column("code", binary_text(80), nullable=False, unique=True),
    sa.Column("name", sa.String(200), nullable=False),
    folded(),
    sa.Index(None, "name", "id"),
)

asset = table(
    "asset",
    key(),
    to("grid"),
    to_declared("asset_kind", name="kind_id"),
    sa.Column("name", sa.String(200), nullable=False),
    folded(),
    *position(),
    sa.Column("details", Json),
    moment("created_at"),
    sa.Index(None, "grid_id", "name", "id"),
    sa.Index(None, "kind_id", "name", "id"),
    sa.Index(None, "name", "id"),
)

place = table(
    "place",
    key(),
    to("grid"),
    to_declared("place_kind", name="kind_id"),
    sa.Column("name", sa.String(200), nullable=False),
    folded(),
    *position(),
    sa.Column("details", Json),
    moment("created_at"),
    sa.Index(None, "grid_id", "name", "id"),
    sa.Index(None, "kind_id", "name", "id"),
    sa.Index(None, "name", "id"),
)
