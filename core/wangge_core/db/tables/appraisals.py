"""Appraisals: schemes and their versions, runs with what they froze, checks, ratings and appeals; and points as thanks for reports.

Nothing of a run that is frozen changes but by an appeal, and nothing of it is removed. No table of appraisals names a resident.
"""

import sqlalchemy as sa

from wangge_core.db.columns import Column, Json
from wangge_core.db.tables.metadata import key, moment, table, to, to_declared, version

FIRST = sa.text("supersedes_id IS NULL")

appraisal_scheme = table(
    "appraisal_scheme",
    key(),
    to("grid"),  # the ground within which it appraises
    Column("name", sa.String(120), nullable=False),
    Column("appraises", sa.String(10), nullable=False),
    Column("level", sa.String(20)),  # of the grids
    to_declared("role", nullable=True),  # of the posts
    Column("period", sa.String(10), nullable=False),
    moment("created_at"),
    moment("ended_at", nullable=True),
    version(),  # the number of its present content
    sa.Index(None, "grid_id", "id"),
)

appraisal_scheme_version = table(
    "appraisal_scheme_version",
    key(),
    to("appraisal_scheme", name="scheme_id"),
    Column("number", sa.Integer, nullable=False),
    Column("content", Json, nullable=False),
    to("account", name="set_by_id", nullable=True),
    moment("set_at"),
    sa.UniqueConstraint("scheme_id", "number"),
)

appraisal_run = table(
    "appraisal_run",
    key(),
    to("appraisal_scheme", name="scheme_id"),
    to("appraisal_scheme_version", name="scheme_version_id"),
    to("grid"),  # that of the scheme
    Column("starts_on", sa.Date, nullable=False),
    Column("ends_on", sa.Date, nullable=False),
    Column("state", sa.String(10), nullable=False),
    to("account", name="started_by_id", nullable=True),
    moment("started_at"),
    to("account", name="frozen_by_id", nullable=True),
    moment("frozen_at", nullable=True),
    moment("appeals_until", nullable=True),
    to("account", name="published_by_id", nullable=True),
    moment("published_at", nullable=True),
    # whether the circular names the last, as the deployment had it when the run was published
    Column("names_last", sa.Boolean, nullable=False),
    # the run in whose place it is, and why
    to("appraisal_run", name="supersedes_id", nullable=True),
    Column("supersedes_because", sa.String(400)),
    version(),
    sa.Index(None, "starts_on", "id"),
    sa.Index(None, "grid_id", "starts_on", "id"),
    sa.Index(None, "scheme_id", "starts_on", "id"),
    sa.Index(None, "state", "id"),
    # a second run of a period is there in the place of the first
    sa.Index("uq_appraisal_run_first", "scheme_id", "starts_on", unique=True, sqlite_where=FIRST, postgresql_where=FIRST),
    sa.UniqueConstraint("supersedes_id"),
)

appraisal_result = table(
    "appraisal_result",
    key(),
    to("appraisal_run", name="run_id"),
    to("grid"),  # that of the run, by which the rights on it go
    # who is appraised: one of these
    to("grid", name="appraised_grid_id", nullable=True),
    to("office", nullable=True, index=True),
    to("post", nullable=True, index=True),
    # whether the appraised may see it, and as what a circular names them
    Column("shown", sa.Boolean, nullable=False),
    Column("in_circular", sa.String(10)),
    # what was collected for it, 0 to 100; ratings from below are only ever kept summed
    Column("self_assessment", sa.Integer),
    to("account", name="assessed_by_id", nullable=True),
    Column("below_count", sa.Integer, nullable=False),
    Column("below_sum", sa.Integer, nullable=False),
    Column("below_closed", sa.Boolean, nullable=False),
    # what was frozen and what came of it; of rank 0 is who has no score
    Column("inputs", Json),
    Column("scored", Json),
    Column("score", sa.Float(53)),
    Column("rank", sa.Integer, nullable=False),
    Column("stars", sa.Integer),
    sa.Index(None, "run_id", "rank", "id"),
    sa.Index(None, "grid_id", "id"),
    sa.Index(None, "appraised_grid_id", "run_id"),
)

appraisal_rating = table(
    "appraisal_rating",
    key(),
    to("appraisal_result", name="result_id"),
    Column("side", sa.String(10), nullable=False),
    to("account"),
    # from below it says only who has rated
    Column("points", sa.Integer),
    sa.UniqueConstraint("result_id", "side", "account_id"),
)

appraisal_check = table(
    "appraisal_check",
    key(),
    to("appraisal_result", name="result_id"),
    to("grid"),  # that of the run
    Column("kind", sa.String(20), nullable=False),
    # what was drawn: one of these
    to("event", nullable=True),
    to("asset", nullable=True),
    to("place", nullable=True),
    moment("drawn_at"),
    Column("points", sa.Integer),
    Column("finding", sa.String(400)),
    to("account", name="entered_by_id", nullable=True),
    moment("entered_at", nullable=True),
    sa.Index(None, "result_id", "kind", "id"),
)

appraisal_appeal = table(
    "appraisal_appeal",
    key(),
    to("appraisal_result", name="result_id"),
    to("grid"),  # that of the run
    to("account"),
    Column("reason", sa.Text, nullable=False),
    moment("at"),
    Column("granted", sa.Boolean),
    Column("points", sa.Float(53)),
    Column("answer", sa.Text),
    to("account", name="answered_by_id", nullable=True),
    moment("answered_at", nullable=True),
    sa.Index(None, "result_id", "id"),
)

appraisal_exit = table(
    "appraisal_exit",
    key(),
    to("appraisal_result", name="result_id", index=True),
    to("post", index=True),
    moment("at"),
)

points_account = table(
    "points_account",
    key(),
    to("account"),
    to("grid"),  # where its holder wants to be thanked
    moment("joined_at"),
    moment("left_at", nullable=True),
    Column("balance", sa.Integer, nullable=False),
    sa.CheckConstraint("balance >= 0", name="never_negative"),
    sa.UniqueConstraint("account_id"),
    sa.Index(None, "grid_id", "id"),
)

points_rule = table(
    "points_rule",
    key(),
    to("grid"),
    # reports of this kind and those below it; of all kinds where there is none
    to_declared("event_kind", name="kind_id", nullable=True),
    Column("points", sa.Integer, nullable=False),
    moment("starts_at"),
    moment("ended_at", nullable=True),
    to("account", name="set_by_id", nullable=True),
    sa.Index(None, "grid_id", "id"),
)

points_entry = table(
    "points_entry",
    key(),
    to("points_account"),
    Column("points", sa.Integer, nullable=False),  # below 0 for what was given for them
    moment("at"),
    # for an accepted report, by a rule; or the reward, and who gave it
    to("event", nullable=True, index=True),
    to("points_rule", nullable=True),
    Column("reward", sa.String(200)),
    to("account", name="given_by_id", nullable=True),
    sa.UniqueConstraint("points_account_id", "event_id"),
    sa.Index(None, "points_account_id", "id"),
)
