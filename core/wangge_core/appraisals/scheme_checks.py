"""Checks of schemes: which contents hold. Each yields refusals with the path of what is wrong; none raises."""

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from math import isfinite

from wangge_core.appraisals.schemes import Appraised, Component, ComponentKind, Deduction, SchemeContent
from wangge_core.checking import check_text
from wangge_core.errors import Refusal, refusal

WHOLE = 100
"""What the weights sum to, and the most that a score can be."""
MOST_SELF = 20
"""How much of a score the appraised may give themselves at most."""
MOST_NAME = 80
MOST_COMPONENTS = 40
MOST_DEDUCTIONS = 20
MOST_STEPS = 20
MOST_STARS = 10
FARTHEST = 1e12
"""No value of an indicator is greater."""


def check_content(content: SchemeContent, appraised: Appraised, indicators: Collection[str]) -> Iterator[Refusal]:
    """What is wrong with a content. `indicators` are those that there are."""
    components, deductions = content.components, content.deductions
    if not 1 <= len(components) <= MOST_COMPONENTS:
        yield refusal("OUT_OF_RANGE", "components", least=1, most=MOST_COMPONENTS)
        return
    if len(deductions) > MOST_DEDUCTIONS:
        yield refusal("OUT_OF_RANGE", "deductions", least=0, most=MOST_DEDUCTIONS)
    for at, component in enumerate(components):
        yield from _check_component(component, f"components.{at}", indicators)
    for at, deduction in enumerate(deductions):
        yield from _check_deduction(deduction, f"deductions.{at}", indicators)
    yield from _check_names([one.name for one in components], "components")
    yield from _check_names([one.name for one in deductions], "deductions")
    yield from _check_weights(components)
    yield from _check_stars(content.stars, appraised)


def _check_component(one: Component, at: str, indicators: Collection[str]) -> Iterator[Refusal]:
    yield from check_text(one.name, f"{at}.name", most=MOST_NAME)
    if not 1 <= one.weight <= WHOLE:
        yield refusal("OUT_OF_RANGE", f"{at}.weight", least=1, most=WHOLE)
    ruled = one.indicator is not None, one.linear is not None, bool(one.steps)
    if one.kind is not ComponentKind.INDICATOR:
        if any(ruled):
            yield refusal("SCORING_UNEXPECTED", f"{at}.indicator", kind=one.kind.value)
        return
    if one.indicator is None:
        yield refusal("REQUIRED", f"{at}.indicator")
    else:
        yield from _check_indicator(one.indicator, f"{at}.indicator", indicators)
    if ruled[1] == ruled[2]:
        yield refusal("SCORING_RULE", f"{at}.linear")
    yield from _check_rule(one, at)


def _check_rule(one: Component, at: str) -> Iterator[Refusal]:
    if one.linear is not None:
        ends = one.linear.none_at, one.linear.all_at
        if not all(map(_is_value, ends)) or ends[0] == ends[1]:
            yield refusal("SCORING_ENDS", f"{at}.linear")
    if len(one.steps) > MOST_STEPS:
        yield refusal("OUT_OF_RANGE", f"{at}.steps", least=1, most=MOST_STEPS)
    for number, step in enumerate(one.steps):
        if not 0 <= step.share <= WHOLE:
            yield refusal("OUT_OF_RANGE", f"{at}.steps.{number}.share", least=0, most=WHOLE)
    begins = [step.at_least for step in one.steps]
    if not all(map(_is_value, begins)) or any(later <= earlier for earlier, later in pairwise(begins)):
        yield refusal("SCORING_STEPS", f"{at}.steps")


def _check_deduction(one: Deduction, at: str, indicators: Collection[str]) -> Iterator[Refusal]:
    yield from check_text(one.name, f"{at}.name", most=MOST_NAME)
    yield from _check_indicator(one.indicator, f"{at}.indicator", indicators)
    for field, points in (("pointsEach", one.points_each), ("atMost", one.at_most)):
        if not 0 < points <= WHOLE:
            yield refusal("OUT_OF_RANGE", f"{at}.{field}", least=0, most=WHOLE)


def _check_indicator(id: str, field: str, indicators: Collection[str]) -> Iterator[Refusal]:
    if id not in indicators:
        yield refusal("INDICATOR_UNKNOWN", field, id=id)


def _check_names(names: Sequence[str], field: str) -> Iterator[Refusal]:
    stripped = [name.strip() for name in names]
    for at, name in enumerate(stripped):
        if name in stripped[:at]:
            yield refusal("DUPLICATE", f"{field}.{at}.name", key=name)


def _check_weights(components: Sequence[Component]) -> Iterator[Refusal]:
    weights = sum(one.weight for one in components)
    if weights != WHOLE:
        yield refusal("WEIGHTS_SUM", "components", sum=weights)
    own = sum(one.weight for one in components if one.kind is ComponentKind.SELF_ASSESSMENT)
    if own > MOST_SELF:
        yield refusal("SELF_WEIGHT", "components", most=MOST_SELF)


def _check_stars(stars: Sequence[float], appraised: Appraised) -> Iterator[Refusal]:
    if stars and appraised is not Appraised.GRIDS:
        yield refusal("STARS_OF_GRIDS", "stars")
    rising = all(earlier < later for earlier, later in pairwise(stars))
    if len(stars) > MOST_STARS or not rising or not all(0 <= one <= WHOLE for one in stars):
        yield refusal("STARS_INVALID", "stars", most=MOST_STARS)


def _is_value(value: float) -> bool:
    return isfinite(value) and abs(value) <= FARTHEST
