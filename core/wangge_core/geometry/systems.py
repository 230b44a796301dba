"""Coordinate systems of what is sent. What is stored is WGS 84; CGCS2000 differs from it by centimetres and is taken as it is.

GCJ-02 is the offset that maps published in China carry, BD-09 one more on top of it. Both are given as functions of the true position, so
the way back is found in steps, each of which is many times closer than the one before. EPSG codes need the extra `crs` (pyproj).
"""

import math
import re
from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache
from typing import Any, cast

import numpy as np

MAJOR_AXIS = 6378245.0
ECCENTRICITY_SQUARED = 0.00669342162296594323
"""Of the Krasovsky 1940 ellipsoid, which the offset of GCJ-02 is computed on."""
STEPS = 6
CHINA = (72.004, 0.8293, 137.8347, 55.8271)
"""West, south, east and north of where the offsets apply; outside of it there are none."""
BAIDU = math.pi * 3000 / 180


class CoordinateSystem(StrEnum):
    """What the numbers of a file mean."""

    WGS84 = "wgs84"
    CGCS2000 = "cgcs2000"
    GCJ02 = "gcj02"
    BD09 = "bd09"


SAME = {"epsg:4326": "wgs84", "epsg:4490": "cgcs2000", "crs84": "wgs84"}
DEGREES = frozenset({CoordinateSystem.WGS84, CoordinateSystem.CGCS2000})
SAID = re.compile(r"EPSG:(?:[\d.]*:)?([0-9]{4,6})|CRS84", re.ASCII | re.IGNORECASE)
"""In the name of a `crs`, such as `urn:ogc:def:crs:EPSG::4547` or `urn:ogc:def:crs:OGC:1.3:CRS84`."""


class SystemUnknownError(ValueError):
    """No coordinate system of this name is known."""


class SystemUnavailableError(ValueError):
    """The system is an EPSG code, and pyproj is not installed."""


def system_name(given: str) -> str:
    """The name of a system as it is stored: `GCJ-02` is `gcj02`, `EPSG:4547` is `epsg:4547`.

    Raises SystemUnknownError and SystemUnavailableError.
    """
    name = re.sub(r"[\s_-]", "", given).lower()
    name = SAME.get(name, name)
    if name in {one.value for one in CoordinateSystem}:
        return name
    if not re.fullmatch(r"epsg:[0-9]{4,6}", name, re.ASCII):
        raise SystemUnknownError(given)
    _transformer(name)
    return name


def said_system(crs: Any) -> str | None:
    """The system that a `crs` member of GeoJSON from before RFC 7946 names, as it is stored; None where none is understood."""
    found = SAID.search(str(cast("dict[str, Any]", crs).get("properties"))) if isinstance(crs, dict) else None
    if found is None:
        return None
    name = f"epsg:{found[1]}" if found[1] else "crs84"
    return SAME.get(name, name)


def contradicts(said: str, system: str) -> bool:
    """Whether data that says to be in one system cannot be meant in another. Programs write WGS 84 for what has an offset, too."""
    if said in DEGREES:
        return system not in DEGREES and not is_offset(system)
    return said != system


def is_offset(system: str) -> bool:
    """Whether a system is one of those that China's maps are published in."""
    return system in (CoordinateSystem.GCJ02, CoordinateSystem.BD09)


def is_geographic(system: str) -> bool:
    """Whether a system's numbers are degrees of longitude and latitude, as far as that is known without pyproj."""
    return not system.startswith("epsg:")


def in_china(longitude: float, latitude: float) -> bool:
    """Whether the offsets apply at a position."""
    west, south, east, north = CHINA
    return west <= longitude <= east and south <= latitude <= north


def to_wgs84(longitude: float, latitude: float, system: str) -> tuple[float, float]:
    """The position in WGS 84."""
    if not is_geographic(system):
        (found,) = positions_to_wgs84(np.array([[longitude, latitude]]), system)
        return float(found[0]), float(found[1])
    if not is_offset(system):
        return longitude, latitude
    show = to_gcj02 if system == CoordinateSystem.GCJ02 else to_bd09
    true = longitude, latitude
    for _ in range(STEPS):
        shown = show(*true)
        true = true[0] + longitude - shown[0], true[1] + latitude - shown[1]
    return true


def positions_to_wgs84(positions: "np.ndarray[Any, Any]", system: str) -> "np.ndarray[Any, Any]":
    """Many positions (rows of two) at once, as `to_wgs84`. Infinite where a system of an EPSG code does not know them."""
    if not is_geographic(system):
        found = _transformer(system).transform(positions[:, 0], positions[:, 1], errcheck=False)
        return np.column_stack(found)
    if not is_offset(system):
        return positions
    show = _gcj02 if system == CoordinateSystem.GCJ02 else _bd09
    true = positions
    for _ in range(STEPS):
        west, south, east, north = CHINA
        x, y = true[:, 0], true[:, 1]
        inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
        shown = np.where(inside[:, None], np.column_stack(show(x, y, np)), true)
        true = true + positions - shown
    return true


def to_gcj02(longitude: float, latitude: float) -> tuple[float, float]:
    """The position with the offset of GCJ-02; outside of China there is none."""
    return _gcj02(longitude, latitude, math) if in_china(longitude, latitude) else (longitude, latitude)


def to_bd09(longitude: float, latitude: float) -> tuple[float, float]:
    """The position with the offset of BD-09; outside of China there is none."""
    return _bd09(longitude, latitude, math) if in_china(longitude, latitude) else (longitude, latitude)


def _gcj02(longitude: Any, latitude: Any, m: Any) -> tuple[Any, Any]:
    """For numbers with `math`, for arrays with numpy."""
    sin: Callable[[Any], Any] = m.sin
    x, y, pi = longitude - 105, latitude - 35, math.pi
    root = m.sqrt(m.fabs(x))
    short = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + short
    north += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3 + (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + short
    east += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3 + (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    radians = latitude / 180 * pi
    curve = 1 - ECCENTRICITY_SQUARED * sin(radians) ** 2
    metres_north = MAJOR_AXIS * (1 - ECCENTRICITY_SQUARED) / (curve * m.sqrt(curve)) * pi / 180
    metres_east = MAJOR_AXIS / m.sqrt(curve) * m.cos(radians) * pi / 180
    return longitude + east / metres_east, latitude + north / metres_north


def _bd09(longitude: Any, latitude: Any, m: Any) -> tuple[Any, Any]:
    x, y = _gcj02(longitude, latitude, m)
    length = m.sqrt(x * x + y * y) + 0.00002 * m.sin(y * BAIDU)
    angle = (math.atan2 if m is math else np.arctan2)(y, x) + 0.000003 * m.cos(x * BAIDU)
    return length * m.cos(angle) + 0.0065, length * m.sin(angle) + 0.006


MARGIN = 3.0
"""How many degrees beyond the area of use of an EPSG code positions are still believed."""


def covers(system: str, positions: "np.ndarray[Any, Any]", found: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
    """For each position as it was sent, with what it is in WGS 84, whether the system can mean it."""
    west, south, east, north = -180.0, -90.0, 180.0, 90.0
    if is_offset(system):
        west, south, east, north = CHINA
    elif not is_geographic(system) and (area := _transformer(system).source_crs.area_of_use) is not None:
        west, south, east, north = area.west - MARGIN, area.south - MARGIN, area.east + MARGIN, area.north + MARGIN
    seen = found if not is_geographic(system) else positions
    x, y = seen[:, 0], seen[:, 1]
    around = (x >= west) | (x <= east) if west > east else (x >= west) & (x <= east)
    return around & (y >= south) & (y <= north) & (np.abs(x) <= 180) & (np.abs(y) <= 90)


@lru_cache(maxsize=64)
def _transformer(system: str) -> Any:
    """What turns coordinates of an EPSG code into longitude and latitude."""
    try:
        import pyproj  # noqa: PLC0415 - an extra
    except ImportError:
        raise SystemUnavailableError(system) from None
    library: Any = pyproj
    try:
        return library.Transformer.from_crs(system.upper(), "EPSG:4326", always_xy=True)
    except library.exceptions.ProjError:
        raise SystemUnknownError(system) from None
