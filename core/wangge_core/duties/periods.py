"""Periods: stretches of the calendar at the place, from one midnight to another, and the windows that frequencies and occasions open.

Pure; nothing is read or stored here. A window says from when until when something counts, how much is needed, and by when it is due.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from wangge_core.deadlines.working_time import day_begin, local_day
from wangge_core.months import after_months
from wangge_core.plugin.declarations.duties import Period
from wangge_core.plugin.declarations.weekdays import Weekday
from wangge_core.plugin.definitions import FrequencyDefinition

DAY = timedelta(days=1)
MADE_UP = frozenset({Period.WEEK, Period.MONTH, Period.QUARTER, Period.YEAR})
"""Periods whose work is made up when it was missed; of a day that has passed nothing can be done any more."""
LOOKS_BACK = timedelta(days=30)
"""For how long after its time what was asked for once stays on the lists."""
MONTHS = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}
IsWorked = Callable[[date], bool]
"""Whether people work on a day. Raises UncoveredYearError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When something counts: from `begin` to before `end`. `before` is when the period before it began, where what was missed then is
    made up; `kind` is that of the frequency, `amount` what is needed of it."""

    kind: str
    amount: int
    begin: datetime
    end: datetime
    due_by: datetime
    before: datetime | None = None


def period_of(period: Period, day: date) -> tuple[date, date]:
    """The first day of the period in which a day lies, and the first day after it."""
    if period in MONTHS:
        months = MONTHS[period]
        first = date(day.year, (day.month - 1) // months * months + 1, 1)
        return first, after_months(first, months)
    if period is Period.WEEK:
        monday = day - timedelta(days=day.weekday())
        return monday, monday + 7 * DAY
    return day, day + DAY


def regular_window(one: FrequencyDefinition, now: datetime, zone: ZoneInfo, is_worked: IsWorked) -> Window | None:
    """The window of a frequency of the calendar in which `now` lies; None on a day on which nothing is asked. Raises UncoveredYearError."""
    today = local_day(now, zone)
    if one.kind == "EVERY_HOURS":
        return _hours_window(one, now, today, zone)
    assert one.per is not None
    if one.per is Period.WORKING_DAY and not is_worked(today):
        return None
    first, after = period_of(one.per, today)
    begin, end = day_begin(first, zone), day_begin(after, zone)
    due_by = end
    if one.on is not None:
        due_by = day_begin(first + (tuple(Weekday).index(one.on) + 1) * DAY, zone)
    before = None
    if one.kind == "TIMES" and one.per in MADE_UP and one.on is None:
        before = day_begin(period_of(one.per, first - DAY)[0], zone)
    return Window(kind=one.kind, amount=one.amount, begin=begin, end=end, due_by=due_by, before=before)


def _hours_window(one: FrequencyDefinition, now: datetime, today: date, zone: ZoneInfo) -> Window:
    midnight, span = day_begin(today, zone), timedelta(hours=one.amount)
    begin = midnight + (now - midnight) // span * span
    return Window(kind="TIMES", amount=1, begin=begin, end=begin + span, due_by=begin + span)


def occasional_window(one: FrequencyDefinition, starts_at: datetime, now: datetime) -> Window | None:
    """The window that an occasion opens which starts, or started, then; None where nothing is asked for now."""
    if one.kind == "PROMPTLY":
        begin, due_by = starts_at, starts_at + timedelta(seconds=one.amount)
    else:
        begin, due_by = starts_at - timedelta(days=one.amount), starts_at
    if not begin <= now < due_by + LOOKS_BACK:
        return None
    return Window(kind="TIMES", amount=1, begin=begin, end=due_by + LOOKS_BACK, due_by=due_by)
