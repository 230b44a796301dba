"""Successors: a board on a wall, or a link, names a code that a re-division may have ended or changed since; here it still leads
somewhere.
"""

from collections.abc import Iterable

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import Work

MOST_ROUNDS = 50
"""How many re-divisions one after the other are followed."""


async def grids_of_code(work: Work, code: str) -> list[int]:
    """The grid of the base layer with this code, ended or not; where there is none, those that once had it."""
    grid, former = t.grid, t.grid_former_code
    own = await work.rows(sa.select(grid.c.id).where(grid.c.code == code, grid.c.layer_id == BASE_LAYER))
    if own:
        return [row.id for row in own]
    return [row.id for row in await work.rows(sa.select(former.c.grid_id.label("id")).where(former.c.code == code).distinct())]


async def present_grids(work: Work, ids: Iterable[int]) -> list[int]:
    """These grids, and in place of each that has ended those that came after it, as far as they are there now."""
    grid, succession = t.grid, t.grid_succession
    present, waiting, seen = set[int](), set(ids), set[int]()
    for _ in range(MOST_ROUNDS):
        rows = await work.by_ids((grid.c.ended_at,), grid.c.id, waiting)
        present |= {id for id, row in rows.items() if row.ended_at is None}
        seen |= waiting
        ended = [id for id, row in rows.items() if row.ended_at is not None]
        if not ended:
            break
        after = await work.rows(sa.select(succession.c.to_grid_id).where(succession.c.from_grid_id.in_(ended)))
        waiting = {row.to_grid_id for row in after} - seen
    return sorted(present)
