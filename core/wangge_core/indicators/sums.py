"""Sums: how much of each measure a ground has in each period, from the tallies where they answer it and from the facts where not."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import CHUNK, Work
from wangge_core.indicators.facts import CARRIED, Fact, unpacked
from wangge_core.indicators.grounds import Ground, Part, by_part
from wangge_core.indicators.periods import Days
from wangge_core.indicators.requests import MOST_COUNTED, By, FiguresRequest, GroundAsOf, IndicatorsTooManyError
from wangge_core.indicators.tallies import DAY, MINUTES, MONTH, WHOLE, hidden_kinds
from wangge_core.rights.scopes import END

FEW_PERIODS = 4
"""So many are summed by the database; more are read by the month or day, and summed here."""
RANGES = 50
"""How many subtrees stand in one statement."""


@dataclass(slots=True)
class Sum:
    """Of one ground, period and kind or other value: the numbers of measures, and of minutes how often each was."""

    numbers: Counter[str] = field(default_factory=Counter[str])
    minutes: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter[int]))


Key = tuple[int, Days, str | None]
"""Ground, period, and the value that figures are told apart by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is summed: flows in a period, and what was carried over into it. `timed` are the measures whose minutes are asked for."""

    measures: frozenset[str]
    carried: frozenset[str]
    timed: frozenset[str]

    @property
    def all(self) -> frozenset[str]:
        return self.measures | self.carried | self.timed


async def sums(
    work: Work, found: Sequence[Ground], periods: Sequence[Days], wanted: Wanted, request: FiguresRequest
) -> Mapping[Key, Sum]:
    """What was counted; grounds, periods and values without anything are not among them."""
    summing = _Summing(work, periods, wanted, request)
    tallied = [one for one in found if summing.is_tallied(one)]
    await summing.tally(tallied)
    await summing.count([one for one in found if one not in tallied])
    return summing.found


class _Summing:
    def __init__(self, work: Work, periods: Sequence[Days], wanted: Wanted, request: FiguresRequest) -> None:
        self.work, self.periods, self.wanted, self.request = work, periods, wanted, request
        self.found = defaultdict[Key, Sum](Sum)
        self.by = None if request.by is By.GRID else request.by
        self._known: dict[tuple[bool, date], list[Days]] = {}
        self.months = all(period.whole_months for period in periods)

    def is_tallied(self, ground: Ground) -> bool:
        """Whether the tallies hold all that is asked of a ground. Of a low one they have months alone, nothing by kind."""
        low = any(part.low for part in ground.parts)
        if self.by is By.POST or (self.wanted.timed and self.by is not None):
            return False
        if self.by is not None or self.wanted.timed:
            return self.months and not low
        return self.months or not low

    async def tally(self, tallied: Sequence[Ground]) -> None:
        """Sum the tallies of grounds, some hundred parts in a statement."""
        parts = by_part(tallied)
        ids = sorted(parts)
        for start in range(0, len(ids), CHUNK):
            few, some = len(self.periods) <= FEW_PERIODS, ids[start : start + CHUNK]
            for row in await self.work.rows(self._few(some) if few else self._many(some)):
                for ground in parts[row.grid_id]:
                    self._take(ground, row, few=few)

    def _take(self, ground: int, row: sa.Row[Any], *, few: bool) -> None:
        of = row.value if self.by is not None and row.dimension != MINUTES else None
        counts = [(period, getattr(row, f"p{at}") or 0) for at, period in enumerate(self.periods)] if few else []
        for period, number in counts or [(period, row.number) for period in self._periods(row.measure, row.starts_on)]:
            if number and row.dimension == MINUTES:
                self.found[ground, period, of].minutes[row.measure][int(row.value)] += number
            elif number:
                self.found[ground, period, of].numbers[row.measure] += number

    def _periods(self, measure: str, day: date) -> Sequence[Days]:
        """The periods for which a day counts: those that it lies in, and of what is carried over all that begin after it."""
        carried = measure.endswith(CARRIED)
        if (carried, day) not in self._known:
            self._known[carried, day] = [one for one in self.periods if (day < one.first if carried else day in one)]
        return self._known[carried, day]

    def _few(self, ids: Sequence[int]) -> sa.Executable:
        tally = t.tally
        carried = tally.c.measure.in_(sorted(self.wanted.carried))
        sums = [
            sa.func.sum(
                sa.case(
                    (sa.and_(carried, tally.c.starts_on < one.first), tally.c.number),
                    (sa.and_(sa.not_(carried), tally.c.starts_on.between(one.first, one.last)), tally.c.number),
                    else_=0,
                )
            ).label(f"p{at}")
            for at, one in enumerate(self.periods)
        ]
        by = (tally.c.grid_id, tally.c.dimension, tally.c.measure, tally.c.value)
        return sa.select(*by, *sums).where(self._which(ids)).group_by(*by)

    def _many(self, ids: Sequence[int]) -> sa.Executable:
        tally = t.tally
        by = (tally.c.grid_id, tally.c.dimension, tally.c.measure, tally.c.value, tally.c.starts_on)
        return sa.select(*by, sa.func.sum(tally.c.number).label("number")).where(self._which(ids)).group_by(*by)

    def _which(self, ids: Sequence[int]) -> sa.ColumnElement[bool]:
        """The rows of these grids that stand in any of the periods, and of what is carried over all before the last of them."""
        tally, span = t.tally, MONTH if self.months else DAY
        first, last = min(one.first for one in self.periods), max(one.last for one in self.periods)
        flows = sa.and_(tally.c.measure.in_(sorted(self.wanted.measures)), tally.c.starts_on.between(first, last))
        stocks = sa.and_(tally.c.measure.in_(sorted(self.wanted.carried)), tally.c.starts_on <= last)
        which = sa.or_(flows, stocks) if self.wanted.carried else flows
        dimension = WHOLE if self.by is None else self.by.value
        rows = sa.and_(tally.c.dimension == dimension, tally.c.span == span, which)
        if self.wanted.timed:
            timed = sa.and_(tally.c.measure.in_(sorted(self.wanted.timed)), tally.c.starts_on.between(first, last))
            rows = sa.or_(rows, sa.and_(tally.c.dimension == MINUTES, tally.c.span == MONTH, timed))
        now = [] if self.request.as_of is GroundAsOf.THEN else [sa.not_(tally.c.correction)]
        return sa.and_(tally.c.grid_id.in_(ids), rows, *now)

    async def count(self, counted: Sequence[Ground]) -> None:
        """Sum the facts of what lies, or lay, in grounds."""
        if not counted:
            return
        rows, hidden = await self._rows([part for ground in counted for part in ground.parts]), await hidden_kinds(self.work)
        if len(rows) > MOST_COUNTED:
            raise IndicatorsTooManyError(
                f"More than {MOST_COUNTED:,} events and entries would have to be gone through.",
                hint="Ask for whole months, for a smaller ground, or for a shorter time.",
            )
        parts = {part.id: part for ground in counted for part in ground.parts}
        of_part = by_part(counted)
        for row in rows:
            inside = [parts[id] for id in (int(one) for one in row.lies.split(".") if one) if id in parts]
            facts = unpacked(row.facts)
            for part in inside:
                if not (part.low and row.kind_id in hidden):
                    for ground in of_part[part.id]:
                        self._add(ground, row, facts)

    def _add(self, ground: int, row: sa.Row[Any], facts: Sequence[Fact]) -> None:
        for fact in facts:
            of = value_of(self.by, row.kind_id, row.source, fact)
            if fact.measure not in self.wanted.all or (self.by is not None and of is None):
                continue
            for period in self._periods(fact.measure, fact.day):
                summed = self.found[ground, period, of]
                summed.numbers[fact.measure] += fact.number
                if fact.minutes is not None:
                    summed.minutes[fact.measure][fact.minutes] += 1

    async def _rows(self, parts: Collection[Part]) -> list[sa.Row[Any]]:
        """What is counted in any of the periods, or carried into one, with the path of the grid where it counts."""
        counted, grid = t.counted, t.grid
        first, last = min(one.first for one in self.periods), max(one.last for one in self.periods)
        then = self.request.as_of is GroundAsOf.THEN
        where = sa.func.coalesce(counted.c.then_grid_id, counted.c.grid_id) if then else counted.c.grid_id
        query = (
            sa.select(counted.c.kind_id, counted.c.source, counted.c.facts, grid.c.path.label("lies"))
            .join(grid, grid.c.id == where)
            .where(counted.c.last_day >= first, counted.c.first_day <= last)
        )
        found: list[sa.Row[Any]] = []
        ranges = sorted({(part.path, part.path[:-1] + END) for part in parts})
        for start in range(0, len(ranges), RANGES):
            below = [sa.and_(grid.c.path >= low, grid.c.path < high) for low, high in ranges[start : start + RANGES]]
            found += await self.work.rows(query.where(sa.or_(*below)).limit(MOST_COUNTED + 1))
        return found


def value_of(by: By | None, kind_id: str | None, source: str | None, fact: Fact) -> str | None:
    """The kind, source, office, role or post that something is counted for; None where there is none."""
    match by:
        case None | By.GRID:
            return None
        case By.KIND:
            return kind_id
        case By.SOURCE:
            return source
        case By.OFFICE:
            return None if fact.by.office_id is None else str(fact.by.office_id)
        case By.ROLE:
            return fact.by.role_id
        case By.POST:
            return None if fact.by.post_id is None else str(fact.by.post_id)
