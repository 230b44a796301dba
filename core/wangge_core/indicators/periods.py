"""Periods of the calendar at the place: days, weeks from Monday, months, quarters and years, and what they are compared with."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import auto

from wangge_core.months import after_months
from wangge_core.plugin.declarations.labels import Choice

ONE_DAY = timedelta(days=1)


class Every(Choice):
    """How a stretch of days is cut."""

    DAY = auto(), "日"
    WEEK = auto(), "周"
    MONTH = auto(), "月"
    QUARTER = auto(), "季度"
    YEAR = auto(), "年"


class Compared(Choice):
    """With what a period is compared: the one right before it (环比), or the same a year before (同比)."""

    PREVIOUS_PERIOD = auto(), "环比"
    YEAR_BEFORE = auto(), "同比"


@dataclass(frozen=True, slots=True, order=True)
class Days:
    """A stretch of days, the last one included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def whole_months(self) -> bool:
        """Whether it is months from the first day to the last."""
        return self.first.day == 1 and (self.last + ONE_DAY).day == 1


def cut(days: Days, every: Every | None) -> list[Days]:
    """The periods of the calendar that the days lie in, in order; the first and the last only as far as the days go."""
    return [days] if every is None else list(_pieces(days, every))


def _pieces(days: Days, every: Every) -> Iterator[Days]:
    first = days.first
    while first <= days.last:
        last = min(_end(first, every), days.last)
        yield Days(first, last)
        if last == date.max:
            return
        first = last + ONE_DAY


def _end(day: date, every: Every) -> date:
    """The last day of the period that a day lies in."""
    match every:
        case Every.DAY:
            return day
        case Every.WEEK:
            return day + timedelta(days=6 - day.weekday())
        case Every.MONTH:
            return _month_end(day.year, day.month)
        case Every.QUARTER:
            return _month_end(day.year, (day.month + 2) // 3 * 3)
        case Every.YEAR:
            return date(day.year, 12, 31)


def _month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def before(days: Days, compared: Compared) -> Days:
    """What a period is compared with: as many months, or else days, right before it; or the same days a year before.

    The last day of February stands for the 29th, and whole months stay whole.
    """
    if compared is Compared.PREVIOUS_PERIOD:
        months = (days.last.year - days.first.year) * 12 + days.last.month - days.first.month + 1
        if not days.whole_months:
            return Days(days.first - (days.last - days.first) - ONE_DAY, days.first - ONE_DAY)
        return Days(after_months(days.first, -months), days.first - ONE_DAY)
    last = after_months(days.last, -12)
    return Days(after_months(days.first, -12), _month_end(last.year, last.month) if days.whole_months else last)
