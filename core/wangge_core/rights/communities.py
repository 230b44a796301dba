"""Communities: which grids serve at or below one, and which community they lie in. Complaints about who serves there are kept from it."""

from collections.abc import Collection, Iterable, Mapping

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.plugin.declarations.roles import Level
from wangge_core.rights.holdings import base_paths

LOW = (Level.GRID.value, Level.COMMUNITY.value)
"""The levels from which such complaints are kept."""
Levels = Mapping[int, str]
"""The level of grids, by id."""


async def levels_of(work: Work, paths: Iterable[str]) -> Levels:
    """The levels of all grids that stand in the paths."""
    ids = {int(id) for path in paths for id in path.split(".") if id}
    return {id: row.level for id, row in (await work.by_ids((t.grid.c.level,), t.grid.c.id, ids)).items()}


def is_low(path: str, levels: Levels) -> bool:
    """Whether the grid with this path is a community or lies below one."""
    return levels.get(int(path.rstrip(".").rpartition(".")[2])) in LOW


def community_of(path: str, levels: Levels) -> str:
    """The path of the community that a grid lies in; its own where there is none above it."""
    ids = path.rstrip(".").split(".")
    above = (number for number, id in enumerate(ids, 1) if levels.get(int(id)) == Level.COMMUNITY.value)
    return ".".join(ids[: next(above, len(ids))]) + "."


async def posts_serving(work: Work, path: str, post_ids: Collection[int]) -> set[int]:
    """Those of the posts that serve in the grid with this path or in its community; overlays by the base grids that they are made of."""
    post, grid, layer = t.post, t.grid, t.grid_layer
    rows = await work.rows(
        sa.select(post.c.id, grid.c.path, grid.c.id.label("grid_id"), layer.c.base)
        .join(grid, grid.c.id == post.c.grid_id)
        .join(layer, layer.c.id == grid.c.layer_id)
        .where(post.c.id.in_(post_ids))
    )
    overlays = await base_paths(work, [row.grid_id for row in rows if not row.base])
    grounds = {row.id: (row.path,) if row.base else overlays.get(row.grid_id, ()) for row in rows}
    levels = await levels_of(work, [path for ground in grounds.values() for path in ground])
    return {
        id
        for id, ground in grounds.items()
        if any(is_low(one, levels) and path.startswith(community_of(one, levels)) for one in ground)
    }
