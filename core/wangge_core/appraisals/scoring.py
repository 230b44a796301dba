"""Scoring: what a scheme makes of frozen inputs. Plain functions of exact numbers: the same inputs always give the same score.

A component for which there is nothing to count is left out, and the others count for more in proportion; its line says why.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import auto
from fractions import Fraction
from typing import Any

import msgspec

from wangge_core.appraisals.scheme_checks import WHOLE
from wangge_core.appraisals.schemes import Component, ComponentKind, Deduction, Linear, SchemeContent, Step
from wangge_core.plugin.declarations.labels import Choice

FEWEST_RATINGS = 5
"""Ratings from below and by residents count, and are shown, from so many on."""
HIGHEST_RATING = 5
"""What reporters of events give at most; 1 is the least."""


class LeftOut(Choice):
    """Why a component of a scheme does not count."""

    NO_FIGURE = auto(), "无此指标数据"
    DIVIDES_BY_NOTHING = auto(), "分母为零"
    NOT_GIVEN = auto(), "未提交"
    NO_CHECKS = auto(), "无抽查"
    TOO_FEW_RATINGS = auto(), "评价数不足"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A figure as it was when the inputs were frozen. `value` is None where its formula divides by nothing."""

    numerator: float | None = None
    denominator: float | None = None
    value: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A check: its key, and the points that the appraiser gave, 0 to 100."""

    check: int
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many have rated, and the sum of what they gave."""

    count: int
    sum: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """Points that an appeal gave back, or took."""

    appeal: int
    points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """All that a score is made of. Tallies of too few ratings are not kept. Residents rate from 1 to 5, all others from 0 to 100."""

    figures: dict[str, Counted] = field(default_factory=dict[str, Counted])
    self_assessment: int | None = None
    spot_checks: tuple[Found, ...] = ()
    video_checks: tuple[Found, ...] = ()
    from_above: Tally | None = None
    from_below: Tally | None = None
    by_residents: Tally | None = None
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What came of a component: `share` of its points in percent, `points` of the score; or why it was left out.

    `counts_for` is its weight among those components that count, in percent.
    """

    name: str
    kind: ComponentKind
    weight: int
    indicator: str | None = None
    share: float | None = None
    counts_for: float | None = None
    points: float | None = None
    left_out: LeftOut | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeductionLine:
    """What a deduction took: `count` of what it counts, None where that is not known."""

    name: str
    indicator: str
    count: float | None
    points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A score of 0 to 100 with two decimals; None where no component counts."""

    score: float | None
    lines: tuple[Line, ...]
    deductions: tuple[DeductionLine, ...]
    stars: int | None


def score(content: SchemeContent, inputs: Inputs) -> Scored:
    """Score = Σ weight × share ÷ Σ weight of what counts − deductions + corrections, kept within 0 and 100, rounded half up."""
    shares = [_share(one, inputs) for one in content.components]
    whole = sum(one.weight for one, share in zip(content.components, shares, strict=True) if isinstance(share, Fraction))
    lines = tuple(_line(one, share, whole) for one, share in zip(content.components, shares, strict=True))
    taken = [_deduction(one, inputs) for one in content.deductions]
    deductions = tuple(line for line, _ in taken)
    if not whole:
        return Scored(score=None, lines=lines, deductions=deductions, stars=None)
    weighted = (one.weight * share for one, share in zip(content.components, shares, strict=True) if isinstance(share, Fraction))
    reached = sum(weighted, Fraction()) / whole - sum((points for _, points in taken), Fraction())
    reached += sum((_exact(one.points) for one in inputs.corrections), Fraction())
    found = _rounded(min(max(reached, Fraction()), Fraction(WHOLE)))
    stars = sum(found >= least for least in content.stars) if content.stars else None
    return Scored(score=found, lines=lines, deductions=deductions, stars=stars)


def _share(one: Component, inputs: Inputs) -> Fraction | LeftOut:
    """How much of its points a component gets, in percent, or why it is left out."""
    match one.kind:
        case ComponentKind.INDICATOR:
            return _of_figure(one, inputs.figures.get(one.indicator or ""))
        case ComponentKind.SELF_ASSESSMENT:
            return LeftOut.NOT_GIVEN if inputs.self_assessment is None else Fraction(inputs.self_assessment)
        case ComponentKind.SPOT_CHECK:
            return _mean(inputs.spot_checks)
        case ComponentKind.VIDEO_CHECK:
            return _mean(inputs.video_checks)
        case ComponentKind.RATED_FROM_ABOVE:
            return _of_tally(inputs.from_above, 1)
        case ComponentKind.RATED_FROM_BELOW:
            return _of_tally(inputs.from_below, FEWEST_RATINGS)
        case ComponentKind.RATED_BY_RESIDENTS:
            return _of_stars(inputs.by_residents)


def _of_figure(one: Component, figure: Counted | None) -> Fraction | LeftOut:
    if figure is None:
        return LeftOut.NO_FIGURE
    if figure.value is None:
        return LeftOut.DIVIDES_BY_NOTHING
    value = _exact(figure.value)
    return _on_line(one.linear, value) if one.linear is not None else _on_steps(one.steps, value)


def _on_line(rule: Linear, value: Fraction) -> Fraction:
    none_at, all_at = _exact(rule.none_at), _exact(rule.all_at)
    return min(max((value - none_at) / (all_at - none_at), Fraction()), Fraction(1)) * 100


def _on_steps(steps: Sequence[Step], value: Fraction) -> Fraction:
    reached = [step for step in steps if value >= _exact(step.at_least)]
    return _exact(reached[-1].share) if reached else Fraction()


def _mean(checks: Sequence[Found]) -> Fraction | LeftOut:
    return Fraction(sum(one.points for one in checks), len(checks)) if checks else LeftOut.NO_CHECKS


def _of_tally(tally: Tally | None, fewest: int) -> Fraction | LeftOut:
    if tally is None or tally.count < fewest:
        return LeftOut.TOO_FEW_RATINGS if fewest > 1 else LeftOut.NOT_GIVEN
    return Fraction(tally.sum, tally.count)


def _of_stars(tally: Tally | None) -> Fraction | LeftOut:
    """A mean of 1 is nothing, one of 5 is all."""
    mean = _of_tally(tally, FEWEST_RATINGS)
    return mean if isinstance(mean, LeftOut) else (mean - 1) / (HIGHEST_RATING - 1) * 100


def _line(one: Component, share: Fraction | LeftOut, whole: int) -> Line:
    named: dict[str, Any] = {"name": one.name, "kind": one.kind, "weight": one.weight, "indicator": one.indicator}
    if isinstance(share, LeftOut):
        return Line(**named, left_out=share)
    counts_for = Fraction(one.weight * 100, whole)
    return Line(**named, share=_rounded(share), counts_for=_rounded(counts_for), points=_rounded(counts_for * share / 100))


def _deduction(one: Deduction, inputs: Inputs) -> tuple[DeductionLine, Fraction]:
    figure = inputs.figures.get(one.indicator)
    count = None if figure is None else figure.numerator
    points = min(_exact(one.points_each) * _exact(count or 0), _exact(one.at_most))
    return DeductionLine(name=one.name, indicator=one.indicator, count=count, points=_rounded(points)), points


def _exact(value: float) -> Fraction:
    """A number as it is written: 0.1 is a tenth."""
    return Fraction(repr(value))


def _rounded(value: Fraction) -> float:
    """To two decimals, half up."""
    return float(Fraction((value * 200 + 1) // 2, 100))


def stored_inputs(inputs: Inputs) -> Any:
    """As a column of JSON keeps them."""
    return msgspec.to_builtins(inputs)


def read_inputs(content: Any) -> Inputs:
    """Inputs as they were stored."""
    return msgspec.convert(content, Inputs)
