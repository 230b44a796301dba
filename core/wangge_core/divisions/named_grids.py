"""Named grids: reading the grids that the changes of a division name, and those below them."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import CHUNK, Work

_COLUMNS = (
    "id", "path", "depth", "code", "name", "level", "layer_id", "grid_type_id", "staffing_id", "details", "parent_id", "ended_at",
)  # fmt: skip


async def grids_by_id(work: Work, ids: Sequence[int]) -> dict[int, sa.Row[Any]]:
    """Grids of any layer by their keys."""
    grid = t.grid
    rows: list[sa.Row[Any]] = []
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), CHUNK):
        own = grid.c.id.in_(wanted[start : start + CHUNK])
        rows += await work.rows(sa.select(*(grid.c[name] for name in _COLUMNS)).where(own))
    return {row.id: row for row in rows}


async def grids_by_code(work: Work, codes: Sequence[str]) -> dict[str, sa.Row[Any]]:
    """Grids of the base layer by their codes, ended ones among them."""
    grid = t.grid
    columns = [grid.c[name] for name in _COLUMNS]
    found = await work.by_ids((grid.c.id,), grid.c.code, codes, grid.c.layer_id == BASE_LAYER)
    rows = await work.by_ids(columns, grid.c.id, [row.id for row in found.values()])
    return {row.code: row for row in rows.values()}


async def grids_below(work: Work, ids: Sequence[int]) -> list[sa.Row[Any]]:
    """The present grids directly below these."""
    grid = t.grid
    rows: list[sa.Row[Any]] = []
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), CHUNK):
        own = grid.c.parent_id.in_(wanted[start : start + CHUNK])
        columns = (grid.c[name] for name in _COLUMNS)
        rows += await work.rows(sa.select(*columns).where(own, grid.c.ended_at.is_(None)).order_by(grid.c.id))
    return rows
