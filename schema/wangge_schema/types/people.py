"""Persons and households."""

import strawberry

from wangge_core.db import tables as t
from wangge_core.people.persons import Gender, Residence
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.visibility import within_grid
from wangge_schema.reading.declare import Filter, column, planned, to_many, to_one
from wangge_schema.reading.enums import enum_type
from wangge_schema.scalars import Date, DateTime
from wangge_schema.types.grids import Grid
from wangge_schema.types.nodes import Node, node_id
from wangge_schema.types.places import Unit

enum_type(Gender)
enum_type(Residence)

SEES_PEOPLE = within_grid(Capability.READ_PEOPLE)


@planned(table=t.household, rule=SEES_PEOPLE, prefix="Household")
class Household(Node):
    """People who live together. For staff with READ_PEOPLE over its grid."""

    id: strawberry.ID = node_id("Household")
    name: str = column("name", "What the household is called.")
    grid: Grid = to_one("grid_id", "The grid that it belongs to.")
    unit: Unit | None = to_one("unit_id", "The home that it lives in.")
    persons: "list[Person]" = to_many("household_id", "Its members.", most=30)
    created_at: DateTime = column("created_at", "When it was registered.", form="moment")


@planned(
    table=t.person,
    rule=SEES_PEOPLE,
    prefix="Person",
    orders=("name", "id"),
    filters={
        "name": Filter("name", lambda row: row.c.name, "By name."),
        "born_on": Filter("date", lambda row: row.c.born_on, "By date of birth."),
        "residence": Filter("enum", lambda row: row.c.residence, "By kind of residence.", Residence),
        "subtree": Filter("subtree", lambda row: row.c.grid_id, "In the grid of this code or below it."),
    },
)
class Person(Node):
    """A resident. For staff with READ_PEOPLE over the grid of the home."""

    id: strawberry.ID = node_id("Person")
    name: str = column("name", "The person's name.")
    gender: Gender | None = column("gender", "As the person states it.")
    born_on: Date | None = column("born_on", "Date of birth.")
    residence: Residence = column("residence", "How the person lives here.")
    household: Household | None = to_one("household_id", "The household that the person belongs to.")
    grid: Grid = to_one("grid_id", "The grid of the home.")
    created_at: DateTime = column("created_at", "When the person was registered.", form="moment")
