"""Working calendars: setting them, and the one that a new deployment begins with.

There is the default calendar; an office may have its own; and a season gives a calendar other hours for a span of days. A calendar that
follows another takes over its years and its days out, unless it says something else for a day.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import check_optional_text, check_text, only_right
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.deadlines.known import DEFAULT
from wangge_core.deadlines.notices import shipped_years
from wangge_core.deadlines.reading import read_hours, write_hours
from wangge_core.deadlines.working_time import DayOut, Spans, read_spans, write_spans
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer

OFFICE_HOURS: Spans = ((510, 720), (840, 1050))
NINE_TO_FIVE: Spans = ((540, 1020),)
IN_CHINA = frozenset({"Asia/Shanghai", "Asia/Urumqi", "Asia/Chongqing", "Asia/Harbin", "Asia/Kashgar", "PRC"})
"""Time zones of places whose holidays the State Council announces."""
FIRST_YEAR, LAST_YEAR = 1970, 2200
MOST_DAYS = 800


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDay:
    """A day that is to differ from its weekday; where `worked` is None it differs no more. `hours` like `(("08:30", "12:00"),)`."""

    day: date
    worked: bool | None
    name: str = ""
    hours: Sequence[Sequence[str]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarSetting:
    """A calendar to make, or what to change of the one of this name; what is None stays as it is.

    `hours` are by weekday, Monday first. `years` are covered from now on. A season has `starts_on`, `ends_on` and `follows`, the name of
    the calendar whose hours it takes the place of, and neither days nor years.
    """

    name: str
    follows: str | None = None
    office_id: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    hours: Sequence[Sequence[Sequence[str]]] | None = None
    days: Sequence[SetDay] = ()
    years: Sequence[int] = ()
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    rows: Mapping[str, sa.Row[Any]]
    offices: frozenset[int]
    of_offices: Mapping[int, str] = field(default_factory=dict[int, str])


async def set_calendars(work: Work, viewer: Viewer, settings: Sequence[CalendarSetting]) -> list[Outcome]:
    """Make or change calendars, one after the other. For MANAGE_CALENDARS over the whole ground.

    Deadlines that run are not counted anew here; see `steering/recounting.py`.
    """
    return [await _set(work, viewer, setting) for setting in settings]


async def _set(work: Work, viewer: Viewer, setting: CalendarSetting) -> Outcome:
    if not may_manage(viewer):
        return Outcome(refusals=(refusal("NOT_ALLOWED"),))
    known = await _known(work)
    found = list(_check(setting, known))
    if found:
        return Outcome(refusals=only_right(found))
    row = known.rows.get(setting.name)
    work.kept = {}  # what is written here is nobody else's before the commit
    id = await _create(work, setting, known) if row is None else await _change(work, setting, row)
    await _set_days(work, id, setting.days)
    return Outcome(id=id)


def may_manage(viewer: Viewer) -> bool:
    """Whether a viewer may set calendars: they hold for everybody."""
    return Capability.MANAGE_CALENDARS in viewer.whole_ground or viewer.scope(Capability.MANAGE_CALENDARS).everywhere


async def _known(work: Work) -> _Known:
    every = sa.select(t.calendar).order_by(t.calendar.c.id)  # locked: two changes at once would each count without the other
    rows = {row.name: row for row in await work.rows(every if work.on_sqlite else every.with_for_update())}
    offices = frozenset(row.id for row in await work.rows(sa.select(t.office.c.id)))
    of_offices = {row.office_id: row.name for row in rows.values() if row.office_id is not None}
    return _Known(rows, offices, of_offices)


def _check(setting: CalendarSetting, known: _Known) -> Iterator[Refusal]:
    yield from check_text(setting.name, "name", most=80)
    row = known.rows.get(setting.name)
    if row is not None and setting.expected_version is not None and setting.expected_version != row.version:
        yield refusal("VERSION_OUTDATED", "expectedVersion", version=row.version)
    yield from _check_ties(setting, row, known)
    yield from _check_season(setting, row)
    yield from _check_hours(setting)
    for year in setting.years:
        if not FIRST_YEAR <= year <= LAST_YEAR:
            yield refusal("OUT_OF_RANGE", "years", least=FIRST_YEAR, most=LAST_YEAR)
    if len(setting.days) > MOST_DAYS:
        yield refusal("TOO_MANY", "days", most=MOST_DAYS)
    for one in setting.days:
        yield from check_optional_text(one.name or None, "days", most=80)


def _check_ties(setting: CalendarSetting, row: sa.Row[Any] | None, known: _Known) -> Iterator[Refusal]:
    if row is not None and (setting.follows is not None or setting.office_id is not None):
        followed = next((one.name for one in known.rows.values() if one.id == row.follows_id), None)
        if setting.follows not in (None, followed) or setting.office_id not in (None, row.office_id):
            yield refusal("CALENDAR_TIES", "follows")
        return
    followed_row = known.rows.get(setting.follows or "")
    if setting.follows is not None and followed_row is None:
        yield refusal("CALENDAR_UNKNOWN", "follows", name=setting.follows)
    elif followed_row is not None and (
        followed_row.starts_on is not None or (followed_row.follows_id is not None and setting.starts_on is None)
    ):
        yield refusal("CALENDAR_TIES", "follows")
    if setting.office_id is not None:
        if setting.office_id not in known.offices:
            yield refusal("NOT_FOUND", "officeId", what="Office", id=setting.office_id)
        elif setting.office_id in known.of_offices:
            yield refusal("CALENDAR_OF_OFFICE", "officeId", name=known.of_offices[setting.office_id])


def _check_season(setting: CalendarSetting, row: sa.Row[Any] | None) -> Iterator[Refusal]:
    starts_on = setting.starts_on or (row.starts_on if row else None)
    ends_on = setting.ends_on or (row.ends_on if row else None)
    if (starts_on is None) != (ends_on is None) or (row is not None and (row.starts_on is None) != (starts_on is None)):
        yield refusal("CALENDAR_SEASON", "endsOn")
    elif starts_on is not None and ends_on is not None:
        if starts_on > ends_on:
            yield refusal("TERM_INVALID", "endsOn")
        alone = row is None and setting.follows is None
        if alone or setting.office_id is not None or setting.days or setting.years:
            yield refusal("CALENDAR_SEASON", "startsOn")


def _check_hours(setting: CalendarSetting) -> Iterator[Refusal]:
    try:
        if setting.hours is not None:
            read_hours(setting.hours)
        for one in setting.days:
            read_spans(one.hours or ())
    except ValueError:
        yield refusal("CALENDAR_HOURS", "hours")


async def _create(work: Work, setting: CalendarSetting, known: _Known) -> int:
    (id,) = await work.reserve_ids(t.calendar, 1)
    hours = setting.hours or write_hours(week_of(OFFICE_HOURS))
    row = {
        "id": id,
        "name": setting.name,
        "follows_id": known.rows[setting.follows].id if setting.follows else None,
        "office_id": setting.office_id,
        "starts_on": setting.starts_on,
        "ends_on": setting.ends_on,
        "hours": write_hours(read_hours(hours)),
        "years": sorted(set(setting.years)),
        "version": 1,
    }
    await work.insert(t.calendar, [row])
    return id


async def _change(work: Work, setting: CalendarSetting, row: sa.Row[Any]) -> int:
    values: dict[str, Any] = {"version": row.version + 1, "years": sorted({*row.years, *setting.years})}
    if setting.hours is not None:
        values["hours"] = write_hours(read_hours(setting.hours))
    if setting.starts_on is not None:
        values["starts_on"] = setting.starts_on
    if setting.ends_on is not None:
        values["ends_on"] = setting.ends_on
    await work.run(sa.update(t.calendar).where(t.calendar.c.id == row.id).values(values))
    return row.id


async def _set_days(work: Work, id: int, days: Sequence[SetDay]) -> None:
    if not days:
        return
    table, wanted = t.calendar_day, {one.day: one for one in days}
    await work.run(sa.delete(table).where(table.c.calendar_id == id, table.c.day.in_(sorted(wanted))))
    rows = [
        {
            "calendar_id": id,
            "day": one.day,
            "worked": one.worked,
            "name": one.name,
            "hours": None if one.hours is None else write_spans(read_spans(one.hours)),
        }
        for one in wanted.values()
        if one.worked is not None
    ]
    await work.insert(table, rows)


def week_of(spans: Spans) -> tuple[Spans, ...]:
    """Monday to Friday."""
    return (spans,) * 5 + ((), ())


def set_days(days: Mapping[date, DayOut]) -> tuple[SetDay, ...]:
    """The days of a notice as days to set."""
    return tuple(SetDay(day=day, worked=out.worked, name=out.name) for day, out in sorted(days.items()))


async def make_default(work: Work) -> None:
    """Give a deployment that has no calendar yet its default one. In China with the years that are shipped; elsewhere with none, because
    nobody can know whose holidays hold there."""
    if await work.value(sa.select(sa.func.count()).select_from(t.calendar)):
        return
    in_china = work.rules.zone.key in IN_CHINA
    years: Mapping[int, Mapping[date, DayOut]] = shipped_years() if in_china else {}
    days = {day: out for year in years.values() for day, out in year.items()}
    hours = write_hours(week_of(OFFICE_HOURS if in_china else NINE_TO_FIVE))
    setting = CalendarSetting(name=DEFAULT, hours=hours, days=set_days(days), years=tuple(years))
    id = await _create(work, setting, _Known({}, frozenset()))
    await _set_days(work, id, setting.days)
