"""Mutations of households and persons."""

import strawberry

from wangge_core.people.persons import Gender, NewHousehold, NewPerson, Residence, register_households, register_persons
from wangge_schema.scalars import Date
from wangge_schema.types.people import Household, Person
from wangge_schema.writing.fields import Given, Mutation
from wangge_schema.writing.inputs import IN_GRID, TEXT, optional, required
from wangge_schema.writing.payloads import key_of, optional_key


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


def _new_household(_: str, given: Given, __: object) -> NewHousehold:
    unit_id = optional_key(given.get("unit_id"), "Unit", "unitId")
    return NewHousehold(grid_id=key_of(given["grid_id"], "Grid", "gridId"), name=given["name"], unit_id=unit_id)


def _new_person(_: str, given: Given, __: object) -> NewPerson:
    return NewPerson(
        grid_id=key_of(given["grid_id"], "Grid", "gridId"),
        name=given["name"],
        gender=Gender(given["gender"]) if given.get("gender") else None,
        born_on=given.get("born_on"),
        residence=Residence(given.get("residence", Residence.PERMANENT)),
        household_id=optional_key(given.get("household_id"), "Household", "householdId"),
    )


MUTATIONS = [
    Mutation(
        name="householdRegister",
        description="Register a household. For REGISTER_PEOPLE over its grid.",
        thing="household",
        type=Household,
        input=HouseholdRegisterInput,
        operation=register_households,
        request=_new_household,
        codes=(*TEXT, *IN_GRID),
    ),
    Mutation(
        name="personRegister",
        description="Register a person. For REGISTER_PEOPLE over the grid of the home.",
        thing="person",
        type=Person,
        input=PersonRegisterInput,
        operation=register_persons,
        request=_new_person,
        codes=(*TEXT, *IN_GRID, "IN_THE_FUTURE"),
    ),
]
