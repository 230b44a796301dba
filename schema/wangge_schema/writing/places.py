"""Mutations of buildings, organisations, assets, places and offices."""

from typing import Any

import strawberry

from wangge_core.places.buildings import NewBuilding, NewUnit, UnitUse, register_buildings
from wangge_core.places.offices import NewOffice, create_offices
from wangge_core.places.organizations import NewOrganization, register_organizations
from wangge_core.places.things import NewThing, register_assets, register_places
from wangge_core.plugin.registry import Registry
from wangge_schema.details import DetailsTypes, definitions
from wangge_schema.types.places import Asset, Building, Office, Organization, Place
from wangge_schema.writing.fields import Given, Mutation, with_details
from wangge_schema.writing.inputs import (
    DETAILS,
    IN_GRID,
    TEXT,
    PositionInput,
    details_for,
    in_details,
    optional,
    position_of,
    required,
)
from wangge_schema.writing.payloads import key_of, optional_key


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


def _new_building(_: str, given: Given, __: Any) -> NewBuilding:
    units = tuple(NewUnit(name=one["name"], use=UnitUse(one.get("use", UnitUse.HOME))) for one in given.get("units", ()))
    return NewBuilding(
        grid_id=key_of(given["grid_id"], "Grid", "gridId"),
        name=given["name"],
        address=given.get("address"),
        floors=given.get("floors"),
        units=units,
        **position_of(given),
    )


def _new_organization(_: str, given: Given, __: Any) -> NewOrganization:
    return NewOrganization(
        grid_id=key_of(given["grid_id"], "Grid", "gridId"),
        name=given["name"],
        trade=given.get("trade"),
        unit_id=optional_key(given.get("unit_id"), "Unit", "unitId"),
    )


def _new_thing(kinds: tuple[str, ...], given: Given, input: Any) -> NewThing:
    return NewThing(
        grid_id=key_of(given["grid_id"], "Grid", "gridId"),
        kind_id=given["kind_id"],
        name=given["name"],
        details=details_for(input, given["kind_id"], kinds),
        **position_of(given),
    )


def mutations(registry: Registry, details: DetailsTypes) -> list[Mutation]:
    """The mutations of this module."""
    assets, places = (tuple(definitions(registry, sort)) for sort in ("asset", "place"))
    return [
        Mutation(
            name="buildingRegister",
            description="Register a building with its units. For REGISTER_PLACES over its grid.",
            thing="building",
            type=Building,
            input=BuildingRegisterInput,
            operation=register_buildings,
            request=_new_building,
            codes=(*TEXT, *IN_GRID, "POSITION_INVALID", "OUT_OF_RANGE", "NAME_TAKEN"),
        ),
        Mutation(
            name="organizationRegister",
            description="Register an organisation. For REGISTER_PLACES over its grid.",
            thing="organization",
            type=Organization,
            input=OrganizationRegisterInput,
            operation=register_organizations,
            request=_new_organization,
            codes=(*TEXT, *IN_GRID),
        ),
        Mutation(
            name="assetRegister",
            description="Register an asset. For REGISTER_PLACES over its grid.",
            thing="asset",
            type=Asset,
            input=with_details(AssetRegisterFields, details.inputs.get("asset"), "asset"),
            operation=register_assets,
            request=lambda _, given, input: _new_thing(assets, given, input),
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
            request=lambda _, given, input: _new_thing(places, given, input),
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
