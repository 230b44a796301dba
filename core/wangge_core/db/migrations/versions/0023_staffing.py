"""Staffing: what lines of templates count, sources of staff, training, bindings, hand-overs"""

import sqlalchemy as sa
from alembic import op

from wangge_core.db import columns

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _declared()
    for name, length in (("end_ground", 20), ("source", 30), ("untrained_reason", 400)):
        op.add_column("post", sa.Column(name, sa.String(length)))
    _bindings()
    _training()
    _hand_overs()


def _declared() -> None:
    """Templates are written anew by the next start: nothing refers to their lines."""
    op.execute(sa.text("DELETE FROM staffing_position"))
    with op.batch_alter_table("staffing_position") as line:
        line.add_column(sa.Column("number", sa.Integer, nullable=False, server_default="0"))
        line.add_column(sa.Column("desk_level", sa.String(20)))
        line.add_column(sa.Column("each", sa.String(20), nullable=False, server_default="GRID"))
        line.add_column(sa.Column("each_kind", columns.binary_text(160)))
        line.add_column(sa.Column("grids_each", sa.Integer))
        line.add_column(sa.Column("above", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("staffing_position") as line:
        for name in ("number", "each", "above"):
            line.alter_column(name, server_default=None)
    op.create_table(
        "staffing_team",
        sa.Column("id", columns.binary_text(160), nullable=False),
        sa.Column("plugin", sa.String(80), nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("available", sa.Boolean, nullable=False),
        sa.Column("label", columns.Json(), nullable=False),
        sa.Column("staffing_id", columns.binary_text(160), nullable=False),
        sa.Column("work", columns.Json(), nullable=False),
        sa.Column("note", columns.Json()),
        sa.ForeignKeyConstraint(["staffing_id"], ["staffing.id"], name="fk_staffing_team_staffing_id"),
        sa.PrimaryKeyConstraint("id", name="pk_staffing_team"),
    )
    op.create_index("ix_staffing_team_staffing_id", "staffing_team", ["staffing_id"])
    op.create_table(
        "staffing_team_role",
        sa.Column("team_id", columns.binary_text(160), nullable=False),
        sa.Column("role_id", columns.binary_text(160), nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["staffing_team.id"], name="fk_staffing_team_role_team_id"),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name="fk_staffing_team_role_role_id"),
        sa.PrimaryKeyConstraint("team_id", "role_id", name="pk_staffing_team_role"),
    )
    op.create_index("ix_staffing_team_role_role_id", "staffing_team_role", ["role_id"])
    op.create_table(
        "grid_type_desk",
        sa.Column("grid_type_id", columns.binary_text(160), nullable=False),
        sa.Column("staffing_id", columns.binary_text(160), nullable=False),
        sa.ForeignKeyConstraint(["grid_type_id"], ["grid_type.id"], name="fk_grid_type_desk_grid_type_id"),
        sa.ForeignKeyConstraint(["staffing_id"], ["staffing.id"], name="fk_grid_type_desk_staffing_id"),
        sa.PrimaryKeyConstraint("grid_type_id", "staffing_id", name="pk_grid_type_desk"),
    )
    op.create_index("ix_grid_type_desk_staffing_id", "grid_type_desk", ["staffing_id"])


def _bindings() -> None:
    op.create_table(
        "grid_binding",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("grid_id", columns.Id, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("account_id", columns.Id),
        sa.Column("office_id", columns.Id),
        sa.Column("organization_id", columns.Id),
        sa.Column("contact", sa.String(80)),
        sa.Column("official_phone", sa.String(30)),
        sa.Column("starts_at", columns.Instant(), nullable=False),
        sa.Column("ends_at", columns.Instant()),
        sa.Column("bound_by_id", columns.Id),
        sa.Column("end_reason", sa.String(400)),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name="fk_grid_binding_grid_id"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_grid_binding_account_id"),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_grid_binding_office_id"),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name="fk_grid_binding_organization_id"),
        sa.ForeignKeyConstraint(["bound_by_id"], ["account.id"], name="fk_grid_binding_bound_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_grid_binding"),
        sqlite_autoincrement=True,
    )
    for name in ("account_id", "office_id", "organization_id"):
        op.create_index(f"ix_grid_binding_{name}", "grid_binding", [name])
    op.create_index("ix_grid_binding_grid_id_kind", "grid_binding", ["grid_id", "kind"])


def _training() -> None:
    op.create_table(
        "course",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("code", columns.binary_text(80), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("months", sa.Integer),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_course"),
        sa.UniqueConstraint("code", name="uq_course_code"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "course_role",
        sa.Column("course_id", columns.Id, nullable=False),
        sa.Column("role_id", columns.binary_text(160), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name="fk_course_role_course_id"),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name="fk_course_role_role_id"),
        sa.PrimaryKeyConstraint("course_id", "role_id", name="pk_course_role"),
    )
    op.create_index("ix_course_role_role_id", "course_role", ["role_id"])
    op.create_table(
        "training",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("account_id", columns.Id, nullable=False),
        sa.Column("course_id", columns.Id, nullable=False),
        sa.Column("taken_on", sa.Date, nullable=False),
        sa.Column("holds_until", sa.Date),
        sa.Column("recorded_by_id", columns.Id),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        sa.Column("withdrawn_at", columns.Instant()),
        sa.Column("withdrawn_because", sa.String(400)),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_training_account_id"),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name="fk_training_course_id"),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["account.id"], name="fk_training_recorded_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_training"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_training_course_id", "training", ["course_id"])
    op.create_index("ix_training_account_id_course_id", "training", ["account_id", "course_id"])


def _hand_overs() -> None:
    references = ("from_post_id", "to_post_id", "from_account_id", "to_account_id")
    op.create_table(
        "hand_over",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("grid_id", columns.Id, nullable=False),
        *(sa.Column(name, columns.Id, nullable=False) for name in references),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("reason", sa.String(400)),
        sa.Column("handed", columns.Json()),
        sa.Column("open_points", sa.Text),
        sa.Column("made_by_id", columns.Id),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("done_at", columns.Instant()),
        sa.Column("trouble", sa.String(40)),
        sa.Column("acknowledged_at", columns.Instant()),
        sa.Column("remark", sa.Text),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name="fk_hand_over_grid_id"),
        sa.ForeignKeyConstraint(["from_post_id"], ["post.id"], name="fk_hand_over_from_post_id"),
        sa.ForeignKeyConstraint(["to_post_id"], ["post.id"], name="fk_hand_over_to_post_id"),
        sa.ForeignKeyConstraint(["from_account_id"], ["account.id"], name="fk_hand_over_from_account_id"),
        sa.ForeignKeyConstraint(["to_account_id"], ["account.id"], name="fk_hand_over_to_account_id"),
        sa.ForeignKeyConstraint(["made_by_id"], ["account.id"], name="fk_hand_over_made_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_hand_over"),
        sqlite_autoincrement=True,
    )
    for name in references:
        op.create_index(f"ix_hand_over_{name}", "hand_over", [name])
    op.create_index("ix_hand_over_grid_id_id", "hand_over", ["grid_id", "id"])


def downgrade() -> None:
    for table in ("hand_over", "training", "course_role", "course", "grid_binding", "grid_type_desk", "staffing_team_role", "staffing_team"):
        op.drop_table(table)
    for name in ("untrained_reason", "source", "end_ground"):
        op.drop_column("post", name)
    for name in ("above", "grids_each", "each_kind", "each", "desk_level", "number"):
        op.drop_column("staffing_position", name)
