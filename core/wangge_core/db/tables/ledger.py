"""The ledger: visits and what else was done for a duty, patrols with their tracks, who took part, and which events they opened.

Times and positions are claims of who was there; `received_at` is what the service knows. An entry that does not count says why.
"""

import sqlalchemy as sa

from wangge_core.db.columns import Column, Json, binary_text
from wangge_core.db.tables.metadata import key, moment, position, table, to, to_declared


def _of_few(column: str, *others: str) -> sa.Index:
    """An index of a column that most rows leave empty, without those."""
    filled = sa.text(f"{column} IS NOT NULL")
    return sa.Index(None, column, *others, sqlite_where=filled, postgresql_where=filled)


def _counting() -> tuple[sa.Column[bool], sa.Column[str]]:
    """Whether an entry counts for whoever made it, and the code of why not."""
    return Column("counted", sa.Boolean, nullable=False), Column("not_counted_because", sa.String(30))


visit = table(
    "visit",
    key(),
    # what the device that made the entry called it, so that sending it again makes no second one
    Column("client_key", binary_text(80)),
    to("account"),
    to("post"),
    to("grid"),
    Column("what", sa.String(20), nullable=False),
    Column("outcome", sa.String(20), nullable=False),
    moment("started_at"),
    moment("ended_at", nullable=True),
    moment("received_at"),
    *_counting(),
    *position(),
    to("device", nullable=True),
    to_declared("duty", nullable=True),
    # what was visited: one of these, or none where it was the grid itself
    to("household", nullable=True),
    to("person", nullable=True),
    to("unit", nullable=True),
    to("building", nullable=True),
    to("organization", nullable=True),
    to("asset", nullable=True),
    to("place", nullable=True),
    to("event", nullable=True),
    # the four must-knows of a visit, as `ledger/checklists.py` has them
    Column("checklist", Json),
    # of meetings, inspections and drills alone; never of a person
    Column("minutes_text", sa.Text),
    sa.UniqueConstraint("account_id", "client_key"),
    sa.Index(None, "started_at", "id"),
    sa.Index(None, "grid_id", "started_at", "id"),
    sa.Index(None, "post_id", "started_at", "id"),
    sa.Index(None, "account_id", "started_at", "id"),
    sa.Index(None, "what", "started_at", "id"),
    sa.Index(None, "outcome", "started_at", "id"),
    sa.Index(None, "counted", "started_at", "id"),
    *(
        _of_few(f"{target}_id", "started_at", "id")
        for target in ("duty", "household", "person", "unit", "building", "organization", "asset", "place", "event")
    ),
)

patrol = table(
    "patrol",
    key(),
    Column("client_key", binary_text(80)),
    to("account"),
    to("post"),
    to("grid"),
    Column("what", sa.String(20), nullable=False),
    to_declared("duty", nullable=True),
    to("place", name="route_id", nullable=True),
    # the post that leads a joint patrol
    to("post", name="led_by_id", nullable=True),
    moment("started_at"),
    # empty while it is under way
    moment("ended_at", nullable=True),
    moment("received_at"),
    # whole minutes from start to end; inside the grid by the track; and of those, the ones that no other patrol has counted
    Column("minutes", sa.Integer),
    Column("minutes_inside", sa.Integer),
    Column("minutes_counted", sa.Integer),
    # points from which nobody can have come in the time
    Column("impossible_points", sa.Integer, nullable=False, server_default="0"),
    *_counting(),
    to("device", nullable=True),
    sa.UniqueConstraint("account_id", "client_key"),
    sa.Index(None, "started_at", "id"),
    sa.Index(None, "grid_id", "started_at", "id"),
    sa.Index(None, "post_id", "started_at", "id"),
    sa.Index(None, "account_id", "started_at", "id"),
    sa.Index(None, "what", "started_at", "id"),
    sa.Index(None, "counted", "started_at", "id"),
    _of_few("duty_id", "started_at", "id"),
    _of_few("route_id", "started_at", "id"),
)

patrol_point = table(
    "patrol_point",
    key(),
    to("patrol"),
    # of whom the track is: each who takes part in a patrol may have one
    to("account"),
    moment("at"),
    Column("longitude", sa.Float(53), nullable=False),
    Column("latitude", sa.Float(53), nullable=False),
    Column("accuracy_metres", sa.Float(53)),
    # whether it lies in the ground of the patrol; empty where that has no boundary
    Column("inside", sa.Boolean),
    # whether nobody can have come there in the time
    Column("impossible", sa.Boolean, nullable=False),
    sa.UniqueConstraint("patrol_id", "account_id", "at"),
    sa.Index(None, "at"),
)

patrol_checkpoint = table(
    "patrol_checkpoint",
    key(),
    to("patrol"),
    to("account"),
    to("place", nullable=True),
    to("asset", nullable=True),
    moment("passed_at"),
    # SCAN, POSITION, or SEEN through a camera
    Column("how", sa.String(10), nullable=False),
    sa.Index(None, "patrol_id", "passed_at", "id"),
    _of_few("place_id", "passed_at", "id"),
    _of_few("asset_id", "passed_at", "id"),
)

participation = table(
    "participation",
    key(),
    # one of the two
    to("visit", nullable=True),
    to("patrol", nullable=True),
    # who took part: somebody with a post, or an office or organisation that sent somebody
    to("account", nullable=True),
    to("post", nullable=True),
    to("office", nullable=True),
    to("organization", nullable=True),
    Column("part", sa.String(10), nullable=False),
    moment("started_at"),
    # of a patrol: minutes inside the grid by the own track, and those that count
    Column("minutes_inside", sa.Integer),
    Column("minutes_counted", sa.Integer),
    # of that, when no other patrol has counted it, in seconds since the start of the patrol: pairs of from and to
    Column("inside", Json),
    *_counting(),
    _of_few("visit_id", "id"),
    _of_few("patrol_id", "id"),
    _of_few("account_id", "started_at", "id"),
    _of_few("post_id", "started_at", "id"),
    _of_few("office_id", "started_at", "id"),
    _of_few("organization_id", "started_at", "id"),
)

visit_event = table(
    "visit_event",
    key(),
    # one of the two, and what it opened
    to("visit", nullable=True),
    to("patrol", nullable=True),
    to("event", index=True),
    # FACILITY, HAZARD, DISPUTE, NEWCOMER or FINDING
    Column("because", sa.String(10), nullable=False),
    _of_few("visit_id", "id"),
    _of_few("patrol_id", "id"),
)
