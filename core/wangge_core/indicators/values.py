"""Values: what a formula makes of counts. What divides by nothing has no value."""

from collections.abc import Mapping

from wangge_core.indicators.requests import Counts
from wangge_core.plugin.declarations.indicators import Unit
from wangge_core.plugin.measuring import IndicatorDefinition

DECIMALS = 2


def counts_of(indicator: IndicatorDefinition, counts: Mapping[str, int], minutes: Mapping[str, Mapping[int, int]]) -> Counts:
    """The counts of an indicator and its value. `minutes` are the values of a measure and how often each was."""
    if indicator.unit is Unit.MINUTES:
        (measure,) = indicator.numerator.plus
        found = minutes.get(measure, {})
        return Counts(numerator=sum(found.values()), denominator=None, value=median(found))
    numerator = indicator.numerator.of(counts)
    if indicator.denominator is None:
        return Counts(numerator=numerator, denominator=None, value=numerator)
    denominator = indicator.denominator.of(counts)
    return Counts(numerator=numerator, denominator=denominator, value=_divided(numerator, denominator, indicator.unit))


def _divided(numerator: int, denominator: int, unit: Unit) -> float | None:
    if not denominator:
        return None
    if unit is Unit.PERCENT:
        return round(100 * numerator / denominator, DECIMALS)
    return round(numerator / denominator, DECIMALS + 2)


def median(values: Mapping[int, int]) -> float | None:
    """The median of values of which it is known how often each was; of two in the middle their mean."""
    number = sum(values.values())
    if not number:
        return None
    return (_at(values, (number - 1) // 2) + _at(values, number // 2)) / 2


def _at(values: Mapping[int, int], place: int) -> int:
    """The value in this place of all, in order."""
    for value in sorted(values):
        place -= values[value]
        if place < 0:
            return value
    raise IndexError(place)


def change(now: float | None, before: float | None) -> float | None:
    """By how many percent a value changed: from 656 to 496 it is −24.39. None where one is missing, or the one before is 0."""
    if now is None or not before:
        return None
    return round(100 * (now - before) / before, DECIMALS)
