"""Layers and grids. `path` holds the ids from the root down (`1.12.345.`), so that a subtree is a range of one index.

A boundary is written anew when it is set, and never changed. Its `rings` are what positions are tested by, in units of 1e-7 degree
(`geometry/shapes.py`); `boundary_tile` finds those that may hold a position (`geometry/tiles.py`).
"""

import sqlalchemy as sa

from wangge_core.db.columns import Column, Id, Json, binary_text
from wangge_core.db.tables.metadata import folded, key, label, metadata, moment, table, to, to_declared

grid_layer = sa.Table(
    "grid_layer",
    metadata,
    Column("id", binary_text(40), primary_key=True),
    label(),
    Column("base", sa.Boolean, nullable=False),
)

grid = table(
    "grid",
    key(),
    Column("layer_id", binary_text(40), sa.ForeignKey("grid_layer.id"), nullable=False),
    to_declared("grid_type", index=True),
    to("grid", name="parent_id", nullable=True),
    Column("path", binary_text(400), nullable=False, unique=True),
    Column("depth", sa.Integer, nullable=False),
    Column("level", sa.String(20), nullable=False),
    Column("code", binary_text(40), nullable=False),
    Column("name", sa.String(200), nullable=False),
    folded(),
    to_declared("staffing", nullable=True),
    Column("details", Json),
    Column("version", sa.Integer, nullable=False),
    moment("created_at"),
    moment("updated_at"),
    # when a re-division retired it: it is in no list of present grids, and nothing new is put into it
    moment("ended_at", nullable=True),
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

boundary = table(
    "boundary",
    key(),
    Column("grid_id", Id, sa.ForeignKey("grid.id"), nullable=False, unique=True),
    Column("geometry", Json, nullable=False),
    Column("rings", sa.LargeBinary, nullable=False),
    Column("original", Json, nullable=False),
    Column("system", binary_text(20), nullable=False),
    Column("west", sa.Integer, nullable=False),
    Column("south", sa.Integer, nullable=False),
    Column("east", sa.Integer, nullable=False),
    Column("north", sa.Integer, nullable=False),
    Column("area", sa.Float(53), nullable=False),
    Column("vertices", sa.Integer, nullable=False),
    Column("repairs", Json, nullable=False),
    moment("set_at"),
    to("account", name="set_by_id", nullable=True),
)

boundary_tile = sa.Table(
    "boundary_tile",
    metadata,
    Column("layer_id", binary_text(40), sa.ForeignKey("grid_layer.id"), nullable=False),
    Column("tile", sa.BigInteger, nullable=False),
    to("boundary", index=True),
    sa.PrimaryKeyConstraint("layer_id", "tile", "boundary_id"),
)
