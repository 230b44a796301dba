"""The size of a grid against what its type asks for."""

from typing import Any

import sqlalchemy as sa
import strawberry

from wangge_core.db import tables as t
from wangge_core.grids.sizes import SizeMeasure, households_in, is_smallest, out_of_range, people_in, sized_types, warning_text
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.data_classes import DataClass
from wangge_schema.reading.declare import computed, need
from wangge_schema.reading.enums import enum_type
from wangge_schema.reading.sources import Asking, Reader, Row, Scalar

enum_type(SizeMeasure)
WEIGHT = 20
"""Two counts."""


@strawberry.type(
    description="That a grid has more or fewer households or people than its type asks for. A warning, never an error."
)
class SizeWarning:
    what: SizeMeasure = strawberry.field(description="What was counted.")
    figure: int = strawberry.field(description="How many there are.")
    least: int = strawberry.field(description="How many there should be at least.")
    most: int = strawberry.field(description="How many there should be at most.")
    message: str = strawberry.field(description="What to show, in the viewer's language.")


def _households(row: Row, asking: Asking) -> sa.ColumnElement[Any]:
    return _figure(row, asking, households_in(row.c.id), "households")


def _people(row: Row, asking: Asking) -> sa.ColumnElement[Any]:
    return _figure(row, asking, people_in(row.c.id), "persons")


def _figure(row: Row, asking: Asking, counted: sa.Select[Any], published: str) -> sa.ColumnElement[Any]:
    """What is counted now for who reads the people of the grid, what was published for all others; NULL where no size is asked for."""
    statistic = t.grid_statistic.alias()
    shown = sa.select(statistic.c[published]).where(statistic.c.grid_id == row.c.id).correlate_except(statistic)
    types = sa.or_(sa.false(), *(row.c.grid_type_id == id for id in sized_types(asking.registry.grid_types)))
    is_sized = sa.and_(types, is_smallest(row))
    figure = sa.case((_reads_people(row, asking), counted.scalar_subquery()), else_=shown.scalar_subquery())
    return sa.case((is_sized, figure), else_=sa.null())


def _reads_people(row: Row, asking: Asking) -> sa.ColumnElement[bool]:
    scope = asking.viewer.scope(Capability.READ_PEOPLE)
    if scope.has_whole_ground:
        return sa.true()
    return sa.false() if scope.nowhere else scope.holds(row.c.path)


def _warnings(needs: dict[str, Any], reader: Reader) -> list[SizeWarning]:
    grid_type = reader.registry.grid_types.get(needs["type_id"])
    if grid_type is None:
        return []
    figures = {SizeMeasure.HOUSEHOLDS: needs["households"], SizeMeasure.PEOPLE: needs["people"]}
    size, language = grid_type.size, reader.viewer.language
    return [
        SizeWarning(what=one.what, figure=one.figure, least=one.least, most=one.most, message=warning_text(size, one, language))
        for one in out_of_range(size, figures)
    ]


def size_warnings() -> Any:
    """The field `sizeWarnings` of a grid."""
    return computed(
        "Where its size is out of the range that its type asks for; only of the smallest grids. Who reads its people has them counted now, "
        "all others go by `statistics`: nothing is told of a figure that is hidden there.",
        _warnings,
        weight=WEIGHT,
        data_class=DataClass.PUBLIC,
        type_id=need("grid_type_id"),
        households=Scalar(_households, "number"),
        people=Scalar(_people, "number"),
    )
