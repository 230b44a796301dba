"""Placed: where the things of a duty are, and how far that is, without any function that one of the databases lacks."""

from collections.abc import Callable
from math import sqrt
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t

BOUNDARY_UNITS = 1e7
Row = sa.FromClause
Position = tuple[sa.ColumnElement[Any], sa.ColumnElement[Any]]
"""Longitude and latitude; NULL where that is not known."""


def square_distance(position: Position) -> sa.ColumnElement[float]:
    """Square metres from where the list is asked for: the square of the distance on a plane that touches the Earth's mean sphere there.

    It is good to a thousandth within 100 km, and in the order of distances that front-ends show.
    """
    given = {
        name: sa.bindparam(name, type_=sa.Float(53)) for name in ("near_longitude", "near_latitude", "metres_east", "metres_north")
    }
    east = (position[0] - given["near_longitude"]) * given["metres_east"]
    north = (position[1] - given["near_latitude"]) * given["metres_north"]
    return sa.cast(east * east + north * north, sa.Float(53))


def metres(square: float) -> float:
    """The distance of which this is the square."""
    return sqrt(square)


def of_thing(row: Row) -> Position:
    """Of what has a position itself; an organisation has that of its building."""
    if "longitude" in row.c:
        return row.c.longitude, row.c.latitude
    premises, building, unit = t.organization_premises.alias(), t.building.alias(), t.unit.alias()

    def get(name: str) -> sa.ColumnElement[Any]:
        of_unit = sa.select(building.c[name]).join(unit, unit.c.building_id == building.c.id).where(unit.c.id == row.c.unit_id)
        named = sa.select(building.c[name]).join(premises, premises.c.building_id == building.c.id)
        first = named.where(premises.c.organization_id == row.c.id).order_by(premises.c.ordinal).limit(1)
        scalars = (query.correlate(row).scalar_subquery() for query in (of_unit, first))
        return sa.func.coalesce(*scalars)

    return _both(get)


def of_household(row: Row) -> Position:
    """Where its home is."""
    return _of_unit(row.c.unit_id, row)


def of_person(row: Row) -> Position:
    """Where the present home is."""
    residence = t.residence.alias()
    home = sa.select(residence.c.unit_id).where(residence.c.person_id == row.c.id, residence.c.moved_out_on.is_(None))
    return _of_unit(home.correlate(row).scalar_subquery(), row)


def of_grid(row: Row) -> Position:
    """The middle of the box around its boundary."""
    boundary = t.boundary.alias()

    def get(name: str) -> sa.ColumnElement[Any]:
        ends = ("west", "east") if name == "longitude" else ("south", "north")
        first, last = (sa.cast(boundary.c[end], sa.Float(53)) for end in ends)
        middle = (first + last) / (2 * BOUNDARY_UNITS)
        return sa.select(middle).where(boundary.c.grid_id == row.c.id).correlate(row).scalar_subquery()

    return _both(get)


def of_event(row: Row) -> Position:
    """Where it was reported to be, or else where its building is."""
    building = t.building.alias()

    def get(name: str) -> sa.ColumnElement[Any]:
        of_building = sa.select(building.c[name]).where(building.c.id == row.c.building_id).correlate(row).scalar_subquery()
        return sa.func.coalesce(row.c[name], of_building)

    return _both(get)


def _of_unit(unit_id: sa.ColumnElement[Any], row: Row) -> Position:
    building, unit = t.building.alias(), t.unit.alias()

    def get(name: str) -> sa.ColumnElement[Any]:
        joined = sa.select(building.c[name]).join(unit, unit.c.building_id == building.c.id).where(unit.c.id == unit_id)
        return joined.correlate(row).scalar_subquery()

    return _both(get)


def _both(get: Callable[[str], sa.ColumnElement[Any]]) -> Position:
    return get("longitude"), get("latitude")
