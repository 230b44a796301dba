"""Persons, the homes they have had, and households with their members. Sealed are identity numbers and private phones.

A person that was merged or erased keeps its row as a tombstone (`removed_at`), so that what once named it still says so; it is in no read.
"""

import sqlalchemy as sa

from wangge_core.db.columns import Column
from wangge_core.db.tables.metadata import confirmation, folded, from_outside, key, moment, sealed, table, to, version

household = table(
    "household",
    key(),
    to("grid", index=True),
    to("unit", nullable=True, index=True),
    Column("address", sa.String(400)),
    Column("name", sa.String(80), nullable=False),
    version(),
    *from_outside(),
    moment("created_at"),
    sa.UniqueConstraint("source_name", "source_key"),
)

LIVING = sa.text("removed_at IS NULL")
person = table(
    "person",
    key(),
    to("grid"),
    to("household", nullable=True, index=True),
    Column("name", sa.String(80), nullable=False),
    folded(),
    Column("gender", sa.String(10)),
    Column("born_on", sa.Date),
    Column("residence", sa.String(20)),
    *sealed("identity_number"),
    *sealed("phone"),
    to("person", name="guardian_id", nullable=True, index=True),
    Column("guardian_agreed_on", sa.Date),
    *confirmation(),
    to("person", name="merged_into_id", nullable=True, index=True),
    moment("removed_at", nullable=True),
    Column("removed_because", sa.String(400)),
    Column("removed_basis", sa.String(400)),
    version(),
    *from_outside(),
    moment("created_at"),
    sa.UniqueConstraint("source_name", "source_key"),
    sa.Index(None, "grid_id", "name", "id"),
    sa.Index(None, "grid_id", "removed_at", "residence"),
    sa.Index(None, "grid_id", "confirmed_at"),
    sa.Index(None, "name", "id"),
    sa.Index(None, "residence", "name", "id"),
    sa.Index(None, "born_on", "removed_at"),
    sa.Index(None, "confirm_by", "removed_at"),
    sa.Index("ux_person_identity", "identity_number_index", unique=True, sqlite_where=LIVING, postgresql_where=LIVING),
)

PRESENT = sa.text("left_on IS NULL")
HEADING = sa.text("left_on IS NULL AND relation = 'HEAD'")
household_member = table(
    "household_member",
    key(),
    to("household"),
    to("person"),
    Column("relation", sa.String(20)),
    Column("joined_on", sa.Date),
    Column("left_on", sa.Date),
    sa.Index(None, "household_id", "id"),
    sa.Index(None, "person_id", "id"),
    sa.Index("ux_household_member_present", "person_id", unique=True, sqlite_where=PRESENT, postgresql_where=PRESENT),
    sa.Index("ux_household_member_head", "household_id", unique=True, sqlite_where=HEADING, postgresql_where=HEADING),
)

LIVED_IN = sa.text("moved_out_on IS NULL")
residence = table(
    "residence",
    key(),
    to("person"),
    to("grid"),
    to("unit", nullable=True, index=True),
    Column("address", sa.String(400)),
    Column("kind", sa.String(20), nullable=False),
    Column("moved_in_on", sa.Date),
    Column("moved_out_on", sa.Date),
    sa.Index(None, "person_id", "id"),
    sa.Index(None, "grid_id", "id"),
    sa.Index("ux_residence_present", "person_id", unique=True, sqlite_where=LIVED_IN, postgresql_where=LIVED_IN),
)
