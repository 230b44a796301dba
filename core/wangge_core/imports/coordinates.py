"""Coordinate systems of imported positions. What is stored is WGS 84; CGCS2000 differs from it by
centimetres and is taken as it is.

GCJ-02 is the offset that maps published in China carry. The offset is given as a function of the true position, so the way back is
found in steps, each of which is many times closer than the one before.
"""

from enum import StrEnum
from math import cos, pi, sin, sqrt

MAJOR_AXIS = 6378245.0
ECCENTRICITY_SQUARED = 0.00669342162296594323
"""Of the Krasovsky 1940 ellipsoid, which the offset is computed on."""
STEPS = 6


class CoordinateSystem(StrEnum):
    """What the numbers of a file mean."""

    WGS84 = "wgs84"
    CGCS2000 = "cgcs2000"
    GCJ02 = "gcj02"


def to_wgs84(longitude: float, latitude: float, system: CoordinateSystem) -> tuple[float, float]:
    """The position in WGS 84."""
    if system is not CoordinateSystem.GCJ02:
        return longitude, latitude
    true = longitude, latitude
    for _ in range(STEPS):
        shown = to_gcj02(*true)
        true = true[0] + longitude - shown[0], true[1] + latitude - shown[1]
    return true


def to_gcj02(longitude: float, latitude: float) -> tuple[float, float]:
    """The position with the offset of GCJ-02; outside of China there is none."""
    if not (72.004 <= longitude <= 137.8347 and 0.8293 <= latitude <= 55.8271):
        return longitude, latitude
    x, y = longitude - 105, latitude - 35
    root = sqrt(abs(x))
    short = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + short
    north += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3 + (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + short
    east += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3 + (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    radians = latitude / 180 * pi
    curve = 1 - ECCENTRICITY_SQUARED * sin(radians) ** 2
    metres_north = MAJOR_AXIS * (1 - ECCENTRICITY_SQUARED) / (curve * sqrt(curve)) * pi / 180
    metres_east = MAJOR_AXIS / sqrt(curve) * cos(radians) * pi / 180
    return longitude + east / metres_east, latitude + north / metres_north
