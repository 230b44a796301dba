"""What every sort of file has in common: its bytes, its rows as text, and the error for one that cannot be read."""

import gzip
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from wangge_core.errors import Refusal, WanggeError, refusal

GZIP = b"\x1f\x8b"


class FileError(WanggeError):
    """A file cannot be read: not there, cut short, or not what its name says."""

    code = "FILE_UNREADABLE"


@dataclass(frozen=True, slots=True)
class Row:
    """A row as text by column. `line` is where it begins in a CSV, its number in a sheet, or the feature's place in GeoJSON; `geometry` is
    the feature's.
    """

    line: int
    values: dict[str, str]
    refusals: tuple[Refusal, ...] = ()
    geometry: Any = None


@dataclass(frozen=True, slots=True)
class Unusable:
    """What becomes of a row that cannot be understood: why not."""

    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class OpenFile:
    """The names of the columns, the rows still to be read, and the coordinate system that a file of GeoJSON says of itself."""

    header: list[str]
    rows: Iterator[Row]
    system: str | None = None


DAMAGED = (OSError, EOFError, zlib.error, UnicodeDecodeError)
"""What reading a damaged file raises."""


def file_error(path: Path, error: Exception) -> FileError:
    """The error to show for one of DAMAGED."""
    if isinstance(error, EOFError | zlib.error | gzip.BadGzipFile):
        return FileError(f"{path.name} is cut short or damaged: {error}.", hint="Fetch it again.")
    reason = error.strerror if isinstance(error, OSError) and error.strerror else error
    return FileError(f"{path} cannot be read: {reason}.", hint="Check the path, and that the file is whole.")


def open_bytes(path: Path) -> IO[bytes]:
    """The file's bytes, unpacked where they are gzip, whatever its name."""
    with path.open("rb") as file:
        packed = file.read(2) == GZIP
    return cast(IO[bytes], gzip.open(path)) if packed else path.open("rb")


def first_bytes(path: Path) -> bytes:
    """The beginning of the file. Raises FileError where there is none."""
    try:
        with open_bytes(path) as file:
            start = file.read(512)
    except DAMAGED as error:
        raise file_error(path, error) from None
    if not start.strip():
        raise FileError(f"{path.name} is empty.", hint="The first line must name the columns.")
    return start


def row_of(line: int, header: Sequence[str], values: Sequence[str]) -> Row:
    """A row with one value for each column; any other number, or a NUL character, is refused."""
    found: list[Refusal] = []
    if len(values) != len(header):
        found.append(refusal("ROW_RAGGED", found=len(values), expected=len(header)))
    if any("\0" in value for value in values):
        found.append(refusal("NUL_BYTE"))
    by_column = dict(zip(header, values, strict=False))
    by_column |= {f"column {number}": value for number, value in enumerate(values[len(header) :], len(header) + 1)}
    return Row(line, by_column, tuple(found))
