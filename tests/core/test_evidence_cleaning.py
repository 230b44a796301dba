"""What is taken of a file, and what is refused. All of it without a database."""

import io
import struct
import zlib
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from photographs import claiming, picture
from wangge_core.evidence.cleaning import PDF, THUMBNAIL_SIDE, Cleaned, Sizes, clean
from wangge_core.evidence.faults import FileRefusedError

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SCRIPT = b"<script>alert(1)</script>"


def cleaned(content: bytes, declared: str = "", **sizes: int) -> Cleaned:
    return clean(io.BytesIO(content), declared, Sizes(**sizes), NOW, ZoneInfo("Asia/Shanghai"))


def code_of(content: bytes, declared: str = "", **sizes: int) -> str:
    with pytest.raises(FileRefusedError) as raised:
        cleaned(content, declared, **sizes)
    return raised.value.refusal.code


def png(width: int, height: int, pixels: bytes) -> bytes:
    """A PNG of one bit a pixel that says that it has this size."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")


def pdf(*parts: bytes) -> bytes:
    return b"%PDF-1.7\n" + b"\n".join(parts) + b"\nxref\n0 1\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"


@pytest.mark.parametrize(("format", "media_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")])
def test_a_picture_stays_of_its_type_and_size(format: str, media_type: str) -> None:
    found = cleaned(picture(640, 480, format=format), media_type)
    assert (found.media_type, found.width, found.height) == (media_type, 640, 480)
    again = Image.open(io.BytesIO(found.content))
    assert (again.format, again.size) == (format, (640, 480))
    assert found.thumbnail is not None
    assert max(Image.open(io.BytesIO(found.thumbnail)).size) == THUMBNAIL_SIDE


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_what_exif_claims_is_read_and_then_gone(format: str) -> None:
    given = picture(format=format, exif=claiming())
    assert b"HERONCAM" in given
    found = cleaned(given)
    assert found.claims.taken_at == datetime(2026, 1, 1, 19, 4, 5, tzinfo=UTC)
    assert (found.claims.longitude, found.claims.latitude) == (120.155, 30.26)
    for content in (found.content, found.thumbnail or b""):
        assert b"HERONCAM" not in content
        assert b"Exif" not in content
        assert b"EXIF" not in content
        assert not dict(Image.open(io.BytesIO(content)).getexif())


def test_comments_profiles_and_other_text_do_not_stay() -> None:
    assert b"written by heron" not in cleaned(picture(comment=b"written by heron")).content
    assert b"a profile of heron" not in cleaned(picture(icc_profile=b"a profile of heron")).content
    assert b"a profile of heron" not in cleaned(picture(format="WEBP", icc_profile=b"a profile of heron")).content
    assert b"xmp of heron" not in cleaned(picture(format="WEBP", xmp=b"<x:xmpmeta>xmp of heron")).content
    assert b"iCCP" not in cleaned(picture(format="PNG", icc_profile=b"a profile of heron")).content


def test_a_picture_stands_upright_as_the_camera_was_held() -> None:
    found = cleaned(picture(64, 48, exif=claiming(orientation=6)))
    assert (found.width, found.height) == (48, 64)


def test_a_large_picture_is_brought_down_to_the_largest_side() -> None:
    found = cleaned(picture(2000, 1000), largest_side=500)
    assert (found.width, found.height) == (500, 250)


def test_equal_pictures_have_equal_digests_whatever_else_was_in_the_file() -> None:
    assert cleaned(picture(comment=b"one")).digest == cleaned(picture(comment=b"another", exif=claiming())).digest
    assert cleaned(picture()).digest != cleaned(picture(colour="red")).digest


@pytest.mark.parametrize(
    "taken_at", ["2031:01:01 00:00:00", "1980:01:01 00:00:00", "not a time", "0000:00:00 00:00:00", "9999:99:99"]
)
def test_a_time_that_cannot_be_meant_is_not_claimed(taken_at: str) -> None:
    found = cleaned(picture(exif=claiming(taken_at=taken_at)))
    assert found.claims.taken_at is None
    assert found.claims.longitude == 120.155


@pytest.mark.parametrize("parts", [(0.0, 0.0, 0.0), (95.0, 0.0, 0.0), (30.0, 15.0)])
def test_a_position_that_cannot_be_meant_is_not_claimed(parts: tuple[float, ...]) -> None:
    exif = claiming()
    exif.get_ifd(0x8825).update({2: parts, 4: parts if parts[0] == 0 else (120.0, 9.0, 18.0)})
    found = cleaned(picture(exif=exif))
    assert (found.claims.longitude, found.claims.latitude) == (None, None)
    assert found.claims.taken_at is not None


@pytest.mark.parametrize("declared", ["image/png", "image/webp", PDF])
def test_a_file_that_lies_about_its_type_is_refused(declared: str) -> None:
    assert code_of(picture(), declared) == "FILE_TYPE_DIFFERS"


@pytest.mark.parametrize("declared", ["text/html", "image/svg+xml", "image/gif", "image/heic", "application/zip"])
def test_a_type_that_is_not_taken_is_refused_by_its_name(declared: str) -> None:
    assert code_of(picture(), declared) == "FILE_TYPE_UNSUPPORTED"


@pytest.mark.parametrize(
    "content",
    [
        SCRIPT,
        b"GIF89a" + bytes(40),
        b"PK\x03\x04" + bytes(40),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\xff\xd8",
        bytes(100),
    ],
    ids=["html", "gif", "zip", "svg", "two bytes", "zeros"],
)
def test_what_is_no_picture_is_refused_whatever_it_is_called(content: bytes) -> None:
    assert code_of(content, "image/jpeg") == "FILE_TYPE_UNSUPPORTED"


def test_an_empty_file_is_refused() -> None:
    assert code_of(b"", "image/jpeg") == "FILE_EMPTY"


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_a_file_that_is_cut_off_is_refused(format: str) -> None:
    noise = Image.effect_noise((200, 200), 90)
    written = io.BytesIO()
    noise.save(written, format)
    whole = written.getvalue()
    cleaned(whole)
    assert code_of(whole[: len(whole) // 2]) in ("FILE_UNREADABLE", "FILE_TYPE_UNSUPPORTED")


def test_a_tiny_file_of_thirty_thousand_pixels_a_side_is_refused_before_it_is_decoded() -> None:
    bomb = png(30_000, 30_000, bytes(1000))
    assert len(bomb) < 200
    assert code_of(bomb) == "IMAGE_TOO_LARGE"


@pytest.mark.parametrize(("width", "height"), [(30_000, 1), (12_000, 12_000), (9_000, 9_000)])
def test_a_picture_with_too_many_pixels_or_too_long_a_side_is_refused(width: int, height: int) -> None:
    assert code_of(png(width, height, bytes(1000))) == "IMAGE_TOO_LARGE"


def test_a_bomb_in_a_chunk_of_text_is_refused() -> None:
    text = zlib.compress(bytes(200_000_000), 9)
    whole = png(8, 8, bytes(16))
    chunk = b"zTXtx\0\0" + text
    bomb = whole[:33] + struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) + whole[33:]
    assert code_of(bomb) in ("FILE_UNREADABLE", "FILE_TYPE_UNSUPPORTED")


@pytest.mark.parametrize("tail", [SCRIPT, b"PK\x03\x04 and a whole archive", b"%PDF-1.7 and a whole document"])
def test_what_hangs_on_behind_a_picture_is_cut_off(tail: bytes) -> None:
    assert tail not in cleaned(picture() + tail).content


def test_of_an_animation_the_first_picture_stays() -> None:
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "green", "blue")]
    written = io.BytesIO()
    frames[0].save(written, "WEBP", save_all=True, append_images=frames[1:])
    found = Image.open(io.BytesIO(cleaned(written.getvalue()).content))
    assert getattr(found, "n_frames", 1) == 1


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_pictures_of_every_mode_are_read(mode: str) -> None:
    written = io.BytesIO()
    Image.new(mode, (30, 20)).save(written, "JPEG" if mode == "CMYK" else "PNG")
    assert cleaned(written.getvalue()).width == 30


def test_a_plain_document_stays_as_it_is() -> None:
    given = pdf(b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj")
    found = cleaned(given, PDF)
    assert (found.content, found.media_type, found.width, found.thumbnail) == (given, PDF, None, None)


@pytest.mark.parametrize(
    "part",
    [
        b"1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj",
        b"1 0 obj<</S/J#61vaScript>>endobj",
        b"1 0 obj<</S/Launch/F(cmd.exe)>>endobj",
        b"1 0 obj<</Names<</EmbeddedFiles 3 0 R>>>>endobj",
        b"1 0 obj<</Length 9/Filter/FlateDecode>>stream\n" + zlib.compress(b"<</S/JavaScript/JS(x)>>") + b"\nendstream endobj",
    ],
    ids=["script", "escaped", "program", "files inside", "in a stream"],
)
def test_a_document_that_does_more_than_show_is_refused(part: bytes) -> None:
    assert code_of(pdf(part), PDF) == "FILE_ACTIVE"


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj",
        pdf(b"trailer<</Encrypt 5 0 R>>"),
        pdf(b"1 0 obj<<>>stream\n" + zlib.compress(bytes(60_000_000), 9) + b"\nendstream endobj"),
    ],
    ids=["cut off", "encrypted", "bomb"],
)
def test_a_document_that_cannot_be_looked_through_is_refused(content: bytes) -> None:
    assert code_of(content, PDF) == "FILE_UNREADABLE"


def test_a_document_is_not_looked_for_inside_of_something_else() -> None:
    hidden: Any = SCRIPT + pdf()
    assert code_of(hidden, PDF) == "FILE_TYPE_UNSUPPORTED"
