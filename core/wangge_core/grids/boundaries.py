"""Boundaries of grids: set whole, checked before, and taken away. `locating.py` finds grids by them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import only_right
from wangge_core.db import tables as t
from wangge_core.db.work import CHUNK, Work
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.geometry.geojson import bare_geometry
from wangge_core.geometry.shapes import Shape, make_shape
from wangge_core.geometry.tiles import tiles_of
from wangge_core.grids.managing import managed, with_parts
from wangge_core.rights.viewers import Viewer
from wangge_core.writing import grids_of


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBoundary:
    """The boundary of a grid, in place of the one that it had; without a `geometry` it has none then.

    `geometry` is GeoJSON as plain data: a Polygon or MultiPolygon, or a Feature of one, of which nothing else is kept. `system` says what
    its numbers mean; see `geometry/systems.py`. `repair` closes rings, drops heights and rings without area, and makes a valid shape of
    one that crosses itself.
    """

    grid_id: int
    geometry: Any
    system: str = ""
    repair: bool = False


async def set_boundaries(work: Work, viewer: Viewer, requests: Sequence[NewBoundary]) -> list[Outcome]:
    """Set the boundaries of grids of any layer. The outcome's id is the grid's."""
    present = await grids_of(work, [one.grid_id for one in requests])
    allowed, made = await managed(work, viewer, present), await with_parts(work, present)
    outcomes: list[Outcome] = []
    shapes: list[tuple[NewBoundary, Shape | None]] = []
    seen: set[int] = set()
    for request in requests:
        found = _check_grid(request, present, allowed, seen)
        if not found and request.geometry is not None and request.grid_id in made:
            found.append(refusal("GRID_HAS_PARTS", "id", code=present[request.grid_id].code))
        shape = None if found or request.geometry is None else make_shape(request.geometry, request.system, repair=request.repair)
        found += shape if isinstance(shape, list) else []
        if not found and not isinstance(shape, list):
            shapes.append((request, shape))
        outcomes.append(Outcome(refusals=only_right(found)) if found else Outcome(id=request.grid_id))
    await _write(work, viewer, shapes, present)
    return outcomes


def _check_grid(
    request: NewBoundary, present: Mapping[int, sa.Row[Any]], allowed: Collection[int], seen: set[int]
) -> list[Refusal]:
    row = present.get(request.grid_id)
    if row is None:
        return [refusal("NOT_FOUND", "id", what="Grid", id=request.grid_id)]
    if request.grid_id not in allowed:
        return [refusal("NOT_ALLOWED", "id")]
    if row.ended_at is not None:
        return [refusal("GRID_ENDED", "id", code=row.code)]
    if request.grid_id in seen:
        return [refusal("DUPLICATE", "id", key=request.grid_id)]
    seen.add(request.grid_id)
    return []


async def _write(
    work: Work, viewer: Viewer, shapes: Sequence[tuple[NewBoundary, Shape | None]], present: Mapping[int, sa.Row[Any]]
) -> None:
    await _remove(work, [request.grid_id for request, _ in shapes])
    new = [(request, shape) for request, shape in shapes if shape is not None]
    ids = await work.reserve_ids(t.boundary, len(new))
    tiles: list[dict[str, Any]] = []
    for start in range(0, len(new), CHUNK):  # shapes are large
        rows: list[dict[str, Any]] = []
        for id, (request, shape) in zip(ids[start : start + CHUNK], new[start : start + CHUNK], strict=True):
            sent = {"original": bare_geometry(request.geometry), "set_at": work.now, "set_by_id": viewer.account_id}
            rows.append({"id": id, "grid_id": request.grid_id} | sent | _row(shape))
            layer = present[request.grid_id].layer_id
            tiles.extend({"layer_id": layer, "tile": tile, "boundary_id": id} for tile in tiles_of(shape.box))
        await work.insert(t.boundary, rows)
    await work.insert(t.boundary_tile, tiles)
    for request, shape in shapes:
        vertices = 0 if shape is None else shape.vertices
        work.announce("grid.boundary_set", request.grid_id, request.grid_id, vertices=vertices)


async def _remove(work: Work, grid_ids: Sequence[int]) -> None:
    boundary, tile = t.boundary, t.boundary_tile
    old = list(await work.by_ids((boundary.c.id,), boundary.c.grid_id, grid_ids))
    for start in range(0, len(old), CHUNK):
        own = boundary.c.grid_id.in_(old[start : start + CHUNK])
        await work.run(sa.delete(tile).where(tile.c.boundary_id.in_(sa.select(boundary.c.id).where(own))))
        await work.run(sa.delete(boundary).where(own))


def _row(shape: Shape) -> dict[str, Any]:
    box = shape.box
    return {
        "geometry": shape.geojson(),
        "rings": shape.packed(),
        "system": shape.system,
        "west": box.west,
        "south": box.south,
        "east": box.east,
        "north": box.north,
        "area": round(shape.area, 2),
        "vertices": shape.vertices,
        "repairs": [asdict(one) for one in shape.repairs],
    }
