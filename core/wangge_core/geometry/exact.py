"""Exact tests on integers of 1e-7 degree (about a centimetre), so that every point of a mesh lies in exactly one of its cells.

A point is inside where a ray from it to the east crosses an odd number of edges; an edge counts its lower end and not its upper one, and a
point on an edge lies to the east of it. Two cells that share an edge hence never both have a point of it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

UNITS = 10_000_000
"""Units of a degree."""
Ring = Sequence[tuple[int, int]]
Polygon = Sequence[Ring]
"""An outer ring and its holes; each ring ends where it begins."""
Array = np.ndarray[Any, Any]
MOST_AT_ONCE = 1_000_000
"""How many pairs of a point and an edge are held in memory at once."""
AXIS, FLATTENING = 6378137.0, 1 / 298.257223563
ECCENTRICITY_SQUARED = FLATTENING * (2 - FLATTENING)
"""Of the ellipsoid of WGS 84."""


def units(degrees: float) -> int:
    """Degrees as units, the nearest."""
    return round(degrees * UNITS)


def degrees(amount: int) -> float:
    """Units as degrees, to seven decimals; the way back from `units` is exact."""
    return round(int(amount) / UNITS, 7)


@dataclass(frozen=True, slots=True)
class Box:
    """The smallest upright rectangle around a shape, in units, its edges included."""

    west: int
    south: int
    east: int
    north: int

    def holds(self, x: int, y: int) -> bool:
        return self.west <= x <= self.east and self.south <= y <= self.north


@dataclass(frozen=True, slots=True)
class Edges:
    """All edges of a shape. No shape is wider than 180 degrees: then no product here leaves 64 bits."""

    x1: Array
    y1: Array
    x2: Array
    y2: Array

    @classmethod
    def of(cls, rings: Sequence[Array]) -> "Edges":
        """From closed rings: arrays of two columns of integers."""
        starts = np.concatenate([ring[:-1] for ring in rings]).astype(np.int64)
        ends = np.concatenate([ring[1:] for ring in rings]).astype(np.int64)
        return cls(starts[:, 0], starts[:, 1], ends[:, 0], ends[:, 1])

    def hold(self, xs: Array, ys: Array) -> Array:
        """For each point whether it is inside. The points must lie in the shape's box."""
        step = max(1, MOST_AT_ONCE // max(1, len(self.x1)))
        return np.concatenate([self._hold(xs[at : at + step], ys[at : at + step]) for at in range(0, len(xs), step)])

    def _hold(self, xs: Array, ys: Array) -> Array:
        x, y = xs[:, None].astype(np.int64), ys[:, None].astype(np.int64)
        spans = (self.y1 <= y) != (self.y2 <= y)
        rise = self.y2 - self.y1
        side = (self.x2 - self.x1) * (y - self.y1) - (x - self.x1) * rise
        to_the_east = np.where(rise > 0, side > 0, side < 0)
        return np.count_nonzero(spans & to_the_east, axis=1) % 2 == 1

    def touch(self, x: int, y: int) -> bool:
        """Whether a point of the shape's box lies on an edge."""
        on_line = (self.x2 - self.x1) * (y - self.y1) == (x - self.x1) * (self.y2 - self.y1)
        beside = (np.minimum(self.x1, self.x2) <= x) & (x <= np.maximum(self.x1, self.x2))
        level = (np.minimum(self.y1, self.y2) <= y) & (y <= np.maximum(self.y1, self.y2))
        return bool(np.any(on_line & beside & level))

    def distance(self, x: int, y: int) -> float:
        """Metres from a point to the nearest edge, on the plane that touches the ellipsoid at the point: good to some 100 km."""
        east, north = metres_of_a_unit(y)
        ax, ay = (self.x1 - x) * east, (self.y1 - y) * north
        dx, dy = (self.x2 - self.x1) * east, (self.y2 - self.y1) * north
        length = np.maximum(dx * dx + dy * dy, 1e-12)
        along = np.clip(-(ax * dx + ay * dy) / length, 0, 1)
        return float(np.sqrt(np.min((ax + along * dx) ** 2 + (ay + along * dy) ** 2)))


def metres_of_a_unit(latitude: int) -> tuple[float, float]:
    """How many metres a unit is to the east and to the north at a latitude in units."""
    radians = math.radians(latitude / UNITS)
    curve = 1 - ECCENTRICITY_SQUARED * math.sin(radians) ** 2
    east = AXIS / math.sqrt(curve) * max(math.cos(radians), 1e-9)
    north = AXIS * (1 - ECCENTRICITY_SQUARED) / (curve * math.sqrt(curve))
    return math.radians(1 / UNITS) * east, math.radians(1 / UNITS) * north


def area_of(ring: Array) -> float:
    """Square metres within a closed ring on the ellipsoid; negative where it runs clockwise.

    Exact for edges along meridians and parallels; others are straight in the equal-area projection (Snyder 1987, formula 3-12).
    """
    e = math.sqrt(ECCENTRICITY_SQUARED)
    longitude, sine = np.radians(ring[:, 0] / UNITS), np.sin(np.radians(ring[:, 1] / UNITS))
    within = e * sine
    q = (1 - ECCENTRICITY_SQUARED) * (sine / (1 - within * within) + np.arctanh(within) / e)
    east = np.diff(longitude)
    middle = (q[:-1] + q[1:]) / 2 - q[0]
    return float(-(AXIS * AXIS / 2) * np.sum(east * middle))
