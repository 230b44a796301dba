"""Workbooks (.xlsx): one sheet, its first row the names of the columns. It is unpacked in memory, so its size is limited."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from wangge_core.imports.files import DAMAGED, FileError, OpenFile, Row, file_error, open_bytes, row_of
from wangge_core.imports.mappings import FileFormat

MOST_BYTES = 1 << 30

Cell = str | float | bool | datetime | date | time | timedelta


def open_workbook(path: Path, form: FileFormat) -> OpenFile:
    """The columns and rows of a sheet. Raises FileError."""
    try:
        with open_bytes(path) as file:
            packed = file.read(MOST_BYTES)
    except DAMAGED as error:
        raise file_error(path, error) from None
    rows = _cells(path, packed, form)
    first = next((row for row in rows if row[0] >= form.header_row), None)
    if first is None:
        raise FileError(f"{path.name} has no row that names its columns.", hint="The first row must name them.")
    _, header = first
    while header and not header[-1]:
        header.pop()
    names = [name.strip() for name in header]
    return OpenFile(names, _rows(rows, names))


def _cells(path: Path, packed: bytes, form: FileFormat) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, with their numbers."""
    sheet = form.sheet
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as parts:
            if sum(part.file_size for part in parts.infolist()) > MOST_BYTES:
                raise FileError(
                    f"{path.name} holds more than {MOST_BYTES >> 20} MB.", hint="Save it as CSV, which can be of any size."
                )
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(packed))
        names = workbook.sheet_names
        if sheet and sheet not in names:
            raise FileError(f"{path.name} has no sheet {sheet}.", hint=f"Its sheets are {', '.join(names)}.")
        found = workbook.get_sheet_by_name(sheet or names[0])
        top, left = found.start or (0, 0)
        merged = _merged(found, top, left) if form.fill_merged else {}
        cells = found.to_python()
        for number, row in enumerate(cells):
            if any(cell != "" for cell in row):
                filled = (
                    cells[merged[number, at][0]][merged[number, at][1]] if (number, at) in merged else cell
                    for at, cell in enumerate(row)
                )
                yield top + number + 1, [cell_text(cell) for cell in filled]
    except (
        CalamineError,
        zipfile.BadZipFile,
        OSError,
        IndexError,
        NotImplementedError,
    ) as error:  # the last: an unknown compression
        raise FileError(f"{path.name} is no workbook that can be read: {error}.", hint="Save it anew as .xlsx or as CSV.") from None


def _merged(sheet: CalamineSheet, top: int, left: int) -> dict[tuple[int, int], tuple[int, int]]:
    """For each cell of a merged range, by its place among the rows that are read, the cell that has the range's value."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for (first_row, first_column), (last_row, last_column) in sheet.merged_cell_ranges or ():
        for row in range(first_row, last_row + 1):
            for column in range(first_column, last_column + 1):
                found[row - top, column - left] = (first_row - top, first_column - left)
    return found


def _rows(cells: Iterator[tuple[int, list[str]]], header: list[str]) -> Iterator[Row]:
    for number, values in cells:
        extra = values[len(header) :]
        yield row_of(number, header, values if any(extra) else values[: len(header)] + [""] * (len(header) - len(values)))


def cell_text(cell: Cell) -> str:
    """A cell as it would stand in a CSV: whole numbers without a point, moments in ISO 8601."""
    match cell:
        case bool():
            return "TRUE" if cell else "FALSE"
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case datetime() | date() | time():
            return cell.isoformat()
        case _:
            return str(cell)
