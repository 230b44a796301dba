"""Shapes: areas on the ground as they are stored, made from GeoJSON in a declared system or refused with the fault and its place."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, cast

import numpy as np

from wangge_core.errors import Refusal, refusal
from wangge_core.geometry import systems
from wangge_core.geometry.exact import UNITS, Array, Box, Edges, area_of, degrees
from wangge_core.geometry.geojson import MOST_FAULTS, Drawn, read_geojson, to_geojson
from wangge_core.geometry.validity import check_validity, from_shapely, is_tangled, made_valid, to_shapely

LEAST_AREA, MOST_AREA = 1.0, 2e13
"""Square metres: what is below is a slip of the hand, what is above is no ground of anybody's (20 million square kilometres)."""

MOST_NAME = 40
"""How much of a wrong name is told back."""


class RepairKind(StrEnum):
    """What was changed in a boundary because it was asked for."""

    CLOSED_RINGS = "CLOSED_RINGS"
    DROPPED_HEIGHTS = "DROPPED_HEIGHTS"
    DROPPED_RINGS = "DROPPED_RINGS"
    RESHAPED = "RESHAPED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """A change: of how many rings or positions, and where the first fault was."""

    what: RepairKind
    count: int
    longitude: float | None = None
    latitude: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """An area: valid polygons of closed rings in units of WGS 84, at least one. `system` is what it was sent in, `repairs` what was mended.

    `rings` are those of all polygons, `box` is the smallest around them, `area` in square metres on the ellipsoid.
    """

    polygons: Sequence[Sequence[Array]]
    system: str
    repairs: Sequence[Repair] = ()
    rings: list[Array] = field(init=False, compare=False)
    box: Box = field(init=False)
    area: float = field(init=False)

    def __post_init__(self) -> None:
        rings = [ring for polygon in self.polygons for ring in polygon]
        positions = np.concatenate(rings)
        area = sum(abs(area_of(outer)) - sum(abs(area_of(hole)) for hole in holes) for outer, *holes in self.polygons)
        object.__setattr__(self, "rings", rings)
        object.__setattr__(self, "box", Box(*positions.min(axis=0).tolist(), *positions.max(axis=0).tolist()))
        object.__setattr__(self, "area", area)

    @property
    def vertices(self) -> int:
        """How many corners it has; where a ring closes counts once."""
        return sum(len(ring) - 1 for ring in self.rings)

    def geojson(self) -> dict[str, Any]:
        return to_geojson(self.polygons)

    def packed(self) -> bytes:
        """Its rings as bytes: how many, how long each is, then the positions, all as four bytes."""
        head = np.array([len(self.rings), *(len(ring) for ring in self.rings)], dtype="<i4")
        return head.tobytes() + np.concatenate(self.rings).astype("<i4").tobytes()


def unpacked(content: bytes) -> Edges:
    """The edges of a shape from its packed rings."""
    numbers = np.frombuffer(content, dtype="<i4")
    count = int(numbers[0])
    positions = numbers[1 + count :].reshape(-1, 2)
    return Edges.of(np.split(positions, np.cumsum(numbers[1 : 1 + count])[:-1]))


def make_shape(geometry: Any, system: str, *, repair: bool = False, at: str = "geometry") -> Shape | list[Refusal]:
    """The shape of a GeoJSON geometry in a declared coordinate system, or all that is wrong with it.

    Nothing is mended unless `repair` asks for it; `Shape.repairs` then says what was. Rings are turned as RFC 7946 has them, and positions
    rounded to 1e-7 degree, without a word.
    """
    if not system.strip():
        return [refusal("REQUIRED", "system")]
    try:
        name = systems.system_name(system)
    except systems.SystemUnavailableError:
        return [refusal("SYSTEM_UNAVAILABLE", "system", system=system[:MOST_NAME])]
    except systems.SystemUnknownError:
        return [refusal("SYSTEM_UNKNOWN", "system", system=system[:MOST_NAME])]
    said = systems.said_system(cast("dict[str, Any]", geometry).get("crs")) if isinstance(geometry, dict) else None
    if said is not None and systems.contradicts(said, name):
        return [refusal("SYSTEM_CONTRADICTED", "system", said=said, system=name)]
    drawn = read_geojson(geometry, repair=repair, at=at)
    if drawn.refusals:
        return drawn.refusals
    if found := _convert(drawn, name, at):
        return found
    return _checked(drawn, name, repair, at)


def _convert(drawn: Drawn, system: str, at: str) -> list[Refusal]:
    """Turn what was sent into units of WGS 84, or say which positions mean nothing."""
    sent = np.concatenate(list(drawn.rings))
    with np.errstate(invalid="ignore", over="ignore"):
        found = systems.positions_to_wgs84(sent, system)
        good = systems.covers(system, sent, found)
    if not good.all():
        return _misplaced(sent[~good], system, at)
    if np.any((sent == 0).all(axis=1)):
        return [refusal("POSITION_INVALID", at)]
    rounded, start = np.rint(found * UNITS).astype(np.int64), 0
    for polygon in drawn.polygons:
        for number, ring in enumerate(polygon):
            part = rounded[start : start + len(ring)]
            start += len(ring)
            polygon[number] = part[np.concatenate([[True], np.any(np.diff(part, axis=0) != 0, axis=1)])]
    return list(_around(drawn, at))


def _misplaced(sent: Array, system: str, at: str) -> list[Refusal]:
    x, y = float(sent[0][0]), float(sent[0][1])
    offset = systems.is_offset(system)
    swapped = systems.in_china(y, x) if offset else abs(x) <= 90 < abs(y) <= 180
    if systems.is_geographic(system) and swapped:
        return [refusal("POSITION_SWAPPED", at, x=x, y=y)]
    return [refusal("POSITION_OUTSIDE_SYSTEM", at, x=x, y=y, system=system, found=len(sent))]


def _around(drawn: Drawn, at: str) -> Iterator[Refusal]:
    """No edge goes over the antimeridian, which nobody can tell from an edge around the rest of the globe."""
    for ring in drawn.rings:
        wide = np.flatnonzero(np.abs(np.diff(ring[:, 0])) > 180 * UNITS)
        if len(wide):
            yield refusal("CROSSES_ANTIMERIDIAN", at, where=_where(ring[wide[0]]))
            return


def _where(position: Array) -> str:
    return f"{degrees(position[0]):.7f}, {degrees(position[1]):.7f}"


def _checked(drawn: Drawn, system: str, repair: bool, at: str) -> Shape | list[Refusal]:
    repairs = [
        *_noted(RepairKind.CLOSED_RINGS, drawn.closed),
        *_noted(RepairKind.DROPPED_HEIGHTS, drawn.flattened),
    ]
    flat = [ring for ring in drawn.rings if len(ring) < 4]
    if flat:
        if not repair:
            return [refusal("RING_WITHOUT_AREA", at, where=_where(ring[0])) for ring in flat][:MOST_FAULTS]
        repairs += _noted(RepairKind.DROPPED_RINGS, len(flat))
    polygons = [[ring for ring in polygon if len(ring) >= 4] for polygon in drawn.polygons if len(polygon[0]) >= 4]
    if not polygons:
        return [refusal("BOUNDARY_TOO_SMALL", at, area="0", least=LEAST_AREA)]
    shape = to_shapely(polygons)
    if wrong := list(check_validity(shape, at)):
        if not repair or is_tangled(shape):
            return wrong
        mended = made_valid(shape)
        repairs.append(_reshaped(polygons, from_shapely(mended), wrong[0]))
        shape = mended
    found = from_shapely(shape)
    if not found:
        return [refusal("BOUNDARY_TOO_SMALL", at, area="0", least=LEAST_AREA)]
    made = Shape(polygons=found, system=system, repairs=tuple(repairs))
    return list(_check_size(made, at)) or made


def _check_size(made: Shape, at: str) -> Iterator[Refusal]:
    if made.area < LEAST_AREA:
        yield refusal("BOUNDARY_TOO_SMALL", at, area=f"{made.area:.2f}", least=LEAST_AREA)
    elif made.area > MOST_AREA or made.box.east - made.box.west > 180 * UNITS:
        yield refusal("BOUNDARY_TOO_LARGE", at, area=f"{made.area / 1e6:,.0f}", most=f"{MOST_AREA / 1e6:,.0f}")


def _noted(what: RepairKind, count: int) -> list[Repair]:
    return [Repair(what=what, count=count)] if count else []


def _reshaped(before: Sequence[Sequence[Array]], after: Sequence[Sequence[Array]], wrong: Refusal) -> Repair:
    """How many corners went or came, and where the first fault was."""
    old, new = ({(int(x), int(y)) for polygon in one for ring in polygon for x, y in ring} for one in (before, after))
    place = wrong.values.get("where", "?").split(", ")
    longitude, latitude = (float(place[0]), float(place[1])) if len(place) == 2 else (None, None)
    return Repair(what=RepairKind.RESHAPED, count=len(old ^ new), longitude=longitude, latitude=latitude)
