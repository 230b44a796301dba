"""Tiles: what a viewer sees of the ground in a tile of a web map, as a Mapbox Vector Tile."""

from collections.abc import Sequence
from dataclasses import dataclass

from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import Work
from wangge_core.grids.locating import layer_exists
from wangge_core.maps.drawings import drawings_of
from wangge_core.maps.encoding import encoded
from wangge_core.maps.mercator import TileAddress
from wangge_core.maps.points import POINT_LAYERS, points_in
from wangge_core.rights.viewers import Viewer
from wangge_core.storable import is_storable

GRIDS = "grids"
TILE_LAYERS = (GRIDS, *POINT_LAYERS)
"""The layers that a tile can have."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A vector tile. `counted` are the layers whose points are counts; `left_out` grids did not fit."""

    content: bytes
    counted: tuple[str, ...] = ()
    left_out: int = 0


async def make_tile(
    work: Work, viewer: Viewer, address: TileAddress, names: Sequence[str] = (GRIDS,), layer_id: str = BASE_LAYER
) -> Tile | None:
    """A tile with those of TILE_LAYERS that are named, without what the viewer may not see; None where there is no such grid layer.

    `layer_id` is the layer whose grids are shown.
    """
    if layer_id != BASE_LAYER and not (is_storable(layer_id) and await layer_exists(work, layer_id)):
        return None
    content, counted, left_out = b"", list[str](), 0
    for name in TILE_LAYERS:
        if name not in names:
            continue
        if name == GRIDS:
            grids = await drawings_of(work).tile(work, layer_id, address)
            content, left_out = content + grids.content, grids.left_out
        else:
            points = await points_in(work, viewer, name, address)
            content += encoded(name, points.features)
            counted += [name] if points.counted and points.features else []
    return Tile(content, tuple(counted), left_out)
