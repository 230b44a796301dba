"""Facts: that something is counted once, by a measure, on a day, for an office, a role and a post. They are packed as short lists."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

CARRIED = "~carried"
"""After the id of a measure: +1 on the day from which an event is carried over, −1 on the day on which it was closed."""
FIRST_DAY, LAST_DAY = date(1, 1, 1), date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class Doer:
    """For whom something is counted: a post with its role and office, or an office alone."""

    office_id: int | None = None
    role_id: str | None = None
    post_id: int | None = None


NOBODY = Doer()


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is counted; `minutes` of measures whose median is asked for, and `number` is 1 but for what is carried over."""

    measure: str
    day: date
    by: Doer = NOBODY
    number: int = 1
    minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """All that is counted of a thing, where it lies, and where it lay before any division, if elsewhere; with the paths at that moment."""

    thing: str
    id: int
    grid_id: int
    path: str
    then_grid_id: int | None = None
    then_path: str | None = None
    kind_id: str | None = None
    source: str | None = None
    facts: tuple[Fact, ...] = ()

    @property
    def days(self) -> tuple[date, date]:
        """The first day and the last on which something is counted; the last of all days where it is still carried over."""
        days = [fact.day for fact in self.facts]
        carried = sum(fact.number for fact in self.facts if fact.measure.endswith(CARRIED))
        return min(days, default=FIRST_DAY), LAST_DAY if carried else max(days, default=FIRST_DAY)


def packed(facts: Iterable[Fact]) -> list[list[Any]]:
    """As they are stored: measure, ordinal of the day, number, office, role, post, minutes; without what is empty at the end."""
    return [_short([f.measure, f.day.toordinal(), f.number, f.by.office_id, f.by.role_id, f.by.post_id, f.minutes]) for f in facts]


def _short(values: list[Any]) -> list[Any]:
    while values[-1] is None:
        values.pop()
    return values


def unpacked(rows: Sequence[Sequence[Any]]) -> tuple[Fact, ...]:
    """The facts that were packed."""
    return tuple(_fact(*row) for row in rows)


def _fact(
    measure: str,
    day: int,
    number: int,
    office: int | None = None,
    role: str | None = None,
    post: int | None = None,
    minutes: int | None = None,
) -> Fact:
    return Fact(measure, date.fromordinal(day), Doer(office, role, post), number, minutes)
