"""The ledger: visits, patrols, who took part, and tracks"""

import sqlalchemy as sa
from alembic import op

from wangge_core.db import columns

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _visit()
    _patrol()
    _patrol_point()
    _patrol_checkpoint()
    _participation()
    _visit_event()


def _visit() -> None:
    op.create_table(
        "visit",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("client_key", columns.binary_text(80)),
        sa.Column("account_id", columns.Id, nullable=False),
        sa.Column("post_id", columns.Id, nullable=False),
        sa.Column("grid_id", columns.Id, nullable=False),
        sa.Column("what", sa.String(20), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("started_at", columns.Instant(), nullable=False),
        sa.Column("ended_at", columns.Instant()),
        sa.Column("received_at", columns.Instant(), nullable=False),
        sa.Column("counted", sa.Boolean, nullable=False),
        sa.Column("not_counted_because", sa.String(30)),
        sa.Column("longitude", sa.Float(53)),
        sa.Column("latitude", sa.Float(53)),
        sa.Column("device_id", columns.Id),
        sa.Column("duty_id", columns.binary_text(160)),
        sa.Column("household_id", columns.Id),
        sa.Column("person_id", columns.Id),
        sa.Column("unit_id", columns.Id),
        sa.Column("building_id", columns.Id),
        sa.Column("organization_id", columns.Id),
        sa.Column("asset_id", columns.Id),
        sa.Column("place_id", columns.Id),
        sa.Column("event_id", columns.Id),
        sa.Column("checklist", columns.Json()),
        sa.Column("minutes_text", sa.Text),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_visit_account_id"),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_visit_post_id"),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name="fk_visit_grid_id"),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name="fk_visit_device_id"),
        sa.ForeignKeyConstraint(["duty_id"], ["duty.id"], name="fk_visit_duty_id"),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name="fk_visit_household_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_visit_person_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_visit_unit_id"),
        sa.ForeignKeyConstraint(["building_id"], ["building.id"], name="fk_visit_building_id"),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name="fk_visit_organization_id"),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name="fk_visit_asset_id"),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name="fk_visit_place_id"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_visit_event_id"),
        sa.PrimaryKeyConstraint("id", name="pk_visit"),
        sa.UniqueConstraint("account_id", "client_key", name="uq_visit_account_id_client_key"),
        sqlite_autoincrement=True,
    )
    _indexes_of_visit()


def _indexes_of_visit() -> None:
    _index("visit", "account_id", "started_at", "id")
    _of_few("visit", "asset_id", "started_at", "id")
    _of_few("visit", "building_id", "started_at", "id")
    _index("visit", "counted", "started_at", "id")
    _of_few("visit", "duty_id", "started_at", "id")
    _of_few("visit", "event_id", "started_at", "id")
    _index("visit", "grid_id", "started_at", "id")
    _of_few("visit", "household_id", "started_at", "id")
    _of_few("visit", "organization_id", "started_at", "id")
    _index("visit", "outcome", "started_at", "id")
    _of_few("visit", "person_id", "started_at", "id")
    _of_few("visit", "place_id", "started_at", "id")
    _index("visit", "post_id", "started_at", "id")
    _index("visit", "started_at", "id")
    _of_few("visit", "unit_id", "started_at", "id")
    _index("visit", "what", "started_at", "id")


def _patrol() -> None:
    op.create_table(
        "patrol",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("client_key", columns.binary_text(80)),
        sa.Column("account_id", columns.Id, nullable=False),
        sa.Column("post_id", columns.Id, nullable=False),
        sa.Column("grid_id", columns.Id, nullable=False),
        sa.Column("what", sa.String(20), nullable=False),
        sa.Column("duty_id", columns.binary_text(160)),
        sa.Column("route_id", columns.Id),
        sa.Column("led_by_id", columns.Id),
        sa.Column("started_at", columns.Instant(), nullable=False),
        sa.Column("ended_at", columns.Instant()),
        sa.Column("received_at", columns.Instant(), nullable=False),
        sa.Column("minutes", sa.Integer),
        sa.Column("minutes_inside", sa.Integer),
        sa.Column("minutes_counted", sa.Integer),
        sa.Column("impossible_points", sa.Integer, nullable=False, server_default="0"),
        sa.Column("counted", sa.Boolean, nullable=False),
        sa.Column("not_counted_because", sa.String(30)),
        sa.Column("device_id", columns.Id),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_patrol_account_id"),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_patrol_post_id"),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name="fk_patrol_grid_id"),
        sa.ForeignKeyConstraint(["duty_id"], ["duty.id"], name="fk_patrol_duty_id"),
        sa.ForeignKeyConstraint(["route_id"], ["place.id"], name="fk_patrol_route_id"),
        sa.ForeignKeyConstraint(["led_by_id"], ["post.id"], name="fk_patrol_led_by_id"),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name="fk_patrol_device_id"),
        sa.PrimaryKeyConstraint("id", name="pk_patrol"),
        sa.UniqueConstraint("account_id", "client_key", name="uq_patrol_account_id_client_key"),
        sqlite_autoincrement=True,
    )
    _index("patrol", "account_id", "started_at", "id")
    _index("patrol", "counted", "started_at", "id")
    _of_few("patrol", "duty_id", "started_at", "id")
    _index("patrol", "grid_id", "started_at", "id")
    _index("patrol", "post_id", "started_at", "id")
    _of_few("patrol", "route_id", "started_at", "id")
    _index("patrol", "started_at", "id")
    _index("patrol", "what", "started_at", "id")


def _patrol_point() -> None:
    op.create_table(
        "patrol_point",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("patrol_id", columns.Id, nullable=False),
        sa.Column("account_id", columns.Id, nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("longitude", sa.Float(53), nullable=False),
        sa.Column("latitude", sa.Float(53), nullable=False),
        sa.Column("accuracy_metres", sa.Float(53)),
        sa.Column("inside", sa.Boolean),
        sa.Column("impossible", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(["patrol_id"], ["patrol.id"], name="fk_patrol_point_patrol_id"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_patrol_point_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_patrol_point"),
        sa.UniqueConstraint("patrol_id", "account_id", "at", name="uq_patrol_point_patrol_id_account_id_at"),
        sqlite_autoincrement=True,
    )
    _index("patrol_point", "at")


def _patrol_checkpoint() -> None:
    op.create_table(
        "patrol_checkpoint",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("patrol_id", columns.Id, nullable=False),
        sa.Column("account_id", columns.Id, nullable=False),
        sa.Column("place_id", columns.Id),
        sa.Column("asset_id", columns.Id),
        sa.Column("passed_at", columns.Instant(), nullable=False),
        sa.Column("how", sa.String(10), nullable=False),
        sa.ForeignKeyConstraint(["patrol_id"], ["patrol.id"], name="fk_patrol_checkpoint_patrol_id"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_patrol_checkpoint_account_id"),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name="fk_patrol_checkpoint_place_id"),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name="fk_patrol_checkpoint_asset_id"),
        sa.PrimaryKeyConstraint("id", name="pk_patrol_checkpoint"),
        sqlite_autoincrement=True,
    )
    _of_few("patrol_checkpoint", "asset_id", "passed_at", "id")
    _index("patrol_checkpoint", "patrol_id", "passed_at", "id")
    _of_few("patrol_checkpoint", "place_id", "passed_at", "id")


def _participation() -> None:
    op.create_table(
        "participation",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("visit_id", columns.Id),
        sa.Column("patrol_id", columns.Id),
        sa.Column("account_id", columns.Id),
        sa.Column("post_id", columns.Id),
        sa.Column("office_id", columns.Id),
        sa.Column("organization_id", columns.Id),
        sa.Column("part", sa.String(10), nullable=False),
        sa.Column("started_at", columns.Instant(), nullable=False),
        sa.Column("minutes_inside", sa.Integer),
        sa.Column("minutes_counted", sa.Integer),
        sa.Column("inside", columns.Json()),
        sa.Column("counted", sa.Boolean, nullable=False),
        sa.Column("not_counted_because", sa.String(30)),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name="fk_participation_visit_id"),
        sa.ForeignKeyConstraint(["patrol_id"], ["patrol.id"], name="fk_participation_patrol_id"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_participation_account_id"),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_participation_post_id"),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_participation_office_id"),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name="fk_participation_organization_id"),
        sa.PrimaryKeyConstraint("id", name="pk_participation"),
        sqlite_autoincrement=True,
    )
    _of_few("participation", "account_id", "started_at", "id")
    _of_few("participation", "office_id", "started_at", "id")
    _of_few("participation", "organization_id", "started_at", "id")
    _of_few("participation", "patrol_id", "id")
    _of_few("participation", "post_id", "started_at", "id")
    _of_few("participation", "visit_id", "id")


def _visit_event() -> None:
    op.create_table(
        "visit_event",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("visit_id", columns.Id),
        sa.Column("patrol_id", columns.Id),
        sa.Column("event_id", columns.Id, nullable=False),
        sa.Column("because", sa.String(10), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name="fk_visit_event_visit_id"),
        sa.ForeignKeyConstraint(["patrol_id"], ["patrol.id"], name="fk_visit_event_patrol_id"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_visit_event_event_id"),
        sa.PrimaryKeyConstraint("id", name="pk_visit_event"),
        sqlite_autoincrement=True,
    )
    _index("visit_event", "event_id")
    _of_few("visit_event", "patrol_id", "id")
    _of_few("visit_event", "visit_id", "id")


def _index(table: str, *columns_of_it: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns_of_it)}", table, list(columns_of_it))


def _of_few(table: str, *columns_of_it: str) -> None:
    """An index of a column that most rows leave empty, without those."""
    filled = sa.text(f"{columns_of_it[0]} IS NOT NULL")
    name = f"ix_{table}_{'_'.join(columns_of_it)}"
    op.create_index(name, table, list(columns_of_it), sqlite_where=filled, postgresql_where=filled)


def downgrade() -> None:
    for table in ("visit_event", "participation", "patrol_checkpoint", "patrol_point", "patrol", "visit"):
        op.drop_table(table)
