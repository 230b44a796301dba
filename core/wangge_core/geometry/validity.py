"""Validity: whether rings in units make an area, where they do not, and mending it. By GEOS, whose predicates are exact here."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import shapely

from wangge_core.errors import Refusal, refusal
from wangge_core.geometry.exact import Array, degrees

MOST_CROSSINGS = 10_000
"""How often edges of a shape that is mended may meet: a second of work."""
EDGES_AT_ONCE = 32
SHAPELY: Any = shapely
"""Shapely has no types."""
REASON = re.compile(r"([^\[]+)(?:\[(\S+) (\S+)\])?")
CODES = {
    "Self-intersection": "BOUNDARY_CROSSES_ITSELF",
    "Ring Self-intersection": "BOUNDARY_TOUCHES_ITSELF",
    "Hole lies outside shell": "HOLE_OUTSIDE",
}


def to_shapely(polygons: Sequence[Sequence[Array]]) -> Any:
    """The shape in shapely, in units."""
    made = [SHAPELY.Polygon(outer, holes) for outer, *holes in polygons]
    return made[0] if len(made) == 1 else SHAPELY.MultiPolygon(made)


def from_shapely(shape: Any) -> list[list[Array]]:
    """The polygons of a shape of shapely, of whole units; what has no area is left out. Outer rings run against the clock."""
    found: list[list[Array]] = []
    for part in SHAPELY.get_parts(shape):
        if part.geom_type.startswith("Multi") or part.geom_type == "GeometryCollection":
            found.extend(from_shapely(part))
        elif part.geom_type == "Polygon" and part.area > 0:
            turned = SHAPELY.orient_polygons(part)
            found.append([_units(ring) for ring in (turned.exterior, *turned.interiors)])
    return found


def _units(ring: Any) -> Array:
    return np.rint(SHAPELY.get_coordinates(ring)).astype(np.int64)


def check_validity(shape: Any, at: str = "geometry") -> Iterator[Refusal]:
    """The first thing that is wrong with a shape, and where: BOUNDARY_CROSSES_ITSELF, BOUNDARY_TOUCHES_ITSELF, HOLE_OUTSIDE or
    BOUNDARY_INVALID.
    """
    if SHAPELY.is_valid(shape):
        return
    found = REASON.match(SHAPELY.is_valid_reason(shape))
    said, x, y = found.groups() if found else ("", None, None)
    where = f"{degrees(round(float(x))):.7f}, {degrees(round(float(y))):.7f}" if x and y else "?"
    yield refusal(CODES.get(said, "BOUNDARY_INVALID"), at, where=where, reason=said)


def made_valid(shape: Any) -> Any:
    """A valid shape of whole units. Outer rings bound area, holes take from it, in whatever way they cross."""
    mended = SHAPELY.make_valid(shape, method="structure", keep_collapsed=False)
    return SHAPELY.set_precision(mended, 1.0)


def is_tangled(shape: Any) -> bool:
    """Whether the edges of a shape meet so often that nobody can have meant it, and mending it would take minutes."""
    positions, ring = SHAPELY.get_coordinates(SHAPELY.get_rings(SHAPELY.get_parts(shape)), return_index=True)
    same = ring[1:] == ring[:-1]
    edges = SHAPELY.linestrings(np.stack((positions[:-1][same], positions[1:][same]), axis=1))
    tree, left = SHAPELY.STRtree(edges), 3 * len(edges) + 2 * MOST_CROSSINGS  # each meets itself and those beside it
    for start in range(0, len(edges), EDGES_AT_ONCE):
        left -= tree.query(edges[start : start + EDGES_AT_ONCE], predicate="intersects").shape[1]
        if left < 0:
            return True
    return False
