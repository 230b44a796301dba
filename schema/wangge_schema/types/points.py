"""Points as thanks, and what offices put on grids."""

from datetime import date
from typing import Annotated, Any, cast

import strawberry
from strawberry.types.info import Info

from wangge_core.appraisals.loads import MOST_LOADS, Load, find_loads
from wangge_core.appraisals.seen import points_rule
from wangge_core.db import tables as t
from wangge_core.rights.data_classes import DataClass
from wangge_schema.reading.declare import column, planned, to_many, to_one
from wangge_schema.reading.executor import Completed
from wangge_schema.reading.project import Typed, project
from wangge_schema.reading.sources import WEIGHT, Filter
from wangge_schema.scalars import Date, DateTime
from wangge_schema.types.grids import Grid
from wangge_schema.types.intake import session_of
from wangge_schema.types.kinds import EventKind
from wangge_schema.types.nodes import Node, node_id

LOADS_COST = 5_000
"""A month of tasks and entries of a whole ground is counted."""


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


@strawberry.type(description="What an office, or a role outside of offices, put on a grid in a month.")
class GridLoad:
    grid_id: strawberry.ID = strawberry.field(description="The grid.")
    office_id: strawberry.ID | None = strawberry.field(description="The office.")
    role_id: strawberry.ID | None = strawberry.field(
        description="The role, where there is no office; null where a workflow itself asked."
    )
    tasks: int = strawberry.field(description="Tasks that it asked for.")
    campaign_targets: int = strawberry.field(description="Targets of campaigns that it began.")
    duty_entries: int = strawberry.field(description="Visits and patrols for standing duties, by who made them.")


async def _loads(
    info: Info,
    grid: Annotated[str, strawberry.argument(description="The code of a grid of the base layer; all below it are counted.")],
    month: Annotated[Date, strawberry.argument(description="A day of the month.")],
) -> list[GridLoad] | None:
    session, raw = session_of(info)
    async with session.deployment.read() as work:
        found = await find_loads(work, session.viewer, grid, cast("date", month))
    if found is None:
        return cast("Any", Completed(None))
    return cast("Any", Completed(project([_told(one) for one in found], session.chosen(raw))))


def _told(one: Load) -> Typed:
    members = {
        "gridId": f"Grid:{one.grid_id}",
        "officeId": None if one.office_id is None else f"Office:{one.office_id}",
        "roleId": one.role_id,
        "tasks": one.tasks,
        "campaignTargets": one.campaign_targets,
        "dutyEntries": one.duty_entries,
    }
    return Typed("GridLoad", members)


grid_loads: Any = strawberry.field(
    resolver=_loads,
    metadata={WEIGHT: LOADS_COST},
    description=f"What each office and role puts on the grids of a ground in a month, at most {MOST_LOADS:,} lines. For READ_INDICATORS "
    "over it; null without it, and where no such grid is.",
)
