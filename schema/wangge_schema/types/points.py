"""Points as thanks, and the rules by which there are some."""

import strawberry

from wangge_core.appraisals.seen import points_rule
from wangge_core.db import tables as t
from wangge_core.rights.data_classes import DataClass
from wangge_schema.reading.declare import column, planned, to_many, to_one
from wangge_schema.reading.sources import Filter
from wangge_schema.scalars import DateTime
from wangge_schema.types.grids import Grid
from wangge_schema.types.kinds import EventKind
from wangge_schema.types.nodes import Node, node_id


@planned(table=t.points_entry, data_class=DataClass.STAFF)
class PointsEntry:
    """Points that came or went. For which report, it does not say."""

    points: int = column("points", "How many came; below 0 for what was given for them.", form="number")
    at: DateTime = column("at", "When.", form="moment")
    reward: str | None = column("reward", "What was given for them.")


@planned(
    table=t.points_account,
    rule=points_rule,
    prefix="PointsAccount",
    filters={"subtree": Filter("subtree", lambda row: row.c.grid_id, "In the grid of this code or below it.")},
    data_class=DataClass.STAFF,
)
class PointsAccount(Node):
    """Thanks for reports that were settled, for a resident or volunteer who wants them.

    No evaluation: nothing reads them, and nobody is ranked. Seen by its holder, and by who gives rewards where the holder wants to be
    thanked: without a name; the holder shows the id.
    """

    id: strawberry.ID = node_id("PointsAccount")
    grid: Grid = to_one("grid_id", "Where its holder wants to be thanked.")
    balance: int = column("balance", "How many points there are; never below 0.", form="number")
    joined_at: DateTime = column("joined_at", "Since when reports count.", form="moment")
    left_at: DateTime | None = column("left_at", "Since when no more do.", form="moment")
    entries: list[PointsEntry] = to_many("points_account_id", "What came and went.", most=1_000)


@planned(
    table=t.points_rule,
    prefix="PointsRule",
    filters={"subtree": Filter("subtree", lambda row: row.c.grid_id, "Set for the grid of this code or one below it.")},
    data_class=DataClass.PUBLIC,
)
class PointsRule(Node):
    """How many points a settled report is worth somewhere. Public."""

    id: strawberry.ID = node_id("PointsRule")
    grid: Grid = to_one("grid_id", "Where; of several that fit a report the nearest ground counts, then the nearest kind.")
    kind: EventKind | None = to_one("kind_id", "For reports of this kind and of those below it; null for all.")
    points: int = column("points", "How many.", form="number")
    starts_at: DateTime = column("starts_at", "For reports from when on.", form="moment")
    ended_at: DateTime | None = column("ended_at", "For reports until when.", form="moment")
