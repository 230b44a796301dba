"""Encoding: features of a tile as a Mapbox Vector Tile (version 2.1 of the specification). A tile is its layers one after the other, so
that layers which were encoded apart may be joined as bytes.
"""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wangge_core.maps.mercator import EXTENT

VECTOR_TILES: Any = importlib.import_module("mapbox_vector_tile")
"""It has no types."""
OPTIONS = {"extents": EXTENT, "y_coord_down": True, "check_winding_order": False}
"""Positions are steps from the northwest corner already, and rings are turned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """A shape or point of shapely in steps from the tile's corner; `properties` are text, numbers and truth values."""

    id: int
    geometry: Any
    properties: Mapping[str, Any] = field(default_factory=dict[str, Any])


def encoded(name: str, features: Sequence[Feature]) -> bytes:
    """A layer of a tile; no bytes for no features."""
    if not features:
        return b""
    given = [{"id": one.id, "geometry": one.geometry, "properties": one.properties} for one in features]
    return VECTOR_TILES.encode([{"name": name, "features": given}], default_options=OPTIONS)
