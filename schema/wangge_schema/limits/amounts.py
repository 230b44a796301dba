"""Amounts: whole numbers that may depend on the variables, put together once and worked out for every request.

What is constant is a plain number as early as possible, so that most of a document's amount is worked out when it is prepared.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Variables = Mapping[str, Any]
Amount = int | Callable[[Variables], int]
Guard = frozenset[tuple[str, bool]]
"""What must hold for something to be included: variables with the values that they must have, all of them."""
ALWAYS: Guard = frozenset()


def work_out(amount: Amount, variables: Variables) -> int:
    """The number for these variables."""
    return amount if isinstance(amount, int) else amount(variables)


def total(amounts: Iterable[Amount]) -> Amount:
    """The sum."""
    constant, varying = _parted(amounts)
    if not varying:
        return sum(constant)
    start = sum(constant)
    if len(varying) == 1:
        (only,) = varying
        return (lambda variables: start + only(variables)) if start else only
    return lambda variables: start + sum([one(variables) for one in varying])


def greatest(amounts: Iterable[Amount]) -> Amount:
    """The greatest; 0 for none."""
    constant, varying = _parted(amounts)
    least = max(constant, default=0)
    return (lambda variables: max([least, *(one(variables) for one in varying)])) if varying else least


def product(times: Amount, amount: Amount) -> Amount:
    """The one times the other."""
    if isinstance(times, int):
        return times * amount if isinstance(amount, int) else _scaled(amount, times)
    if isinstance(amount, int):
        return _scaled(times, amount)
    return lambda variables: times(variables) * amount(variables)


def _scaled(amount: Callable[[Variables], int], times: int) -> Amount:
    return lambda variables: times * amount(variables)


def included(guards: Iterable[Guard], amount: Amount) -> Amount:
    """The amount where all of any one guard holds, else 0."""
    found = set(guards)
    if ALWAYS in found or amount == 0:
        return amount
    choices = [tuple(guard) for guard in found]

    def included(variables: Variables) -> int:
        for choice in choices:
            for name, wanted in choice:
                if variables.get(name) is not wanted:
                    break
            else:
                return work_out(amount, variables)
        return 0

    return included


def _parted(amounts: Iterable[Amount]) -> tuple[list[int], list[Callable[[Variables], int]]]:
    """Those that are constant, and those that are not."""
    constant, varying = list[int](), list[Callable[[Variables], int]]()
    for one in amounts:
        if isinstance(one, int):
            constant.append(one)
        else:
            varying.append(one)
    return constant, varying
