"""Rows of imports that may be somebody who is on the register already."""

import strawberry

from wangge_core.db import tables as t
from wangge_core.imports.registers.matching import Decision, Doubt
from wangge_core.imports.registers.reviews import review_private_rule, review_rule
from wangge_core.rights.data_classes import DataClass
from wangge_schema.reading.declare import column, planned, to_one
from wangge_schema.reading.enums import enum_type
from wangge_schema.reading.sources import Filter
from wangge_schema.scalars import Date, DateTime
from wangge_schema.types.grids import Grid
from wangge_schema.types.nodes import Node, node_id
from wangge_schema.types.people import Person
from wangge_schema.types.rights import Account

enum_type(Doubt, name="ImportDoubt")
enum_type(Decision, name="ImportDecision")


@planned(
    table=t.import_review,
    rule=review_rule,
    prefix="ImportReview",
    private=review_private_rule,
    subject="person_id",
    filters={
        "decided": Filter("boolean", lambda row: row.c.decided, "Whether somebody decided."),
        "subtree": Filter("subtree", lambda row: row.c.grid_id, "In the grid of this code or below it."),
    },
    data_class=DataClass.STAFF,
)
class ImportReview(Node):
    """A row of an import that may be somebody on the register. For IMPORT_DATA or MANAGE_DATA over the grid of the row."""

    id: strawberry.ID = node_id("ImportReview")
    grid: Grid = to_one("grid_id", "The grid that the row names.")
    person: Person | None = to_one("person_id", "Who it may be; null where the viewer may not see the person.")
    why: Doubt = column("why", "Why it may be that person.")
    file: str = column("file", "The name of the file.")
    line: int = column("line", "The line of the row in it, or its number in a sheet.", form="number")
    source_name: str = column("source_name", "The source, as the mapping names it.")
    source_key: str = column("source_key", "The row's own number there.")
    run_at: DateTime = column("run_at", "When the import that found it began.", form="moment")
    name: str | None = column("name", "The name in the row; null once it was decided.", data_class=DataClass.PRIVATE)
    born_on: Date | None = column(
        "born_on", "The date of birth in the row; null once it was decided.", data_class=DataClass.PRIVATE
    )
    home: str | None = column("home", "The home in the row; null once it was decided.", data_class=DataClass.PRIVATE)
    decided: bool = column("decided", "Whether somebody decided.", form="boolean")
    decision: Decision | None = column("decision", "What was decided.")
    decided_by: Account | None = to_one("decided_by_id", "By whom; null where the viewer may not see the account.")
    decided_at: DateTime | None = column("decided_at", "When.", form="moment")
