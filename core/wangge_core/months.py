"""Months of the calendar: the same day so many months later or earlier."""

from calendar import monthrange
from datetime import date


def after_months(day: date, months: int) -> date:
    """The same day of another month, or that month's last where it has no such day; before the day where `months` is negative."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
