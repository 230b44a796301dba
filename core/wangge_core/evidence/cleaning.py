"""Cleaning: what comes in as bytes leaves as a picture of a known type with nothing but its pixels, or as a document without scripts.

A picture is decoded and encoded anew, upright and no larger than the limits say; what its EXIF claims is read first and then gone with
everything else that was in the file. All of this runs in a thread: it takes time, and knows neither the database nor who sent it.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import IO, Any
from zoneinfo import ZoneInfo

from PIL import Image, ImageOps

from wangge_core.evidence.claims import NOTHING_CLAIMED, Claims, read_claims
from wangge_core.evidence.documents import check_document
from wangge_core.evidence.faults import FileRefusedError

MOST_SIDE = 20_000
"""Pixels of one side of what is decoded at all."""
THUMBNAIL_SIDE = 320
QUALITY = 85
FORMATS: Mapping[str, str] = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
"""What Pillow calls the formats that are read; a phone's JPEG with more than one picture in it is MPO."""
PDF = "application/pdf"
MEDIA_TYPES = (*dict.fromkeys(FORMATS.values()), PDF)
UNSAID = frozenset({"", "application/octet-stream", "image/*"})
"""Types that say nothing of what a file is."""
SAME: Mapping[str, str] = {"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "application/x-pdf": PDF}

Image.MAX_IMAGE_PIXELS = 100_000_000  # above twice of it Pillow itself refuses; `most_pixels` is asked before anything is decoded


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Up to what size pictures are decoded, and down to what side they are brought; in pixels."""

    most_pixels: int = 50_000_000
    largest_side: int = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """What is kept of a file. `digest` is the SHA-256 of `content`; width, height and thumbnail are None for documents."""

    content: bytes
    media_type: str
    width: int | None = None
    height: int | None = None
    thumbnail: bytes | None = None
    claims: Claims = NOTHING_CLAIMED

    @property
    def digest(self) -> str:
        return sha256(self.content).hexdigest()


def clean(source: IO[bytes], declared: str, sizes: Sizes, now: datetime, zone: ZoneInfo) -> Cleaned:
    """The file without what is not to be kept. `declared` is the media type that the sender gives it, empty for none.

    Raises FileRefusedError: FILE_EMPTY, FILE_TYPE_UNSUPPORTED, FILE_TYPE_DIFFERS, FILE_UNREADABLE, IMAGE_TOO_LARGE, FILE_ACTIVE.
    """
    source.seek(0)
    head = source.read(16)
    source.seek(0)
    if not head:
        raise FileRefusedError("FILE_EMPTY")
    if head.startswith(b"%PDF-"):
        _check_type(declared, PDF)
        content = source.read()
        check_document(content)
        return Cleaned(content=content, media_type=PDF)
    return _picture(source, declared, sizes, now, zone)


def check_declared(declared: str) -> str:
    """The media type that is declared, empty where that says nothing. Raises FileRefusedError where such files are not taken."""
    said = declared.partition(";")[0].strip().lower()
    said = "" if said in UNSAID else SAME.get(said, said)
    if said and said not in MEDIA_TYPES:
        raise FileRefusedError("FILE_TYPE_UNSUPPORTED", types=", ".join(MEDIA_TYPES))
    return said


def _check_type(declared: str, found: str) -> None:
    said = check_declared(declared)
    if said and said != found:
        raise FileRefusedError("FILE_TYPE_DIFFERS", declared=said, found=found)


def _picture(source: IO[bytes], declared: str, sizes: Sizes, now: datetime, zone: ZoneInfo) -> Cleaned:
    try:
        opened = Image.open(source, formats=("JPEG", "PNG", "WEBP"))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise FileRefusedError("IMAGE_TOO_LARGE", most=sizes.most_pixels) from None
    except Exception:  # whatever a decoder trips over, the file is none that it reads
        raise FileRefusedError("FILE_TYPE_UNSUPPORTED", types=", ".join(MEDIA_TYPES)) from None
    with opened:
        media_type = FORMATS[opened.format or ""]
        _check_type(declared, media_type)
        if opened.width * opened.height > sizes.most_pixels or max(opened.size) > MOST_SIDE:
            raise FileRefusedError("IMAGE_TOO_LARGE", most=sizes.most_pixels)
        claims = read_claims(opened, now, zone)
        try:
            return _encoded(_upright(opened, sizes.largest_side), media_type, claims)
        except Exception:  # broken files fail in every way that decoders have
            raise FileRefusedError("FILE_UNREADABLE") from None


def _upright(opened: Image.Image, side: int) -> Image.Image:
    """The first picture of the file, decoded, turned as the camera was held, in plain colours, and no larger than it may be."""
    if max(opened.size) > side:
        opened.draft("RGB", (side, side))  # a JPEG is decoded at half its size or less where that is enough
    opened.load()
    picture = ImageOps.exif_transpose(opened)
    picture = picture.convert("RGBA" if picture.has_transparency_data else "L" if picture.mode in ("1", "L") else "RGB")
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    picture.info.clear()
    return picture


def _encoded(picture: Image.Image, media_type: str, claims: Claims) -> Cleaned:
    format = media_type.removeprefix("image/").upper()
    options: dict[str, Any] = {} if format == "PNG" else {"quality": QUALITY}
    if format == "JPEG" and picture.mode == "RGBA":
        picture = picture.convert("RGB")
    small = picture.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
    content, thumbnail = _bytes(picture, format, options), _bytes(small, format, options)
    width, height = picture.size
    return Cleaned(content=content, media_type=media_type, width=width, height=height, thumbnail=thumbnail, claims=claims)


def _bytes(picture: Image.Image, format: str, options: Mapping[str, Any]) -> bytes:
    written = io.BytesIO()
    picture.save(written, format, **options)
    return written.getvalue()
