"""Units, organisations, assets and places"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from wangge_core.db import columns

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CONFIRMED = ("building", "organization", "asset", "place")
REFERENCES = (
    *((name, "confirmed_by_id", "account") for name in CONFIRMED),
    ("unit", "responsible_id", "person"),
    ("asset", "owner_id", "organization"),
    ("asset", "keeper_id", "office"),
)
INDEXES = (
    *((name, "confirm_by", "id") for name in CONFIRMED),
    ("unit", "responsible_id"),
    ("organization", "state", "name", "id"),
    ("asset", "owner_id"),
    ("asset", "keeper_id"),
    ("asset", "code", "id"),
    ("asset", "state", "name", "id"),
)
UNIQUE = (("organization", "registration_code"), ("asset", "kind_id", "code"))


def code(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def new_columns() -> dict[str, list[sa.Column[Any]]]:
    """The columns that refer to nothing, by table."""
    found: dict[str, list[sa.Column[Any]]] = {
        "building": [],
        "unit": [
            sa.Column("floor", sa.Integer()),
            sa.Column("area_square_metres", sa.Float(53)),
            sa.Column("occupancy", sa.String(20), nullable=False, server_default="UNKNOWN"),
            sa.Column("occupancy_since", sa.Date()),
        ],
        "organization": [
            sa.Column("registration_code", code(18)),
            sa.Column("state", sa.String(10), nullable=False, server_default="OPEN"),
            sa.Column("closed_on", sa.Date()),
        ],
        "asset": [
            sa.Column("code", code(80)),
            sa.Column("state", sa.String(20), nullable=False, server_default="IN_ORDER"),
            sa.Column("accuracy_metres", sa.Float(53)),
            sa.Column("measured", sa.String(20)),
        ],
        "place": [
            sa.Column("contact", sa.String(200)),
            sa.Column("opening_hours", columns.Json()),
            sa.Column("services", columns.Json()),
        ],
    }
    for name in CONFIRMED:
        found[name] += [sa.Column("confirmed_at", columns.Instant()), sa.Column("confirm_by", sa.Date())]
    for added in found.values():
        added.append(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    return found


def upgrade() -> None:
    for name, added in new_columns().items():
        for column in added:
            op.add_column(name, column)
    for reference in REFERENCES:
        add_reference(*reference)
    for name, *names in INDEXES:
        op.create_index("_".join(("ix", name, *names)), name, names)
    for name, *names in UNIQUE:
        op.create_index("_".join(("ix", name, *names)), name, names, unique=True)
    create_of_organizations("organization_premises", to("building"), to("unit", nullable=True))
    responsible = (
        sa.Column("role", sa.String(30), nullable=False),
        sa.Column("name", sa.String(80)),
        sa.Column("phone", sa.String(30)),
    )
    create_of_organizations("organization_responsible", to("person", nullable=True), *responsible)
    op.execute(
        "INSERT INTO organization_premises (organization_id, ordinal, building_id, unit_id) "
        "SELECT o.id, 1, u.building_id, u.id FROM organization o JOIN unit u ON u.id = o.unit_id"
    )
    for name in CONFIRMED:  # what nobody confirmed yet is due
        op.execute(f"UPDATE {name} SET confirm_by = CURRENT_DATE")


def add_reference(name: str, column: str, target: str) -> None:
    """In place: to rebuild a table on SQLite would forget which keys it had given."""
    constraint = f"CONSTRAINT fk_{name}_{column} REFERENCES {target} (id)"
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(f"ALTER TABLE {name} ADD COLUMN {column} {kind} {constraint}")


def to(target: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(f"{target}_id", ID, nullable=nullable)


def create_of_organizations(name: str, *items: sa.Column[Any]) -> None:
    """A table of an ordered list that an organisation has."""
    referring = ["organization_id", *(one.name for one in items if one.name.endswith("_id"))]
    op.create_table(
        name,
        sa.Column("id", ID, autoincrement=True, nullable=False),
        to("organization"),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        *items,
        *(sa.ForeignKeyConstraint([one], [f"{one.removesuffix('_id')}.id"], name=op.f(f"fk_{name}_{one}")) for one in referring),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("organization_id", "ordinal", name=op.f(f"uq_{name}_organization_id_ordinal")),
        sqlite_autoincrement=True,
    )
    for one in referring[1:]:
        op.create_index(f"ix_{name}_{one}", name, [one])


def downgrade() -> None:
    op.drop_table("organization_responsible")
    op.drop_table("organization_premises")
    for name, *names in (*INDEXES, *UNIQUE):
        op.drop_index("_".join(("ix", name, *names)), table_name=name)
    for name, added in new_columns().items():
        with op.batch_alter_table(name, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
            for referring, column, _ in REFERENCES:
                if referring == name:
                    batch_op.drop_column(column)
            for column in added:
                batch_op.drop_column(column.name)
