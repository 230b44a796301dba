"""Documents: a PDF is kept as it is, and only if it is a whole one without scripts, programs, forms of XFA and other files inside.

Names are looked for where they stand openly and in streams that are merely compressed (ISO 32000-1, 7.3.5 and 7.4.4). Nobody can tell by
such a search that a document is harmless: it is given out for download alone, and never shown by this service's own address.
"""

import re
import zlib
from collections.abc import Iterator
from itertools import islice

from wangge_core.evidence.faults import FileRefusedError

ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|GoToE|ImportData|SubmitForm)(?![A-Za-z0-9])")
ENCRYPTED = re.compile(rb"/Encrypt(?![A-Za-z0-9])")
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
STREAM = re.compile(rb"stream\r?\n")
MOST_INFLATED = 50_000_000
"""Bytes of a document's streams together; more is a bomb."""
MOST_STARTS = 4
"""How many places are tried at which a stream may begin, before each end of one."""
AT_END = 2048


def check_document(content: bytes) -> None:
    """Raises FileRefusedError: FILE_UNREADABLE for what is cut off, encrypted or a bomb, FILE_ACTIVE for what does more than show."""
    if b"%%EOF" not in content[-AT_END:] or b"startxref" not in content[-AT_END:]:
        raise FileRefusedError("FILE_UNREADABLE")
    for part in _parts(content):
        names = ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), part)
        if ENCRYPTED.search(names):
            raise FileRefusedError("FILE_UNREADABLE")
        if ACTIVE.search(names):
            raise FileRefusedError("FILE_ACTIVE")


def _parts(content: bytes) -> Iterator[bytes]:
    """The document as it stands, and each of its streams that opens."""
    yield content
    left = MOST_INFLATED
    for segment in content.split(b"endstream"):
        for found in islice(STREAM.finditer(segment), MOST_STARTS):
            inflated = _inflated(segment[found.end() :], left)
            left -= len(inflated)
            if left < 0:
                raise FileRefusedError("FILE_UNREADABLE")
            yield inflated


def _inflated(stream: bytes, left: int) -> bytes:
    """What a stream is when it is opened, and no more than one byte over what is left; nothing where it is not compressed so."""
    try:
        return zlib.decompressobj().decompress(stream, left + 1)
    except zlib.error:
        return b""
