"""Claims: when and where a picture says that it was taken (EXIF 2.32, tags of the camera and of its GPS). Anybody can write them.

What cannot be meant is left out: a time ahead or before digital cameras, a position that is none. A time without a zone is taken for
the time of the place.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from PIL import ExifTags, Image

from wangge_core.checking import check_position, seven_places

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
AHEAD = timedelta(hours=1)
"""How far a camera's clock may be fast."""
TIME = "%Y:%m:%d %H:%M:%S"
_V = TypeVar("_V")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """When and where a picture was taken, as it says itself; WGS 84 degrees."""

    taken_at: datetime | None = None
    longitude: float | None = None
    latitude: float | None = None


NOTHING_CLAIMED = Claims()


def read_claims(picture: Image.Image, now: datetime, zone: ZoneInfo) -> Claims:
    """What the EXIF of an opened picture claims. Never raises for what stands in it."""
    exif = _or_none(picture.getexif)
    if exif is None:
        return Claims()
    camera = _or_none(lambda: exif.get_ifd(ExifTags.IFD.Exif)) or {}
    gps = _or_none(lambda: exif.get_ifd(ExifTags.IFD.GPSInfo)) or {}
    taken_at = _or_none(lambda: _taken_at(camera, zone)) or _or_none(lambda: _by_satellite(gps))
    if taken_at is not None and not EARLIEST <= taken_at <= now + AHEAD:
        taken_at = None
    longitude, latitude = _or_none(lambda: _position(gps)) or (None, None)
    return Claims(taken_at=taken_at, longitude=longitude, latitude=latitude)


def _or_none(read: Callable[[], _V]) -> _V | None:
    try:
        return read()
    except Exception:  # a broken EXIF claims nothing; the picture may be good all the same
        return None


def _taken_at(camera: Mapping[int, Any], zone: ZoneInfo) -> datetime | None:
    written, offset = camera.get(ExifTags.Base.DateTimeOriginal), camera.get(ExifTags.Base.OffsetTimeOriginal)
    if not isinstance(written, str):
        return None
    local = datetime.strptime(written.strip("\0 "), TIME)  # noqa: DTZ007 - its zone stands in another tag, or nowhere
    return local.replace(tzinfo=_zone(offset) or zone).astimezone(UTC)


def _zone(offset: Any) -> timezone | None:
    if not isinstance(offset, str):
        return None
    found = datetime.strptime(offset.strip("\0 ").replace("Z", "+00:00"), "%z").utcoffset()
    return None if found is None else timezone(found)


def _by_satellite(gps: Mapping[int, Any]) -> datetime | None:
    day, time = gps.get(ExifTags.GPS.GPSDateStamp), gps.get(ExifTags.GPS.GPSTimeStamp)
    if not isinstance(day, str) or time is None:
        return None
    hours, minutes, seconds = (int(float(part)) for part in time)
    return datetime.strptime(f"{day.strip(chr(0))} {hours}:{minutes}:{seconds}", TIME).replace(tzinfo=UTC)


def _position(gps: Mapping[int, Any]) -> tuple[float | None, float | None]:
    longitude = _degrees(gps[ExifTags.GPS.GPSLongitude], gps[ExifTags.GPS.GPSLongitudeRef], "W")
    latitude = _degrees(gps[ExifTags.GPS.GPSLatitude], gps[ExifTags.GPS.GPSLatitudeRef], "S")
    wrong = not (math.isfinite(longitude) and math.isfinite(latitude)) or any(check_position(longitude, latitude))
    return (None, None) if wrong else (seven_places(longitude), seven_places(latitude))


def _degrees(parts: Any, side: str, negative: str) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    return -value if side.strip("\0 ").upper() == negative else value
