"""Levels: which grids of a layer a map shows at a zoom: so deep that most can be told apart; higher ones where nothing deeper is drawn."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.geometry.exact import UNITS
from wangge_core.maps.mercator import metres_of_a_step
from wangge_core.rights.scopes import END

LEAST_WIDTH = 24 * 8
"""Steps: a level is shown once its grids are this wide on average, 24 pixels of a tile of 512."""


@dataclass(frozen=True, slots=True)
class Level:
    """The grids of one depth that are drawn. `width` is the side of a square of their mean area in metres."""

    depth: int
    width: float


@dataclass(frozen=True, slots=True)
class Levels:
    """The drawn depths of a layer, and the latitude in their middle."""

    found: Sequence[Level]
    latitude: float = 0.0

    def depth_at(self, zoom: int) -> int | None:
        """How deep grids are shown at a zoom; None where none is drawn."""
        least = LEAST_WIDTH * metres_of_a_step(zoom, self.latitude)
        fit = [level.depth for level in self.found if level.width >= least]
        return max(fit) if fit else min((level.depth for level in self.found), default=None)


async def levels_of(work: Work, layer_id: str) -> Levels:
    """The drawn depths of a layer; a grid that is made of base grids is as large as these together."""
    grid, part, boundary = t.grid, t.grid_part, t.boundary
    sides = (sa.func.min(boundary.c.south).label("south"), sa.func.max(boundary.c.north).label("north"))
    own = sa.select(grid.c.id, grid.c.depth, boundary.c.area, boundary.c.south, boundary.c.north)
    own = own.join(boundary, boundary.c.grid_id == grid.c.id).where(*_present(layer_id))
    made = sa.select(grid.c.id, grid.c.depth, sa.func.sum(boundary.c.area).label("area"), *sides)
    made = made.join(part, part.c.overlay_grid_id == grid.c.id).join(boundary, boundary.c.grid_id == part.c.base_grid_id)
    drawn = sa.union_all(own, made.where(*_present(layer_id)).group_by(grid.c.id, grid.c.depth)).subquery()
    middle = (sa.func.min(drawn.c.south) + sa.func.max(drawn.c.north)) / (2.0 * UNITS)
    query = sa.select(drawn.c.depth, sa.func.avg(drawn.c.area).label("area"), middle.label("latitude")).group_by(drawn.c.depth)
    rows = await work.rows(query.order_by(drawn.c.depth))
    return Levels([Level(row.depth, math.sqrt(row.area)) for row in rows], float(rows[0].latitude) if rows else 0.0)


def _present(layer_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return t.grid.c.layer_id == layer_id, t.grid.c.ended_at.is_(None)


def is_shown(depth: int) -> sa.ColumnElement[bool]:
    """True for drawn grids that are shown where grids are shown so deep: those, and higher ones below which none is drawn."""
    below, drawn, grid = t.grid.alias(), t.boundary.alias(), t.grid
    end = sa.func.substr(grid.c.path, 1, sa.func.length(grid.c.path) - 1) + END
    deeper = (
        sa.select(1)
        .select_from(below.join(drawn, drawn.c.grid_id == below.c.id))
        .where(below.c.path > grid.c.path, below.c.path < end, below.c.depth <= depth, below.c.ended_at.is_(None))
        .correlate(grid)
    )
    return sa.or_(grid.c.depth == depth, sa.and_(grid.c.depth < depth, sa.not_(sa.exists(deeper))))
