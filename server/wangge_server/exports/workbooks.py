"""Workbooks (.xlsx): rows go to the disk as they come, so that memory does not grow; a file is given out when it is whole."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from xlsxwriter import Workbook

from wangge_server.exports.columns import Cell
from wangge_server.exports.csv_files import is_formula

MOST_ROWS = 1_048_576
"""The rows of a sheet; what comes after them goes on in another one."""
LONGEST_TEXT = 32_767
"""The characters of a cell; of a longer text the program would show nothing of the rest, and say nothing of it."""
CUT = "… 未完 CUT OFF"
WIDEST_WHOLE = 2**53
"""Beyond this a spreadsheet program rounds whole numbers, so they are kept as text."""


class Sheets:
    """A workbook that is written row by row. `folder` takes what is not finished; whoever gave it empties it."""

    def __init__(self, file: IO[bytes], names: Sequence[str], folder: Path, *, most_rows: int = MOST_ROWS) -> None:
        self._book: Any = Workbook(file, {"constant_memory": True, "tmpdir": str(folder), "default_date_format": "yyyy-mm-dd"})
        self._names, self._most_rows = names, most_rows
        self._bold = self._book.add_format({"bold": True})
        self._moment = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._quoted = self._book.add_format({"quote_prefix": True})
        self._begin()

    def close(self) -> None:
        """Make the file whole."""
        self._book.close()

    def _begin(self) -> None:
        """One more sheet, with the names of the columns in its first row, which stays in sight."""
        self._sheet: Any = self._book.add_worksheet()
        self._sheet.freeze_panes(1, 0)
        for column, name in enumerate(self._names):
            self._sheet.set_column(column, column, max(10, min(40, 2 * len(name))))
            self._sheet.write_string(0, column, name, self._bold)
        self._row = 1

    def add(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Write rows below the last one."""
        for row in rows:
            if self._row >= self._most_rows:
                self._begin()
            for column, cell in enumerate(row):
                self._write(column, cell)
            self._row += 1

    def _write(self, column: int, cell: Cell) -> None:
        """A cell as what it is. No text becomes a formula, a link or a number, not even when somebody edits it."""
        match cell:
            case None:
                pass
            case bool():
                self._sheet.write_boolean(self._row, column, cell)
            case int() | float() if abs(cell) < WIDEST_WHOLE:
                self._sheet.write_number(self._row, column, cell)
            case datetime() if cell.year >= 1900:
                self._sheet.write_datetime(self._row, column, cell, self._moment)
            case date() if cell.year >= 1900:
                self._sheet.write_datetime(self._row, column, cell)
            case _:
                text = str(cell)
                text = text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - len(CUT)] + CUT
                self._sheet.write_string(self._row, column, text, self._quoted if is_formula(text) else None)
