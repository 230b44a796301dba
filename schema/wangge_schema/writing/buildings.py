"""Mutations of buildings and their units."""

from collections.abc import Mapping
from typing import Any

import strawberry

from wangge_core.places.buildings import BuildingChange, NewBuilding, change_buildings, register_buildings
from wangge_core.places.units import NewUnit, UnitChange, UnitOccupancy, UnitUse, change_units
from wangge_core.plugin.declarations.labels import Choice
from wangge_schema.scalars import Date
from wangge_schema.types.places import Building, Unit
from wangge_schema.writing.changes import CHANGE, CLEARS, SEEN, changed
from wangge_schema.writing.confirmations import confirmation
from wangge_schema.writing.fields import Given, Mutation
from wangge_schema.writing.inputs import IN_GRID, TEXT, PositionInput, optional, position_of, required
from wangge_schema.writing.payloads import key_of

UNIT_ENUMS: Mapping[str, type[Choice]] = {"use": UnitUse, "occupancy": UnitOccupancy}


@strawberry.input(description="A home, shop or other room.")
class UnitInput:
    name: str = required("The name on its door, once in a building.")
    use: UnitUse | None = optional("What it is used for; HOME unless given.")
    floor: int | None = optional("Its floor, −20 to 200 without 0.")
    area_square_metres: float | None = optional("Its area in square metres, more than 0.")
    occupancy: UnitOccupancy | None = optional("Who occupies it; UNKNOWN unless given.")
    occupancy_since: Date | None = optional("Since when, not in the future.")


@strawberry.input(description="A building to register.")
class BuildingRegisterInput:
    grid_id: strawberry.ID = required("The grid that it belongs to.")
    name: str = required("Its name, at most 200 characters.")
    address: str | None = optional("Its address, at most 400 characters.")
    floors: int | None = optional("How many floors, 1 to 200.")
    position: PositionInput | None = optional("Where it stands.")
    units: list[UnitInput] | None = optional("Its homes, shops and other rooms.")


@strawberry.input(description=f"New values for a building. {CLEARS}")
class BuildingChangeInput:
    grid_id: strawberry.ID | None = optional("Another grid; what is in the building follows it there.")
    name: str | None = optional("Its name, at most 200 characters.")
    address: str | None = optional("Its address, at most 400 characters.")
    floors: int | None = optional("How many floors, 1 to 200.")
    position: PositionInput | None = optional("Where it stands.")
    new_units: list[UnitInput] | None = optional("Units that it has besides.")
    expected_version: int | None = optional(SEEN)


@strawberry.input(description=f"New values for a unit. {CLEARS}")
class UnitChangeInput:
    name: str | None = optional("The name on its door, once in a building.")
    use: UnitUse | None = optional("What it is used for.")
    floor: int | None = optional("Its floor, −20 to 200 without 0.")
    area_square_metres: float | None = optional("Its area in square metres, more than 0.")
    occupancy: UnitOccupancy | None = optional("Who occupies it. What is said of since when is cleared unless it is given anew.")
    occupancy_since: Date | None = optional("Since when, not in the future.")
    responsible_id: strawberry.ID | None = optional("The person who answers for it.")
    expected_version: int | None = optional(SEEN)


def _unit(given: Given) -> NewUnit:
    values: dict[str, Any] = dict(given) | {name: enum(given[name]) for name, enum in UNIT_ENUMS.items() if name in given}
    return NewUnit(**values)


def _new_building(_: str, given: Given, __: Any) -> NewBuilding:
    return NewBuilding(
        grid_id=key_of(given["grid_id"], "Grid", "gridId"),
        name=given["name"],
        address=given.get("address"),
        floors=given.get("floors"),
        units=tuple(map(_unit, given.get("units", ()))),
        **position_of(given),
    )


def _building_change(id: str, given: Given, input: Any) -> BuildingChange:
    values = changed(given, input, ids={"grid_id": "Grid"})
    units = tuple(map(_unit, values.pop("new_units", None) or ()))
    return BuildingChange(id=key_of(id, "Building", "id"), new_units=units, **values)


def _unit_change(id: str, given: Given, input: Any) -> UnitChange:
    values = changed(given, input, enums=UNIT_ENUMS, ids={"responsible_id": "Person"})
    return UnitChange(id=key_of(id, "Unit", "id"), **values)


MUTATIONS = [
    Mutation(
        name="buildingRegister",
        description="Register a building with its units. For REGISTER_PLACES over its grid.",
        thing="building",
        type=Building,
        input=BuildingRegisterInput,
        operation=register_buildings,
        request=_new_building,
        codes=(*TEXT, *IN_GRID, "POSITION_INVALID", "OUT_OF_RANGE", "NAME_TAKEN", "IN_THE_FUTURE"),
    ),
    Mutation(
        name="buildingChange",
        description="Change a building, move it to another grid, or add units. For REGISTER_PLACES over its grid and the new one; where "
        "somebody lives there, a new grid asks for REGISTER_PEOPLE too.",
        thing="building",
        type=Building,
        input=BuildingChangeInput,
        operation=change_buildings,
        request=_building_change,
        codes=(*TEXT, *IN_GRID, *CHANGE, "POSITION_INVALID", "OUT_OF_RANGE", "NAME_TAKEN", "IN_THE_FUTURE"),
        on="Building",
    ),
    confirmation("building", Building),
    Mutation(
        name="unitChange",
        description="Change a unit: what it is used for and who occupies it. For REGISTER_PLACES over its building's grid.",
        thing="unit",
        type=Unit,
        input=UnitChangeInput,
        operation=change_units,
        request=_unit_change,
        codes=(*TEXT, *CHANGE, "OUT_OF_RANGE", "NAME_TAKEN", "IN_THE_FUTURE"),
        on="Unit",
    ),
]
