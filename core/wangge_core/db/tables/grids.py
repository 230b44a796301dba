"""Layers and grids. `path` holds the ids from the root down (`1.12.345.`), so that a subtree is a range of one index."""

import sqlalchemy as sa

from wangge_core.db.columns import Json, binary_text
from wangge_core.db.tables.metadata import folded, key, label, metadata, moment, table, to, to_declared

grid_layer = sa.Table(
    "grid_layer",
    metadata,
    sa.Column("id", binary_text(40), primary_key=True),
    label(),
    sa.Column("base", sa.Boolean, nullable=False),
)

grid = table(
    "grid",
    key(),
    sa.Column("layer_id", binary_text(40), sa.ForeignKey("grid_layer.id"), nullable=False),
    to_declared("grid_type", index=True),
    to("grid", name="parent_id", nullable=True),
    sa.Column("path", binary_text(400), nullable=False, unique=True),
    sa.Column("depth", sa.Integer, nullable=False),
    sa.Column("level", sa.String(20), nullable=False),
    sa.Column("code", binary_text(40), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    folded(),
    to_declared("staffing", nullable=True),
    sa.Column("details", Json),
    sa.Column("version", sa.Integer, nullable=False),
    moment("created_at"),
    moment("updated_at"),
    sa.UniqueConstraint("layer_id", "code"),
    sa.Index(None, "parent_id", "code", "id"),
    sa.Index(None, "code", "id"),
    sa.Index(None, "name", "id"),
    sa.Index(None, "level", "code", "id"),
)

grid_part = sa.Table(
    "grid_part",
    metadata,
    to("grid", name="overlay_grid_id"),
    to("grid", name="base_grid_id"),
    sa.PrimaryKeyConstraint("overlay_grid_id", "base_grid_id"),
    sa.Index(None, "base_grid_id"),
)
