"""Buildings and the units in them, organisations with their premises and responsible persons, offices, assets and places."""

import sqlalchemy as sa

from wangge_core.db.columns import Id, Json, binary_text
from wangge_core.db.tables.metadata import (
    confirmation,
    folded,
    from_outside,
    key,
    moment,
    position,
    table,
    to,
    to_declared,
    version,
)

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
    *confirmation(),
    version(),
    moment("created_at"),
    sa.UniqueConstraint("source_name", "source_key"),
    sa.Index(None, "latitude", "longitude"),
    sa.Index(None, "grid_id", "name", "id"),
    sa.Index(None, "name", "id"),
    sa.Index(None, "confirm_by", "id"),
)

unit = table(
    "unit",
    key(),
    to("building"),
    sa.Column("name", sa.String(80), nullable=False),
    folded(),
    sa.Column("use", sa.String(10), nullable=False),
    sa.Column("floor", sa.Integer),
    sa.Column("area_square_metres", sa.Float(53)),
    sa.Column("occupancy", sa.String(20), nullable=False, server_default="UNKNOWN"),
    sa.Column("occupancy_since", sa.Date),
    sa.Column("responsible_id", Id, sa.ForeignKey("person.id", use_alter=True), index=True),
    version(),
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
    sa.Column("registration_code", binary_text(18)),
    sa.Column("state", sa.String(10), nullable=False, server_default="OPEN"),
    sa.Column("closed_on", sa.Date),
    *from_outside(),
    *confirmation(),
    version(),
    moment("created_at"),
    sa.UniqueConstraint("source_name", "source_key"),
    sa.Index(None, "registration_code", unique=True),
    sa.Index(None, "grid_id", "name", "id"),
    sa.Index(None, "name", "id"),
    sa.Index(None, "state", "name", "id"),
    sa.Index(None, "confirm_by", "id"),
)

organization_premises = table(
    "organization_premises",
    key(),
    to("organization"),
    sa.Column("ordinal", sa.Integer, nullable=False),
    to("building", index=True),
    to("unit", nullable=True, index=True),
    sa.UniqueConstraint("organization_id", "ordinal"),
)

organization_responsible = table(
    "organization_responsible",
    key(),
    to("organization"),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("role", sa.String(30), nullable=False),
    to("person", nullable=True, index=True),
    sa.Column("name", sa.String(80)),
    sa.Column("phone", sa.String(30)),
    sa.UniqueConstraint("organization_id", "ordinal"),
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
    sa.Column("code", binary_text(80)),
    sa.Column("state", sa.String(20), nullable=False, server_default="IN_ORDER"),
    *position(),
    sa.Column("accuracy_metres", sa.Float(53)),
    sa.Column("measured", sa.String(20)),
    to("organization", name="owner_id", nullable=True, index=True),
    to("office", name="keeper_id", nullable=True, index=True),
    sa.Column("details", Json),
    *confirmation(),
    version(),
    moment("created_at"),
    sa.Index(None, "kind_id", "code", unique=True),
    sa.Index(None, "code", "id"),
    sa.Index(None, "grid_id", "name", "id"),
    sa.Index(None, "kind_id", "name", "id"),
    sa.Index(None, "state", "name", "id"),
    sa.Index(None, "name", "id"),
    sa.Index(None, "confirm_by", "id"),
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
    sa.Column("contact", sa.String(200)),
    sa.Column("opening_hours", Json),
    sa.Column("services", Json),
    *confirmation(),
    version(),
    moment("created_at"),
    sa.Index(None, "latitude", "longitude"),
    sa.Index(None, "grid_id", "name", "id"),
    sa.Index(None, "kind_id", "name", "id"),
    sa.Index(None, "name", "id"),
    sa.Index(None, "confirm_by", "id"),
)
