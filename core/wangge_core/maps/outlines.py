"""Outlines: shapes as a map draws them at a zoom, simplified so that borders which are shared stay shared.

GEOS simplifies a whole coverage at once, edge by edge between the corners where three shapes meet (Visvalingam-Whyatt), so that no gap
and no overlap opens between neighbours that had none.
"""

from collections.abc import Sequence
from typing import Any

from wangge_core.coverage.arrays import Shapes, shapely, unpacked_shapes
from wangge_core.geometry.exact import UNITS, Array
from wangge_core.maps.mercator import BUFFER, EXTENT, TileAddress, to_degrees, to_steps

TOLERANCE = 8
"""Steps, one pixel of a tile of 512: the square root of the area of a triangle that may be cut off."""
EXACT_FROM = 14
"""From this zoom on, where a pixel is below five metres, nothing is simplified."""


def outlines_of(packed: Sequence[bytes], zoom: int) -> Shapes:
    """Shapes of packed rings (`Shape.packed`) in steps of the whole map at a zoom; simplified together below EXACT_FROM."""

    def placed(positions: Array) -> Array:
        return to_steps(positions / UNITS, zoom)

    made = shapely.transform(unpacked_shapes(packed), placed)
    return simplified(made) if zoom < EXACT_FROM and len(made) else made


def simplified(shapes: Shapes, tolerance: float = TOLERANCE) -> Shapes:
    """The shapes of a coverage with fewer corners. None is lost: the least that is left of one is a triangle."""
    return shapely.coverage_simplify(shapes, tolerance)


def within(shapes: Shapes, tile: TileAddress) -> Shapes:
    """The parts of shapes in a tile and its buffer, in steps from its corner; empty ones where nothing is. Outer rings run as tiles
    want them: with the clock on the screen.
    """

    def moved(steps: Array) -> Array:
        return steps - tile.corner

    clipped = shapely.clip_by_rect(shapely.transform(shapes, moved), -BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
    return shapely.orient_polygons(shapely.make_valid(clipped, method="structure", keep_collapsed=False))


def geojson_of(shape: Any, zoom: int) -> dict[str, Any]:
    """A shape in steps as a GeoJSON geometry in degrees; outer rings against the clock (RFC 7946)."""

    def placed(steps: Array) -> Array:
        return to_degrees(steps, zoom)

    return shapely.geometry.mapping(shapely.orient_polygons(shapely.transform(shape, placed)))
