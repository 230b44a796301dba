"""Periods: the month, quarter or year in which a day lies."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from wangge_core.appraisals.schemes import AppraisalPeriod
from wangge_core.months import after_months

MONTHS = {AppraisalPeriod.MONTH: 1, AppraisalPeriod.QUARTER: 3, AppraisalPeriod.YEAR: 12}


def period_of(kind: AppraisalPeriod, day: date) -> tuple[date, date]:
    """The first and the last day of the period in which a day lies."""
    months = MONTHS[kind]
    first = day.replace(month=(day.month - 1) // months * months + 1, day=1)
    return first, after_months(first, months) - timedelta(days=1)


def moments(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From when until when these days last at the place; the end is not part of them."""
    return datetime.combine(first, time(), zone), datetime.combine(last + timedelta(days=1), time(), zone)
