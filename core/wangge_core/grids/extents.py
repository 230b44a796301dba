"""Extents: which grids have many below them. A hint for how to read, never a right: being late or wrong makes a read slower only."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.rights.scopes import END

MANY = 64
"""From so many grids on, walking rows in their order and checking each beats looking up the grids first (measured at a million events)."""
FRESH = timedelta(minutes=1)


@dataclass(slots=True)
class Extents:
    """The paths and codes of wide grids, as they were at `loaded_at`."""

    paths: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()
    loaded_at: datetime | None = None

    def is_stale(self, now: datetime) -> bool:
        return self.loaded_at is None or now - self.loaded_at > FRESH

    async def load(self, work: Work) -> None:
        """Read which grids are wide."""
        self.loaded_at = work.now
        top, below = t.grid.alias(), t.grid.alias()
        end = sa.func.substr(top.c.path, 1, sa.func.length(top.c.path) - 1) + END
        some = sa.select(1).where(below.c.path >= top.c.path, below.c.path < end).limit(MANY + 1).correlate(top).subquery()
        rows = await work.rows(
            sa.select(top.c.path, top.c.code).where(sa.select(sa.func.count()).select_from(some).scalar_subquery() > MANY)
        )
        self.paths = frozenset(row.path for row in rows)
        self.codes = frozenset(row.code for row in rows)
