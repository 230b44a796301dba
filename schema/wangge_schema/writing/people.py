"""Mutations of persons and households: registering, correcting, moving, merging and confirming."""

from typing import Any

import strawberry

from wangge_core.people.changes import PersonChange, change_persons
from wangge_core.people.confirmations import PersonConfirmation, confirm_persons
from wangge_core.people.genders import Gender
from wangge_core.people.homes import ResidenceKind
from wangge_core.people.households import (
    Joining,
    Leaving,
    NewHousehold,
    Relation,
    join_households,
    leave_households,
    register_households,
)
from wangge_core.people.merging import Merge, merge_persons
from wangge_core.people.persons import NewPerson, register_persons
from wangge_core.people.residence import HouseholdMove, Move, move_households, move_persons
from wangge_schema.scalars import Date
from wangge_schema.types.people import Household, Person
from wangge_schema.writing.changes import CHANGE, CLEARS, CONFIRM, SEEN, FactsConfirmInput, changed
from wangge_schema.writing.fields import Given, Mutation
from wangge_schema.writing.inputs import IN_GRID, TEXT, optional, required
from wangge_schema.writing.payloads import key_of, optional_key

SEALED = (
    "IDENTITY_INVALID",
    "IDENTITY_TAKEN",
    "REVEALS_EXHAUSTED",
    "PHONE_INVALID",
    "SEALING_KEY_MISSING",
    "SEALING_KEY_UNKNOWN",
    "SEALED_VALUE_BROKEN",
    "BIRTH_DATE_DIFFERS",
)
GUARDED = ("GUARDIAN_UNKNOWN", "GUARDIAN_UNDERAGE", "CHILD_NEEDS_GUARDIAN")
HOMES = ("IN_THE_FUTURE", "BEFORE_BIRTH", "TWO_HOMES", "HEAD_TAKEN", "REQUIRED")
MOVES = ("MOVED_OUT_BEFORE_IN", "MOVED_OUT_ALREADY")


@strawberry.input(description="A household to register. It needs a home: a unit or, where the ground has none, an address.")
class HouseholdRegisterInput:
    grid_id: strawberry.ID = required("The grid that it belongs to.")
    name: str = required("What it is called, at most 80 characters.")
    unit_id: strawberry.ID | None = optional("The home that it lives in; in the same grid.")
    address: str | None = optional("Where it lives, where the ground has no units; at most 400 characters.")


@strawberry.input(description="Who joins the household in whose home they live.")
class HouseholdJoinInput:
    person_id: strawberry.ID = required("The person. Who lives elsewhere is moved instead: see `personMove`.")
    relation: Relation | None = optional("What the person is to the head. A member gets this relation instead of the earlier one.")
    joined_on: Date | None = optional("Since when; today unless given.")


@strawberry.input(description="Who leaves a household and keeps the home.")
class HouseholdLeaveInput:
    person_id: strawberry.ID = required("The person.")
    left_on: Date | None = optional("Until when; today unless given.")


@strawberry.input(description="Where a household moves with all its members.")
class HouseholdMoveInput:
    grid_id: strawberry.ID | None = optional("The grid of the new home; not needed with a unit.")
    unit_id: strawberry.ID | None = optional("The new home.")
    address: str | None = optional("Where it is, where the ground has no units; at most 400 characters.")
    moved_in_on: Date = required("The day of moving, not in the future.")
    expected_version: int | None = optional(SEEN)


@strawberry.input(description="A person to register. Nobody is asked where they came from.")
class PersonRegisterInput:
    grid_id: strawberry.ID = required("The grid of the home.")
    name: str = required("The person's name, at most 80 characters.")
    gender: Gender | None = optional("As the person states it.")
    born_on: Date | None = optional("Date of birth, not in the future; taken from the identity number unless given.")
    identity_number: str | None = optional("The identity number (GB 11643), kept sealed. Each belongs to one person.")
    phone: str | None = optional("The private telephone, kept sealed: a mobile number, or an international one with +.")
    residence: ResidenceKind | None = optional("How the person lives here; PERMANENT unless given.")
    household_id: strawberry.ID | None = optional("The household, in the same grid; the person lives in its home.")
    relation: Relation | None = optional("What the person is to the head of the household.")
    unit_id: strawberry.ID | None = optional("The home, in the same grid, of who joins no household.")
    address: str | None = optional("Where the person lives, where the ground has no units; at most 400 characters.")
    moved_in_on: Date | None = optional("The day of moving in, not in the future.")
    guardian_id: strawberry.ID | None = optional("Who answers for a child: a person of the register.")
    guardian_agreed_on: Date | None = optional(
        "When the guardian agreed that the child's data is kept. Under 14 no identity number and no telephone is kept without it."
    )


@strawberry.input(description=f"What to correct. {CLEARS}")
class PersonChangeInput:
    name: str | None = optional("The person's name, at most 80 characters.")
    gender: Gender | None = optional("As the person states it.")
    born_on: Date | None = optional("Date of birth: that of the identity number, where there is one.")
    identity_number: str | None = optional("The identity number (GB 11643), kept sealed.")
    phone: str | None = optional("The private telephone, kept sealed.")
    guardian_id: strawberry.ID | None = optional("Who answers for a child: a person of the register.")
    guardian_agreed_on: Date | None = optional("When the guardian agreed that the child's data is kept.")
    expected_version: int | None = optional(SEEN)


@strawberry.input(
    description="A move: out of the present home, into another, or both. The membership of a household ends with its home."
)
class PersonMoveInput:
    grid_id: strawberry.ID | None = optional("The grid of the new home; not needed with a unit or household.")
    unit_id: strawberry.ID | None = optional("The new home.")
    address: str | None = optional("Where it is, where the ground has no units; at most 400 characters.")
    household_id: strawberry.ID | None = optional("The household that the person joins, into whose home they move.")
    relation: Relation | None = optional("What the person is to the head of that household.")
    kind: ResidenceKind | None = optional("How the person lives there; as before unless given.")
    moved_in_on: Date | None = optional("The day of moving in, not in the future; needed with a new home.")
    moved_out_on: Date | None = optional("The day of leaving the present home; the day of moving in unless given.")
    expected_version: int | None = optional(SEEN)


@strawberry.input(description="Who is the same person.")
class PersonMergeInput:
    doubled_id: strawberry.ID = required("The double. Its id leads to the kept person from then on.")
    reason: str = required("Why they are the same, at most 400 characters.")
    expected_version: int | None = optional(SEEN)


def _choice(type: Any, value: Any) -> Any:
    return None if value is None else type(value)


def _home(given: Given) -> dict[str, Any]:
    """Unit and address, as the core's requests take them."""
    return {"unit_id": optional_key(given.get("unit_id"), "Unit", "unitId"), "address": given.get("address")}


def _joins(given: Given) -> dict[str, Any]:
    household_id = optional_key(given.get("household_id"), "Household", "householdId")
    return {"household_id": household_id, "relation": _choice(Relation, given.get("relation"))}


def _new_household(_: str, given: Given, __: object) -> NewHousehold:
    return NewHousehold(grid_id=key_of(given["grid_id"], "Grid", "gridId"), name=given["name"], **_home(given))


def _new_person(_: str, given: Given, __: object) -> NewPerson:
    return NewPerson(
        grid_id=key_of(given["grid_id"], "Grid", "gridId"),
        name=given["name"],
        gender=_choice(Gender, given.get("gender")),
        born_on=given.get("born_on"),
        identity_number=given.get("identity_number"),
        phone=given.get("phone"),
        residence=ResidenceKind(given.get("residence") or ResidenceKind.PERMANENT),
        moved_in_on=given.get("moved_in_on"),
        guardian_id=optional_key(given.get("guardian_id"), "Person", "guardianId"),
        guardian_agreed_on=given.get("guardian_agreed_on"),
        **_home(given),
        **_joins(given),
    )


def _person_change(id: str, given: Given, input: Any) -> PersonChange:
    values = changed(given, input, enums={"gender": Gender}, ids={"guardian_id": "Person"})
    return PersonChange(id=key_of(id, "Person", "id"), **values)


def _person_move(id: str, given: Given, __: object) -> Move:
    return Move(
        id=key_of(id, "Person", "id"),
        expected_version=given.get("expected_version"),
        grid_id=optional_key(given.get("grid_id"), "Grid", "gridId"),
        kind=_choice(ResidenceKind, given.get("kind")),
        moved_in_on=given.get("moved_in_on"),
        moved_out_on=given.get("moved_out_on"),
        **_home(given),
        **_joins(given),
    )


def _person_merge(id: str, given: Given, __: object) -> Merge:
    return Merge(
        id=key_of(id, "Person", "id"),
        doubled_id=key_of(given["doubled_id"], "Person", "doubledId"),
        reason=given["reason"],
        expected_version=given.get("expected_version"),
    )


def _person_confirmation(id: str, given: Given, __: object) -> PersonConfirmation:
    return PersonConfirmation(id=key_of(id, "Person", "id"), **given)


def _joining(id: str, given: Given, __: object) -> Joining:
    return Joining(
        id=key_of(id, "Household", "id"),
        person_id=key_of(given["person_id"], "Person", "personId"),
        relation=_choice(Relation, given.get("relation")),
        joined_on=given.get("joined_on"),
    )


def _leaving(id: str, given: Given, __: object) -> Leaving:
    person_id = key_of(given["person_id"], "Person", "personId")
    return Leaving(id=key_of(id, "Household", "id"), person_id=person_id, left_on=given.get("left_on"))


def _household_move(id: str, given: Given, __: object) -> HouseholdMove:
    return HouseholdMove(
        id=key_of(id, "Household", "id"),
        expected_version=given.get("expected_version"),
        grid_id=optional_key(given.get("grid_id"), "Grid", "gridId"),
        moved_in_on=given["moved_in_on"],
        **_home(given),
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
        codes=(*TEXT, *IN_GRID, "HOUSEHOLD_WITHOUT_HOME"),
    ),
    Mutation(
        name="householdJoin",
        description="Make a person a member of a household, or give a member another relation. For REGISTER_PEOPLE over its grid.",
        thing="household",
        type=Household,
        input=HouseholdJoinInput,
        operation=join_households,
        request=_joining,
        codes=HOMES,
        on="Household",
    ),
    Mutation(
        name="householdLeave",
        description="End a person's membership of a household. For REGISTER_PEOPLE over its grid.",
        thing="household",
        type=Household,
        input=HouseholdLeaveInput,
        operation=leave_households,
        request=_leaving,
        codes=("NOT_A_MEMBER", "IN_THE_FUTURE", "TERM_INVALID"),
        on="Household",
    ),
    Mutation(
        name="householdMove",
        description="Move a household with all its members. For REGISTER_PEOPLE over the old grid and the new one.",
        thing="household",
        type=Household,
        input=HouseholdMoveInput,
        operation=move_households,
        request=_household_move,
        codes=(*TEXT, *IN_GRID, *CHANGE, *HOMES, "HOUSEHOLD_WITHOUT_HOME"),
        on="Household",
    ),
    Mutation(
        name="personRegister",
        description="Register a person. For REGISTER_PEOPLE over the grid of the home.",
        thing="person",
        type=Person,
        input=PersonRegisterInput,
        operation=register_persons,
        request=_new_person,
        codes=(*TEXT, *IN_GRID, *HOMES, *SEALED, *GUARDED),
    ),
    Mutation(
        name="personChange",
        description="Correct what is kept of a person. For REGISTER_PEOPLE over the grid of the home.",
        thing="person",
        type=Person,
        input=PersonChangeInput,
        operation=change_persons,
        request=_person_change,
        codes=(*TEXT, *CHANGE, *SEALED, *GUARDED, "IN_THE_FUTURE", "BEFORE_BIRTH"),
        on="Person",
    ),
    Mutation(
        name="personMove",
        description="Move a person in, on or out; the grid follows the home. For REGISTER_PEOPLE over the old grid and the new one.",
        thing="person",
        type=Person,
        input=PersonMoveInput,
        operation=move_persons,
        request=_person_move,
        codes=(*TEXT, *IN_GRID, *CHANGE, *HOMES, *MOVES),
        on="Person",
    ),
    Mutation(
        name="personMerge",
        description="Merge a double into this person, who gets all that the other had. For MANAGE_DATA or REGISTER_PEOPLE over both grids.",
        thing="person",
        type=Person,
        input=PersonMergeInput,
        operation=merge_persons,
        request=_person_merge,
        codes=(
            *TEXT,
            *CHANGE,
            "SAME_PERSON",
            "IDENTITY_DIFFERS",
            "BOTH_HAVE_ACCOUNTS",
            "SEALING_KEY_UNKNOWN",
            "SEALED_VALUE_BROKEN",
        ),
        on="Person",
    ),
    Mutation(
        name="personConfirm",
        description="Confirm all that is kept of a person. For REGISTER_PEOPLE over the grid of the home.",
        thing="person",
        type=Person,
        input=FactsConfirmInput,
        operation=confirm_persons,
        request=_person_confirmation,
        codes=CONFIRM,
        on="Person",
    ),
]
