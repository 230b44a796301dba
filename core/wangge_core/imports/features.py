"""GeoJSON: each feature is a row of its properties, and of the longitude and latitude of its middle."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import orjson

from wangge_core.geometry.systems import said_system
from wangge_core.imports.files import DAMAGED, FileError, OpenFile, Row, file_error, open_bytes, row_of

Point = tuple[float, float]
Ring = Sequence[Sequence[float]]


def open_features(path: Path) -> OpenFile:
    """The columns that any feature has, and the features. Raises FileError."""
    try:
        with open_bytes(path) as file:
            content = orjson.loads(file.read())
        features = _features(content)
        names = dict.fromkeys(name for feature in features for name in _properties(feature))
    except DAMAGED as error:
        raise file_error(path, error) from None
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        raise FileError(f"{path.name} is no GeoJSON FeatureCollection.", hint="It must have a list of features.") from None
    header = [*(name for name in names if name not in {"longitude", "latitude"}), "longitude", "latitude"]
    return OpenFile(header, _rows(features, header), said_system(content.get("crs")))


def _features(content: Any) -> list[dict[str, Any]]:
    if content["type"] != "FeatureCollection":
        raise TypeError
    return cast(list[dict[str, Any]], list(content["features"]))


def _properties(feature: dict[str, Any]) -> dict[str, Any]:
    return feature["properties"] or {}


def _rows(features: list[dict[str, Any]], header: list[str]) -> Iterator[Row]:
    for number, feature in enumerate(features, 1):
        values = {name: _text(value) for name, value in _properties(feature).items()}
        found = middle(feature.get("geometry"))
        values["longitude"], values["latitude"] = (f"{found[0]:.7f}", f"{found[1]:.7f}") if found else ("", "")
        row = row_of(number, header, [values.get(name, "") for name in header])
        yield replace(row, geometry=feature.get("geometry"))


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def middle(geometry: Any) -> Point | None:
    """The centroid of a polygon by area, holes taken out; a point itself; None for anything else or damaged."""
    try:
        match geometry:
            case {"type": "Point", "coordinates": [longitude, latitude, *_]}:
                return float(longitude), float(latitude)
            case {"type": "Polygon", "coordinates": rings}:
                return _centroid([rings])
            case {"type": "MultiPolygon", "coordinates": polygons}:
                return _centroid(polygons)
            case _:
                return None
    except (TypeError, ValueError, IndexError):
        return None


def _centroid(polygons: Sequence[Sequence[Ring]]) -> Point | None:
    """Sums the rings' moments about the first corner, which keeps the differences of small areas exact."""
    origin = polygons[0][0][0]
    area = x = y = 0.0
    for rings in polygons:
        for place, ring in enumerate(rings):
            part, part_x, part_y = _moments(ring, origin)
            sign = (1 if part >= 0 else -1) * (1 if place == 0 else -1)
            area, x, y = area + sign * part, x + sign * part_x, y + sign * part_y
    if abs(area) < 1e-18:  # a line or a point: the mean of its corners
        ring = polygons[0][0]
        return sum(point[0] for point in ring) / len(ring), sum(point[1] for point in ring) / len(ring)
    return origin[0] + x / (3 * area), origin[1] + y / (3 * area)


def _moments(ring: Ring, origin: Sequence[float]) -> tuple[float, float, float]:
    """Twice the area of a ring, and three times its first moments, signed by its direction."""
    area = x = y = 0.0
    for start, end in zip(ring, (*ring[1:], ring[0]), strict=True):
        ax, ay, bx, by = start[0] - origin[0], start[1] - origin[1], end[0] - origin[0], end[1] - origin[1]
        cross = ax * by - bx * ay
        area, x, y = area + cross, x + (ax + bx) * cross, y + (ay + by) * cross
    return area, x, y
