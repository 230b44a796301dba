"""GeoJSON of what has an area: reading it with every fault named and located, and writing it (RFC 7946)."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from wangge_core.errors import Refusal, refusal
from wangge_core.geometry.exact import Array, degrees

MOST_VERTICES = 100_000
MOST_FAULTS = 10
"""How many faults of one shape are told."""
TYPES = {"Polygon", "MultiPolygon"}


@dataclass(slots=True)
class Drawn:
    """What was sent: polygons of closed rings of numbers, and what was mended in reading. `refusals` tell why it cannot be read."""

    polygons: list[list[Array]] = field(default_factory=list[list[Array]])
    closed: int = 0
    """Rings that were closed."""
    flattened: int = 0
    """Positions whose height was dropped."""
    refusals: list[Refusal] = field(default_factory=list[Refusal])

    @property
    def rings(self) -> Iterator[Array]:
        return (ring for polygon in self.polygons for ring in polygon)


def read_geojson(geometry: Any, *, repair: bool = False, at: str = "geometry") -> Drawn:
    """Read a Polygon or MultiPolygon, or a Feature of one, from plain data. `repair` closes rings and drops heights.

    Refusals: GEOMETRY_TYPE, GEOMETRY_DAMAGED, TOO_MANY_VERTICES, RING_NOT_CLOSED, RING_TOO_SHORT, POSITION_WITH_HEIGHT; `field` is the
    path of the ring or position, such as `geometry.coordinates[0][12]`.
    """
    drawn = Drawn()
    if isinstance(geometry, dict) and cast(dict[str, Any], geometry).get("type") == "Feature":
        geometry, at = cast(dict[str, Any], geometry).get("geometry"), f"{at}.geometry"
    found = cast(dict[str, Any], geometry) if isinstance(geometry, dict) else {}
    type, coordinates = found.get("type"), found.get("coordinates")
    if not isinstance(type, str) or type not in TYPES:
        drawn.refusals.append(refusal("GEOMETRY_TYPE", at, type=str(type or "?")[:40]))
        return drawn
    at = f"{at}.coordinates"
    polygons = [(at, coordinates)] if type == "Polygon" else list(_items(coordinates, at))
    rings = [list(_items(polygon, where)) for where, polygon in polygons]
    if not rings or not all(rings):
        drawn.refusals.append(refusal("GEOMETRY_DAMAGED", at))
        return drawn
    count = sum(max(_length(ring), 1) for polygon in rings for _, ring in polygon)
    if count > MOST_VERTICES:
        drawn.refusals.append(refusal("TOO_MANY_VERTICES", at, most=MOST_VERTICES, found=count))
        return drawn
    for polygon in rings:
        drawn.polygons.append([_ring(ring, where, drawn, repair) for where, ring in polygon])
        if len(drawn.refusals) >= MOST_FAULTS:
            break
    return drawn


def bare_geometry(given: Any) -> dict[str, Any]:
    """The geometry alone of what `read_geojson` could read: no feature around it, and no member beside its type and coordinates."""
    found: Mapping[str, Any] = given
    if found["type"] == "Feature":
        found = found["geometry"]
    return {name: found[name] for name in ("type", "coordinates")}


def _items(value: Any, at: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, list):
        yield from ((f"{at}[{number}]", one) for number, one in enumerate(cast(list[Any], value)))


def _length(value: Any) -> int:
    return len(cast(list[Any], value)) if isinstance(value, list) else 0


def _ring(ring: Any, at: str, drawn: Drawn, repair: bool) -> Array:
    """The positions of a ring as an array of two columns."""
    found: list[tuple[float, float]] = []
    for number, value in enumerate(cast(list[Any], ring) if isinstance(ring, list) else [ring]):
        wrong = _fault(value, repair)
        if wrong and len(drawn.refusals) < MOST_FAULTS:
            drawn.refusals.append(refusal(wrong, f"{at}[{number}]"))
        if wrong:
            continue
        drawn.flattened += len(value) > 2
        found.append((float(value[0]), float(value[1])))
    if not drawn.refusals:
        _close(found, at, drawn, repair)
    return np.array(found, dtype=np.float64).reshape(-1, 2)


def _fault(value: Any, repair: bool) -> str:
    if not isinstance(value, list) or len(cast(list[Any], value)) < 2:
        return "GEOMETRY_DAMAGED"
    numbers = cast(list[Any], value)
    if not all(isinstance(one, int | float) and not isinstance(one, bool) and _finite(one) for one in numbers):
        return "GEOMETRY_DAMAGED"
    return "" if len(numbers) == 2 or repair else "POSITION_WITH_HEIGHT"


def _finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:
        return False


def _close(ring: list[tuple[float, float]], at: str, drawn: Drawn, repair: bool) -> None:
    if len(ring) > 2 and ring[0] != ring[-1]:
        if not repair:
            drawn.refusals.append(refusal("RING_NOT_CLOSED", at, start=_said(ring[0]), end=_said(ring[-1])))
            return
        ring.append(ring[0])
        drawn.closed += 1
    if len(ring) < 4:
        drawn.refusals.append(refusal("RING_TOO_SHORT", at, found=len(ring)))


def _said(position: tuple[float, float]) -> str:
    return f"{position[0]:g}, {position[1]:g}" if max(map(abs, position)) > 180 else f"{position[0]:.7f}, {position[1]:.7f}"


def to_geojson(polygons: Sequence[Sequence[Array]]) -> dict[str, Any]:
    """A Polygon, or a MultiPolygon where there are several, in degrees of WGS 84 from rings in units."""
    written = [[[[degrees(x), degrees(y)] for x, y in ring.tolist()] for ring in polygon] for polygon in polygons]
    if len(written) == 1:
        return {"type": "Polygon", "coordinates": written[0]}
    return {"type": "MultiPolygon", "coordinates": written}
