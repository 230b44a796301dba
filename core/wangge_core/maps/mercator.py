"""Tiles of a web map (z/x/y): where they lie on the ground, and positions as pixels of a tile.

A tile is 4,096 steps wide; positions on the whole map at a zoom are steps from its northwest corner. Source: OGC Two Dimensional Tile
Matrix Set, WebMercatorQuad; latitudes end at about 85.05 degrees there.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from wangge_core.geometry.exact import UNITS, Array, Box

EXTENT = 4096
"""Steps across a tile."""
BUFFER = 64
"""Steps around a tile in which shapes are kept, so that their outlines are not drawn along its edge."""
ZOOMS = range(21)
NORTHMOST = 85.0511287798
METRES_AROUND = 40_075_016.686


@dataclass(frozen=True, slots=True)
class TileAddress:
    """A tile. `zoom` is in ZOOMS, `column` and `row` are below 2 to the power of it, counted from the northwest."""

    zoom: int
    column: int
    row: int

    @classmethod
    def read(cls, zoom: str, column: str, row: str) -> "TileAddress | None":
        """The tile of three texts; None where there is no such tile."""
        if not all(one.isascii() and one.isdigit() and len(one) <= 8 for one in (zoom, column, row)):
            return None
        z, x, y = int(zoom), int(column), int(row)
        return cls(z, x, y) if z in ZOOMS and max(x, y) < 1 << z else None

    @property
    def corner(self) -> tuple[int, int]:
        """Its northwest corner in steps of the whole map."""
        return self.column * EXTENT, self.row * EXTENT

    def degrees(self, steps: int = 0) -> tuple[float, float, float, float]:
        """West, south, east and north in degrees of the tile with so many steps around it."""
        x, y = self.corner
        west, east = (_longitude(at, self.zoom) for at in (x - steps, x + EXTENT + steps))
        north, south = (_latitude(at, self.zoom) for at in (y - steps, y + EXTENT + steps))
        return max(west, -180.0), south, min(east, 180.0), north

    def box(self, steps: int = BUFFER) -> Box:
        """The same in units."""
        west, south, east, north = self.degrees(steps)
        return Box(*(math.floor(one * UNITS) for one in (west, south)), *(math.ceil(one * UNITS) for one in (east, north)))


def to_steps(positions: Any, zoom: int) -> Array:
    """Positions in degrees, two columns, as steps of the whole map at a zoom."""
    given = np.asarray(positions, dtype=np.float64).reshape(-1, 2)
    whole = EXTENT * 2.0**zoom
    sine = np.sin(np.radians(np.clip(given[:, 1], -NORTHMOST, NORTHMOST)))
    y = 0.5 - np.arctanh(sine) / (2 * math.pi)
    return np.column_stack(((given[:, 0] / 360 + 0.5) * whole, y * whole))


def to_degrees(steps: Array, zoom: int) -> Array:
    """The way back, rounded to seven decimals."""
    whole = EXTENT * 2.0**zoom
    latitudes = np.degrees(np.arctan(np.sinh(math.pi * (1 - 2 * steps[:, 1] / whole))))
    return np.round(np.column_stack(((steps[:, 0] / whole - 0.5) * 360, latitudes)), 7)


def metres_of_a_step(zoom: int, latitude: float) -> float:
    """How many metres on the ground a step is."""
    return METRES_AROUND * math.cos(math.radians(latitude)) / (EXTENT * 2.0**zoom)


def _longitude(x: float, zoom: int) -> float:
    return (x / (EXTENT * 2.0**zoom) - 0.5) * 360


def _latitude(y: float, zoom: int) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / (EXTENT * 2.0**zoom)))))
