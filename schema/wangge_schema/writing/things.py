"""Mutations of grids, buildings, households, persons, organisations, assets, places and offices."""

from collections.abc import Iterable
from typing import Any

import strawberry

from wangge_core.errors import refusal
from wangge_core.grids.codes import GridLevel
from wangge_core.grids.grids import GridChange, NewGrid, create_grids, update_grids
from wangge_core.people.persons import (
    Gender,
    NewHousehold,
    NewPerson,
    Residence,
    register_households,
    register_persons,
)
from wangge_core.places.buildings import NewBuilding, NewUnit, UnitUse, register_buildings
from wangge_core.places.offices import NewOffice, create_offices
from wangge_core.places.organizations import NewOrganization, register_organizations
from wangge_core.places.things import NewThing, register_assets, register_places
from wangge_core.plugin.registry import Registry
from wangge_schema.details import DetailsTypes, definitions, given_details, input_field
from wangge_schema.reading.filters import camel
from wangge_schema.scalars import Date
from wangge_schema.types.grids import Grid
from wangge_schema.types.people import Household, Person
from wangge_schema.types.places import Asset, Building, Office, Organization, Place
from wangge_schema.writing.fields import Given, Mutation, with_details
from wangge_schema.writing.payloads import RefusedError, key_of, optional_key

TEXT = ("BLANK", "TOO_LONG", "TEXT_UNSTORABLE")
IN_GRID = ("GRID_OVERLAY",)
DETAILS = ("DETAILS_UNEXPECTED", "DETAILS_OF_OTHER_KIND", "DETAILS_REQUIRED", "DETAILS_INVALID")


def optional(description: str) -> Any:
    return strawberry.field(default=strawberry.UNSET, description=description)


def required(description: str) -> Any:
    return strawberry.field(description=description)


@strawberry.input
class GridCreateFields:
    """A grid of the base layer to create."""

    code: str = required("Its code; must fit the deployment's scheme and stand below the parent's.")
    name: str = required("Its name, at most 200 characters.")
    type_id: strawberry.ID = required("Its grid type, such as `urban`.")
    parent_code: str | None = optional("The code of the grid that it is part of; none for a root.")
    level: GridLevel | None = optional("Its level, where the scheme's codes do not say it.")
    staffing_id: strawberry.ID | None = optional("The staffing template; the type's first unless given.")


@strawberry.input
class GridUpdateFields:
    """New values for a grid; what is left out stays as it is."""

    name: str | None = optional("Its name, at most 200 characters.")
    staffing_id: strawberry.ID | None = optional("The staffing template.")


@strawberry.input(description="A position in WGS 84 degrees.")
class PositionInput:
    longitude: float = required("Longitude, −180 to 180.")
    latitude: float = required("Latitude, −90 to 90.")


@strawberry.input(description="A home or shop.")
class UnitInput:
    name: str = required("The name on its door, once in a building.")
    use: UnitUse | None = optional("What it is used for; HOME unless given.")


@strawberry.input(description="A building to register.")
class BuildingRegisterInput:
    grid_id: strawberry.ID = required("The grid that it belongs to.")
    name: str = required("Its name, at most 200 characters.")
    address: str | None = optional("Its address, at most 400 characters.")
    floors: int | None = optional("How many floors, 1 to 200.")
    position: PositionInput | None = optional("Where it stands.")
    units: list[UnitInput] | None = optional("Its homes and shops.")


@strawberry.input(description="A household to register.")
class HouseholdRegisterInput:
    grid_id: strawberry.ID = required("The grid that it belongs to.")
    name: str = required("What it is called, at most 80 characters.")
    unit_id: strawberry.ID | None = optional("The home that it lives in; in the same grid.")


@strawberry.input(description="A person to register.")
class PersonRegisterInput:
    grid_id: strawberry.ID = required("The grid of the home.")
    name: str = required("The person's name, at most 80 characters.")
    gender: Gender | None = optional("As the person states it.")
    born_on: Date | None = optional("Date of birth, not in the future.")
    residence: Residence | None = optional("How the person lives here; PERMANENT unless given.")
    household_id: strawberry.ID | None = optional("The household, in the same grid.")


@strawberry.input(description="An organisation to register.")
class OrganizationRegisterInput:
    grid_id: strawberry.ID = required("The grid that it belongs to.")
    name: str = required("Its name, at most 200 characters.")
    trade: str | None = optional("Its line of business, at most 80 characters.")
    unit_id: strawberry.ID | None = optional("Its premises.")


@strawberry.input
class AssetRegisterFields:
    """An asset to register."""

    grid_id: strawberry.ID = required("The grid that it belongs to.")
    kind_id: strawberry.ID = required("Its kind, such as `community.notice_board`.")
    name: str = required("Its name or number, at most 200 characters.")
    position: PositionInput | None = optional("Where it is.")


@strawberry.input
class PlaceRegisterFields:
    """A place to register."""

    grid_id: strawberry.ID = required("The grid that it belongs to.")
    kind_id: strawberry.ID = required("Its kind, such as `community.grid_station`.")
    name: str = required("Its name, at most 200 characters.")
    position: PositionInput | None = optional("Where it is.")


@strawberry.input(description="An office to create.")
class OfficeCreateInput:
    code: str = required("Its code, such as `water_works`.")
    name: str = required("Its name, at most 200 characters.")


def details_for(input: Any, kind_id: str, kind_ids: Iterable[str]) -> Any:
    """The details that an input carries, which must be those of its kind. Raises RefusedError."""
    given = getattr(input, "details", None)
    if given is None or given is strawberry.UNSET:
        return None
    found = given_details(given, kind_ids)
    if found is None:
        return None
    if found[0] != kind_id:
        raise RefusedError(refusal("DETAILS_OF_OTHER_KIND", f"details.{camel(input_field(found[0]))}", id=kind_id))
    return found[1]


def in_details(kind_id: str, field: str) -> str:
    """`details.people_moved` of the core as the input's `details.ruralFlood.peopleMoved`."""
    head, _, rest = field.partition(".")
    if head != "details" or not rest:
        return field
    return f"details.{camel(input_field(kind_id))}.{camel(rest)}"


def _position(given: Given) -> dict[str, Any]:
    return given.get("position") or {"longitude": None, "latitude": None}


def mutations(registry: Registry, details: DetailsTypes) -> list[Mutation]:
    """The mutations of this module."""
    grid_types, assets, places = (tuple(definitions(registry, sort)) for sort in ("grid", "asset", "place"))

    def new_grid(_: str, given: Given, input: Any) -> NewGrid:
        values = {name: value for name, value in given.items() if name not in ("details", "level")}
        level = GridLevel(given["level"]) if given.get("level") else None
        return NewGrid(**values, level=level, details=details_for(input, given["type_id"], grid_types))

    def grid_change(id: str, given: Given, input: Any) -> GridChange:
        values = {name: value for name, value in given.items() if name != "details"}
        found = given_details(input.details, grid_types) if getattr(input, "details", strawberry.UNSET) else None
        return GridChange(grid_id=key_of(id, "Grid", "id"), **values, details=found[1] if found else None)

    def new_building(_: str, given: Given, __: Any) -> NewBuilding:
        units = tuple(NewUnit(name=one["name"], use=UnitUse(one.get("use", UnitUse.HOME))) for one in given.get("units", ()))
        return NewBuilding(
            grid_id=key_of(given["grid_id"], "Grid", "gridId"),
            name=given["name"],
            address=given.get("address"),
            floors=given.get("floors"),
            units=units,
            **_position(given),
        )

    def new_household(_: str, given: Given, __: Any) -> NewHousehold:
        unit_id = optional_key(given.get("unit_id"), "Unit", "unitId")
        return NewHousehold(grid_id=key_of(given["grid_id"], "Grid", "gridId"), name=given["name"], unit_id=unit_id)

    def new_person(_: str, given: Given, __: Any) -> NewPerson:
        return NewPerson(
            grid_id=key_of(given["grid_id"], "Grid", "gridId"),
            name=given["name"],
            gender=Gender(given["gender"]) if given.get("gender") else None,
            born_on=given.get("born_on"),
            residence=Residence(given.get("residence", Residence.PERMANENT)),
            household_id=optional_key(given.get("household_id"), "Household", "householdId"),
        )

    def new_organization(_: str, given: Given, __: Any) -> NewOrganization:
        return NewOrganization(
            grid_id=key_of(given["grid_id"], "Grid", "gridId"),
            name=given["name"],
            trade=given.get("trade"),
            unit_id=optional_key(given.get("unit_id"), "Unit", "unitId"),
        )

    def new_thing(kinds: tuple[str, ...], given: Given, input: Any) -> NewThing:
        return NewThing(
            grid_id=key_of(given["grid_id"], "Grid", "gridId"),
            kind_id=given["kind_id"],
            name=given["name"],
            details=details_for(input, given["kind_id"], kinds),
            **_position(given),
        )

    return [
        Mutation(
            name="gridCreate",
            description="Create a grid of the base layer. For MANAGE_GRIDS over the parent.",
            thing="grid",
            type=Grid,
            input=with_details(GridCreateFields, details.inputs.get("grid"), "grid"),
            operation=create_grids,
            request=new_grid,
            codes=(
                *TEXT,
                *DETAILS,
                "CODE_INVALID",
                "CODE_TAKEN",
                "CODE_NOT_BELOW_PARENT",
                "LEVEL_REQUIRED",
                "LEVEL_MISMATCH",
                "GRID_TYPE_UNKNOWN",
                "GRID_TYPE_OVERLAY",
                "STAFFING_UNKNOWN",
            ),
        ),
        Mutation(
            name="gridUpdate",
            description="Change a grid's name, staffing template or details. For MANAGE_GRIDS over it.",
            thing="grid",
            type=Grid,
            input=with_details(GridUpdateFields, details.inputs.get("grid"), "grid"),
            operation=update_grids,
            request=grid_change,
            codes=(*TEXT, *DETAILS, "STAFFING_UNKNOWN"),
            on="Grid",
        ),
        Mutation(
            name="buildingRegister",
            description="Register a building with its units. For REGISTER_PLACES over its grid.",
            thing="building",
            type=Building,
            input=BuildingRegisterInput,
            operation=register_buildings,
            request=new_building,
            codes=(*TEXT, *IN_GRID, "POSITION_INVALID", "OUT_OF_RANGE", "NAME_TAKEN"),
        ),
        Mutation(
            name="householdRegister",
            description="Register a household. For REGISTER_PEOPLE over its grid.",
            thing="household",
            type=Household,
            input=HouseholdRegisterInput,
            operation=register_households,
            request=new_household,
            codes=(*TEXT, *IN_GRID),
        ),
        Mutation(
            name="personRegister",
            description="Register a person. For REGISTER_PEOPLE over the grid of the home.",
            thing="person",
            type=Person,
            input=PersonRegisterInput,
            operation=register_persons,
            request=new_person,
            codes=(*TEXT, *IN_GRID, "IN_THE_FUTURE"),
        ),
        Mutation(
            name="organizationRegister",
            description="Register an organisation. For REGISTER_PLACES over its grid.",
            thing="organization",
            type=Organization,
            input=OrganizationRegisterInput,
            operation=register_organizations,
            request=new_organization,
            codes=(*TEXT, *IN_GRID),
        ),
        Mutation(
            name="assetRegister",
            description="Register an asset. For REGISTER_PLACES over its grid.",
            thing="asset",
            type=Asset,
            input=with_details(AssetRegisterFields, details.inputs.get("asset"), "asset"),
            operation=register_assets,
            request=lambda _, given, input: new_thing(assets, given, input),
            codes=(*TEXT, *IN_GRID, *DETAILS, "POSITION_INVALID", "KIND_UNKNOWN"),
            rename=lambda field, input: in_details(input.kind_id, field),
        ),
        Mutation(
            name="placeRegister",
            description="Register a place. For REGISTER_PLACES over its grid.",
            thing="place",
            type=Place,
            input=with_details(PlaceRegisterFields, details.inputs.get("place"), "place"),
            operation=register_places,
            request=lambda _, given, input: new_thing(places, given, input),
            codes=(*TEXT, *IN_GRID, *DETAILS, "POSITION_INVALID", "KIND_UNKNOWN"),
            rename=lambda field, input: in_details(input.kind_id, field),
        ),
        Mutation(
            name="officeCreate",
            description="Create an office. For MANAGE_POSTS anywhere.",
            thing="office",
            type=Office,
            input=OfficeCreateInput,
            operation=create_offices,
            request=lambda _, given, __: NewOffice(code=given["code"], name=given["name"]),
            codes=(*TEXT, "CODE_TAKEN"),
        ),
    ]
