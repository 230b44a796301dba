"""The ground: boundaries of grids, and the tiles by which they are found"""

import sqlalchemy as sa
from alembic import op

from wangge_core.db import columns

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

PUBLIC = (
    ("role", "shown_to_public", sa.false()),
    ("place_kind", "station", sa.false()),
)
"""What plugins declare of the notice board; the next start writes it."""


def upgrade() -> None:
    op.create_table(
        "boundary",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("grid_id", columns.Id, nullable=False),
        sa.Column("geometry", columns.Json(), nullable=False),
        sa.Column("rings", sa.LargeBinary, nullable=False),
        sa.Column("original", columns.Json(), nullable=False),
        sa.Column("system", columns.binary_text(20), nullable=False),
        sa.Column("west", sa.Integer, nullable=False),
        sa.Column("south", sa.Integer, nullable=False),
        sa.Column("east", sa.Integer, nullable=False),
        sa.Column("north", sa.Integer, nullable=False),
        sa.Column("area", sa.Float(53), nullable=False),
        sa.Column("vertices", sa.Integer, nullable=False),
        sa.Column("repairs", columns.Json(), nullable=False),
        sa.Column("set_at", columns.Instant(), nullable=False),
        sa.Column("set_by_id", columns.Id),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name="fk_boundary_grid_id"),
        sa.ForeignKeyConstraint(["set_by_id"], ["account.id"], name="fk_boundary_set_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_boundary"),
        sa.UniqueConstraint("grid_id", name="uq_boundary_grid_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "boundary_tile",
        sa.Column("layer_id", columns.binary_text(40), nullable=False),
        sa.Column("tile", sa.BigInteger, nullable=False),
        sa.Column("boundary_id", columns.Id, nullable=False),
        sa.ForeignKeyConstraint(["layer_id"], ["grid_layer.id"], name="fk_boundary_tile_layer_id"),
        sa.ForeignKeyConstraint(["boundary_id"], ["boundary.id"], name="fk_boundary_tile_boundary_id"),
        sa.PrimaryKeyConstraint("layer_id", "tile", "boundary_id", name="pk_boundary_tile"),
    )
    op.create_index("ix_boundary_tile_boundary_id", "boundary_tile", ["boundary_id"])
    _notice_board()
    _divisions()
    _figures()
    filled = sa.text("unit_id IS NOT NULL")
    op.create_index("ix_event_unit_id", "event", ["unit_id"], sqlite_where=filled, postgresql_where=filled)


def _notice_board() -> None:
    for table, name, default in PUBLIC:
        with op.batch_alter_table(table) as declared:
            declared.add_column(sa.Column(name, sa.Boolean(), nullable=False, server_default=default))
        with op.batch_alter_table(table) as declared:
            declared.alter_column(name, server_default=None)
    op.add_column("post", sa.Column("official_phone", sa.String(30)))
    op.add_column("post", sa.Column("name_shown", sa.Boolean(), nullable=False, server_default=sa.true()))
    named = sa.table("post", sa.column("name_shown", sa.Boolean()))
    op.execute(named.update().values(name_shown=False))  # whoever held a post before was not told that names become public
    op.add_column("office", sa.Column("official_phone", sa.String(30)))
    op.create_index("ix_building_address_id", "building", ["address", "id"])


def _divisions() -> None:
    op.add_column("grid", sa.Column("ended_at", columns.Instant()))
    op.create_table(
        "division",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("grid_id", columns.Id, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("changes", columns.Json(), nullable=False),
        sa.Column("proposed_by_id", columns.Id),
        sa.Column("proposed_at", columns.Instant(), nullable=False),
        sa.Column("effective_at", columns.Instant()),
        sa.Column("applied_by_id", columns.Id),
        sa.Column("applied_at", columns.Instant()),
        sa.Column("forced_reason", sa.String(400)),
        sa.Column("trouble", sa.String(40)),
        sa.Column("undone_by_id", columns.Id),
        sa.Column("undone_at", columns.Instant()),
        sa.Column("undone_reason", sa.String(400)),
        sa.Column("before", columns.Json()),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name="fk_division_grid_id"),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["account.id"], name="fk_division_proposed_by_id"),
        sa.ForeignKeyConstraint(["applied_by_id"], ["account.id"], name="fk_division_applied_by_id"),
        sa.ForeignKeyConstraint(["undone_by_id"], ["account.id"], name="fk_division_undone_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_division"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_division_grid_id_id", "division", ["grid_id", "id"])
    op.create_index("ix_division_state_id", "division", ["state", "id"])
    _lineage()


def _lineage() -> None:
    op.create_table(
        "division_move",
        sa.Column("division_id", columns.Id, nullable=False),
        sa.Column("moved", columns.binary_text(40), nullable=False),
        sa.Column("row_id", columns.Id, nullable=False),
        sa.Column("from_grid_id", columns.Id, nullable=False),
        sa.Column("to_grid_id", columns.Id, nullable=False),
        sa.ForeignKeyConstraint(["division_id"], ["division.id"], name="fk_division_move_division_id"),
        sa.ForeignKeyConstraint(["from_grid_id"], ["grid.id"], name="fk_division_move_from_grid_id"),
        sa.ForeignKeyConstraint(["to_grid_id"], ["grid.id"], name="fk_division_move_to_grid_id"),
        sa.PrimaryKeyConstraint("division_id", "moved", "row_id", name="pk_division_move"),
    )
    op.create_index("ix_division_move_to_grid_id", "division_move", ["to_grid_id"])
    op.create_index("ix_division_move_moved_row_id_division_id", "division_move", ["moved", "row_id", "division_id"])
    op.create_index("ix_division_move_from_grid_id_moved_row_id", "division_move", ["from_grid_id", "moved", "row_id"])
    op.create_table(
        "grid_succession",
        sa.Column("division_id", columns.Id, nullable=False),
        sa.Column("from_grid_id", columns.Id, nullable=False),
        sa.Column("to_grid_id", columns.Id, nullable=False),
        sa.ForeignKeyConstraint(["division_id"], ["division.id"], name="fk_grid_succession_division_id"),
        sa.ForeignKeyConstraint(["from_grid_id"], ["grid.id"], name="fk_grid_succession_from_grid_id"),
        sa.ForeignKeyConstraint(["to_grid_id"], ["grid.id"], name="fk_grid_succession_to_grid_id"),
        sa.PrimaryKeyConstraint("division_id", "from_grid_id", "to_grid_id", name="pk_grid_succession"),
    )
    op.create_index("ix_grid_succession_to_grid_id", "grid_succession", ["to_grid_id"])
    op.create_index("ix_grid_succession_from_grid_id", "grid_succession", ["from_grid_id"])
    op.create_table(
        "grid_former_code",
        sa.Column("division_id", columns.Id, nullable=False),
        sa.Column("grid_id", columns.Id, nullable=False),
        sa.Column("code", columns.binary_text(40), nullable=False),
        sa.ForeignKeyConstraint(["division_id"], ["division.id"], name="fk_grid_former_code_division_id"),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name="fk_grid_former_code_grid_id"),
        sa.PrimaryKeyConstraint("division_id", "grid_id", name="pk_grid_former_code"),
    )
    op.create_index("ix_grid_former_code_grid_id", "grid_former_code", ["grid_id"])
    op.create_index("ix_grid_former_code_code_division_id", "grid_former_code", ["code", "division_id"])


FIGURES = (
    ("ix_person_grid_id_removed_at_residence", "person", ["grid_id", "removed_at", "residence"]),
    ("ix_person_grid_id_confirmed_at", "person", ["grid_id", "confirmed_at"]),
    ("ix_unit_building_id_use_occupancy", "unit", ["building_id", "use", "occupancy"]),
    ("ix_asset_latitude_longitude", "asset", ["latitude", "longitude"]),
    ("ix_event_grid_id_closed_whole_due_at_stage_due_at", "event", ["grid_id", "closed", "whole_due_at", "stage_due_at"]),
)
"""By which the figures of a grid are counted, and what stands in a tile of the map is found."""


def _figures() -> None:
    op.drop_index("ix_person_grid_id_removed_at", "person")
    for name, table, names in FIGURES:
        op.create_index(name, table, names)


def downgrade() -> None:
    op.drop_index("ix_event_unit_id", "event")
    for name, table, _ in FIGURES:
        op.drop_index(name, table)
    op.create_index("ix_person_grid_id_removed_at", "person", ["grid_id", "removed_at"])
    for table in ("grid_former_code", "grid_succession", "division_move", "division"):
        op.drop_table(table)
    op.drop_column("grid", "ended_at")
    op.drop_index("ix_building_address_id", "building")
    op.drop_column("office", "official_phone")
    op.drop_column("post", "name_shown")
    op.drop_column("post", "official_phone")
    for table, name, _ in reversed(PUBLIC):
        op.drop_column(table, name)
    op.drop_table("boundary_tile")
    op.drop_table("boundary")
