"""Imports of registers: households remember their source, doubtful rows wait for a decision"""

import sqlalchemy as sa
from alembic import op

from wangge_core.db import columns

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

AS_IT_IS = {"sqlite_autoincrement": True}
REFERENCES = (("grid_id", "grid"), ("person_id", "person"), ("decided_by_id", "account"))
INDEXES = (("person_id",), ("draft_index",), ("grid_id", "decided", "id"), ("decided", "id"))


def upgrade() -> None:
    with op.batch_alter_table("household", table_kwargs=AS_IT_IS) as household:
        household.add_column(sa.Column("source_name", sa.String(80)))
        household.add_column(sa.Column("source_key", sa.String(200)))
        household.create_unique_constraint("uq_household_source_name_source_key", ["source_name", "source_key"])
    op.create_table(
        "import_review",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("grid_id", columns.Id, nullable=False),
        sa.Column("person_id", columns.Id, nullable=False),
        sa.Column("run_at", columns.Instant(), nullable=False),
        sa.Column("file", sa.String(200), nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("source_name", sa.String(80), nullable=False),
        sa.Column("source_key", sa.String(200), nullable=False),
        sa.Column("why", sa.String(30), nullable=False),
        sa.Column("name", sa.String(80)),
        sa.Column("born_on", sa.Date),
        sa.Column("home", sa.String(400)),
        sa.Column("draft", sa.Text),
        sa.Column("draft_index", columns.binary_text(64)),
        sa.Column("decided", sa.Boolean, nullable=False),
        sa.Column("decision", sa.String(10)),
        sa.Column("decided_by_id", columns.Id),
        sa.Column("decided_at", columns.Instant()),
        sa.Column("created_at", columns.Instant(), nullable=False),
        *(sa.ForeignKeyConstraint([name], [f"{to}.id"], name=f"fk_import_review_{name}") for name, to in REFERENCES),
        sa.PrimaryKeyConstraint("id", name="pk_import_review"),
        sa.UniqueConstraint("source_name", "source_key", name="uq_import_review_source_name_source_key"),
        sqlite_autoincrement=True,
    )
    for names in INDEXES:
        op.create_index("_".join(("ix_import_review", *names)), "import_review", names)


def downgrade() -> None:
    op.drop_table("import_review")
    with op.batch_alter_table("household", table_kwargs=AS_IT_IS) as household:
        household.drop_constraint("uq_household_source_name_source_key", type_="unique")
        household.drop_column("source_key")
        household.drop_column("source_name")
