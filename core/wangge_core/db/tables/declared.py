"""The mirror of what plugins declare, so that SQL can join labels and old versions. Rows are never deleted; `available` says whether
the declaring plugin is on."""

import sqlalchemy as sa

from wangge_core.db.columns import Column, Json, binary_text
from wangge_core.db.tables.metadata import declared_key, key, label, metadata, moment, table, to, to_declared


def _declared(name: str, *columns: sa.Column[object]) -> sa.Table:
    return sa.Table(
        name,
        metadata,
        declared_key(),
        Column("plugin", sa.String(80), nullable=False),
        Column("ordinal", sa.Integer, nullable=False),
        Column("available", sa.Boolean, nullable=False),
        label(),
        *columns,
    )


plugin = sa.Table(
    "plugin",
    metadata,
    declared_key(),
    Column("version", sa.String(40), nullable=False),
    Column("available", sa.Boolean, nullable=False),
)

grid_type = _declared(
    "grid_type",
    Column("overlay", sa.Boolean, nullable=False),
    Column("size", Json, nullable=False),
    Column("level_names", Json, nullable=False),
    Column("details_type", sa.String(160)),
)

staffing = _declared("staffing", Column("level", sa.String(20), nullable=False))

role = _declared(
    "role",
    Column("level", sa.String(20), nullable=False),
    Column("duty", sa.Text, nullable=False),
    Column("may", Json, nullable=False),
    Column("acts_as", Json, nullable=False),
    Column("shown_to_public", sa.Boolean, nullable=False),
)

staffing_position = table(
    "staffing_position",
    key(),
    to_declared("staffing", index=True),
    to_declared("role"),
    Column("ordinal", sa.Integer, nullable=False),
    Column("least", sa.Integer, nullable=False),
    Column("most", sa.Integer),
    Column("per", sa.String(120), nullable=False),
    # its place among all lines of all templates, by which a line of a grid is named
    Column("number", sa.Integer, nullable=False),
    # at the desk of which level it stands; NULL for lines of templates that grids choose
    Column("desk_level", sa.String(20)),
    # of what the figures are for each of, how many grids one person may hold it in, whether it is held on the ground above
    Column("each", sa.String(20), nullable=False),
    Column("each_kind", binary_text(160)),
    Column("grids_each", sa.Integer),
    Column("above", sa.Boolean, nullable=False),
)

staffing_team = _declared(
    "staffing_team",
    to_declared("staffing", index=True),
    Column("work", Json, nullable=False),
    Column("note", Json),
)

staffing_team_role = sa.Table(
    "staffing_team_role",
    metadata,
    to_declared("staffing_team", name="team_id"),
    to_declared("role", index=True),
    Column("ordinal", sa.Integer, nullable=False),
    sa.PrimaryKeyConstraint("team_id", "role_id"),
)

grid_type_desk = sa.Table(
    "grid_type_desk",
    metadata,
    to_declared("grid_type"),
    to_declared("staffing", index=True),
    sa.PrimaryKeyConstraint("grid_type_id", "staffing_id"),
)

workflow = _declared("workflow")

workflow_version = table(
    "workflow_version",
    key(),
    to_declared("workflow"),
    Column("hash", sa.String(64), nullable=False),
    Column("definition", Json, nullable=False),
    Column("current", sa.Boolean, nullable=False),
    moment("created_at"),
    sa.UniqueConstraint("workflow_id", "hash"),
)

workflow_stage = table(
    "workflow_stage",
    key(),
    to("workflow_version"),
    Column("name", binary_text(80), nullable=False),
    Column("ordinal", sa.Integer, nullable=False),
    Column("final", sa.Boolean, nullable=False),
    label(),
    Column("clock", Json),
    sa.UniqueConstraint("workflow_version_id", "name"),
)

event_kind = _declared(
    "event_kind",
    to_declared("workflow"),
    to_declared("event_kind", name="parent_id", nullable=True, index=True),
    Column("priority", sa.String(10), nullable=False),
    Column("details_type", sa.String(160)),
    Column("detail_fields", Json, nullable=False),
    Column("involves", Json, nullable=False),
    Column("hidden_from_grid", sa.Boolean, nullable=False),
    Column("catalogue", sa.String(80)),
    Column("retired_because", sa.String(200)),
    # how long its events may take under which filing condition, as `LimitDefinition`s
    Column("limits", Json, nullable=False),
    # who handles and who supervises, by name, as a published catalogue says it
    Column("handled_by", Json, nullable=False),
    Column("supervised_by", Json, nullable=False),
    Column("open_to_public", sa.Boolean, nullable=False),
    Column("shown_to_public", sa.Boolean, nullable=False),
    Column("version", sa.Integer, nullable=False),
)

event_kind_version = table(
    "event_kind_version",
    key(),
    to_declared("event_kind", name="kind_id"),
    Column("version", sa.Integer, nullable=False),
    # what the kind said from then on: labels, parent, workflow, priority, limits, who handles it, whether it is retired
    Column("content", Json, nullable=False),
    moment("at"),
    sa.UniqueConstraint("kind_id", "version"),
)

need_kind = _declared(
    "need_kind",
    Column("basis", sa.Text, nullable=False),
    Column("visits", sa.Text, nullable=False),
    Column("months", sa.Integer),
    Column("sensitive", sa.Boolean, nullable=False),
    Column("children", sa.Boolean, nullable=False),
    # what the deployment decides: whether needs of the kind can be set, on what law, and how long ended ones are kept
    Column("open", sa.Boolean, nullable=False),
    Column("legal_basis", sa.String(400)),
    Column("keep_months", sa.Integer),
)

asset_kind = _declared("asset_kind", Column("details_type", sa.String(160)), Column("detail_fields", Json, nullable=False))

place_kind = _declared(
    "place_kind",
    Column("details_type", sa.String(160)),
    Column("detail_fields", Json, nullable=False),
    Column("station", sa.Boolean, nullable=False),
)
