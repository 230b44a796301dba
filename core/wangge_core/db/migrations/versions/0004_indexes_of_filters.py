"""An index for every filter that lists offer"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INDEXES = (
    ("account", "name", "id"),
    ("event", "priority", "reported_at", "id"),
    ("event", "source", "reported_at", "id"),
    ("event", "recorded_timeliness", "reported_at", "id"),
    ("event", "stage_due_at", "id"),
    ("event", "source_key", "id"),
    ("grid", "level", "code", "id"),
    ("office", "name", "id"),
    ("person", "residence", "name", "id"),
    ("person", "born_on", "id"),
)


def upgrade() -> None:
    for table, *columns in INDEXES:
        op.create_index("_".join(("ix", table, *columns)), table, columns)


def downgrade() -> None:
    for table, *columns in INDEXES:
        op.drop_index("_".join(("ix", table, *columns)), table_name=table)
