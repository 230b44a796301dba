"""Appraisals: schemes, runs, scores, ratings, points"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from wangge_core.db import columns

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

FIRST = sa.text("supersedes_id IS NULL")
INDEXES = (
    ("appraisal_scheme", "grid_id", "id"),
    ("appraisal_run", "starts_on", "id"),
    ("appraisal_run", "grid_id", "starts_on", "id"),
    ("appraisal_run", "scheme_id", "starts_on", "id"),
    ("appraisal_run", "state", "id"),
    ("appraisal_result", "office_id"),
    ("appraisal_result", "post_id"),
    ("appraisal_result", "run_id", "rank", "id"),
    ("appraisal_result", "grid_id", "id"),
    ("appraisal_result", "appraised_grid_id", "run_id"),
    ("appraisal_check", "result_id", "kind", "id"),
    ("appraisal_appeal", "result_id", "id"),
    ("appraisal_exit", "result_id"),
    ("appraisal_exit", "post_id"),
    ("points_account", "grid_id", "id"),
    ("points_rule", "grid_id", "id"),
    ("points_entry", "event_id"),
    ("points_entry", "points_account_id", "id"),
)


def upgrade() -> None:
    _create_schemes()
    _create_runs()
    _create_results()
    _create_collected()
    _create_appeals()
    _create_exits()
    _create_points()
    for table, *names in INDEXES:
        op.create_index("_".join(("ix", table, *names)), table, names)
    first = ["scheme_id", "starts_on"]
    op.create_index("uq_appraisal_run_first", "appraisal_run", first, unique=True, sqlite_where=FIRST, postgresql_where=FIRST)


def _create_schemes() -> None:
    _create(
        "appraisal_scheme",
        {"grid_id": "grid!"},
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("appraises", sa.String(10), nullable=False),
        sa.Column("level", sa.String(20)),
        sa.Column("role_id", columns.binary_text(160)),
        sa.Column("period", sa.String(10), nullable=False),
        *_moments("created_at!", "ended_at"),
        _version(),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name="fk_appraisal_scheme_role_id"),
    )
    _create(
        "appraisal_scheme_version",
        {"scheme_id": "appraisal_scheme!", "set_by_id": "account"},
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("content", columns.Json(), nullable=False),
        *_moments("set_at!"),
        sa.UniqueConstraint("scheme_id", "number", name="uq_appraisal_scheme_version_scheme_id_number"),
    )


def _create_runs() -> None:
    people = dict.fromkeys(("started_by_id", "frozen_by_id", "published_by_id"), "account")
    of = {"scheme_id": "appraisal_scheme!", "scheme_version_id": "appraisal_scheme_version!", "grid_id": "grid!"}
    _create(
        "appraisal_run",
        of | people | {"supersedes_id": "appraisal_run"},
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        *_moments("started_at!", "frozen_at", "appeals_until", "published_at"),
        sa.Column("names_last", sa.Boolean, nullable=False),
        sa.Column("supersedes_because", sa.String(400)),
        _version(),
        sa.UniqueConstraint("supersedes_id", name="uq_appraisal_run_supersedes_id"),
    )


def _create_results() -> None:
    appraised = {"appraised_grid_id": "grid", "office_id": "office", "post_id": "post"}
    _create(
        "appraisal_result",
        {"run_id": "appraisal_run!", "grid_id": "grid!", "assessed_by_id": "account"} | appraised,
        sa.Column("shown", sa.Boolean, nullable=False),
        sa.Column("in_circular", sa.String(10)),
        sa.Column("self_assessment", sa.Integer),
        sa.Column("below_count", sa.Integer, nullable=False),
        sa.Column("below_sum", sa.Integer, nullable=False),
        sa.Column("below_closed", sa.Boolean, nullable=False),
        sa.Column("inputs", columns.Json()),
        sa.Column("scored", columns.Json()),
        sa.Column("score", sa.Float(53)),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("stars", sa.Integer),
    )


def _create_collected() -> None:
    _create(
        "appraisal_rating",
        {"result_id": "appraisal_result!", "account_id": "account!"},
        sa.Column("side", sa.String(10), nullable=False),
        sa.Column("points", sa.Integer),
        sa.UniqueConstraint("result_id", "side", "account_id", name="uq_appraisal_rating_result_id_side_account_id"),
    )
    drawn = {"event_id": "event", "asset_id": "asset", "place_id": "place"}
    _create(
        "appraisal_check",
        {"result_id": "appraisal_result!", "grid_id": "grid!", "entered_by_id": "account"} | drawn,
        sa.Column("kind", sa.String(20), nullable=False),
        *_moments("drawn_at!", "entered_at"),
        sa.Column("points", sa.Integer),
        sa.Column("finding", sa.String(400)),
    )


def _create_appeals() -> None:
    _create(
        "appraisal_appeal",
        {"result_id": "appraisal_result!", "grid_id": "grid!", "account_id": "account!", "answered_by_id": "account"},
        sa.Column("reason", sa.Text, nullable=False),
        *_moments("at!", "answered_at"),
        sa.Column("granted", sa.Boolean),
        sa.Column("points", sa.Float(53)),
        sa.Column("answer", sa.Text),
    )


def _create_exits() -> None:
    _create("appraisal_exit", {"result_id": "appraisal_result!", "post_id": "post!"}, *_moments("at!"))


def _create_points() -> None:
    _create(
        "points_account",
        {"account_id": "account!", "grid_id": "grid!"},
        *_moments("joined_at!", "left_at"),
        sa.Column("balance", sa.Integer, nullable=False),
        sa.UniqueConstraint("account_id", name="uq_points_account_account_id"),
        sa.CheckConstraint("balance >= 0", name="ck_points_account_never_negative"),
    )
    _create(
        "points_rule",
        {"grid_id": "grid!", "set_by_id": "account"},
        sa.Column("kind_id", columns.binary_text(160)),
        sa.Column("points", sa.Integer, nullable=False),
        *_moments("starts_at!", "ended_at"),
        sa.ForeignKeyConstraint(["kind_id"], ["event_kind.id"], name="fk_points_rule_kind_id"),
    )
    _create(
        "points_entry",
        {"points_account_id": "points_account!", "event_id": "event", "points_rule_id": "points_rule", "given_by_id": "account"},
        sa.Column("points", sa.Integer, nullable=False),
        *_moments("at!"),
        sa.Column("reward", sa.String(200)),
        sa.UniqueConstraint("points_account_id", "event_id", name="uq_points_entry_points_account_id_event_id"),
    )


def _create(name: str, refers: dict[str, str], *items: Any) -> None:
    """A table with its key, references by column (the table's name, with `!` where one must be given), and the rest."""
    op.create_table(
        name,
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        *(sa.Column(column, columns.Id, nullable=not to.endswith("!")) for column, to in refers.items()),
        *items,
        *(sa.ForeignKeyConstraint([column], [f"{to.rstrip('!')}.id"], name=f"fk_{name}_{column}") for column, to in refers.items()),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        sqlite_autoincrement=True,
    )


def _moments(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name.rstrip("!"), columns.Instant(), nullable=not name.endswith("!")) for name in names]


def _version() -> sa.Column[Any]:
    return sa.Column("version", sa.Integer, nullable=False, server_default="1")


def downgrade() -> None:
    for table in ("points_entry", "points_rule", "points_account"):
        op.drop_table(table)
    for part in ("exit", "appeal", "check", "rating", "result", "run", "scheme_version", "scheme"):
        op.drop_table(f"appraisal_{part}")
