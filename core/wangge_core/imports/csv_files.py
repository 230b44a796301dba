"""CSV of any size in constant memory. A line that is no CSV is refused; the rows after it are read."""

import csv
import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from wangge_core.errors import refusal
from wangge_core.imports.encodings import encoding_of
from wangge_core.imports.files import DAMAGED, FileError, OpenFile, Row, file_error, open_bytes, row_of
from wangge_core.imports.mappings import FileFormat

MOST_VALUE = 131_072
"""The longest value, in characters. A longer one is an open quotation mark that swallowed the lines after it."""
MOST_SHOWN = 2000


class _Lines:
    """The lines of a text, remembering those of the row that is being read."""

    def __init__(self, text: Iterator[str]) -> None:
        self._text = text
        self.of_row: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = next(self._text)
        self.of_row.append(line)
        return line


def open_csv(path: Path, form: FileFormat) -> OpenFile:
    """The columns and rows of a CSV, plain or gzip. Raises FileError."""
    encoding = encoding_of(path, form.encoding)
    header = next(islice(_records(path, form, encoding), form.header_row - 1, None), None)
    if header is None or header.refusals:
        raise FileError(
            f"{path.name} has no line that names its columns.", hint="The first line must name them, separated by the delimiter."
        )
    names = _names(header)
    return OpenFile(names, _rows(path, form, encoding, names))


def _names(header: Row) -> list[str]:
    return [name.strip() for name in header.values.values()]


def _rows(path: Path, form: FileFormat, encoding: str, header: list[str]) -> Iterator[Row]:
    for record in islice(_records(path, form, encoding), form.header_row, None):
        yield record if record.refusals else row_of(record.line, header, list(record.values.values()))


def _records(path: Path, form: FileFormat, encoding: str) -> Iterator[Row]:
    """Every record, its values by their place; one that is no CSV has its text and a refusal."""
    csv.field_size_limit(MOST_VALUE)
    with open_bytes(path) as raw, io.TextIOWrapper(raw, encoding=encoding, newline="") as text:
        lines = _Lines(text)
        reader = csv.reader(lines, delimiter=form.delimiter, strict=True)
        while True:
            line = reader.line_num + 1
            lines.of_row.clear()
            try:
                values = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield _unreadable(path, line, lines.of_row, error)
                continue
            except DAMAGED as error:
                raise file_error(path, error) from None
            if any(values):
                yield Row(line, {str(place): value for place, value in enumerate(values)})


def _unreadable(path: Path, line: int, text: list[str], error: csv.Error) -> Row:
    if "field larger" in str(error):
        raise FileError(
            f"{path.name}: a value that begins at line {line} never ends.",
            hint="Look for a quotation mark that is not closed there.",
        )
    shown = "".join(text)[:MOST_SHOWN].replace("\0", "␀")
    return Row(line, {"text": shown}, (refusal("ROW_UNREADABLE", reason=error),))
