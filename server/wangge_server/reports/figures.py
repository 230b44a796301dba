"""What a report shows: figures of a month beside those of the month before, and series for its charts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from wangge_core.indicators.requests import Counts
from wangge_core.plugin.declarations.indicators import Unit
from wangge_core.plugin.declarations.labels import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A calendar month in the deployment's time zone."""

    year: int
    month: int

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.after.first - timedelta(days=1)

    @property
    def after(self) -> "Month":
        return Month(year=self.year + self.month // 12, month=self.month % 12 + 1)

    @property
    def before(self) -> "Month":
        return Month(year=self.year - (self.month == 1), month=(self.month - 2) % 12 + 1)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"


def read_month(text: str) -> Month | None:
    """The month in `2026-10`; None where it is none."""
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return Month(year=found.year, month=found.month) if len(text) == 7 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A figure of the month beside that of the month before."""

    label: Label
    unit: Unit
    formula: str
    now: Counts
    before: Counts

    @property
    def change(self) -> float | None:
        """By how many percent it grew; of shares by how many points. None where there is nothing to compare with."""
        if self.now.value is None or self.before.value is None:
            return None
        if self.unit is Unit.PERCENT:
            return self.now.value - self.before.value
        return 100 * (self.now.value - self.before.value) / self.before.value if self.before.value else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One of the parts that a number is broken down into, such as a kind."""

    label: str
    now: int
    before: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Figures that belong together."""

    title: Label
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What stands in a report. `within` are the names of the grids that it lies in, the highest first."""

    code: str
    name: str
    within: Sequence[str]
    month: Month
    counted_at: datetime | None
    """Up to when everything is counted; None while it is counted for the first time."""
    sections: Sequence[Section]
    kinds: Sequence[Part]
    """Events of the month by kind, the most frequent first."""
    days: Sequence[Part]
    """Events by day, all days of the month; what `before` has is the same day of the month before."""
