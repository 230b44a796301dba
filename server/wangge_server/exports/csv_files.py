"""CSV: rows as lines of text in UTF-8 with its mark in front, so that spreadsheet programs open Chinese as it is."""

import csv
import io
from collections.abc import Iterable, Sequence

from wangge_server.exports.columns import Cell, text_of

MARK = "\ufeff"
BROKEN_OFF, COMPLETE = "导出未完成 EXPORT BROKEN OFF", "导出完毕 EXPORT COMPLETE"
"""What the first cell of the last line says of a file that lacks rows, and, where asked for, of a whole one."""
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What makes spreadsheet programs take a text for a formula: those that OWASP names, the wide ones of Chinese and Japanese among them."""


def lines(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Rows as lines that end in CR LF (RFC 4180)."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([[_text(cell) for cell in row] for row in rows])
    return text.getvalue().encode()


def head(names: Sequence[str]) -> bytes:
    """The start of a file: the mark and the names of its columns."""
    return MARK.encode() + lines([names])


def is_formula(text: str) -> bool:
    """Whether a spreadsheet program might run a text."""
    return text.startswith(FORMULA)


def _text(cell: Cell) -> str:
    """A cell as text; an apostrophe keeps what looks like a formula from being one. Numbers are what they are."""
    text = text_of(cell)
    return f"'{text}" if isinstance(cell, str) and is_formula(text) else text
