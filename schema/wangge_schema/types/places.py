"""Buildings, units, organisations, offices, assets and places."""

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
import strawberry

from wangge_core.db import tables as t
from wangge_core.db.lists import looked_up
from wangge_core.deadlines.reading import revision
from wangge_core.places.assets import AssetState, PositionMethod
from wangge_core.places.organizations import OrganizationState
from wangge_core.places.premises import ResponsibleRole
from wangge_core.places.units import UnitOccupancy, UnitUse
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.data_classes import DataClass
from wangge_core.rights.visibility import building_rule, everybody, unit_rule, within_grid
from wangge_schema.details import details_field
from wangge_schema.reading.declare import column, computed, connection, expression, need, planned, to_many, to_one
from wangge_schema.reading.enums import enum_type
from wangge_schema.reading.sources import Asking, Filter, Row, Scalar
from wangge_schema.scalars import Date, DateTime
from wangge_schema.types.grids import Grid
from wangge_schema.types.kinds import AssetKind, PlaceKind
from wangge_schema.types.may import viewer_may
from wangge_schema.types.nodes import Connection, Node, node_id
from wangge_schema.types.opening_hours import (
    OpeningHours,
    OpeningSpan,
    PlaceService,
    open_today,
    opening_hours,
    services,
    whether_open,
)

if TYPE_CHECKING:
    from wangge_schema.details import AssetDetails, PlaceDetails
    from wangge_schema.types.events import Event
    from wangge_schema.types.people import Household, Person
    from wangge_schema.types.rights import Account
    from wangge_schema.types.visits import Visit

for choice in (AssetState, OrganizationState, PositionMethod, ResponsibleRole, UnitOccupancy, UnitUse):
    enum_type(choice)

BY_NAME = ("name", "id")
IN_GRID = {
    "name": Filter("name", lambda row: row.c.name, "By name."),
    "subtree": Filter("subtree", lambda row: row.c.grid_id, "In the grid of this code or below it."),
}
CONFIRMED = {"confirm_by": Filter("date", lambda row: row.c.confirm_by, "By the day by which somebody must look again.")}
OF_KIND = IN_GRID | {"kind": Filter("text", lambda row: row.c.kind_id, "By kind.")}
CALENDARS = Scalar(lambda _, __: revision().scalar_subquery(), "number")
"""The revision of the working calendars, which say what is a holiday."""
SEES_PLACES = within_grid(Capability.READ_PLACES)


def longitude() -> Any:
    return column("longitude", "WGS 84 longitude in degrees.", form="number")


def latitude() -> Any:
    return column("latitude", "WGS 84 latitude in degrees.", form="number")


def confirmed_at() -> Any:
    return column(
        "confirmed_at", "When somebody last found this true; null where nobody did.", form="moment", data_class=DataClass.STAFF
    )


def confirmed_by() -> Any:
    return to_one("confirmed_by_id", "Who did; null where the viewer may not see the account, or it was the operator.")


def confirm_by() -> Any:
    return column("confirm_by", "The day by which somebody must look again.", data_class=DataClass.STAFF)


def version() -> Any:
    said = "Counts its changes; give it as `expectedVersion` to change what you saw."
    return column("version", said, form="number", data_class=DataClass.STAFF)


def _has_premises(key: str) -> Any:
    """Joins a building or unit with the organisations that have premises there."""

    def join(row: Row, organization: Row, _: Asking) -> sa.ColumnElement[bool]:
        premises = t.organization_premises.alias()
        ids = sa.select(premises.c.organization_id).where(premises.c[key] == row.c.id).correlate_except(premises)
        return looked_up(organization.c.id, ids)

    return join


@planned(
    table=t.building, rule=building_rule, prefix="Building", orders=BY_NAME, filters=IN_GRID | CONFIRMED, data_class=DataClass.STAFF
)
class Building(Node):
    """A building. For staff with READ_PLACES over its grid."""

    id: strawberry.ID = node_id("Building")
    name: str = column("name", "Its name.")
    address: str | None = column("address", "Its address.")
    floors: int | None = column("floors", "How many floors it has.", form="number")
    longitude: float | None = longitude()
    latitude: float | None = latitude()
    grid: Grid = to_one("grid_id", "The grid that it belongs to.")
    units: "Connection[Unit]" = connection("Unit", "building_id", "Its homes, shops and other rooms.")
    organizations: "Connection[Organization]" = connection(
        "Organization", _has_premises("building_id"), "Organisations that have premises there."
    )
    events: "Connection[Event]" = connection("Event", "building_id", "Events there.")
    visits: "Connection[Visit]" = connection("Visit", "building_id", "Checks of it and what else was done there.")
    confirmed_at: DateTime | None = confirmed_at()
    confirmed_by: "Account | None" = confirmed_by()
    confirm_by: Date | None = confirm_by()
    version: int = version()
    viewer_may: list[Capability] = viewer_may()
    created_at: DateTime = column("created_at", "When it was registered.", form="moment")


@planned(
    table=t.unit,
    rule=unit_rule,
    prefix="Unit",
    orders=BY_NAME,
    filters={
        "name": Filter("name", lambda row: row.c.name, "By name."),
        "use": Filter("enum", lambda row: row.c.use, "By use.", UnitUse),
        "occupancy": Filter("enum", lambda row: row.c.occupancy, "By who occupies it.", UnitOccupancy),
    },
    data_class=DataClass.STAFF,
)
class Unit(Node):
    """A home, shop or other room of a building. For staff with READ_PLACES over the building's grid."""

    id: strawberry.ID = node_id("Unit")
    name: str = column("name", "The name on its door.")
    use: UnitUse = column("use", "What it is used for.")
    floor: int | None = column("floor", "Its floor: from 1 upwards, below ground from −1.", form="number")
    area_square_metres: float | None = column("area_square_metres", "Its area in square metres.", form="number")
    occupancy: UnitOccupancy = column("occupancy", "Who occupies it.")
    occupancy_since: Date | None = column("occupancy_since", "Since when it is occupied so, or vacant.")
    responsible: "Person | None" = to_one(
        "responsible_id", "The person who answers for it; null where none is named or the viewer may not see the person."
    )
    building: Building | None = to_one("building_id", "The building that it is in.")
    households: "list[Household]" = to_many("unit_id", "Who lives there, where you see private values.", most=20, private=True)
    organizations: "list[Organization]" = to_many(
        _has_premises("unit_id"), "Organisations that have premises there.", order="name", most=50
    )
    visits: "Connection[Visit]" = connection("Visit", "unit_id", "Visits and checks of it.")
    version: int = version()


def _is_main(row: Row, _: Asking) -> sa.ColumnElement[Any]:
    return row.c.ordinal == 1


@planned(table=t.organization_premises, data_class=DataClass.STAFF)
class OrganizationPremises:
    """Where an organisation works: a unit of a building, or the whole of it. Each is null where the viewer may not see it."""

    main: bool = expression(_is_main, "Whether these are its main premises, which decide its grid.", form="boolean")
    building: Building | None = to_one("building_id", "The building.")
    unit: Unit | None = to_one("unit_id", "The unit; null for a whole building.")


@planned(table=t.organization_responsible, data_class=DataClass.STAFF)
class OrganizationResponsible:
    """Somebody who answers for something in an organisation: a registered person, or somebody who is known by name."""

    role: ResponsibleRole = column("role", "For what.")
    person: "Person | None" = to_one("person_id", "The person, where one is registered and the viewer may see it.")
    name: str | None = column("name", "The name of somebody who is not registered.")
    phone: str | None = column("phone", "The telephone for business.")


@planned(
    table=t.organization,
    rule=SEES_PLACES,
    prefix="Organization",
    orders=BY_NAME,
    filters=IN_GRID
    | CONFIRMED
    | {
        "registration_code": Filter("text", lambda row: row.c.registration_code, "By unified social credit code."),
        "state": Filter("enum", lambda row: row.c.state, "Open or closed.", OrganizationState),
    },
    data_class=DataClass.STAFF,
)
class Organization(Node):
    """A firm, shop or institution. For staff with READ_PLACES over its grid."""

    id: strawberry.ID = node_id("Organization")
    name: str = column("name", "Its name.")
    trade: str | None = column("trade", "Its line of business.")
    registration_code: str | None = column("registration_code", "Its unified social credit code (GB 32100-2015).")
    state: OrganizationState = column("state", "Whether it is at work.")
    closed_on: Date | None = column("closed_on", "When it closed.")
    grid: Grid = to_one("grid_id", "The grid that it belongs to.")
    unit: Unit | None = to_one("unit_id", "Its main premises, where they are a unit.")
    premises: list[OrganizationPremises] = to_many(
        "organization_id", "Everywhere that it works, the main premises first.", order="ordinal", most=50
    )
    responsible: list[OrganizationResponsible] = to_many("organization_id", "Who answers for what.", order="ordinal", most=20)
    confirmed_at: DateTime | None = confirmed_at()
    confirmed_by: "Account | None" = confirmed_by()
    confirm_by: Date | None = confirm_by()
    visits: "Connection[Visit]" = connection("Visit", "organization_id", "Visits and inspections of it.")
    version: int = version()
    viewer_may: list[Capability] = viewer_may()
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
    data_class=DataClass.PUBLIC,
)
class Office(Node):
    """A department, utility or firm that handles events. Public."""

    id: strawberry.ID = node_id("Office")
    code: str = column("code", "Its code.")
    name: str = column("name", "Its name.")
    official_phone: str | None = column("official_phone", "Its official telephone.")


@planned(
    table=t.asset,
    rule=SEES_PLACES,
    prefix="Asset",
    orders=BY_NAME,
    filters=OF_KIND
    | CONFIRMED
    | {
        "code": Filter("text", lambda row: row.c.code, "By number."),
        "state": Filter("enum", lambda row: row.c.state, "By state.", AssetState),
    },
    data_class=DataClass.STAFF,
)
class Asset(Node):
    """A thing on the ground: a lamp, a railing, a vessel. For staff with READ_PLACES over its grid."""

    id: strawberry.ID = node_id("Asset")
    kind: AssetKind = to_one("kind_id", "What it is.")
    name: str = column("name", "Its name.")
    code: str | None = column("code", "Its number, once in its kind.")
    state: AssetState = column("state", "In what state it is.")
    longitude: float | None = longitude()
    latitude: float | None = latitude()
    accuracy_metres: float | None = column("accuracy_metres", "How far off the position may be, in metres.", form="number")
    measured: PositionMethod | None = column("measured", "How the position became known.")
    owner: Organization | None = to_one("owner_id", "The organisation whose it is; null where the viewer may not see it.")
    keeper: Office | None = to_one("keeper_id", "The office that looks after it.")
    details: "AssetDetails | None" = details_field("asset", "kind_id", "What its kind adds.")
    grid: Grid = to_one("grid_id", "The grid that it belongs to.")
    confirmed_at: DateTime | None = confirmed_at()
    confirmed_by: "Account | None" = confirmed_by()
    confirm_by: Date | None = confirm_by()
    visits: "Connection[Visit]" = connection("Visit", "asset_id", "Checks of it.")
    version: int = version()
    viewer_may: list[Capability] = viewer_may()
    created_at: DateTime = column("created_at", "When it was registered.", form="moment")


@planned(table=t.place, rule=everybody, prefix="Place", orders=BY_NAME, filters=OF_KIND | CONFIRMED, data_class=DataClass.PUBLIC)
class Place(Node):
    """A station or point: a grid station, a first-aid point, an anchorage. Public."""

    id: strawberry.ID = node_id("Place")
    kind: PlaceKind = to_one("kind_id", "What it is.")
    name: str = column("name", "Its name.")
    longitude: float | None = longitude()
    latitude: float | None = latitude()
    details: "PlaceDetails | None" = details_field("place", "kind_id", "What its kind adds.")
    contact: str | None = column("contact", "How to reach it.")
    opening_hours: OpeningHours | None = computed(
        "When it is open; null where nothing is said.", opening_hours, hours=need("opening_hours", "json")
    )
    open_now: bool | None = computed(
        "Whether it is open at this moment, by its opening hours; null where nothing is said of them, and where they follow the holidays "
        "of a year that the working calendar does not cover.",
        whether_open,
        hours=need("opening_hours", "json"),
        revision=CALENDARS,
    )
    open_today: list[OpeningSpan] | None = computed(
        "The spans that begin today; empty where it is closed today, null as `openNow` is.",
        open_today,
        hours=need("opening_hours", "json"),
        revision=CALENDARS,
    )
    services: list[PlaceService] = computed("What it does for people who come.", services, services=need("services", "json"))
    grid: Grid = to_one("grid_id", "The grid that it belongs to.")
    confirmed_at: DateTime | None = confirmed_at()
    confirmed_by: "Account | None" = confirmed_by()
    confirm_by: Date | None = confirm_by()
    visits: "Connection[Visit]" = connection("Visit", "place_id", "Checks of it, and what was held there.")
    version: int = version()
    viewer_may: list[Capability] = viewer_may()
    created_at: DateTime = column("created_at", "When it was registered.", form="moment")
