"""Why people need attention, always until a day; which roles see the kinds that are switched on; and how often was revealed."""

import sqlalchemy as sa

from wangge_core.db.columns import Column
from wangge_core.db.tables.metadata import key, moment, table, to, to_declared

need = table(
    "need",
    key(),
    to("person"),
    to("grid"),  # of the person: it follows the home
    to_declared("need_kind", name="kind_id"),
    Column("reason", sa.String(400), nullable=False),
    Column("legal_basis", sa.String(400), nullable=False),
    Column("guardian_agreement", sa.String(200)),
    Column("from_on", sa.Date, nullable=False),
    Column("until_on", sa.Date, nullable=False),  # the last day
    moment("ends_at"),  # the end of that day, or when it was ended before: from then on it is in no read
    to("post", name="set_by_id", nullable=True),
    Column("ending", sa.String(20)),
    Column("end_reason", sa.String(400)),
    moment("created_at"),
    sa.Index(None, "person_id", "ends_at"),
    sa.Index(None, "kind_id", "ends_at", "id"),
    sa.Index(None, "grid_id", "ends_at", "id"),
    sa.Index(None, "ends_at", "id"),
)

need_kind_role = table(
    "need_kind_role",
    key(),
    to_declared("need_kind"),
    to_declared("role"),
    sa.UniqueConstraint("need_kind_id", "role_id"),
)

reveal = table(
    "reveal",
    key(),
    to("account"),
    moment("at"),
    sa.Index(None, "account_id", "at"),
)
