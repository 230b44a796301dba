"""Grids and the lists that hang on them."""

from typing import TYPE_CHECKING

import sqlalchemy as sa
import strawberry

from wangge_core.db import tables as t
from wangge_core.grids.codes import GridLevel
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.data_classes import DataClass
from wangge_core.rights.visibility import everybody
from wangge_schema.details import details_field
from wangge_schema.reading.declare import column, connection, planned, to_many, to_one
from wangge_schema.reading.enums import enum_type
from wangge_schema.reading.sources import Filter, SameLayer
from wangge_schema.reading.statement import PathIds
from wangge_schema.scalars import DateTime
from wangge_schema.types.declared import GridType
from wangge_schema.types.layers import MOST_OVER, base_grids_of, overlays_of_grid, viewer_may_in_grid
from wangge_schema.types.lineage import earlier_grids, events_then, is_present, later_grids, present
from wangge_schema.types.nodes import AtOrBelow, Connection, Node, below, label_field, node_id
from wangge_schema.types.on_duty import runs_over
from wangge_schema.types.profiles import has_profile
from wangge_schema.types.sizes import SizeWarning, size_warnings
from wangge_schema.types.statistics import newest

if TYPE_CHECKING:
    from wangge_schema.details import GridDetails
    from wangge_schema.types.boards import NoticeBoard
    from wangge_schema.types.boundaries import GridBoundary
    from wangge_schema.types.events import Event
    from wangge_schema.types.patrols import Patrol
    from wangge_schema.types.people import Person
    from wangge_schema.types.places import Asset, Building, Organization, Place
    from wangge_schema.types.profiles import GridProfile
    from wangge_schema.types.rights import Post
    from wangge_schema.types.staffing import GridStaffing
    from wangge_schema.types.statistics import GridStatistics, OfficialPopulation
    from wangge_schema.types.tasks import Shift
    from wangge_schema.types.visits import Visit

enum_type(GridLevel)


@planned(
    table=t.grid_layer,
    orders=("id",),
    filters={
        "id": Filter("text", lambda row: row.c.id, "By name."),
        "base": Filter("boolean", lambda row: row.c.base, "Whether it is the base layer."),
    },
    data_class=DataClass.PUBLIC,
)
class GridLayer:
    """A division of the ground. The base layer covers it; an overlay's grids are made of base grids, or have boundaries of their own,
    and may leave ground uncovered. Public."""

    id: strawberry.ID = column("id", "Its name.")
    label: str = label_field()
    base: bool = column("base", "Whether it is the base layer.", form="boolean")
    grids: "Connection[Grid]" = connection("Grid", present("layer_id"), "Its present grids of every level.")


@planned(
    table=t.grid,
    rule=everybody,
    prefix="Grid",
    orders=("code", "name", "id"),
    filters={
        "code": Filter("text", lambda row: row.c.code, "By code."),
        "name": Filter("name", lambda row: row.c.name, "By name."),
        "level": Filter("enum", lambda row: row.c.level, "By level.", GridLevel),
        "type": Filter("text", lambda row: row.c.grid_type_id, "By grid type."),
        "layer": Filter("text", lambda row: row.c.layer_id, "By the name of the layer."),
        "subtree": Filter("subtree", lambda row: row.c.id, "The grid of this code and those below it."),
    },
    data_class=DataClass.PUBLIC,
)
class Grid(Node):
    """A node of a layer's tree: a district, subdistrict, community or grid. Public."""

    id: strawberry.ID = node_id("Grid")
    code: str = column(
        "code", "Its code: 2 to 12 digits of the division, and three more for a grid, unless the deployment has another scheme."
    )
    name: str = column("name", "Its name.")
    level: GridLevel = column("level", "Its administrative level.")
    depth: int = column("depth", "How many grids stand above it.", form="number")
    type: GridType = to_one("grid_type_id", "What kind of grid it is.")
    layer: GridLayer = to_one("layer_id", "The layer that it belongs to.")
    parent: "Grid | None" = to_one("parent_id", "The grid that it is part of.")
    path: "list[Grid]" = to_many(
        lambda row, target, _: PathIds(target.c.id, row.c.path),
        "The grids from the root down to it, itself last.",
        order="depth",
        most=32,
    )
    children: "Connection[Grid]" = connection(
        "Grid", SameLayer(present("parent_id")), "The present grids that are directly part of it."
    )
    below: "Connection[Grid]" = connection(
        "Grid",
        SameLayer(lambda row, target, asking: sa.and_(below(row, target, asking), is_present(target))),
        "All present grids below it.",
    )
    staffing: "GridStaffing" = to_one(
        lambda row, staffing, _: staffing.c.id == row.c.id, "How it is staffed: what its template asks for, and who is there."
    )
    details: "GridDetails | None" = details_field("grid", "grid_type_id", "What its type adds.")
    boundary: "GridBoundary | None" = to_one(
        lambda row, boundary, _: boundary.c.grid_id == row.c.id, "Its boundary; null while none was set."
    )
    notice_board: "NoticeBoard" = to_one(
        lambda row, board, _: board.c.id == row.c.id, "Who looks after it, how they are reached, and where the station is. Public."
    )
    buildings: "Connection[Building]" = connection(
        "Building",
        AtOrBelow(),
        "Buildings in it and below it; of an overlay's grid, on its base grids. So are the lists that follow.",
    )
    persons: "Connection[Person]" = connection("Person", AtOrBelow(), "People in it and below it.")
    organizations: "Connection[Organization]" = connection("Organization", AtOrBelow(), "Organisations in it and below it.")
    assets: "Connection[Asset]" = connection("Asset", AtOrBelow(), "Assets in it and below it.")
    places: "Connection[Place]" = connection("Place", AtOrBelow(), "Places in it and below it.")
    events: "Connection[Event]" = connection("Event", AtOrBelow(), "Events in it and below it.")
    visits: "Connection[Visit]" = connection("Visit", AtOrBelow(), "Visits and other work in it and below it.")
    patrols: "Connection[Patrol]" = connection("Patrol", AtOrBelow(), "Patrols in it and below it.")
    posts: "Connection[Post]" = connection("Post", "grid_id", "Posts held in this very grid.")
    on_duty: "list[Shift]" = to_many(runs_over, "The shifts that run now, of posts over it: at it, above it, and in overlays.")
    statistics: "GridStatistics | None" = to_one(
        lambda row, statistics, _: statistics.c.grid_id == row.c.id,
        "Counts of people and homes in it and below it; null for an overlay's grid, and until they are published.",
    )
    official_population: "OfficialPopulation | None" = to_one(
        newest, "The newest official figure of how many live in it; null where none was set, see `officialPopulationSet`."
    )
    base_grids: "Connection[Grid]" = connection(
        "Grid", base_grids_of, "Of an overlay's grid, the base grids that it is made of; none of a base grid."
    )
    overlay_grids: "list[Grid]" = to_many(
        overlays_of_grid, "The grids of overlays that are made of it, or of a grid above it.", order="layer_id", most=MOST_OVER
    )
    profile: "GridProfile | None" = to_one(
        has_profile, "Its figures and those of all below it; null for a grid of an overlay that is not made of base grids."
    )
    size_warnings: list[SizeWarning] = size_warnings()
    viewer_may: list[Capability] = viewer_may_in_grid()
    created_at: DateTime = column("created_at", "When it was created.", form="moment")
    updated_at: DateTime = column("updated_at", "When it was last changed.", form="moment")
    ended_at: DateTime | None = column("ended_at", "When a division of the ground ended it; null while it is there.", form="moment")
    succeeds: "list[Grid]" = to_many(earlier_grids, "The grids that it came after.")
    succeeded_by: "list[Grid]" = to_many(later_grids, "The grids that came after it.")
    events_then: "Connection[Event]" = connection(
        "Event", events_then, "Events that lay in it until a division of the ground took them to another grid, where they are now."
    )
