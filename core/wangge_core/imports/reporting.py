"""What became of the rows of a file: the figures, and a report of those that were refused, each with its reason and as it was."""

import csv
from collections import Counter
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from typing import Protocol

import orjson

from wangge_core.errors import Refusal
from wangge_core.imports.files import FileError, Row
from wangge_core.imports.refusals import row_message
from wangge_core.rights.viewers import Language

COLUMNS = ("line", "code", "reason", "row")
PRIVATE_COLUMNS = ("line", "column", "code", "reason")
SHOWN = frozenset({"column", "found", "expected", "least", "most", "what", "scheme"})
"""What a message may say of a row of a register; all else could be somebody's."""
HIDDEN = "…"


@dataclass(slots=True, kw_only=True)
class ImportResult:
    """The figures of a run. Rows whose number was imported before from the same source are `already_there`.

    Of registers, `updated` are those that changed who or what was there, `waiting` those that wait for a decision, `dropped` those
    that somebody decided not to take; `left_out` counts children whose private values were left out, and `passed_over` are the
    columns of the file that cross a red line, of which nothing was read.

    `retired` are the kinds that came in retired, with the word that crossed a red line; `other_names` those whose key came with a
    second name, which was not taken; `grids` counts the first grids made under communities.
    """

    rows: int = 0
    imported: int = 0
    already_there: int = 0
    refused: int = 0
    grids: int = 0
    updated: int = 0
    waiting: int = 0
    dropped: int = 0
    left_out: int = 0
    passed_over: tuple[str, ...] = ()
    codes: Counter[str] = field(default_factory=Counter[str])
    retired: dict[str, str] = field(default_factory=dict[str, str])
    other_names: dict[str, str] = field(default_factory=dict[str, str])


class Fate(Enum):
    """What became of a row that was neither written as something new nor refused."""

    ALREADY_THERE = auto()
    UPDATED = auto()
    WAITING = auto()
    DROPPED = auto()


class _Lines(Protocol):
    def writerow(self, row: Iterable[object], /) -> object: ...


class Report:
    """The CSV of refused rows: line, codes, reasons, and the row as JSON."""

    def __init__(self, lines: _Lines | None = None, language: Language = "zh", columns_of: Mapping[str, str] | None = None) -> None:
        self._lines = lines
        self._language: Language = language
        self._columns_of = columns_of

    def add(self, row: Row, refusals: Iterable[Refusal]) -> None:
        if self._lines is None:
            return
        refusals = list(refusals)
        if self._columns_of is not None:
            self._add_private(self._lines, row, refusals, self._columns_of)
            return
        reason = " ".join(row_message(one, self._language) for one in refusals)
        codes = " ".join(dict.fromkeys(one.code for one in refusals))
        self._lines.writerow((row.line, codes, reason, orjson.dumps(row.values).decode()))

    def _add_private(self, lines: _Lines, row: Row, refusals: Sequence[Refusal], columns_of: Mapping[str, str]) -> None:
        """A line for each refusal, without any value of the row."""
        for one in refusals:
            shown = {name: value if name in SHOWN else HIDDEN for name, value in one.values.items()}
            column = columns_of.get(one.field, "") or one.values.get("column", "")
            lines.writerow((row.line, column, one.code, row_message(Refusal(one.code, one.field, shown), self._language)))


@contextmanager
def open_report(path: Path | None, language: Language = "zh", columns_of: Mapping[str, str] | None = None) -> Generator[Report]:
    """A report in a file, which spreadsheets open as UTF-8, or nowhere. Raises FileError where it cannot be written.

    With `columns_of`, the columns of the file by the fields of refusals, it holds no value of any row.
    """
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
        lines.writerow(COLUMNS if columns_of is None else PRIVATE_COLUMNS)
        yield Report(lines, language, columns_of)
