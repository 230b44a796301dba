"""Drilling down: the events behind the numerator or the denominator of a figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import auto
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.indicators.facts import CARRIED, Fact, unpacked
from wangge_core.indicators.grounds import grounds
from wangge_core.indicators.reading import EVENT
from wangge_core.indicators.requests import FiguresRequest, GroundAsOf, IndicatorUnknownError
from wangge_core.indicators.sums import value_of
from wangge_core.indicators.tallies import hidden_kinds
from wangge_core.plugin.declarations.indicators import DueToClose
from wangge_core.plugin.declarations.labels import Choice
from wangge_core.plugin.measuring import Terms
from wangge_core.rights.scopes import END

READ = 1_000
"""How many counted events are looked at at once."""


class Side(Choice):
    """Which count of a figure."""

    NUMERATOR = auto(), "分子"
    DENOMINATOR = auto(), "分母"


@dataclass(frozen=True, slots=True)
class Behind:
    """Ids of events, in order; `more` whether others follow."""

    ids: Sequence[int]
    more: bool


async def events_behind(
    work: Work, request: FiguresRequest, side: Side, of: str | None = None, *, first: int = 50, after: int = 0
) -> Behind:
    """The events that a count of the first indicator is made of, in the first grid and the days of the request, by id; also those that are
    taken away from it. `of` is the kind, source … where figures are told apart by it. Counts that are not of events have none.

    It asks for no right. Raises IndicatorUnknownError.
    """
    indicator = work.rules.registry.indicators.get(request.indicators[0])
    if indicator is None:
        raise IndicatorUnknownError(f"There is no indicator {request.indicators[0][:80]!r}.")
    terms = indicator.numerator if side is Side.NUMERATOR else indicator.denominator
    found = list[int]()
    if terms is None:
        return Behind((), more=False)
    while len(found) <= first:
        rows = await work.rows(await _next(work, request, after))
        found += [row.thing_id for row in rows if _is_behind(work, unpacked(row.facts), row, terms, request, of)]
        if len(rows) < READ:
            break
        after = rows[-1].thing_id
    return Behind(found[:first], more=len(found) > first)


async def _next(work: Work, request: FiguresRequest, after: int) -> sa.Executable:
    counted, grid = t.counted, t.grid
    where = sa.func.coalesce(counted.c.then_grid_id, counted.c.grid_id) if request.as_of is GroundAsOf.THEN else counted.c.grid_id
    hidden, inside = sorted(await hidden_kinds(work)), list[sa.ColumnElement[bool]]()
    for ground in await grounds(work, request.grid_ids[:1]):
        for part in ground.parts:
            below = sa.and_(grid.c.path >= part.path, grid.c.path < part.path[:-1] + END)
            inside.append(sa.and_(below, counted.c.kind_id.not_in(hidden)) if part.low else below)
    days = request.days
    return (
        sa.select(counted.c.thing_id, counted.c.kind_id, counted.c.source, counted.c.facts)
        .join(grid, grid.c.id == where)
        .where(counted.c.thing == EVENT, counted.c.thing_id > after, sa.or_(sa.false(), *inside))
        .where(counted.c.last_day >= days.first, counted.c.first_day <= days.last)
        .order_by(counted.c.thing_id)
        .limit(READ)
    )


def _is_behind(
    work: Work, facts: Sequence[Fact], row: sa.Row[Any], terms: Terms,
    request: FiguresRequest, of: str | None,
) -> bool:  # fmt: skip
    days, known = request.days, work.rules.registry.measures
    carried = {id + CARRIED for id in terms.measures if isinstance(known[id].way, DueToClose)}
    own = [fact for fact in facts if of is None or value_of(request.by, row.kind_id, row.source, fact) == of]
    flows = any(fact.measure in terms.measures and fact.day in days for fact in own)
    return flows or sum(fact.number for fact in own if fact.measure in carried and fact.day < days.first) > 0
