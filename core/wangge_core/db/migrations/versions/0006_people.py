"""Persons, homes and households over time"""

import sqlalchemy as sa
from alembic import op
from wangge_core.db import columns

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

REFERENCES = (("guardian_id", "person"), ("confirmed_by_id", "account"), ("merged_into_id", "person"))
SEALED = ("identity_number", "phone")
DATES = ("guardian_agreed_on", "confirm_by")
MOMENTS = ("confirmed_at", "removed_at")
INDEXES = (
    ("person", "identity_number_index"),
    ("person", "phone_index"),
    ("person", "guardian_id"),
    ("person", "merged_into_id"),
    ("person", "grid_id", "removed_at"),
    ("person", "confirm_by", "removed_at"),
    ("person", "born_on", "removed_at"),
    ("household_member", "household_id", "id"),
    ("household_member", "person_id", "id"),
    ("residence", "unit_id"),
    ("residence", "person_id", "id"),
    ("residence", "grid_id", "id"),
)
ONE_AT_A_TIME = (
    ("ux_person_identity", "person", "identity_number_index", "removed_at IS NULL"),
    ("ux_household_member_present", "household_member", "person_id", "left_on IS NULL"),
    ("ux_household_member_head", "household_member", "household_id", "left_on IS NULL AND relation = 'HEAD'"),
    ("ux_residence_present", "residence", "person_id", "moved_out_on IS NULL"),
)
MEMBERS = "INSERT INTO household_member (household_id, person_id) SELECT household_id, id FROM person WHERE household_id IS NOT NULL"
HOMES = """INSERT INTO residence (person_id, grid_id, unit_id, kind)
  SELECT person.id, person.grid_id, household.unit_id, person.residence FROM person
  LEFT JOIN household ON household.id = person.household_id"""
AS_IT_IS = {"sqlite_autoincrement": True}
"""What a rebuilt table of SQLite must be told again: its keys are never used twice."""


def upgrade() -> None:
    with op.batch_alter_table("household", table_kwargs=AS_IT_IS) as household:
        household.add_column(sa.Column("address", sa.String(400)))
        household.add_column(sa.Column("version", sa.Integer, nullable=False, server_default="1"))
    with op.batch_alter_table("person", table_kwargs=AS_IT_IS) as person:
        person.alter_column("residence", existing_type=sa.String(20), nullable=True)
        for name in SEALED:
            person.add_column(sa.Column(name, columns.binary_text(240)))
            person.add_column(sa.Column(f"{name}_index", columns.binary_text(64)))
            person.add_column(sa.Column(f"{name}_mask", sa.String(40)))
        for name, other in REFERENCES:
            person.add_column(sa.Column(name, columns.Id))
            person.create_foreign_key(f"fk_person_{name}", other, [name], ["id"])
        for name in DATES:
            person.add_column(sa.Column(name, sa.Date))
        for name in MOMENTS:
            person.add_column(sa.Column(name, columns.Instant()))
        person.add_column(sa.Column("removed_because", sa.String(400)))
        person.add_column(sa.Column("version", sa.Integer, nullable=False, server_default="1"))
    _create_tables()
    op.drop_index("ix_person_born_on_id", table_name="person")
    for table, *names in INDEXES:
        op.create_index("_".join(("ix", table, *names)), table, names)
    for name, table, column, where in ONE_AT_A_TIME:
        op.create_index(name, table, [column], unique=True, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    op.execute(MEMBERS)
    op.execute(HOMES)


def _create_tables() -> None:
    op.create_table(
        "household_member",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("household_id", columns.Id, nullable=False),
        sa.Column("person_id", columns.Id, nullable=False),
        sa.Column("relation", sa.String(20)),
        sa.Column("joined_on", sa.Date),
        sa.Column("left_on", sa.Date),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name="fk_household_member_household_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_household_member_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_household_member"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "residence",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("person_id", columns.Id, nullable=False),
        sa.Column("grid_id", columns.Id, nullable=False),
        sa.Column("unit_id", columns.Id),
        sa.Column("address", sa.String(400)),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("moved_in_on", sa.Date),
        sa.Column("moved_out_on", sa.Date),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_residence_person_id"),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name="fk_residence_grid_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_residence_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_residence"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("residence")
    op.drop_table("household_member")
    op.drop_index("ux_person_identity", table_name="person")
    for table, *names in INDEXES:
        if table == "person":
            op.drop_index("_".join(("ix", table, *names)), table_name=table)
    op.create_index("ix_person_born_on_id", "person", ["born_on", "id"])
    op.execute("UPDATE person SET residence = 'PERMANENT' WHERE residence IS NULL")
    with op.batch_alter_table("person", table_kwargs=AS_IT_IS) as person:
        person.alter_column("residence", existing_type=sa.String(20), nullable=False)
        for name, _ in REFERENCES:
            person.drop_constraint(f"fk_person_{name}", type_="foreignkey")
        sealed = [f"{name}{ending}" for name in SEALED for ending in ("", "_index", "_mask")]
        for name in ("version", "removed_because", *DATES, *MOMENTS, *(name for name, _ in REFERENCES), *sealed):
            person.drop_column(name)
    with op.batch_alter_table("household", table_kwargs=AS_IT_IS) as household:
        household.drop_column("address")
        household.drop_column("version")
