"""Divisions of the ground, and what one would do, which an operation of the core works out when it is asked for."""

from typing import Annotated, Any, cast

import sqlalchemy as sa
import strawberry
from strawberry.types.info import Info

from wangge_core.coverage.faults import Fault
from wangge_core.db import tables as t
from wangge_core.divisions.changes import ChangeKind, DivisionState
from wangge_core.divisions.posts import PostMove
from wangge_core.divisions.simulating import SimulatedGrid, Simulation, simulate_division
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.refusals import message
from wangge_core.rights.data_classes import DataClass
from wangge_core.rights.visibility import within_grid
from wangge_schema.ids import given_key
from wangge_schema.reading.declare import column, planned, to_many, to_one
from wangge_schema.reading.enums import enum_type
from wangge_schema.reading.executor import Completed
from wangge_schema.reading.project import Late, Typed, project
from wangge_schema.reading.sources import WEIGHT, Asking, Filter, Join, Row
from wangge_schema.scalars import JSON, DateTime
from wangge_schema.types.coverage import FaultKind
from wangge_schema.types.grids import Grid
from wangge_schema.types.intake import session_of
from wangge_schema.types.nodes import Node, node_id
from wangge_schema.types.rights import Account
from wangge_schema.types.sizes import SizeMeasure

MOST_GRIDS = 1_000
MOST_FAULTS = 1_000
SIMULATION_COSTS = 20_000
"""Seconds of work, as checking the coverage is."""
enum_type(DivisionState)
enum_type(ChangeKind, name="DivisionChangeKind")


def _of_division(own: str) -> Join:
    """Grids in the lineage of a division, by the column that names them."""

    def join(row: Row, grid: Row, _: Asking) -> sa.ColumnElement[bool]:
        line = t.grid_succession.alias()
        return grid.c.id.in_(sa.select(line.c[own]).where(line.c.division_id == row.c.id).correlate_except(line))

    return join


@planned(
    table=t.division,
    rule=within_grid(Capability.MANAGE_GRIDS),
    prefix="Division",
    orders=("id",),
    filters={
        "state": Filter("enum", lambda row: row.c.state, "By state.", DivisionState),
        "subtree": Filter("subtree", lambda row: row.c.grid_id, "Whose ground is the grid of this code or one below it."),
    },
    data_class=DataClass.STAFF,
)
class Division(Node):
    """What is proposed for the grids of a ground, or was done to them. For MANAGE_GRIDS over the ground."""

    id: strawberry.ID = node_id("Division")
    name: str = column("name", "Its name.")
    state: DivisionState = column("state", "How far it is.")
    grid: Grid = to_one("grid_id", "The ground: only grids below it are changed.")
    changes: JSON = column("changes", "The changes as they were proposed, with keys of grids, buildings and posts.", form="json")
    proposed_by: Account | None = to_one("proposed_by_id", "Who proposed it; null where the viewer may not see the account.")
    proposed_at: DateTime = column("proposed_at", "When it was proposed.", form="moment")
    effective_at: DateTime | None = column("effective_at", "From when it holds, or since when; null for a draft.", form="moment")
    applied_by: Account | None = to_one("applied_by_id", "Who decided it; null where the viewer may not see the account.")
    applied_at: DateTime | None = column("applied_at", "When it was applied; null while it is not in force.", form="moment")
    forced_reason: str | None = column("forced_reason", "Why it was applied although it leaves faults of coverage.")
    trouble: str | None = column("trouble", "The code of what kept it from being applied on its day.")
    undone_by: Account | None = to_one("undone_by_id", "Who undid it; null where the viewer may not see the account.")
    undone_at: DateTime | None = column("undone_at", "When it was last undone.", form="moment")
    undone_reason: str | None = column("undone_reason", "Why it was undone.")
    version: int = column("version", "Counts its changes, from 1.", form="number")
    ended_grids: list[Grid] = to_many(_of_division("from_grid_id"), "The grids that ended with it.", most=MOST_GRIDS)
    new_grids: list[Grid] = to_many(_of_division("to_grid_id"), "The grids that came after them.", most=MOST_GRIDS)


@strawberry.type(description="Why a division cannot be applied.")
class DivisionProblem:
    field: str | None = strawberry.field(description="The path of the change at fault, such as `changes.2.parts.0.code`.")
    code: str = strawberry.field(description="A stable code.")
    message: str = strawberry.field(description="What to show, in the viewer's language.")


@strawberry.type(description="That a grid would have more or fewer households or people than its type asks for. A warning.")
class DivisionSizeWarning:
    what: SizeMeasure = strawberry.field(description="What was counted.")
    figure: int = strawberry.field(description="How many there would be.")
    least: int = strawberry.field(description="How many there should be at least.")
    most: int = strawberry.field(description="How many there should be at most.")


@strawberry.type(
    description="A grid as a division would leave it, with what lies in itself. Counts are null without the right to read."
)
class DivisionGrid:
    grid_id: strawberry.ID | None = strawberry.field(description="Its global id; null for one that does not exist yet.")
    code: str = strawberry.field(description="Its code.")
    name: str = strawberry.field(description="Its name.")
    type_id: strawberry.ID = strawberry.field(description="Its grid type.")
    buildings: int | None = strawberry.field(description="Buildings.")
    households: int | None = strawberry.field(description="Households.")
    people: int | None = strawberry.field(description="People who live there, for good or for a time.")
    yearly_events: int | None = strawberry.field(description="Events that were reported within the last year.")
    open_events: int | None = strawberry.field(description="Events that are open.")
    posts: int | None = strawberry.field(
        description="Posts of grids that end which go on in it; null without READ_EVENTS and MANAGE_POSTS."
    )
    size_warnings: list[DivisionSizeWarning] = strawberry.field(description="Where the size rule of its type is broken.")


@strawberry.type(description="How many things go to another grid.")
class DivisionCount:
    what: str = strawberry.field(description="Of which sort: `building`, `household`, `person`, `need`, `event`, `task` and so on.")
    count: int = strawberry.field(description="How many.")


@strawberry.type(description="What becomes of a post of a grid that ends.")
class DivisionPost:
    post_id: strawberry.ID = strawberry.field(description="The post.")
    role_id: strawberry.ID = strawberry.field(description="Its role.")
    grid_id: strawberry.ID = strawberry.field(description="The grid that ends.")
    to_code: str | None = strawberry.field(description="The code of the grid in which it goes on; null where it ends.")


@strawberry.type(description="Which grid comes after which.")
class DivisionSuccession:
    from_code: str = strawberry.field(description="The code of the grid that ends.")
    to_code: str = strawberry.field(description="The code of one that has some of its ground, or of what lay in it.")


@strawberry.type(description="A place where the grids would not cover their parent once and whole, and do today.")
class DivisionFault:
    kind: FaultKind = strawberry.field(description="What would be wrong.")
    basis: FaultKind = strawberry.field(description="The same, but for a SLIVER: what it would be if it were wider.")
    grid_codes: list[str] = strawberry.field(description="The codes of the grids at fault, or that touch the place.")
    area: float = strawberry.field(description="Square metres on the ellipsoid of WGS 84.")
    width: float = strawberry.field(description="Metres: its mean width.")
    longitude: float = strawberry.field(description="Longitude of a point in it, WGS 84.")
    latitude: float = strawberry.field(description="Latitude of that point, WGS 84.")
    geometry: JSON = strawberry.field(description="The place as a GeoJSON Polygon in WGS 84.")


@strawberry.type(description="What a division would do if it were applied now. Nothing is written.")
class DivisionSimulation:
    applicable: bool = strawberry.field(description="Whether it can be applied as it is.")
    problems: list[DivisionProblem] = strawberry.field(description="What keeps it from being applied, whatever the reason given.")
    grids: list[DivisionGrid] = strawberry.field(description="The new grids, and those that get another boundary.")
    ended_grid_ids: list[strawberry.ID] = strawberry.field(description="The grids that end.")
    moved: list[DivisionCount] = strawberry.field(description="What goes to another grid, as far as the viewer may know.")
    open_tasks: int | None = strawberry.field(description="How many open tasks go with their events; null without READ_EVENTS.")
    posts: list[DivisionPost] | None = strawberry.field(
        description="The posts of the grids that end; null without READ_EVENTS and MANAGE_POSTS over the ground."
    )
    successions: list[DivisionSuccession] = strawberry.field(description="The lineage.")
    overlay_grid_ids: list[strawberry.ID] = strawberry.field(description="The grids of overlays whose parts would be others.")
    fault_count: int = strawberry.field(
        description="How many faults of coverage it would bring; any is refused unless it is forced."
    )
    faults: list[DivisionFault] = strawberry.field(description=f"They, at most {MOST_FAULTS:,}.")


def _told(found: Simulation, language: str) -> Typed:
    members = {
        "applicable": not found.refusals and not found.faults,
        "problems": [
            Typed("DivisionProblem", {"field": one.field or None, "code": one.code, "message": message(one, language)})
            for one in found.refusals
        ],
        "grids": [_grid(one) for one in found.grids],
        "endedGridIds": [f"Grid:{id}" for id in found.ending],
        "moved": [Typed("DivisionCount", {"what": what, "count": count}) for what, count in (found.moved or {}).items()],
        "openTasks": found.open_tasks,
        "posts": None if found.posts is None else [_post(one, found) for one in found.posts],
        "successions": [
            Typed("DivisionSuccession", {"fromCode": found.codes[old], "toCode": found.codes[new]})
            for old, new in found.successions
        ],
        "overlayGridIds": [f"Grid:{id}" for id in found.overlays],
        "faultCount": len(found.faults),
        "faults": Late(lambda: [_fault(one, found) for one in found.faults[:MOST_FAULTS]]),
    }
    return Typed("DivisionSimulation", members)


def _grid(one: SimulatedGrid) -> Typed:
    members = {
        "gridId": None if one.id is None else f"Grid:{one.id}",
        "code": one.code,
        "name": one.name,
        "typeId": one.type_id,
        "buildings": one.buildings,
        "households": one.households,
        "people": one.people,
        "yearlyEvents": one.yearly_events,
        "openEvents": one.open_events,
        "posts": one.posts,
        "sizeWarnings": [
            Typed(
                "DivisionSizeWarning",
                {"what": found.what.value, "figure": found.figure, "least": found.least, "most": found.most},
            )
            for found in one.size_warnings
        ],
    }
    return Typed("DivisionGrid", members)


def _post(one: PostMove, found: Simulation) -> Typed:
    members = {
        "postId": f"Post:{one.id}",
        "roleId": one.role_id,
        "gridId": f"Grid:{one.grid_id}",
        "toCode": None if one.to is None else found.codes[one.to],
    }
    return Typed("DivisionPost", members)


def _fault(fault: Fault, found: Simulation) -> Typed:
    members = {
        "kind": fault.kind.value,
        "basis": fault.basis.value,
        "gridCodes": sorted(found.codes[key] for key in fault.grid_ids),
        "area": fault.area_m2,
        "width": fault.width_m,
        "longitude": fault.at[0],
        "latitude": fault.at[1],
        "geometry": fault.geometry,
    }
    return Typed("DivisionFault", members)


async def _simulate(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The global id of the division.")]
) -> DivisionSimulation | None:
    session, raw = session_of(info)
    key = given_key(id, "Division")
    async with session.deployment.read() as work:
        found = await simulate_division(work, session.viewer, key)
    if found is None:
        return cast("Any", Completed(None))
    return cast("Any", Completed(project(_told(found, session.viewer.language), session.chosen(raw))))


division_simulation: Any = strawberry.field(
    resolver=_simulate,
    metadata={WEIGHT: SIMULATION_COSTS},
    description="What a division would do, worked out from what there is now. For MANAGE_GRIDS over its ground; null without it, and "
    "where no such division is. Error: ID_INVALID.",
)
