"""Outlines: boundaries that a division sets, those that it takes from sight, and putting back what was there."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.columns import instant_text
from wangge_core.db.work import CHUNK, Work
from wangge_core.divisions.resolved import Resolved
from wangge_core.geometry.exact import Box
from wangge_core.geometry.tiles import tiles_of
from wangge_core.grids.boundaries import NewBoundary, set_boundaries
from wangge_core.rights.viewers import Viewer


async def set_outlines(work: Work, viewer: Viewer, resolved: Resolved, made: Mapping[int, int]) -> None:
    """Set the boundaries that the parts of a division have; the division was checked before."""
    requests = [
        NewBoundary(
            grid_id=made.get(target.key, target.key),
            geometry=target.part.geometry,
            system=target.part.system,
            repair=target.part.repair,
        )
        for one in resolved.replacements
        for target in one.targets
        if target.shape is not None
    ]
    outcomes = await set_boundaries(work, viewer, requests)
    assert all(outcome.accepted for outcome in outcomes), [outcome.refusals for outcome in outcomes]


async def kept_outlines(work: Work, grid_ids: Iterable[int]) -> list[dict[str, Any]]:
    """The boundaries of grids, so that they can be put back."""
    found = await work.by_ids(list(t.boundary.c), t.boundary.c.grid_id, grid_ids)
    return [_plain(row[1:]) for row in found.values()]


def _plain(values: Sequence[Any]) -> dict[str, Any]:
    row = dict(zip((str(column.name) for column in t.boundary.c), values, strict=True))
    return row | {"rings": base64.b64encode(row["rings"]).decode(), "set_at": instant_text(row["set_at"])}


async def put_back(work: Work, kept: Sequence[Mapping[str, Any]]) -> None:
    """Put boundaries back in place of those that the grids have now."""
    await remove_outlines(work, [one["grid_id"] for one in kept])
    rows = [dict(one) | {"rings": base64.b64decode(one["rings"]), "set_at": datetime.fromisoformat(one["set_at"])} for one in kept]
    await work.insert(t.boundary, rows)
    await show(work, [one["grid_id"] for one in kept])


async def remove_outlines(work: Work, grid_ids: Sequence[int]) -> None:
    """Take the boundaries of grids away."""
    await hide(work, grid_ids)
    for start in range(0, len(grid_ids), CHUNK):
        await work.run(sa.delete(t.boundary).where(t.boundary.c.grid_id.in_(grid_ids[start : start + CHUNK])))


async def hide(work: Work, grid_ids: Sequence[int]) -> None:
    """Let no position be found by the boundaries of these grids any more; they keep them."""
    for start in range(0, len(grid_ids), CHUNK):
        own = sa.select(t.boundary.c.id).where(t.boundary.c.grid_id.in_(grid_ids[start : start + CHUNK]))
        await work.run(sa.delete(t.boundary_tile).where(t.boundary_tile.c.boundary_id.in_(own)))


async def show(work: Work, grid_ids: Sequence[int]) -> None:
    """Let positions be found by the boundaries of these grids again."""
    boundary, grid = t.boundary, t.grid
    layers = await work.by_ids((grid.c.layer_id,), grid.c.id, grid_ids)
    columns = (boundary.c.id, boundary.c.west, boundary.c.south, boundary.c.east, boundary.c.north)
    found = await work.by_ids(columns, boundary.c.grid_id, grid_ids)
    tiles = [
        {"layer_id": layers[grid_id].layer_id, "tile": tile, "boundary_id": row.id}
        for grid_id, row in found.items()
        for tile in tiles_of(Box(row.west, row.south, row.east, row.north))
    ]
    await work.insert(t.boundary_tile, tiles)
