"""Persons with the homes that they have had, and households with their members."""

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
import strawberry

from wangge_core.db import tables as t
from wangge_core.people.genders import Gender
from wangge_core.people.homes import ResidenceKind
from wangge_core.people.households import Relation
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.data_classes import DataClass
from wangge_core.rights.visibility import (
    household_private_rule,
    household_rule,
    of_person,
    person_private_rule,
    person_rule,
    residence_rule,
)
from wangge_schema.reading.declare import column, connection, expression, planned, to_many, to_one
from wangge_schema.reading.enums import enum_type
from wangge_schema.reading.sources import Asking, Filter, Row
from wangge_schema.scalars import Date, DateTime
from wangge_schema.types.grids import Grid
from wangge_schema.types.may import viewer_may
from wangge_schema.types.nodes import Connection, Node, node_id
from wangge_schema.types.places import CONFIRMED, Unit, confirm_by, confirmed_at, confirmed_by, version

if TYPE_CHECKING:
    from wangge_schema.types.needs import Need
    from wangge_schema.types.rights import Account
    from wangge_schema.types.visits import Visit

for choice in (Gender, Relation, ResidenceKind):
    enum_type(choice)


@planned(table=t.residence, rule=residence_rule, subject="person_id")
class Residence:
    """A home that a person has or had; nobody is asked where they came from. For staff with READ_PRIVATE over the present grid."""

    kind: ResidenceKind = column("kind", "How the person lives or lived there.", data_class=DataClass.PRIVATE)
    grid: Grid = to_one("grid_id", "The grid that it is in.")
    unit: Unit | None = to_one(
        "unit_id", "The home; null where it is not known, or not for this viewer.", data_class=DataClass.PRIVATE
    )
    address: str | None = column("address", "Where the ground has no units: where it is.", data_class=DataClass.PRIVATE)
    moved_in_on: Date | None = column(
        "moved_in_on", "The day of moving in; null where it is not known.", data_class=DataClass.PRIVATE
    )
    moved_out_on: Date | None = column(
        "moved_out_on", "The day of moving out; null for the present home.", data_class=DataClass.PRIVATE
    )


@planned(
    table=t.household_member,
    rule=of_person(Capability.READ_PEOPLE),
    private=residence_rule,
    subject="person_id",
    data_class=DataClass.STAFF,
)
class HouseholdMember:
    """That a person belongs to a household. Seen with the person."""

    person: "Person | None" = to_one("person_id", "Who.")
    relation: Relation | None = column(
        "relation", "What the person is to the head of the household; null where it was not stated.", data_class=DataClass.PRIVATE
    )
    joined_on: Date | None = column("joined_on", "Since when; null where it is not known.")
    left_on: Date | None = column("left_on", "Until when; null for who belongs to it now.")


def starred_name(row: Row, _: Asking) -> sa.ColumnElement[Any]:
    """What is shown of a name to whom it is private: `王**`."""
    return sa.func.substr(row.c.name, 1, 1) + "**"


def _head(row: Row) -> sa.ColumnElement[Any]:
    """The head of a household, whose name it usually bears; where there is none, whoever belongs to it longest."""
    member = t.household_member.alias()
    first = sa.case((member.c.relation == Relation.HEAD.value, 0), else_=1)
    query = sa.select(member.c.person_id).where(member.c.household_id == row.c.id, member.c.left_on.is_(None))
    return query.order_by(first, member.c.id).limit(1).correlate(row).scalar_subquery()


def _present(row: Row, member: Row, _: Asking) -> sa.ColumnElement[bool]:
    return sa.and_(member.c.household_id == row.c.id, member.c.left_on.is_(None))


@planned(table=t.household, rule=household_rule, prefix="Household", private=household_private_rule, subject=_head)
class Household(Node):
    """People who live together. For staff with READ_PEOPLE over its grid, and its members."""

    id: strawberry.ID = node_id("Household")
    name: str = column("name", "What the household is called.", data_class=DataClass.PRIVATE, masked=starred_name)
    grid: Grid = to_one("grid_id", "The grid that it belongs to.")
    unit: Unit | None = to_one("unit_id", "The home that it lives in.", data_class=DataClass.PRIVATE)
    address: str | None = column("address", "Where the ground has no units: where it lives.", data_class=DataClass.PRIVATE)
    members: list[HouseholdMember] = to_many(_present, "Who belongs to it now, in what relation to its head.", most=30)
    former_members: list[HouseholdMember] = to_many(
        lambda row, member, _: sa.and_(member.c.household_id == row.c.id, member.c.left_on.is_not(None)), "Who belonged to it."
    )
    persons: "list[Person]" = to_many("household_id", "Who belongs to it now.", most=30)
    visits: "Connection[Visit]" = connection("Visit", "household_id", "Visits to it as a whole.")
    version: int = version()
    created_at: DateTime = column("created_at", "When it was registered.", form="moment", data_class=DataClass.STAFF)


def _of_present_home(name: str) -> Any:
    """A column of the residence that has not ended."""

    def make(row: Row, _: Asking | None = None) -> sa.ColumnElement[Any]:
        residence = t.residence.alias()
        query = sa.select(residence.c[name]).where(residence.c.person_id == row.c.id, residence.c.moved_out_on.is_(None))
        return query.correlate(row).scalar_subquery()

    return make


_home_unit = _of_present_home("unit_id")


def _relation(row: Row, _: Asking) -> sa.ColumnElement[Any]:
    member = t.household_member.alias()
    query = sa.select(member.c.relation).where(member.c.person_id == row.c.id, member.c.left_on.is_(None))
    return query.correlate(row).scalar_subquery()


@planned(
    table=t.person,
    rule=person_rule,
    prefix="Person",
    orders=("name", "id"),
    forward="merged_into_id",
    private=person_private_rule,
    private_orders=frozenset({"name"}),
    subject="id",
    filters={
        "name": Filter("name", lambda row: row.c.name, "By name, where you see it.", private=True),
        "born_on": Filter("date", lambda row: row.c.born_on, "By date of birth, where you see it.", private=True),
        "residence": Filter("enum", lambda row: row.c.residence, "By kind of residence.", ResidenceKind),
        "subtree": Filter("subtree", lambda row: row.c.grid_id, "In the grid of this code or below it."),
    }
    | CONFIRMED,
)
class Person(Node):
    """A resident. For staff with READ_PEOPLE over the grid of the home, the person, and a child's guardian."""

    id: strawberry.ID = node_id("Person")
    name: str = column("name", "The person's name.", data_class=DataClass.PRIVATE, masked=starred_name)
    gender: Gender | None = column("gender", "As the person states it.", data_class=DataClass.PRIVATE)
    born_on: Date | None = column("born_on", "Date of birth.", data_class=DataClass.PRIVATE)
    identity_number: str | None = column(
        "identity_number_mask", "The identity number, masked. In full by `personReveal` alone.", data_class=DataClass.SEALED
    )
    phone: str | None = column(
        "phone_mask", "The private telephone, masked. In full by `personReveal` alone.", data_class=DataClass.SEALED
    )
    residence: ResidenceKind | None = column(
        "residence", "How the person lives here; null for who has moved out.", data_class=DataClass.STAFF
    )
    grid: Grid = to_one("grid_id", "The grid of the home; of the last one for who has moved out.")
    home: Unit | None = to_one(
        lambda row, unit, _: unit.c.id == _home_unit(row),
        "The home; null where it is no unit, or not for this viewer.",
        data_class=DataClass.PRIVATE,
    )
    address: str | None = expression(
        _of_present_home("address"), "Where the ground has no units: where the person lives.", data_class=DataClass.PRIVATE
    )
    residences: list[Residence] = to_many(
        "person_id", "The homes that the person has had, in the order in which they were written."
    )
    household: Household | None = to_one("household_id", "The household that the person belongs to.")
    relation: Relation | None = expression(
        _relation, "What the person is to the head of that household; null where it was not stated.", data_class=DataClass.PRIVATE
    )
    guardian: "Person | None" = to_one(
        "guardian_id", "Who answers for a child; null where nobody is named, or not for this viewer."
    )
    guardian_agreed_on: Date | None = column(
        "guardian_agreed_on", "When the guardian agreed that a child's data is kept.", data_class=DataClass.PRIVATE
    )
    visits: "Connection[Visit]" = connection("Visit", "person_id", "Visits to this very person.")
    needs: "list[Need]" = to_many("person_id", "Why the person gets attention now.", order="ends_at", most=20)
    confirmed_at: DateTime | None = confirmed_at()
    confirmed_by: "Account | None" = confirmed_by()
    confirm_by: Date | None = confirm_by()
    version: int = version()
    viewer_may: list[Capability] = viewer_may()
    created_at: DateTime = column("created_at", "When the person was registered.", form="moment", data_class=DataClass.STAFF)
