"""Managing: which grids a viewer may change: base grids by their paths, and an overlay's by the base grids that it is made of."""

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import Work
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.holdings import base_paths
from wangge_core.rights.viewers import Viewer


def manages_everything(viewer: Viewer) -> bool:
    """Whether the viewer has MANAGE_GRIDS over every root of the base layer."""
    return BoundViewer(viewer).scope(Capability.MANAGE_GRIDS).has_whole_ground


def manages(viewer: Viewer, paths: Collection[str]) -> bool:
    """Whether the viewer has MANAGE_GRIDS over all of these base grids. What is made of none is for who manages everything."""
    if not paths:
        return manages_everything(viewer)
    return all(viewer.may(Capability.MANAGE_GRIDS, path) for path in paths)


async def managed(work: Work, viewer: Viewer, grids: Mapping[int, sa.Row[Any]]) -> set[int]:
    """Those of the grids (with `path` and `layer_id`, by id) that the viewer may change.

    An overlay's grid without parts is managed by who manages the nearest one above it that has some.
    """
    base = {id for id, row in grids.items() if row.layer_id == BASE_LAYER and viewer.may(Capability.MANAGE_GRIDS, row.path)}
    overlays = {id: row.path for id, row in grids.items() if row.layer_id != BASE_LAYER}
    grounds = await grounds_of(work, overlays.values())
    return base | {id for id, path in overlays.items() if manages(viewer, grounds[path])}


async def grounds_of(work: Work, paths: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """The paths of the base grids that stand for overlay grids with these paths: their own parts, or else those of the nearest above."""
    ids = {path: [int(id) for id in path.split(".") if id] for path in paths}
    parts = await base_paths(work, sorted({one for found in ids.values() for one in found}))
    return {path: next((parts[one] for one in reversed(found) if one in parts), ()) for path, found in ids.items()}


async def with_parts(work: Work, grid_ids: Collection[int]) -> set[int]:
    """Those of the grids that are made of base grids."""
    part = t.grid_part.alias()
    made = sa.exists(sa.select(1).where(part.c.overlay_grid_id == t.grid.c.id).correlate(t.grid))
    return set(await work.by_ids((), t.grid.c.id, grid_ids, made))
