"""Figures: the values of indicators for grids and periods, each with the counts that it is made of, and with those of another period."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from wangge_core.db.work import Work
from wangge_core.indicators.facts import CARRIED
from wangge_core.indicators.grounds import Ground, grounds
from wangge_core.indicators.periods import Days, before, cut
from wangge_core.indicators.requests import (
    EARLIEST,
    LATEST,
    MOST_FIGURES,
    By,
    Counts,
    Figure,
    FiguresRequest,
    IndicatorsError,
    IndicatorsTooManyError,
    IndicatorUnknownError,
)
from wangge_core.indicators.sums import Key, Sum, Wanted, sums
from wangge_core.indicators.supplied import supply
from wangge_core.indicators.values import change, counts_of
from wangge_core.plugin.declarations.indicators import DueToClose, Supplied, Unit
from wangge_core.plugin.measuring import IndicatorDefinition

NOTHING = Sum()
WHOLE = (None, By.GRID)
"""By these every grid has one figure."""


async def figures(work: Work, request: FiguresRequest) -> list[Figure]:
    """The figures that are asked for: by indicator, then grid, then period, then kind or other value.

    It asks for no right: whoever tells them to somebody does. Raises IndicatorsError.
    """
    definitions = _definitions(work, request)
    periods = cut(request.days, request.every)
    _check(request, periods)
    found = await grounds(work, request.grid_ids)
    earlier = {one: before(one, request.compared) for one in periods} if request.compared else {}
    every = list(dict.fromkeys([*periods, *earlier.values()]))
    summed = dict(await sums(work, found, every, _wanted(work, definitions), request)) if found else {}
    _carry(work, summed)
    if request.by in WHOLE:
        await supply(work, found, every, definitions, summed)
    return list(_figures(definitions, found, periods, earlier, summed, request))


def _definitions(work: Work, request: FiguresRequest) -> list[IndicatorDefinition]:
    known = work.rules.registry.indicators
    for id in request.indicators:
        if id not in known:
            raise IndicatorUnknownError(
                f"There is no indicator {id[:80]!r}.", hint="`indicatorDefinitions` lists those that there are."
            )
    return [known[id] for id in dict.fromkeys(request.indicators)]


def _check(request: FiguresRequest, periods: Sequence[Days]) -> None:
    if not EARLIEST <= request.days.first <= request.days.last <= LATEST:
        raise IndicatorsError(f"The days lie between {EARLIEST} and {LATEST}, the first not after the last.")
    number = len(periods) * len(set(request.grid_ids)) * len(set(request.indicators))
    if number > MOST_FIGURES:
        raise IndicatorsTooManyError(
            f"{number:,} figures were asked for; at most {MOST_FIGURES:,} are told at once.",
            hint="Ask for fewer indicators, grids or periods.",
        )


def _wanted(work: Work, definitions: Sequence[IndicatorDefinition]) -> Wanted:
    """The measures that are summed, and what is carried over of those that are due."""
    known = work.rules.registry.measures
    ids = {id for one in definitions for id in one.measures if not isinstance(known[id].way, Supplied)}
    timed = {id for one in definitions if one.unit is Unit.MINUTES for id in one.measures}
    carried = {id + CARRIED for id in ids if isinstance(known[id].way, DueToClose)}
    return Wanted(measures=frozenset(ids - timed), carried=frozenset(carried), timed=frozenset(timed))


def _carry(work: Work, summed: Mapping[Key, Sum]) -> None:
    """What was open and overdue when a period began was due in it."""
    due = [one.id for one in work.rules.registry.measures.values() if isinstance(one.way, DueToClose)]
    for found in summed.values():
        for id in due:
            found.numbers[id] += found.numbers.pop(id + CARRIED, 0)


def _figures(
    definitions: Sequence[IndicatorDefinition],
    found: Sequence[Ground],
    periods: Sequence[Days],
    earlier: Mapping[Days, Days],
    summed: Mapping[Key, Sum],
    request: FiguresRequest,
) -> Iterator[Figure]:
    values = _values(summed)
    for indicator, ground, period in product(definitions, found, periods):
        alone: Sequence[str | None] = (None,)
        for of in alone if request.by in WHOLE else values.get(ground.id, ()):
            now = _counts(indicator, summed.get((ground.id, period, of), NOTHING))
            days = earlier.get(period)
            then = _counts(indicator, summed.get((ground.id, days, of), NOTHING)) if days else None
            if of is not None and not (_any(now) or (then is not None and _any(then))):
                continue
            yield Figure(
                indicator=indicator.id,
                grid_id=ground.id,
                days=period,
                of=of,
                now=now,
                days_before=days,
                before=then,
                change=change(now.value, then.value) if then else None,
            )


def _values(summed: Mapping[Key, Sum]) -> Mapping[int, Sequence[str]]:
    """The kinds, offices … of each ground, in order."""
    found: dict[int, set[str]] = {}
    for ground, _, of in summed:
        if of is not None:
            found.setdefault(ground, set()).add(of)
    return {ground: sorted(values) for ground, values in found.items()}


def _counts(indicator: IndicatorDefinition, found: Sum) -> Counts:
    return counts_of(indicator, found.numbers, found.minutes)


def _any(counts: Counts) -> bool:
    return bool(counts.numerator or counts.denominator)
