"""What became of the rows of a file: the figures, and a report of those that were refused, each with its reason and as it was."""

import csv
from collections import Counter
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import orjson

from wangge_core.errors import Refusal
from wangge_core.imports.files import FileError, Row
from wangge_core.imports.refusals import row_message
from wangge_core.rights.viewers import Language

COLUMNS = ("line", "code", "reason", "row")


@dataclass(slots=True, kw_only=True)
class ImportResult:
    """The figures of a run. Rows whose number was imported before from the same source are `already_there`.

    `retired` are the kinds that came in retired, with the word that crossed a red line; `other_names` those whose key came with a
    second name, which was not taken; `grids` counts the first grids made under communities.
    """

    rows: int = 0
    imported: int = 0
    already_there: int = 0
    refused: int = 0
    grids: int = 0
    codes: Counter[str] = field(default_factory=Counter[str])
    retired: dict[str, str] = field(default_factory=dict[str, str])
    other_names: dict[str, str] = field(default_factory=dict[str, str])


class _Lines(Protocol):
    def writerow(self, row: Iterable[object], /) -> object: ...


class Report:
    """The CSV of refused rows: line, codes, reasons, and the row as JSON."""

    def __init__(self, lines: _Lines | None = None, language: Language = "zh") -> None:
        self._lines = lines
        self._language: Language = language

    def add(self, row: Row, refusals: Iterable[Refusal]) -> None:
        if self._lines is None:
            return
        refusals = list(refusals)
        reason = " ".join(row_message(one, self._language) for one in refusals)
        codes = " ".join(dict.fromkeys(one.code for one in refusals))
        self._lines.writerow((row.line, codes, reason, orjson.dumps(row.values).decode()))


@contextmanager
def open_report(path: Path | None, language: Language = "zh") -> Generator[Report]:
    """A report in a file, which spreadsheets open as UTF-8, or nowhere. Raises FileError where it cannot be written."""
    if path is None:
        yield Report()
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("w", encoding="utf-8-sig", newline="")
    except OSError as error:
        raise FileError(f"the report {path} cannot be written: {error.strerror}.", hint="Name another with --report.") from None
    with file:
        lines = csv.writer(file)
        lines.writerow(COLUMNS)
        yield Report(lines, language)
