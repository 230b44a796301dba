"""Mutations of organisations."""

from collections.abc import Callable, Mapping
from typing import Any

import strawberry

from wangge_core.places.organizations import (
    NewOrganization,
    OrganizationChange,
    OrganizationState,
    change_organizations,
    register_organizations,
)
from wangge_core.places.premises import Premises, Responsible, ResponsibleRole
from wangge_schema.scalars import Date
from wangge_schema.types.places import Organization
from wangge_schema.writing.changes import CHANGE, CLEARS, SEEN, changed
from wangge_schema.writing.confirmations import confirmation
from wangge_schema.writing.fields import Given, Mutation
from wangge_schema.writing.inputs import IN_GRID, TEXT, optional, required
from wangge_schema.writing.payloads import key_of, optional_key

CODES = (*TEXT, *IN_GRID, "CODE_INVALID", "CODE_TAKEN", "ONE_OF", "DUPLICATE", "OUT_OF_RANGE", "PHONE_INVALID")


@strawberry.input(description="Premises of an organisation: a unit or a whole building.")
class PremisesInput:
    unit_id: strawberry.ID | None = optional("The unit.")
    building_id: strawberry.ID | None = optional("The building.")


@strawberry.input(description="Somebody who answers for something in an organisation: a registered person, or anybody by name.")
class ResponsibleInput:
    role: ResponsibleRole = required("For what.")
    person_id: strawberry.ID | None = optional("The registered person.")
    name: str | None = optional("The name of somebody who is not registered, at most 80 characters.")
    phone: str | None = optional("The telephone for business, at most 30 digits and signs.")


@strawberry.input(description="An organisation to register.")
class OrganizationRegisterInput:
    grid_id: strawberry.ID = required("The grid that it belongs to.")
    name: str = required("Its name, at most 200 characters.")
    trade: str | None = optional("Its line of business, at most 80 characters.")
    unit_id: strawberry.ID | None = optional("Its main premises, in its grid: short for a unit at the head of `premises`.")
    registration_code: str | None = optional("Its unified social credit code, with the check character of GB 32100-2015.")
    premises: list[PremisesInput] | None = optional("Where it works; the main premises first, in its grid. At most 50.")
    responsible: list[ResponsibleInput] | None = optional("Who answers for what. At most 20.")


@strawberry.input(description=f"New values for an organisation. {CLEARS} Lists are given whole.")
class OrganizationChangeInput:
    grid_id: strawberry.ID | None = optional("Another grid; that of the main premises, where these are given, unless given.")
    name: str | None = optional("Its name, at most 200 characters.")
    trade: str | None = optional("Its line of business, at most 80 characters.")
    registration_code: str | None = optional("Its unified social credit code, with the check character of GB 32100-2015.")
    premises: list[PremisesInput] | None = optional("Where it works; the main premises first, in its grid. At most 50.")
    responsible: list[ResponsibleInput] | None = optional("Who answers for what. At most 20.")
    state: OrganizationState | None = optional("CLOSED closes it, OPEN opens it again.")
    closed_on: Date | None = optional("When it closed, not in the future; today where it is closed and nothing is given.")
    expected_version: int | None = optional(SEEN)


def _premises(given: Any) -> tuple[Premises, ...]:
    return tuple(
        Premises(
            unit_id=optional_key(one.get("unit_id"), "Unit", f"premises.{index}.unitId"),
            building_id=optional_key(one.get("building_id"), "Building", f"premises.{index}.buildingId"),
        )
        for index, one in enumerate(given or ())
    )


def _responsible(given: Any) -> tuple[Responsible, ...]:
    return tuple(
        Responsible(
            role=ResponsibleRole(one["role"]),
            person_id=optional_key(one.get("person_id"), "Person", f"responsible.{index}.personId"),
            name=one.get("name"),
            phone=one.get("phone"),
        )
        for index, one in enumerate(given or ())
    )


LISTS: Mapping[str, Callable[[Any], Any]] = {"premises": _premises, "responsible": _responsible}


def _new_organization(_: str, given: Given, __: Any) -> NewOrganization:
    lists = {name: read(given.get(name)) for name, read in LISTS.items()}
    return NewOrganization(
        grid_id=key_of(given["grid_id"], "Grid", "gridId"),
        name=given["name"],
        trade=given.get("trade"),
        unit_id=optional_key(given.get("unit_id"), "Unit", "unitId"),
        registration_code=given.get("registration_code"),
        **lists,
    )


def _organization_change(id: str, given: Given, input: Any) -> OrganizationChange:
    values = changed(given, input, enums={"state": OrganizationState}, ids={"grid_id": "Grid"})
    values |= {name: read(values[name]) for name, read in LISTS.items() if name in values}
    return OrganizationChange(id=key_of(id, "Organization", "id"), **values)


MUTATIONS = [
    Mutation(
        name="organizationRegister",
        description="Register an organisation. For REGISTER_PLACES over its grid.",
        thing="organization",
        type=Organization,
        input=OrganizationRegisterInput,
        operation=register_organizations,
        request=_new_organization,
        codes=CODES,
    ),
    Mutation(
        name="organizationChange",
        description="Change an organisation, move it, close it or open it again. For REGISTER_PLACES over its grid and the new one.",
        thing="organization",
        type=Organization,
        input=OrganizationChangeInput,
        operation=change_organizations,
        request=_organization_change,
        codes=(*CODES, *CHANGE, "GRID_OF_PLACE_DIFFERS", "IN_THE_FUTURE", "NOT_CLOSED"),
        on="Organization",
    ),
    confirmation("organization", Organization),
]
