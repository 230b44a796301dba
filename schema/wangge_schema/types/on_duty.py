"""Who is on duty over a grid, as a join."""

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_schema.reading.sources import Asking, Row


def covers(post_grid_id: sa.ColumnElement[int], path: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """True where a post's grid is at or above the grid with this path, or an overlay that has a grid at or above it."""
    own, part, base = t.grid.alias(), t.grid_part.alias(), t.grid.alias()

    def above(grid: Row) -> sa.ColumnElement[bool]:
        return sa.func.substr(path, 1, sa.func.length(grid.c.path)) == grid.c.path

    direct = sa.select(1).where(own.c.id == post_grid_id, above(own)).correlate_except(own)
    parts = sa.select(1).select_from(part.join(base, base.c.id == part.c.base_grid_id))
    through = parts.where(part.c.overlay_grid_id == post_grid_id, above(base)).correlate_except(part, base)
    return sa.or_(sa.exists(direct), sa.exists(through))


def runs_over(grid: Row, shift: Row, asking: Asking) -> sa.ColumnElement[bool]:
    """Shifts that run now, of posts over a grid."""
    now, post = asking.viewer.now, t.post.alias()
    running = sa.and_(shift.c.starts_at <= now, shift.c.ends_at > now, shift.c.cancelled_at.is_(None))
    over = sa.select(1).where(post.c.id == shift.c.post_id, covers(post.c.grid_id, grid.c.path)).correlate(shift, grid)
    return sa.and_(running, sa.exists(over))
