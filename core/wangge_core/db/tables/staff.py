"""Who is tied to grids without a post, the courses that staff have taken and that roles require, and how posts were handed over."""

import sqlalchemy as sa

from wangge_core.db.columns import Column, Id, Json, binary_text
from wangge_core.db.tables.metadata import key, metadata, moment, table, to, to_declared

grid_binding = table(
    "grid_binding",
    key(),
    to("grid"),
    Column("kind", sa.String(20), nullable=False),
    to("account", nullable=True, index=True),
    to("office", nullable=True, index=True),
    to("organization", nullable=True, index=True),
    # whom to ask for at the firm or office, by the name at work
    Column("contact", sa.String(80)),
    Column("official_phone", sa.String(30)),
    moment("starts_at"),
    moment("ends_at", nullable=True),
    to("account", name="bound_by_id", nullable=True),
    Column("end_reason", sa.String(400)),
    moment("created_at"),
    sa.Index(None, "grid_id", "kind"),
)

course = table(
    "course",
    key(),
    Column("code", binary_text(80), nullable=False, unique=True),
    Column("name", sa.String(200), nullable=False),
    # how long it holds once it was passed, where it does not hold for good
    Column("months", sa.Integer),
    Column("active", sa.Boolean, nullable=False),
    moment("created_at"),
)

course_role = sa.Table(
    "course_role",
    metadata,
    Column("course_id", Id, sa.ForeignKey("course.id"), nullable=False),
    to_declared("role", index=True),
    sa.PrimaryKeyConstraint("course_id", "role_id"),
)

training = table(
    "training",
    key(),
    to("account"),
    to("course", index=True),
    Column("taken_on", sa.Date, nullable=False),
    Column("holds_until", sa.Date),
    to("account", name="recorded_by_id", nullable=True),
    moment("recorded_at"),
    moment("withdrawn_at", nullable=True),
    Column("withdrawn_because", sa.String(400)),
    sa.Index(None, "account_id", "course_id"),
)

hand_over = table(
    "hand_over",
    key(),
    to("grid"),
    to("post", name="from_post_id", index=True),
    to("post", name="to_post_id", index=True),
    to("account", name="from_account_id", index=True),
    to("account", name="to_account_id", index=True),
    moment("at"),
    Column("reason", sa.String(400)),
    # what went from one to the other, by its sort: how many there were, and their keys
    Column("handed", Json),
    Column("open_points", sa.Text),
    to("account", name="made_by_id", nullable=True),
    moment("created_at"),
    moment("done_at", nullable=True),
    # the code of what kept it from being done at its moment
    Column("trouble", sa.String(40)),
    # when whoever took over said that they have it, and what they add
    moment("acknowledged_at", nullable=True),
    Column("remark", sa.Text),
    sa.Index(None, "grid_id", "id"),
)
