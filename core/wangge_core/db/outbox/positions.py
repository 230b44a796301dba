"""Positions in the outbox, and the cursors that name them outside.

Ids of a sequence do not commit in order, so on PostgreSQL a position is a *snapshot*: which transactions had committed. What came
after it are the rows of all others, however late those commit, and a long transaction holds nobody up. SQLite has one writer: there
a position is the last id.
"""

import base64
import binascii
import re
from dataclasses import dataclass, replace
from typing import Self

from wangge_core.errors import WanggeError

SNAPSHOT = re.compile(r"([0-9]{1,18}):([0-9]{1,18}):((?:[0-9]{1,18},)*[0-9]{1,18})?")
MOST_CURSOR = 8_000
"""How long a cursor may be: it grows by 20 characters for each transaction that was under way."""

ON_SQLITE = ((False, False, True),)
ON_POSTGRESQL = ((True, False, False), (True, True, True))
"""Which of snapshot, second snapshot and mark a position has."""


class OutboxCursorError(WanggeError):
    """A cursor of changes that this database did not give."""

    code = "CURSOR_INVALID"


class StaleCursorError(OutboxCursorError):
    """The changes after the cursor are not kept any more, or are too many. Read the lists afresh and subscribe without it."""

    code = "CURSOR_TOO_OLD"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Which transactions had committed: all before `least`, none from `end` on, and those between that were not `open`."""

    least: int
    end: int
    open: tuple[int, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """From PostgreSQL's form, `10:20:10,14`. Raises ValueError."""
        found = SNAPSHOT.fullmatch(text)
        if found is None:
            raise ValueError("no snapshot")
        least, end = int(found[1]), int(found[2])
        open = tuple(map(int, found[3].split(","))) if found[3] else ()
        if not 0 < least <= end or list(open) != sorted(set(open)) or not all(least <= one < end for one in open):
            raise ValueError("no snapshot")
        return cls(least, end, open)

    def __str__(self) -> str:
        return f"{self.least}:{self.end}:{','.join(map(str, self.open))}"


@dataclass(frozen=True, slots=True)
class Mark:
    """The place of a row: its transaction (0 on SQLite) and its id."""

    transaction: int
    id: int


@dataclass(frozen=True, slots=True)
class Position:
    """Where a reader stands. With `mark` it is in the middle of what lies between two snapshots, after the row of that mark.

    On SQLite both snapshots are None, and the mark says it all.
    """

    after: Snapshot | None
    until: Snapshot | None = None
    mark: Mark | None = None

    @property
    def whole(self) -> bool:
        """Whether it lies between two pages: on PostgreSQL, at a snapshot."""
        return self.after is None or self.mark is None

    @property
    def low(self) -> int:
        """Rows of pruned places below it are not missed."""
        if self.after is None:
            return self.mark.id if self.mark else 0
        return max(self.after.least, self.mark.transaction) if self.mark else self.after.least

    def at(self, mark: Mark) -> "Position":
        """The position after this row of the page that was read from here."""
        return replace(self, mark=mark)

    @property
    def cursor(self) -> str:
        """The position as opaque text."""
        mark = f"{self.mark.transaction}-{self.mark.id}" if self.mark else ""
        text = "~".join(("" if self.after is None else str(self.after), "" if self.until is None else str(self.until), mark))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str, *, on_sqlite: bool) -> Position:
    """The position that a cursor names. Raises OutboxCursorError."""
    try:
        return _parsed(cursor, on_sqlite=on_sqlite)
    except (ValueError, binascii.Error):
        raise OutboxCursorError("this is no cursor of this stream of changes.", hint="Give `after` as a change told it.") from None


def _parsed(cursor: str, *, on_sqlite: bool) -> Position:
    if len(cursor) > MOST_CURSOR or not cursor.isascii():
        raise ValueError("too long")
    text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    after, until, mark = text.split("~")
    position = Position(
        Snapshot.parse(after) if after else None, Snapshot.parse(until) if until else None, _mark(mark) if mark else None
    )
    there = tuple(part is not None for part in (position.after, position.until, position.mark))
    if there not in (ON_SQLITE if on_sqlite else ON_POSTGRESQL):
        raise ValueError("of another database")
    return position


def _mark(text: str) -> Mark:
    transaction, _, id = text.partition("-")
    if not (transaction.isdigit() and id.isdigit() and len(transaction) < 19 and len(id) < 19):
        raise ValueError("no mark")
    return Mark(int(transaction), int(id))
