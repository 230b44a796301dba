"""Steering: chasing up, requests to the next level, deferral, joined and split events, projects"""

import sqlalchemy as sa
from alembic import op

from wangge_core.db import columns

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

AS_IT_IS = {"sqlite_autoincrement": True}
"""What a rebuilt table of SQLite must be told again: its keys are never used twice."""
COUNTS = {"times_reported": "1", "times_chased": "0", "times_extended": "0"}
TO_EVENTS = ("part_of_id", "joined_to_id")
INDEXES = (
    ("event", "deferred_until", "id"),
    ("event_chase", "event_id", "sequence", "id"),
    ("event_request", "event_id", "sequence", "id"),
)


def upgrade() -> None:
    with op.batch_alter_table("event", table_kwargs=AS_IT_IS) as event:
        for name in TO_EVENTS:
            event.add_column(sa.Column(name, columns.Id))
            event.create_foreign_key(f"fk_event_{name}", "event", [name], ["id"])
        event.add_column(sa.Column("deferred_until", columns.Instant()))
        for name, start in COUNTS.items():
            event.add_column(sa.Column(name, sa.Integer, nullable=False, server_default=start))
    _create_chases()
    _create_requests()
    _create_projects()
    for table, *names in INDEXES:
        op.create_index("_".join(("ix", table, *names)), table, names)
    for name in TO_EVENTS:
        filled = sa.text(f"{name} IS NOT NULL")
        op.create_index(f"ix_event_{name}_id", "event", [name, "id"], sqlite_where=filled, postgresql_where=filled)


def _create_chases() -> None:
    op.create_table(
        "event_chase",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("event_id", columns.Id, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("account_id", columns.Id),
        sa.Column("post_id", columns.Id),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("answer_due_at", columns.Instant(), nullable=False),
        sa.Column("answer", sa.Text),
        sa.Column("answered_at", columns.Instant()),
        sa.Column("answered_by_id", columns.Id),
        *_keys("event_chase", event_id="event", account_id="account", post_id="post", answered_by_id="post"),
        sqlite_autoincrement=True,
    )


def _create_requests() -> None:
    people = {"account_id": "account", "post_id": "post", "decided_by_account_id": "account", "decided_by_id": "post"}
    op.create_table(
        "event_request",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("event_id", columns.Id, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("stage", columns.binary_text(80), nullable=False),
        *(sa.Column(name, columns.Id) for name in people),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("until", columns.Instant()),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("note", sa.Text),
        sa.Column("decided_at", columns.Instant()),
        *_keys("event_request", event_id="event", **people),
        sqlite_autoincrement=True,
    )


def _create_projects() -> None:
    op.create_table(
        "project",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("event_id", columns.Id, nullable=False),
        sa.Column("budget_fen", sa.BigInteger),
        sa.Column("cost_fen", sa.BigInteger),
        sa.Column("households", sa.Integer),
        sa.Column("contractor", sa.String(400)),
        *_keys("project", event_id="event"),
        sa.UniqueConstraint("event_id", name="uq_project_event_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "project_step",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("event_id", columns.Id, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("planned_on", sa.Date),
        sa.Column("done_at", columns.Instant()),
        *_keys("project_step", event_id="event"),
        sa.UniqueConstraint("event_id", "ordinal", name="uq_project_step_event_id_ordinal"),
        sqlite_autoincrement=True,
    )


def _keys(table: str, **references: str) -> list[sa.Constraint]:
    refers = [sa.ForeignKeyConstraint([name], [f"{to}.id"], name=f"fk_{table}_{name}") for name, to in references.items()]
    return [*refers, sa.PrimaryKeyConstraint("id", name=f"pk_{table}")]


def downgrade() -> None:
    for table in ("project_step", "project", "event_request", "event_chase"):
        op.drop_table(table)
    for table, *names in INDEXES:
        if table == "event":
            op.drop_index("_".join(("ix", table, *names)), table_name=table)
    for name in TO_EVENTS:
        op.drop_index(f"ix_event_{name}_id", table_name="event")
    with op.batch_alter_table("event", table_kwargs=AS_IT_IS) as event:
        for name in TO_EVENTS:
            event.drop_constraint(f"fk_event_{name}", type_="foreignkey")
        for name in (*COUNTS, "deferred_until", *TO_EVENTS):
            event.drop_column(name)
