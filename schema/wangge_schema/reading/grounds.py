"""Grounds: a grid with all below it, and of an overlay's grid what lies on its base grids, as conditions for the lists that it has."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.rights.bound import Way, bound_to
from wangge_core.rights.scopes import END
from wangge_schema.reading.statement import PathIds

Row = sa.FromClause


@dataclass(frozen=True, slots=True)
class Ground:
    """A grid and all below it, by the first path and the end of the paths; `binds` is the column by which rows are bound to a grid.

    Where the grid may be one of an overlay, `overlay_id` is its key, and the base grids that it is made of are its ground too.
    """

    binds: Callable[[Row], sa.ColumnElement[Any]]
    start: sa.ColumnElement[Any]
    end: sa.ColumnElement[Any]
    wide: bool
    overlay_id: sa.ColumnElement[Any] | None = None

    def holds(self, path: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
        """True for the paths of its grids."""
        below = sa.and_(path >= self.start, path < self.end)
        if self.overlay_id is None:
            return below
        part = t.grid_part.alias()
        on_part = sa.select(1).where(part.c.overlay_grid_id == self.overlay_id, PathIds(part.c.base_grid_id, path))
        return sa.or_(below, sa.exists(on_part.correlate_except(part)))

    def bound(self, target: Row, way: Way) -> sa.ColumnElement[bool]:
        """True for rows that are bound to one of its grids."""
        return bound_to(self.binds(target), self.holds, way, wide=self.wide, ids=self._ids())

    def _ids(self) -> sa.CompoundSelect[Any] | None:
        """The keys of its grids, where the grid may be one of an overlay: those below it, and those of its parts, each by an index."""
        if self.overlay_id is None:
            return None
        own, part, base, on = t.grid.alias(), t.grid_part.alias(), t.grid.alias(), t.grid.alias()
        below = sa.select(own.c.id).where(own.c.path >= self.start, own.c.path < self.end).correlate_except(own)
        parts = sa.select(on.c.id).where(
            part.c.overlay_grid_id == self.overlay_id,
            base.c.id == part.c.base_grid_id,
            on.c.path >= base.c.path,
            on.c.path < end_of(base.c.path),
        )
        return sa.union_all(below, parts.correlate_except(part, base, on))


def end_of(path: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """The end of the paths at and below one, in SQL."""
    return sa.func.substr(path, 1, sa.func.length(path) - 1) + END
