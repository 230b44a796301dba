"""Notices: the public holidays of a year and the days worked instead of them, as the State Council announces them.

2025 and 2026 are shipped; further years come from the `chinesecalendar` library (the extra `calendars`), which raises on a year that it
does not know and never guesses.
"""

import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import Any

from wangge_core.deadlines.working_time import DayOut
from wangge_core.errors import WanggeError

FILE = "notices.toml"


class CalendarError(WanggeError):
    """A working calendar cannot be filled or used as it is asked."""

    code = "CALENDAR_INVALID"


class CalendarYearMissingError(CalendarError):
    """Nothing is known of a year."""

    code = "CALENDAR_YEAR_MISSING"


@cache
def shipped_years() -> Mapping[int, Mapping[date, DayOut]]:
    """The days that differ from their weekday, by year."""
    text = files("wangge_core.deadlines").joinpath(FILE).read_text(encoding="utf-8")
    return {int(year): _days(notice) for year, notice in tomllib.loads(text).items()}


def _days(notice: Mapping[str, Any]) -> dict[date, DayOut]:
    days: dict[date, DayOut] = {}
    for one in notice["holidays"]:
        for at in range((one["to"] - one["from"]).days + 1):
            days[one["from"] + timedelta(days=at)] = DayOut(False, one["name"])
    return days | {one["day"]: DayOut(True, one["name"]) for one in notice["worked"]}


def announced(year: int) -> Mapping[date, DayOut]:
    """The days of a year from the library. Raises CalendarYearMissingError, and CalendarError where the library is not installed."""
    try:
        constants: Any = import_module("chinese_calendar.constants")
    except ModuleNotFoundError:
        raise CalendarError("chinesecalendar is not installed.", hint='Install it: pip install "wangge-core[calendars]".') from None
    names: Mapping[str, str] = {one.value: one.chinese for one in constants.Holiday}
    free = {day: DayOut(False, names[name]) for day, name in constants.holidays.items() if day.year == year}
    worked = {day: DayOut(True, names[name]) for day, name in constants.workdays.items() if day.year == year}
    if not free:
        raise CalendarYearMissingError(
            f"chinesecalendar does not know {year} yet.",
            hint="Bring it up to date once the notice is out, or set the days with `wangge calendar set`.",
        )
    return free | worked
