"""Sizes: which of the smallest grids have more or fewer households or people than their type asks for. It is told and refused nowhere."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import auto
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import Work
from wangge_core.plugin.declarations.grid_types import Size
from wangge_core.plugin.declarations.labels import Choice
from wangge_core.rights.scopes import END
from wangge_core.rights.visibility import is_living

LIVING_HERE = ("PERMANENT", "TEMPORARY")
"""Kinds of residence of who lives here now; who has moved out has none."""


class SizeMeasure(Choice):
    """What the size of a grid is counted in."""

    HOUSEHOLDS = auto(), "户"
    PEOPLE = auto(), "人"


@dataclass(frozen=True, slots=True)
class OutOfRange:
    """That a grid's figure lies outside of its type's range, which is inclusive."""

    what: SizeMeasure
    figure: int
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class SizedGrid:
    """A grid whose size is out of range."""

    id: int
    code: str
    name: str
    type_id: str
    found: tuple[OutOfRange, ...]


def ranges_of(size: Size) -> Mapping[SizeMeasure, tuple[int, int]]:
    """The ranges that a type asks for; none where its grids are not cut by households or people."""
    ranges = {SizeMeasure.HOUSEHOLDS: size.households, SizeMeasure.PEOPLE: size.people}
    return {what: found for what, found in ranges.items() if found is not None}


def out_of_range(size: Size, figures: Mapping[SizeMeasure, int | None]) -> Iterator[OutOfRange]:
    """What is out of range. A figure that is not known is not; nor is one below a range where the type takes `or_one` instead of it."""
    for what, (least, most) in ranges_of(size).items():
        figure = figures.get(what)
        if figure is not None and (figure > most or (figure < least and size.or_one is None)):
            yield OutOfRange(what, figure, least, most)


def warning_text(size: Size, one: OutOfRange, language: str) -> str:
    """What to show for it."""
    instead = size.or_one
    if language == "en":
        named = {SizeMeasure.HOUSEHOLDS: "households", SizeMeasure.PEOPLE: "people"}[one.what]
        more = f", or {instead.en[:1].lower()}{instead.en[1:]}" if instead else ""
        return f"{one.figure:,} {named}; such a grid should have {one.least:,} to {one.most:,}{more}."
    more = f"，或为{instead.zh}" if instead else ""
    return f"现有 {one.figure} {one.what.zh}，此类网格应为 {one.least}～{one.most} {one.what.zh}{more}。"


def households_in(grid_id: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """How many households live in a grid itself."""
    household = t.household.alias()
    return sa.select(sa.func.count()).select_from(household).where(household.c.grid_id == grid_id).correlate_except(household)


def people_in(grid_id: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """How many people live in a grid itself, for good or for a time."""
    person = t.person.alias()
    here = (person.c.grid_id == grid_id, is_living(person), sa.or_(*(person.c.residence == kind for kind in LIVING_HERE)))
    return sa.select(sa.func.count()).select_from(person).where(*here).correlate_except(person)


def is_smallest(grid: sa.FromClause) -> sa.ColumnElement[bool]:
    """True for present grids of the base layer with no present grid below them."""
    below = t.grid.alias()
    child = sa.exists(sa.select(1).where(below.c.parent_id == grid.c.id, below.c.ended_at.is_(None)).correlate_except(below))
    return sa.and_(grid.c.layer_id == BASE_LAYER, grid.c.ended_at.is_(None), sa.not_(child))


async def grids_out_of_range(work: Work, path: str = "") -> list[SizedGrid]:
    """The grids at and below a path whose size is out of range, by code; of the whole ground where no path is given."""
    types = {id: one.size for id, one in work.rules.registry.grid_types.items() if ranges_of(one.size)}
    grid = t.grid.alias()
    within = sa.and_(grid.c.path >= path, grid.c.path < path[:-1] + END) if path else sa.true()
    rows = await work.rows(
        sa.select(
            grid.c.id,
            grid.c.code,
            grid.c.name,
            grid.c.grid_type_id,
            households_in(grid.c.id).scalar_subquery().label("households"),
            people_in(grid.c.id).scalar_subquery().label("people"),
        )
        .where(within, is_smallest(grid), grid.c.grid_type_id.in_(sorted(types)))
        .order_by(grid.c.code)
    )
    return [one for one in (_sized(row, types[row.grid_type_id]) for row in rows) if one.found]


def _sized(row: sa.Row[Any], size: Size) -> SizedGrid:
    found = out_of_range(size, {SizeMeasure.HOUSEHOLDS: row.households, SizeMeasure.PEOPLE: row.people})
    return SizedGrid(row.id, row.code, row.name, row.grid_type_id, tuple(found))


def sized_types(types: Mapping[str, Any]) -> Sequence[str]:
    """The ids of the grid types that ask for a size."""
    return sorted(id for id, one in types.items() if ranges_of(one.size))
