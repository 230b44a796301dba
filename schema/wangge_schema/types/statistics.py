"""Statistics and official populations of grids, and the tombstones of who was erased."""

import sqlalchemy as sa
import strawberry

from wangge_core.data_care.tombstones_seen import tombstone_rule
from wangge_core.db import tables as t
from wangge_core.rights.data_classes import DataClass
from wangge_schema.reading.declare import column, planned
from wangge_schema.reading.sources import Asking, Row
from wangge_schema.scalars import Date, DateTime
from wangge_schema.types.nodes import node_id

HIDDEN = "null where it is hidden."


@planned(table=t.grid_statistic, data_class=DataClass.PUBLIC)
class GridStatistics:
    """Counts of a grid and all below it, as they were last published. Public. No count below `smallestCount` is shown, and of the others
    as many are hidden besides that none of the hidden ones follows from totals: not from whole and part, not from a grid and those right
    below it (statistical disclosure control: minimum frequency rule with complementary suppression). What is hidden of a grid is hidden
    of all below it. Staff with the right to read the people of a ground count them there."""

    counted_at: DateTime = column("counted_at", "When it was counted.", form="moment")
    smallest_count: int = column("smallest", "The smallest count that is shown.", form="number")
    persons: int | None = column("persons", f"Persons who live in it; {HIDDEN}", form="number")
    permanent: int | None = column("permanent", f"Those of them who live there for good; {HIDDEN}", form="number")
    temporary: int | None = column("temporary", f"Those of them who live there for a time; {HIDDEN}", form="number")
    households: int | None = column("households", f"Households; {HIDDEN}", form="number")
    units: int | None = column("units", f"Homes, shops and other units; {HIDDEN}", form="number")
    vacant_units: int | None = column("vacant_units", f"Those of them that are vacant; {HIDDEN}", form="number")


def newest(grid: Row, population: Row, _: Asking) -> sa.ColumnElement[bool]:
    """Joins a grid with its newest official figure."""
    other = t.official_population.alias()
    last = sa.select(sa.func.max(other.c.as_of)).where(other.c.grid_id == grid.c.id).correlate(grid)
    return sa.and_(population.c.grid_id == grid.c.id, population.c.as_of == last.scalar_subquery())


@planned(table=t.official_population, data_class=DataClass.PUBLIC)
class OfficialPopulation:
    """How many live in a grid and all below it by an official figure, such as a census. Public; nothing of it is counted here."""

    number: int = column("number", "How many people.", form="number")
    as_of: Date = column("as_of", "As of which day.")
    source: str = column("source", "Who says so, such as `census 2020`.")


@planned(table=t.person, rule=tombstone_rule, data_class=DataClass.STAFF)
class PersonTombstone:
    """What is left of a person who was erased. For MANAGE_DATA over the grid of the last home."""

    id: strawberry.ID = node_id("Person")
    removed_at: DateTime = column("removed_at", "When the person was erased.", form="moment")
    reason: str = column("removed_because", "Why.")
    legal_basis: str | None = column("removed_basis", "By which law.")
