"""What divisions of the ground leave to be read: which grids are present, what came after which, and where things lay then."""

from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_schema.reading.sources import Asking, Join, Row


def is_present(grid: Row) -> sa.ColumnElement[bool]:
    """True for grids that have not ended."""
    return grid.c.ended_at.is_(None)


def present(key: str) -> Join:
    """The present grids that refer to this row by a column."""
    return lambda row, grid, _: sa.and_(grid.c[key] == row.c.id, is_present(grid))


def earlier_grids(row: Row, grid: Row, _: Asking) -> sa.ColumnElement[bool]:
    """The grids that this one came after."""
    line = t.grid_succession.alias()
    return grid.c.id.in_(sa.select(line.c.from_grid_id).where(line.c.to_grid_id == row.c.id).correlate_except(line))


def later_grids(row: Row, grid: Row, _: Asking) -> sa.ColumnElement[bool]:
    """The grids that came after this one."""
    line = t.grid_succession.alias()
    return grid.c.id.in_(sa.select(line.c.to_grid_id).where(line.c.from_grid_id == row.c.id).correlate_except(line))


def events_then(row: Row, event: Row, _: Asking) -> sa.ColumnElement[bool]:
    """The events that a division took out of this grid."""
    move = t.division_move.alias()
    taken = sa.select(move.c.row_id).where(move.c.moved == "event", move.c.from_grid_id == row.c.id)
    return event.c.id.in_(taken.correlate_except(move))


def grid_then(event: Row, grid: Row, _: Asking) -> sa.ColumnElement[bool]:
    """The grid from which the first division took the event, else the one where it is."""
    move, division = t.division_move.alias(), t.division.alias()
    first = (
        sa.select(move.c.from_grid_id)
        .join(division, division.c.id == move.c.division_id)
        .where(move.c.moved == "event", move.c.row_id == event.c.id)
        .order_by(division.c.applied_at, division.c.id)
        .limit(1)
        .correlate_except(move, division)
    )
    return grid.c.id == sa.func.coalesce(first.scalar_subquery(), event.c.grid_id)


def grid_of_former_code(code: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """The grid of the base layer that gave this code up last."""
    former, grid = t.grid_former_code.alias(), t.grid.alias()
    return (
        sa.select(former.c.grid_id)
        .join(grid, grid.c.id == former.c.grid_id)
        .where(former.c.code == code, grid.c.layer_id == BASE_LAYER)
        .order_by(former.c.division_id.desc())
        .limit(1)
    )
