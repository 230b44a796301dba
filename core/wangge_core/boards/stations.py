"""Stations on the notice board: places where people find somebody, in a grid or, where it has none, of the nearest grid above it."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.lists import looked_up
from wangge_core.db.work import Work
from wangge_core.geometry.exact import metres_of_a_unit, units
from wangge_core.grids.locating import Position
from wangge_core.rights.scopes import END

Row = sa.FromClause
OnPath = Callable[[sa.ColumnElement[int], sa.ColumnElement[str]], sa.ColumnElement[bool]]
"""Makes the condition that a grid's id stands in a path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NearStation:
    """The station that is nearest to a position, and how many metres away it is."""

    place_id: int
    distance: float


def is_station(place: Row) -> sa.ColumnElement[bool]:
    """True for places whose kind is a station."""
    kind = t.place_kind.alias()
    return place.c.kind_id.in_(sa.select(kind.c.id).where(kind.c.station, kind.c.available).correlate_except(kind))


def serves(grid: Row, place: Row, on_path: OnPath) -> sa.ColumnElement[bool]:
    """True for the stations in a grid and below it; where there are none, for those of the nearest grid above that has one itself."""
    own, below, above = t.place.alias(), t.grid.alias(), t.grid.alias()
    end = sa.func.substr(grid.c.path, 1, sa.func.length(grid.c.path) - 1) + END
    within = sa.select(below.c.id).where(below.c.path >= grid.c.path, below.c.path < end).correlate_except(below)
    some = sa.select(1).where(own.c.grid_id.in_(within), is_station(own)).correlate_except(own)
    of_above = sa.select(1).where(own.c.grid_id == above.c.id, is_station(own)).correlate_except(own)
    nearest = (
        sa.select(above.c.id)
        .where(on_path(above.c.id, grid.c.path), sa.exists(of_above))
        .order_by(above.c.depth.desc())
        .limit(1)
        .correlate_except(above)
        .scalar_subquery()
    )
    otherwise = sa.select(nearest.label("id")).where(sa.not_(sa.exists(some)))
    return sa.and_(is_station(place), looked_up(place.c.grid_id, sa.union_all(within, otherwise)))


async def nearest_station(work: Work, grid_id: int, position: Position) -> NearStation | None:
    """Of the stations that serve a grid and whose position is known, the one nearest to a position."""
    grid, place = t.grid, t.place
    path = await work.value(sa.select(grid.c.path).where(grid.c.id == grid_id))
    ids = [int(id) for id in path.split(".") if id]
    query = sa.select(place.c.id, place.c.longitude, place.c.latitude).select_from(grid.join(place, sa.true()))
    here = serves(grid, place, lambda id, _: id.in_(ids))
    rows = await work.rows(query.where(grid.c.id == grid_id, place.c.longitude.is_not(None), here))
    found = sorted((_metres(position, (row.longitude, row.latitude)), row.id) for row in rows)
    return NearStation(place_id=found[0][1], distance=found[0][0]) if found else None


def _metres(one: Position, other: Position) -> float:
    """On the plane that touches the earth halfway between: right to a thousandth as far as one would walk."""
    (x, y), (to_x, to_y) = ((units(longitude), units(latitude)) for longitude, latitude in (one, other))
    east, north = metres_of_a_unit((y + to_y) // 2)
    return math.hypot((x - to_x) * east, (y - to_y) * north)
