"""What moves change is told by an append-only history; parts of a joint handling; refusals as answers to repeated requests"""

import sqlalchemy as sa
from alembic import op

from wangge_core.db import append_only, columns

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

AUTOINCREMENT = {"sqlite_autoincrement": True}


def upgrade() -> None:
    with op.batch_alter_table("event", table_kwargs=AUTOINCREMENT) as event:
        event.add_column(sa.Column("filed_limit", sa.String(80)))
        event.add_column(sa.Column("opened_by_event_id", columns.Id))
        event.create_foreign_key("fk_event_opened_by_event_id", "event", ["opened_by_event_id"], ["id"])
    filled = sa.text("opened_by_event_id IS NOT NULL")
    op.create_index(
        "ix_event_opened_by_event_id", "event", ["opened_by_event_id"], sqlite_where=filled, postgresql_where=filled
    )
    with op.batch_alter_table("event_assignment", table_kwargs=AUTOINCREMENT) as given:
        given.add_column(sa.Column("part_state", sa.String(10)))
        given.add_column(sa.Column("part_note", sa.Text))
    with op.batch_alter_table("event_history", table_kwargs=AUTOINCREMENT) as history:
        history.alter_column("entry", type_=sa.String(20), existing_type=sa.String(10), existing_nullable=False)
        history.add_column(sa.Column("changes", columns.Json()))
    for statement in append_only.statements("event_history", op.get_bind().dialect.name):
        op.execute(statement)
    with op.batch_alter_table("idempotency_key", table_kwargs=AUTOINCREMENT) as answered:
        answered.alter_column("thing_id", existing_type=sa.BigInteger, nullable=True)
        answered.add_column(sa.Column("refusals", columns.Json()))


def downgrade() -> None:
    op.execute("DELETE FROM idempotency_key WHERE thing_id IS NULL")
    with op.batch_alter_table("idempotency_key", table_kwargs=AUTOINCREMENT) as answered:
        answered.drop_column("refusals")
        answered.alter_column("thing_id", existing_type=sa.BigInteger, nullable=False)
    for statement in append_only.undoing("event_history", op.get_bind().dialect.name):
        op.execute(statement)
    with op.batch_alter_table("event_history", table_kwargs=AUTOINCREMENT) as history:
        history.drop_column("changes")
    with op.batch_alter_table("event_assignment", table_kwargs=AUTOINCREMENT) as given:
        given.drop_column("part_note")
        given.drop_column("part_state")
    op.drop_index("ix_event_opened_by_event_id", table_name="event")
    with op.batch_alter_table("event", table_kwargs=AUTOINCREMENT) as event:
        event.drop_constraint("fk_event_opened_by_event_id", type_="foreignkey")
        event.drop_column("opened_by_event_id")
        event.drop_column("filed_limit")
