"""Drawings: the grids of a layer as they are drawn at a zoom, kept in this process until a boundary or a grid changes.

Below EXACT_FROM a whole layer is simplified at once, since borders that are shared must stay shared from tile to tile; from there on the
few base grids of a tile are drawn as they are. Overlays have few grids: of them the whole layer is kept at every zoom.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import orjson
import sqlalchemy as sa

from wangge_core.coverage.arrays import Shapes, shapely, shapes
from wangge_core.db import tables as t
from wangge_core.db.lists import Checked, listed, looked_up, part_of
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import Work
from wangge_core.geometry.tiles import ranges_in
from wangge_core.maps.encoding import Feature, encoded
from wangge_core.maps.levels import Levels, is_shown, levels_of
from wangge_core.maps.mercator import BUFFER, EXTENT, TileAddress
from wangge_core.maps.outlines import EXACT_FROM, outlines_of, within
from wangge_core.maps.overlays import overlay_shapes

MOST_GRIDS = 4_000
"""How many grids a tile shows; of more, the largest."""
MOST_KEPT_TILES, MOST_KEPT_BYTES = 4_096, 64 * 1024 * 1024
FRESH = timedelta(seconds=5)
"""For how long nobody looks whether grids have changed while nothing was announced."""
Columns = Sequence[sa.Row[Any]]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Grids at a zoom: their rows, their outlines in steps of the whole map, and what finds those in a box."""

    rows: Columns
    outlines: Shapes
    tree: Any

    @classmethod
    def of(cls, rows: Columns, outlines: Shapes) -> "Drawing":
        return cls(rows, outlines, shapely.STRtree(outlines))

    def in_tile(self, tile: TileAddress) -> Sequence[int]:
        """The places of the grids that meet a tile."""
        x, y = tile.corner
        box = shapely.box(x - BUFFER, y - BUFFER, x + EXTENT + BUFFER, y + EXTENT + BUFFER)
        return sorted(self.tree.query(box).tolist())


@dataclass(frozen=True, slots=True)
class GridTile:
    """The layer `grids` of a tile, and how many grids are left out of it."""

    content: bytes
    left_out: int = 0


@dataclass(slots=True)
class OfVersion:
    """What was drawn of one state of the grids. Who draws while another state begins writes into what nobody looks at any more."""

    version: Hashable
    levels: dict[str, Levels] = field(default_factory=dict[str, Levels])
    drawn: dict[tuple[str, int], Drawing] = field(default_factory=dict[tuple[str, int], Drawing])
    tiles: OrderedDict[tuple[str, TileAddress], GridTile] = field(default_factory=OrderedDict[tuple[str, TileAddress], GridTile])
    bytes: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def tile(self, work: Work, layer_id: str, address: TileAddress) -> GridTile:
        """The grids of a layer in a tile."""
        found = self.tiles.get((layer_id, address))
        if found is None:
            found = await self._made(work, layer_id, address)
            self._keep((layer_id, address), found)
        else:
            self.tiles.move_to_end((layer_id, address))
        return found

    async def _made(self, work: Work, layer_id: str, address: TileAddress) -> GridTile:
        depth = (await self._levels(work, layer_id)).depth_at(address.zoom)
        if depth is None:
            return GridTile(b"")
        if address.zoom < EXACT_FROM or layer_id != BASE_LAYER:
            drawing = await self._drawing(work, layer_id, address.zoom, depth)
        else:
            drawing = await _drawn(await _rows(work, depth, within=address), address.zoom)
        return await asyncio.to_thread(_encoded, drawing, address)

    async def _levels(self, work: Work, layer_id: str) -> Levels:
        if layer_id not in self.levels:
            self.levels[layer_id] = await levels_of(work, layer_id)
        return self.levels[layer_id]

    async def _drawing(self, work: Work, layer_id: str, zoom: int, depth: int) -> Drawing:
        async with self.lock:  # all tiles of a screen are asked for at once
            found = self.drawn.get((layer_id, zoom))
            if found is None:
                found = self.drawn[layer_id, zoom] = await _whole(work, layer_id, zoom, depth)
            return found

    def _keep(self, key: tuple[str, TileAddress], made: GridTile) -> None:
        earlier = self.tiles.pop(key, None)
        self.tiles[key] = made
        self.bytes += len(made.content) - (len(earlier.content) if earlier else 0)
        while len(self.tiles) > MOST_KEPT_TILES or self.bytes > MOST_KEPT_BYTES:
            _, dropped = self.tiles.popitem(last=False)
            self.bytes -= len(dropped.content)


@dataclass(slots=True)
class Drawings:
    """What a process keeps of the layers of a deployment."""

    kept: OfVersion = field(default_factory=lambda: OfVersion(None))
    announced: int | None = None
    looked_at: datetime | None = None

    async def tile(self, work: Work, layer_id: str, address: TileAddress) -> GridTile:
        """The grids of a layer in a tile, as they are now."""
        await self._refresh(work)
        return await self.kept.tile(work, layer_id, address)

    async def _refresh(self, work: Work) -> None:
        """Forget everything where a grid or a boundary is another than it was."""
        announced = await work.value(sa.select(sa.func.max(t.outbox.c.id)))
        if self.looked_at and announced == self.announced and timedelta() <= work.now - self.looked_at < FRESH:
            return
        version = await _version(work)
        self.announced, self.looked_at = announced, work.now
        if version != self.kept.version:
            self.kept = OfVersion(version)


def drawings_of(work: Work) -> Drawings:
    """What this process keeps."""
    return work.kept.setdefault("maps.drawings", Drawings())


async def _version(work: Work) -> Hashable:
    boundary, grid = t.boundary, t.grid
    boundaries = await work.first(sa.select(sa.func.count(), sa.func.max(boundary.c.id)))
    grids = await work.first(sa.select(sa.func.count(), sa.func.sum(grid.c.version), sa.func.max(grid.c.updated_at)))
    return tuple(boundaries or ()), tuple(grids or ())


async def _whole(work: Work, layer_id: str, zoom: int, depth: int) -> Drawing:
    if layer_id == BASE_LAYER:
        return await _drawn(await _rows(work, depth), zoom)
    found = (await overlay_shapes(work, layer_id)).shown(depth)
    return await asyncio.to_thread(lambda: Drawing.of(found.rows, found.outlines(zoom)))


async def _rows(work: Work, depth: int, *, within: TileAddress | None = None) -> Columns:
    """The shown grids of the base layer, all or those whose boxes meet a tile."""
    grid, boundary = t.grid, t.boundary
    of_base = grid.c.layer_id if within is None else Checked(grid.c.layer_id)
    query = (
        sa.select(grid.c.id, grid.c.code, grid.c.name, grid.c.level, grid.c.depth, grid.c.parent_id, boundary.c.rings)
        .select_from(boundary.join(grid, grid.c.id == boundary.c.grid_id))
        .where(of_base == BASE_LAYER, grid.c.ended_at.is_(None), is_shown(depth))
    )
    return await work.rows(query if within is None else query.where(*_meeting(within)))


def _meeting(address: TileAddress) -> list[sa.ColumnElement[bool]]:
    """True for boundaries whose boxes meet a tile; they are looked up by the tiles that they stand on."""
    boundary, tile, box = t.boundary, t.boundary_tile, address.box()
    ranges = listed(sa.bindparam("ranges", orjson.dumps(list(ranges_in(box))).decode(), type_=sa.Text))
    first, last = (sa.cast(part_of(ranges, end), sa.BigInteger) for end in (0, 1))
    in_range = sa.and_(tile.c.layer_id == BASE_LAYER, tile.c.tile >= first, tile.c.tile <= last)
    on_tiles = sa.outerjoin(ranges, tile, in_range)  # an outer join, so that SQLite begins with the ranges
    return [
        looked_up(boundary.c.id, sa.select(tile.c.boundary_id).select_from(on_tiles)),
        boundary.c.west <= box.east,
        boundary.c.east >= box.west,
        boundary.c.south <= box.north,
        boundary.c.north >= box.south,
    ]


async def _drawn(rows: Columns, zoom: int) -> Drawing:
    return await asyncio.to_thread(lambda: Drawing.of(rows, outlines_of([row.rings for row in rows], zoom)))


def _encoded(drawing: Drawing, address: TileAddress) -> GridTile:
    found = drawing.in_tile(address)
    if not found:
        return GridTile(b"")
    met = within(shapes([drawing.outlines[at] for at in found]), address)
    order = np.argsort(-shapely.area(met), kind="stable")[:MOST_GRIDS].tolist() if len(found) > MOST_GRIDS else range(len(found))
    features = [_feature(drawing.rows[found[at]], met[at]) for at in order]
    return GridTile(encoded("grids", features), len(found) - len(features))


def _feature(row: sa.Row[Any], shape: Any) -> Feature:
    properties = {"id": f"Grid:{row.id}", "code": row.code, "name": row.name, "level": row.level, "depth": row.depth}
    if row.parent_id is not None:
        properties["parent"] = f"Grid:{row.parent_id}"
    return Feature(id=row.id, geometry=shape, properties=properties)
