"""Forecasting: how much the duties of a worker or a ground will ask for in the coming weeks.

What is missing of the present period is spread evenly over the days that are left of it, and what later periods ask for over theirs; what
is overdue, and what events and occasions ask for, is wanted this week. A quota of different households is left out: its visits are those
of the other duties. How long one takes is what the duty declares. Events and occasions of the future are not guessed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from wangge_core.db.work import Work
from wangge_core.deadlines.working_time import UncoveredYearError, local_day
from wangge_core.duties.asking import Ask
from wangge_core.duties.due import DueRequest, DutyFigures, asks_now, count, ground_of, is_worked
from wangge_core.duties.periods import DAY, IsWorked, period_of
from wangge_core.plugin.declarations.duties import Period
from wangge_core.rights.viewers import Viewer

MOST_WEEKS = 13
HOURS_OF_A_DAY = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekLoad:
    """What a week will ask for: how many things, and how many minutes they take. The first week begins today."""

    starts_on: date
    items: float
    minutes: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """The coming weeks. `unknown` are duties of working days of which nobody knows which those are."""

    weeks: tuple[WeekLoad, ...]
    unknown: tuple[str, ...]


async def forecast_load(work: Work, viewer: Viewer, request: DueRequest, weeks: int) -> Forecast | None:
    """The load of a post or a grid; None as for `due_items`."""
    ground = await ground_of(work, viewer, request)
    if ground is None:
        return None
    asks = await asks_now(work, ground)
    figures = await count(work, viewer, asks.asks)
    worked = await is_worked(work)
    loads = spread(asks.asks, figures, work.now, work.rules.zone, worked, weeks=min(max(weeks, 1), MOST_WEEKS))
    return Forecast(tuple(loads.weeks), tuple(dict.fromkeys((*asks.unknown, *loads.unknown))))


def spread(
    asks: Sequence[Ask], figures: Sequence[DutyFigures], now: datetime, zone: ZoneInfo, worked: IsWorked, *, weeks: int
) -> Forecast:
    """The load of each coming week, from how things stand now."""
    today, known = local_day(now, zone), lru_cache(maxsize=None)(worked)
    monday = today - timedelta(days=today.weekday())
    starts = [max(today, monday + 7 * at * DAY) for at in range(weeks)]
    ends = [monday + 7 * (at + 1) * DAY for at in range(weeks)]
    totals = [[0.0, 0.0] for _ in starts]
    unknown: list[str] = []
    for ask, one in zip(asks, figures, strict=True):
        try:
            loads = [_units(ask, one, today, start, end, known) for start, end in zip(starts, ends, strict=True)]
        except UncoveredYearError:
            unknown.append(ask.duty.id)
            continue
        for total, units in zip(totals, loads, strict=True):
            items, minutes = _weighed(ask, units)
            total[0] += items
            total[1] += minutes
    return Forecast(
        tuple(
            WeekLoad(starts_on=start, items=round(items, 1), minutes=round(minutes, 1))
            for start, (items, minutes) in zip(starts, totals, strict=True)
        ),
        tuple(unknown),
    )


def _weighed(ask: Ask, units: float) -> tuple[float, float]:
    """Items and minutes of so many units: of times one takes as long as the duty says, of minutes each its minute."""
    if ask.window is not None and ask.window.kind == "MINUTES":
        return units / ask.window.amount, units
    return units, units * ask.duty.minutes


def _units(ask: Ask, one: DutyFigures, today: date, start: date, end: date, worked: IsWorked) -> float:
    """How many times, or minutes, an ask wants in the days from `start` to before `end`."""
    missing = float(one.needed - one.made)
    per = _period_of(ask)
    if ask.window is not None and ask.window.kind == "DIFFERENT":
        return 0.0
    if per is None:
        return missing if start == today else 0.0
    found, day = 0.0, start
    while day < end:
        first, after = period_of(per, day)
        whole = float(one.needed) * _each_day(ask)
        if first <= today:
            found += missing / _days(per, today, after, worked) if _counts(per, day, worked) else 0.0
        elif _counts(per, day, worked):
            found += whole / _days(per, first, after, worked)
        day += DAY
    return found


def _period_of(ask: Ask) -> Period | None:
    """The period of the calendar in which something is asked for again and again; None where it is asked for once."""
    frequency = None if ask.window is None else ask.frequency
    if frequency is None:
        return None
    return Period.DAY if frequency.kind == "EVERY_HOURS" else frequency.per


def _each_day(ask: Ask) -> float:
    """How often in a day what is asked for in every so many hours comes; 1 of all else."""
    frequency = ask.frequency
    return HOURS_OF_A_DAY / frequency.amount if frequency is not None and frequency.kind == "EVERY_HOURS" else 1.0


def _counts(per: Period, day: date, worked: IsWorked) -> bool:
    return per is not Period.WORKING_DAY or worked(day)


def _days(per: Period, first: date, after: date, worked: IsWorked) -> int:
    """How many days of a period count, at least one."""
    if per is not Period.WORKING_DAY:
        return max((after - first).days, 1)
    return max(sum(worked(first + at * DAY) for at in range((after - first).days)), 1)
