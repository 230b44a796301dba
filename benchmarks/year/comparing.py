"""Comparing: what the schema answers for each grid and month, beside what the exported rows give."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from wangge_core.plugin.measuring import IndicatorDefinition
from wangge_core.rights.viewers import operator
from wangge_schema.api import Api
from year.counting import LOW, Month, Recount, figure

FIGURES = """
query ($ids: [ID!]!, $grid: ID!, $from: Date!, $until: Date!, $by: IndicatorGrouping, $level: GridLevel) {
  indicators(ids: $ids, gridId: $grid, from: $from, until: $until, by: $by, level: $level, every: MONTH) {
    figures { indicatorId gridId from numerator denominator value }
  }
}
"""
BELOW = ("SUBDISTRICT", "COMMUNITY", "GRID")
AT_ONCE = 5
"""Indicators of one question."""
Answer = tuple[int, int | None, float | None]
Key = tuple[str, int, str]
"""An indicator, a grid and the first day of a month."""


@dataclass(slots=True)
class Compared:
    """How many figures there were, by indicator, and which differ: what the service says and what the rows give."""

    figures: Counter[str] = field(default_factory=Counter[str])
    filled: Counter[str] = field(default_factory=Counter[str])
    """Those of which something was counted."""
    different: dict[Key, tuple[Answer, Answer]] = field(default_factory=dict[Key, tuple[Answer, Answer]])


def months_between(first: date, until: date) -> list[Month]:
    """The months from a first day on, before another."""
    found: list[Month] = []
    while first < until:
        following = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
        found.append(Month(first, following - timedelta(days=1)))
        first = following
    return found


async def compare(api: Api, recount: Recount, indicators: Sequence[IndicatorDefinition], months: Sequence[Month]) -> Compared:
    """Compare each of these indicators, for each grid of the base layer and month."""
    measures = [recount.registry.measures[id] for id in dict.fromkeys(one for each in indicators for one in each.measures)]
    answers = {key: one async for key, one in _answers(api, recount, indicators, months)}
    found, by_id = Compared(), {one.id: one for one in indicators}
    counted = {
        (grid, month.first): recount.count(grid, month, measures) for grid in {key[1] for key in answers} for month in months
    }
    for key, answer in answers.items():
        indicator = by_id[key[0]]
        rows = counted[key[1], date.fromisoformat(key[2])]
        own = figure(indicator, rows, tallied=recount.levels[key[1]] not in LOW)
        found.figures[indicator.id] += 1
        found.filled[indicator.id] += any(own[:2])
        if own != answer:
            found.different[key] = answer, own
    return found


async def _answers(api: Api, recount: Recount, indicators: Sequence[IndicatorDefinition], months: Sequence[Month]) -> Any:
    for district in [id for id, level in recount.levels.items() if level == "DISTRICT"]:
        for variables in _questions(indicators, months):
            answer = await api.execute(FIGURES, variables | {"grid": f"Grid:{district}"}, viewer=operator("zh"))
            if answer.get("errors"):
                raise SystemExit(f"the schema refused: {answer['errors']}")
            for one in answer["data"]["indicators"]["figures"]:
                value = None if one["value"] is None else float(one["value"])
                key = (one["indicatorId"], int(one["gridId"].partition(":")[2]), one["from"])
                yield key, (one["numerator"], one["denominator"], value)


def _questions(indicators: Sequence[IndicatorDefinition], months: Sequence[Month]) -> Iterator[dict[str, Any]]:
    days = {"from": months[0].first.isoformat(), "until": months[-1].last.isoformat()}
    for start in range(0, len(indicators), AT_ONCE):
        ids = [one.id for one in indicators[start : start + AT_ONCE]]
        yield {"ids": ids, **days}
        yield from ({"ids": ids, **days, "by": "GRID", "level": level} for level in BELOW)


def kinds_of(compared: Compared) -> Counter[str]:
    """How many figures differ, by indicator."""
    return Counter(key[0] for key in compared.different)
