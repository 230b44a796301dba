"""Loads: what each office and role puts on grids in a month, which an operation of the core counts."""

from datetime import date
from typing import Annotated, Any, cast

import strawberry
from strawberry.types.info import Info

from wangge_core.appraisals.loads import MOST_LOADS, Load, find_loads
from wangge_schema.reading.executor import Completed
from wangge_schema.reading.project import Typed, project
from wangge_schema.reading.sources import WEIGHT
from wangge_schema.scalars import Date
from wangge_schema.types.intake import session_of

LOADS_COST = 5_000
"""A month of tasks and entries of a whole ground is counted."""


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
