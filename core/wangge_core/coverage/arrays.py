"""Arrays of shapes of shapely, which carries no types: what it takes and gives is `Any` here.

Every shape is in units of 1e-7 degree, as boundaries are stored: whole numbers, so that equal vertices are equal.
"""

import importlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

shapely: Any = importlib.import_module("shapely")

Shapes = NDArray[np.object_]
Positions = NDArray[np.intp]
POLYGON = 3
"""Shapely's number for the type of a polygon."""


def shapes(given: Sequence[Any]) -> Shapes:
    """An array of shapes; numpy would take a list of multi-polygons apart."""
    made = np.empty(len(given), dtype=object)
    made[:] = given
    return made


def unpacked_shapes(contents: Sequence[bytes]) -> Shapes:
    """The shapes of boundaries as they are stored (`geometry/shapes.py`): an outer ring runs anticlockwise, its holes follow it."""
    if not contents:
        return shapes([])
    numbers = [np.frombuffer(content, dtype="<i4") for content in contents]
    lengths = [one[1 : 1 + int(one[0])] for one in numbers]
    positions = np.concatenate([one[1 + int(one[0]) :] for one in numbers]).reshape(-1, 2).astype(np.float64)
    rings = shapely.linearrings(positions, indices=np.repeat(np.arange(sum(map(len, lengths))), np.concatenate(lengths)))
    outer = shapely.is_ccw(rings)
    polygons = shapely.polygons(rings, indices=np.cumsum(outer) - 1)
    owner = np.repeat(np.arange(len(contents)), [len(one) for one in lengths])[outer]
    first = np.searchsorted(owner, np.arange(len(contents)))
    alone = np.bincount(owner, minlength=len(contents)) == 1
    made = polygons[first]
    several = ~alone[owner]
    made[~alone] = shapely.multipolygons(polygons[several], indices=np.unique(owner[several], return_inverse=True)[1])
    return made


def polygons_of(given: Any) -> tuple[Shapes, Positions]:
    """The single polygons in shapes, and for each the position of the shape that it came from. Points and lines are left out."""
    parts, came_from = shapely.get_parts(given, return_index=True)
    kept = (shapely.get_type_id(parts) == POLYGON) & ~shapely.is_empty(parts)
    return parts[kept], came_from[kept]
