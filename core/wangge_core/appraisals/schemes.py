"""Schemes: what a deployment appraises and by what, as data. Its components' weights sum to 100; its deductions come off the sum.

`scheme_checks.py` says which schemes hold, `scoring.py` what comes out of one.
"""

from dataclasses import dataclass
from enum import auto
from typing import Any

import msgspec

from wangge_core.plugin.declarations.labels import Choice


class Appraised(Choice):
    """What a scheme appraises. Residents are never appraised."""

    GRIDS = auto(), "网格"
    """The grids of one level."""
    OFFICES = auto(), "处置部门"
    POSTS = auto(), "岗位"
    """The posts of one role."""


class AppraisalPeriod(Choice):
    """How often is appraised."""

    MONTH = auto(), "月"
    QUARTER = auto(), "季"
    YEAR = auto(), "年"


class ComponentKind(Choice):
    """Where the share of a component comes from."""

    INDICATOR = auto(), "指标"
    """From the value of an indicator, by a scoring rule."""
    SELF_ASSESSMENT = auto(), "自评"
    """From the appraised themselves."""
    SPOT_CHECK = auto(), "抽查"
    """From samples of what was done, which appraisers looked at."""
    VIDEO_CHECK = auto(), "视频抽查"
    """From samples of places and assets, looked at through cameras: things, never persons."""
    RATED_FROM_ABOVE = auto(), "上级评议"
    RATED_FROM_BELOW = auto(), "下级评议"
    """Without names, and only where enough have rated."""
    RATED_BY_RESIDENTS = auto(), "群众评价"
    """From what the reporters of events gave what was done, only where enough have rated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    """No points at one value of the indicator, all at another, and in between in proportion. Either may be the greater."""

    none_at: float
    all_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """From this value of the indicator on, this share of the points in percent."""

    at_least: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A part of a score: at most `weight` of 100 points. An indicator has one scoring rule, `linear` or `steps`; all else has none."""

    name: str
    kind: ComponentKind
    weight: int
    indicator: str | None = None
    linear: Linear | None = None
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deduction:
    """Points that come off for each one that an indicator counts in its numerator, such as a chase-up; together at most `at_most`."""

    name: str
    indicator: str
    points_each: float
    at_most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemeContent:
    """By what is appraised. `stars` are scores: a grid has as many stars as there are that it reaches."""

    components: tuple[Component, ...]
    deductions: tuple[Deduction, ...] = ()
    stars: tuple[float, ...] = ()

    @property
    def indicators(self) -> tuple[str, ...]:
        """The indicators that are needed, each once, in order."""
        named = [one.indicator for one in self.components if one.indicator is not None]
        return tuple(dict.fromkeys([*named, *(one.indicator for one in self.deductions)]))

    def has(self, kind: ComponentKind) -> bool:
        """Whether any component is of this kind."""
        return any(one.kind is kind for one in self.components)


def stored(content: SchemeContent) -> Any:
    """As a column of JSON keeps it."""
    return msgspec.to_builtins(content)


def read_scheme(content: Any) -> SchemeContent:
    """A content as it was stored."""
    return msgspec.convert(content, SchemeContent)
