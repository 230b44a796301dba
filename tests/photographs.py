"""Photographs for tests: small pictures that are made here, and attachments of them that answers may name."""

import io
from typing import Any

from PIL import ExifTags, Image

from towns import Town
from wangge_core.evidence.cleaning import Cleaned
from wangge_core.evidence.files import Files
from wangge_core.evidence.links import Links
from wangge_core.evidence.receiving import take_in
from wangge_core.evidence.stores import in_memory
from wangge_core.rights.viewers import Viewer

SECRET = b"a secret of the tests, long enough"


def files_in_memory() -> Files:
    """What a deployment of a test keeps files with."""
    return Files(store=in_memory(), links=Links(lambda: (SECRET,), most_seconds=3_600))


def picture(width: int = 64, height: int = 48, *, colour: str = "teal", format: str = "JPEG", **options: Any) -> bytes:
    """The bytes of a picture of one colour."""
    written = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(written, format, **options)
    return written.getvalue()


def claiming(*, taken_at: str = "2026:01:02 03:04:05", orientation: int = 1) -> Image.Exif:
    """EXIF that says when and where: 120.155° E, 30.26° N."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Make] = "HERONCAM"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = taken_at
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps.update({1: "N", 2: (30.0, 15.0, 36.0), 3: "E", 4: (120.0, 9.0, 18.0)})
    return exif


async def photographs(town: Town, viewer: Viewer, number: int = 1) -> list[dict[str, int]]:
    """An answer to an ask of photographs: of so many that the viewer has taken in."""
    return [{"attachment": await photograph(town, viewer, at)} for at in range(number)]


async def photograph(town: Town, viewer: Viewer, shade: int = 0) -> int:
    """The id of an attachment that the viewer has taken in; of equal shades equal bytes."""
    content = picture(colour=f"#0000{shade:02x}")
    files = town.deployment.files
    assert files is not None
    file = Cleaned(content=content, media_type="image/jpeg", width=64, height=48, thumbnail=content)
    return await take_in(files.store, town.deployment.write, viewer, file)
