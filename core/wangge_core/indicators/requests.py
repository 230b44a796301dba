"""What figures are asked for, and how they are told."""

from dataclasses import dataclass
from datetime import date
from enum import auto

from wangge_core.errors import WanggeError
from wangge_core.indicators.periods import Compared, Days, Every
from wangge_core.plugin.declarations.labels import Choice

MOST_FIGURES = 20_000
MOST_COUNTED = 50_000
"""How many events and entries are gone through for one request that no tally answers."""
EARLIEST, LATEST = date(1990, 1, 1), date(2199, 12, 31)


class By(Choice):
    """What figures of a ground are told apart by. By grid each has its own anyway."""

    GRID = auto(), "网格"
    KIND = auto(), "类别"
    SOURCE = auto(), "来源"
    OFFICE = auto(), "处置部门"
    ROLE = auto(), "岗位角色"
    POST = auto(), "岗位"


class GroundAsOf(Choice):
    """To which grid something counts that a division of the ground took to another: where it lies now, or where it lay then."""

    NOW = auto(), "现区划"
    THEN = auto(), "当时区划"


class IndicatorsError(WanggeError):
    """Figures that cannot be told as they are asked for."""

    code = "INDICATORS_INVALID"


class IndicatorUnknownError(IndicatorsError):
    """No enabled plugin declares such an indicator."""

    code = "INDICATOR_UNKNOWN"


class IndicatorsTooManyError(IndicatorsError):
    """So much cannot be counted for one request: ask for whole months, a smaller ground, or less at once."""

    code = "INDICATORS_TOO_MANY"


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresRequest:
    """Figures of each of these grids, base or overlay, with all below it, for each period of the days.

    Without `by` each grid has a figure of every indicator; with it there is one for each kind, source … of which anything was counted, and
    indicators of what is counted at the moment of reading have none.
    """

    indicators: tuple[str, ...]
    grid_ids: tuple[int, ...]
    days: Days
    every: Every | None = None
    by: By | None = None
    compared: Compared | None = None
    as_of: GroundAsOf = GroundAsOf.NOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a figure is made of. `value` is in percent, a ratio, minutes or a count, as the indicator's unit says; None where nothing
    divides."""

    numerator: int
    denominator: int | None
    value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure of a grid in a period. `of` is the kind, source, office, role or post where figures are told apart by it.

    `before` are the counts of what it is compared with, and `change` the difference of the values in percent of the one before: None where
    one of them is missing or that one is 0. For MINUTES the numerator is how many values the median is of.
    """

    indicator: str
    grid_id: int
    days: Days
    of: str | None
    now: Counts
    days_before: Days | None = None
    before: Counts | None = None
    change: float | None = None

    @property
    def numerator(self) -> int:
        return self.now.numerator

    @property
    def denominator(self) -> int | None:
        return self.now.denominator

    @property
    def value(self) -> float | None:
        return self.now.value
