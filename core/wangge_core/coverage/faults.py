"""What may be wrong with how grids cover their parent, how large it must be to be told, and how it is told."""

from dataclasses import dataclass
from enum import auto
from typing import Any

from wangge_core.plugin.declarations.labels import Choice


class FaultKind(Choice):
    """What is wrong at a place."""

    GAP = auto(), "缝隙"
    """Ground that no grid covers, with grids all around it. Where the parent has no outline there must be at least two."""
    HOLE = auto(), "空白"
    """Ground inside the parent's outline that no grid covers and that reaches this outline."""
    OVERLAP = auto(), "重叠"
    """Ground that two grids of one parent cover."""
    OUTSIDE = auto(), "越界", "Outside its parent"
    """Ground of grids that lies outside their parent's outline."""
    SLIVER = auto(), "碎缝"
    """Any of these, but nowhere as wide as a sliver may be: one border drawn twice. `Fault.basis` says which of these it is."""
    INVALID = auto(), "边界无效", "Invalid boundary"
    """A boundary that crosses itself. It is checked as it would be after repair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """How large a fault must be. Widths are those of the widest place of a fault, in metres; the area is in square metres.

    - Below `noise_width_m` nothing is told. Positions are stored to 1e-7 degree, 11.1 mm: rounding moves a vertex by up to half of that
      in each direction, 7.9 mm in all, so a vertex on a neighbour's straight edge can open or close up to 16 mm. 20 mm is the next
      round figure above it.
    - Below `sliver_width_m` a fault is a sliver. Plans at 1:500 are drawn to about 0.3 m, and the edges of two neighbours each err; no
      home, doorway or street is narrower than a metre, so nothing that grids are made for lies in such a strip.
    - Below `least_area_m2` nothing is told: a tenth of a square metre holds no manhole cover, the smallest thing with a position.

    A border that was straight in a projected system bends when it becomes longitude and latitude: a neighbour that has more vertices
    on it then differs by 16 mm on 1 km and 150 mm on 3 km at 40° north (the square of the length × the tangent of the latitude, through
    eight radii). Such a strip is a sliver, and a true one: a point in it has two grids or none.
    """

    noise_width_m: float = 0.02
    sliver_width_m: float = 1.0
    least_area_m2: float = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One connected place where something is wrong.

    - `basis` equals `kind`, but for a sliver it says what it would be if it were wider.
    - `parent_id` is the grid whose children are at fault, None among grids without a parent.
    - `grid_ids` in ascending order: those that overlap, lie outside or are invalid; for ground that nobody covers those that touch it.
    - `width_m` is the mean width: twice the area through the perimeter.
    - `at` is a point in the place, `geometry` a GeoJSON Polygon; both longitude, latitude in degrees, WGS 84.
    """

    kind: FaultKind
    basis: FaultKind
    parent_id: int | None
    grid_ids: tuple[int, ...]
    area_m2: float
    width_m: float
    at: tuple[float, float]
    geometry: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All faults of the grids that were looked at, by parent, kind and falling area. Not `complete` when there were more than asked for."""

    faults: tuple[Fault, ...]
    complete: bool = True
