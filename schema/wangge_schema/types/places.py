"""Buildings, units, organisations, offices, assets and places."""

from typing import TYPE_CHECKING, Any

import strawberry

from wangge_core.db import tables as t
from wangge_core.places.buildings import UnitUse
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.visibility import everybody, unit_rule, within_grid
from wangge_schema.details import details_field
from wangge_schema.reading.declare import Filter, column, connection, planned, to_many, to_one
from wangge_schema.reading.enums import enum_type
from wangge_schema.scalars import DateTime
from wangge_schema.types.declared import AssetKind, PlaceKind
from wangge_schema.types.grids import Grid
from wangge_schema.types.nodes import Connection, Node, node_id

if TYPE_CHECKING:
    from wangge_schema.details import AssetDetails, PlaceDetails
    from wangge_schema.types.events import Event
    from wangge_schema.types.people import Household

enum_type(UnitUse)

BY_NAME = ("name", "id")
IN_GRID = {
    "name": Filter("name", lambda row: row.c.name, "By name."),
    "subtree": Filter("subtree", lambda row: row.c.grid_id, "In the grid of this code or below it."),
}
OF_KIND = IN_GRID | {"kind": Filter("text", lambda row: row.c.kind_id, "By kind.")}
SEES_PLACES = within_grid(Capability.READ_PLACES)


def longitude() -> Any:
    return column("longitude", "WGS 84 longitude in degrees.", form="number")


def latitude() -> Any:
    return column("latitude", "WGS 84 latitude in degrees.", form="number")


@planned(table=t.building, rule=SEES_PLACES, prefix="Building", orders=BY_NAME, filters=IN_GRID)
class Building(Node):
    """A building. For staff with READ_PLACES over its grid."""

    id: strawberry.ID = node_id("Building")
    name: str = column("name", "Its name.")
    address: str | None = column("address", "Its address.")
    floors: int | None = column("floors", "How many floors it has.", form="number")
    longitude: float | None = longitude()
    latitude: float | None = latitude()
    grid: Grid = to_one("grid_id", "The grid that it belongs to.")
    units: "Connection[Unit]" = connection("Unit", "building_id", "Its homes and shops.")
    events: "Connection[Event]" = connection("Event", "building_id", "Events there.")
    created_at: DateTime = column("created_at", "When it was registered.", form="moment")


@planned(
    table=t.unit,
    rule=unit_rule,
    prefix="Unit",
    orders=BY_NAME,
    filters={
        "name": Filter("name", lambda row: row.c.name, "By name."),
        "use": Filter("enum", lambda row: row.c.use, "By use.", UnitUse),
    },
)
class Unit(Node):
    """A home or shop in a building. For staff with READ_PLACES over the building's grid."""

    id: strawberry.ID = node_id("Unit")
    name: str = column("name", "The name on its door.")
    use: UnitUse = column("use", "What it is used for.")
    building: Building | None = to_one("building_id", "The building that it is in.")
    households: "list[Household]" = to_many("unit_id", "Who lives there.", most=20)


@planned(table=t.organization, rule=SEES_PLACES, prefix="Organization", orders=BY_NAME, filters=IN_GRID)
class Organization(Node):
    """A firm, shop or institution. For staff with READ_PLACES over its grid."""

    id: strawberry.ID = node_id("Organization")
    name: str = column("name", "Its name.")
    trade: str | None = column("trade", "Its line of business.")
    grid: Grid = to_one("grid_id", "The grid that it belongs to.")
    unit: Unit | None = to_one("unit_id", "Its premises.")
    created_at: DateTime = column("created_at", "When it was registered.", form="moment")


@planned(
    table=t.office,
    rule=everybody,
    prefix="Office",
    orders=("code", "id"),
    filters={
        "code": Filter("text", lambda row: row.c.code, "By code."),
        "name": Filter("name", lambda row: row.c.name, "By name."),
    },
)
class Office(Node):
    """A department, utility or firm that handles events. Public."""

    id: strawberry.ID = node_id("Office")
    code: str = column("code", "Its code.")
    name: str = column("name", "Its name.")


@planned(table=t.asset, rule=SEES_PLACES, prefix="Asset", orders=BY_NAME, filters=OF_KIND)
class Asset(Node):
    """A thing on the ground: a lamp, a railing, a vessel. For staff with READ_PLACES over its grid."""

    id: strawberry.ID = node_id("Asset")
    kind: AssetKind = to_one("kind_id", "What it is.")
    name: str = column("name", "Its name or number.")
    longitude: float | None = longitude()
    latitude: float | None = latitude()
    details: "AssetDetails | None" = details_field("asset", "kind_id", "What its kind adds.")
    grid: Grid = to_one("grid_id", "The grid that it belongs to.")
    created_at: DateTime = column("created_at", "When it was registered.", form="moment")


@planned(table=t.place, rule=everybody, prefix="Place", orders=BY_NAME, filters=OF_KIND)
class Place(Node):
    """A station or point: a grid station, a first-aid point, an anchorage. Public."""

    id: strawberry.ID = node_id("Place")
    kind: PlaceKind = to_one("kind_id", "What it is.")
    name: str = column("name", "Its name.")
    longitude: float | None = longitude()
    latitude: float | None = latitude()
    details: "PlaceDetails | None" = details_field("place", "kind_id", "What its kind adds.")
    grid: Grid = to_one("grid_id", "The grid that it belongs to.")
    created_at: DateTime = column("created_at", "When it was registered.", form="moment")
