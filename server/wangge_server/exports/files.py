"""Files of exports on this machine, for the command: whole, or not there at all."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from wangge_server.exports import csv_files
from wangge_server.exports.paging import Pages
from wangge_server.exports.workbooks import Sheets

SUFFIXES = (".csv", ".xlsx")
PART = ".part"


async def write_file(pages: Pages, to: Path, head: Sequence[str]) -> int:
    """Write the rows to a file of either kind, and say how many there are. Raises BrokenOffError."""
    part = to.with_name(to.name + PART)
    part.touch(mode=0o600)  # before a row of anybody is in it
    try:
        await (_write_sheets if to.suffix == ".xlsx" else _write_lines)(pages, part, head)
        part.replace(to)
    finally:
        part.unlink(missing_ok=True)
    return pages.rows


async def _write_lines(pages: Pages, to: Path, head: Sequence[str]) -> None:
    with to.open("wb") as file:
        file.write(csv_files.head(head))
        async for page in pages.read():
            file.write(csv_files.lines(page))


async def _write_sheets(pages: Pages, to: Path, head: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory(prefix="wangge-export-") as folder, to.open("wb") as file:
        sheets = Sheets(file, head, Path(folder))
        try:
            async for page in pages.read():
                sheets.add(page)
        finally:
            sheets.close()
