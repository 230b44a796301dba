"""The encoding of a text file, found by reading all of it: UTF-8, or else GB 18030, in which older Chinese software writes."""

import codecs
from pathlib import Path

from wangge_core.imports.files import DAMAGED, FileError, file_error, open_bytes

CHUNK_BYTES = 1 << 20
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def encoding_of(path: Path, given: str) -> str:
    """The encoding that decodes the whole file: the one given or marked at its start, or the first that fits. Raises FileError."""
    if given:
        try:
            codecs.lookup(given)
        except LookupError:
            raise FileError(f"there is no encoding {given!r}.", hint="Write utf-8 or gb18030.") from None
    candidates = [given] if given else _candidates(path)
    for encoding in candidates:
        if _decodes(path, encoding):
            return encoding
    raise FileError(
        f"{path.name} is not written in {' or '.join(candidates)}.", hint="Save it as UTF-8, or set file.encoding in the mapping."
    )


def _candidates(path: Path) -> list[str]:
    with open_bytes(path) as file:
        start = file.read(4)
    marked = [encoding for mark, encoding in MARKS if start.startswith(mark)]
    return marked or ["utf-8", "gb18030"]


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with open_bytes(path) as file:
            while chunk := file.read(CHUNK_BYTES):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    except DAMAGED as error:
        raise file_error(path, error) from None
    return True
