"""Children: the grids right below one as GeoJSON, simplified together for a zoom so that their shared borders stay shared."""

import asyncio
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from wangge_core.coverage.arrays import Shapes
from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import Work
from wangge_core.grids.locating import layer_exists
from wangge_core.maps.outlines import EXACT_FROM, geojson_of, outlines_of
from wangge_core.maps.overlays import overlay_shapes
from wangge_core.storable import is_storable

MOST_CHILDREN = 2_000
"""How many grids a collection has; the first by code."""


async def children_of(
    work: Work, parent_id: int | None, *, layer_id: str = BASE_LAYER, zoom: int | None = None
) -> dict[str, Any] | None:
    """The drawn grids right below one, or the topmost drawn of a layer, as a FeatureCollection; None where there is no such grid or layer.

    Without a zoom every corner is there. Of more than MOST_CHILDREN the first by code are told, and `complete` is false.
    """
    if parent_id is not None:
        layer_id = await work.value(sa.select(t.grid.c.layer_id).where(t.grid.c.id == parent_id)) or ""
    if not is_storable(layer_id) or not await layer_exists(work, layer_id):
        return None
    if layer_id != BASE_LAYER:
        return await _of_overlay(work, layer_id, parent_id, zoom)
    rows = await _rows(work, parent_id)
    return await asyncio.to_thread(_collection, rows, None, zoom)


async def _of_overlay(work: Work, layer_id: str, parent_id: int | None, zoom: int | None) -> dict[str, Any]:
    found = await overlay_shapes(work, layer_id, parent_id=parent_id)
    if parent_id is None:
        found = found.shown(min((row.depth for row in found.rows), default=0))
    at = EXACT_FROM if zoom is None else zoom
    return await asyncio.to_thread(lambda: _collection(found.rows, found.outlines(at), at))


async def _rows(work: Work, parent_id: int | None) -> Sequence[sa.Row[Any]]:
    grid, boundary, above, drawn = t.grid, t.boundary, t.grid.alias(), t.boundary.alias()
    shallowest = (
        sa.select(sa.func.min(above.c.depth))
        .join(drawn, drawn.c.grid_id == above.c.id)
        .where(above.c.layer_id == BASE_LAYER, above.c.ended_at.is_(None))
    )
    topmost = sa.and_(grid.c.layer_id == BASE_LAYER, grid.c.depth == shallowest.scalar_subquery())
    return await work.rows(
        sa.select(grid.c.id, grid.c.code, grid.c.name, grid.c.level, grid.c.depth, boundary.c.rings, boundary.c.geometry)
        .select_from(grid.join(boundary, boundary.c.grid_id == grid.c.id))
        .where(topmost if parent_id is None else grid.c.parent_id == parent_id, grid.c.ended_at.is_(None))
        .order_by(grid.c.code, grid.c.id)
        .limit(MOST_CHILDREN + 1)
    )


def _collection(rows: Sequence[sa.Row[Any]], outlines: Shapes | None, zoom: int | None) -> dict[str, Any]:
    shown = rows[:MOST_CHILDREN]
    if outlines is None and zoom is not None:
        outlines = outlines_of([row.rings for row in shown], zoom)
    if outlines is None or zoom is None:
        geometries = [row.geometry for row in shown]
    else:
        geometries = [geojson_of(shape, zoom) for shape in outlines[: len(shown)]]
    features = [_feature(row, geometry) for row, geometry in zip(shown, geometries, strict=True)]
    return {"type": "FeatureCollection", "complete": len(rows) <= MOST_CHILDREN, "features": features}


def _feature(row: sa.Row[Any], geometry: Any) -> dict[str, Any]:
    properties = {"id": f"Grid:{row.id}", "code": row.code, "name": row.name, "level": row.level, "depth": row.depth}
    return {"type": "Feature", "id": row.id, "geometry": geometry, "properties": properties}
