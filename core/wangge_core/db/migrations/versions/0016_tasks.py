"""Tasks and shifts"""

import sqlalchemy as sa
from alembic import op

from wangge_core.db import columns

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ID = columns.Id
INDEXES = {
    "task": (("grid_id",), ("event_id", "open"), ("open", "due_by", "id"), ("kind", "due_by", "id")),
    "task_addressee": (("task_id", "id"), ("post_id", "open"), ("office_id", "open"), ("grid_id", "role_id", "open")),
    "shift": (("post_id", "ends_at"), ("ends_at", "id")),
    "duty_position": (("at",),),
}


def upgrade() -> None:
    _create(
        "task",
        sa.Column("event_id", ID, nullable=False),
        sa.Column("grid_id", ID, nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("rule", columns.binary_text(240), nullable=False),
        sa.Column("due_at", columns.Instant()),
        sa.Column("due_by", columns.Instant(), nullable=False),
        sa.Column("asked_by_id", ID),
        sa.Column("given_at", columns.Instant(), nullable=False),
        sa.Column("open", sa.Boolean, nullable=False),
        sa.Column("done", sa.Boolean),
        sa.Column("ended_at", columns.Instant()),
        sa.Column("to_acknowledge", sa.Boolean, nullable=False),
        sa.Column("acknowledged_at", columns.Instant()),
        sa.Column("acknowledged_by_id", ID),
        sa.Column("times_escalated", sa.Integer, nullable=False),
        refers={"event_id": "event", "grid_id": "grid", "asked_by_id": "post", "acknowledged_by_id": "post"},
    )
    _create(
        "task_addressee",
        sa.Column("task_id", ID, nullable=False),
        sa.Column("post_id", ID),
        sa.Column("office_id", ID),
        sa.Column("role_id", columns.binary_text(160)),
        sa.Column("grid_id", ID, nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("given_at", columns.Instant(), nullable=False),
        sa.Column("open", sa.Boolean, nullable=False),
        sa.Column("ended_at", columns.Instant()),
        refers={"task_id": "task", "post_id": "post", "office_id": "office", "role_id": "role", "grid_id": "grid"},
    )
    _create(
        "shift",
        sa.Column("post_id", ID, nullable=False),
        sa.Column("starts_at", columns.Instant(), nullable=False),
        sa.Column("ends_at", columns.Instant(), nullable=False),
        sa.Column("cancelled_at", columns.Instant()),
        sa.Column("cancel_reason", sa.String(400)),
        sa.Column("set_by_id", ID),
        sa.Column("created_at", columns.Instant(), nullable=False),
        refers={"post_id": "post", "set_by_id": "account"},
    )
    _create(
        "duty_position",
        sa.Column("post_id", ID, nullable=False),
        sa.Column("longitude", sa.Float(53)),
        sa.Column("latitude", sa.Float(53)),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.UniqueConstraint("post_id", name="uq_duty_position_post_id"),
        refers={"post_id": "post"},
    )


def _create(name: str, *items: sa.schema.SchemaItem, refers: dict[str, str]) -> None:
    op.create_table(
        name,
        sa.Column("id", ID, autoincrement=True, nullable=False),
        *items,
        *(sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{name}_{column}") for column, to in refers.items()),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        sqlite_autoincrement=True,
    )
    for names in INDEXES[name]:
        op.create_index("_".join(("ix", name, *names)), name, names)


def downgrade() -> None:
    for name in reversed(INDEXES):
        op.drop_table(name)
