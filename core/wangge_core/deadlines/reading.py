"""Reading calendars: the stored rows as calendars to count by, once for each revision of them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.deadlines.counting import Ground
from wangge_core.deadlines.known import KEPT, Calendars
from wangge_core.deadlines.working_time import DayOut, Season, Spans, WorkingCalendar, read_spans, write_spans

WEEKDAYS = 7


def revision() -> sa.Select[Any]:
    """The revision of all calendars: each change of one raises it, and none is ever removed."""
    return sa.select(sa.func.coalesce(sa.func.sum(t.calendar.c.version), 0))


async def calendars_of(work: Work) -> Calendars:
    """The calendars as this unit of work sees them."""
    wanted = await work.value(revision())
    known: Calendars | None = work.kept.get(KEPT)
    if known is not None and known.revision == wanted:
        return known
    found = await read_calendars(work)
    if known is None or known.revision < found.revision:
        work.kept[KEPT] = found
    return found


async def ground_of(work: Work, office_id: int | None = None) -> Ground:
    """What the time of an office is counted by, or where it is nobody's or has no calendar, that of the deployment."""
    return Ground(work.rules.zone, (await calendars_of(work)).for_office(office_id))


async def read_calendars(work: Work) -> Calendars:
    """The calendars as they are stored."""
    rows = await work.rows(sa.select(t.calendar).order_by(t.calendar.c.id))
    days: dict[int, dict[date, DayOut]] = {row.id: {} for row in rows}
    for day in await work.rows(sa.select(t.calendar_day)):
        hours = None if day.hours is None else read_spans(day.hours)
        days[day.calendar_id][day.day] = DayOut(day.worked, day.name, hours)
    by_id = {row.id: row for row in rows}
    return Calendars(
        sum(row.version for row in rows),
        work.rules.zone,
        {row.id: _calendar(row, by_id, days, work.rules.zone) for row in rows if row.starts_on is None},
        {row.office_id: row.id for row in rows if row.office_id is not None and row.starts_on is None},
    )


def _calendar(
    row: sa.Row[Any], rows: Mapping[int, sa.Row[Any]], days: Mapping[int, Mapping[date, DayOut]], zone: ZoneInfo
) -> WorkingCalendar:
    """A calendar with what it takes over of the one that it follows, and with its seasons, those that begin later first."""
    followed = rows.get(row.follows_id)
    seasons = [one for one in rows.values() if one.follows_id == row.id and one.starts_on is not None]
    return WorkingCalendar(
        id=row.id,
        name=row.name,
        zone=zone,
        hours=read_hours(row.hours),
        days={**(days[followed.id] if followed is not None else {}), **days[row.id]},
        years=frozenset([*row.years, *(followed.years if followed is not None else ())]),
        seasons=tuple(
            Season(one.starts_on, one.ends_on, read_hours(one.hours))
            for one in sorted(seasons, key=lambda one: one.starts_on, reverse=True)
        ),
    )


def read_hours(stored: Sequence[Sequence[Sequence[str]]]) -> tuple[Spans, ...]:
    """Hours by weekday, Monday first. Raises ValueError where they are not seven days of hours."""
    if len(stored) != WEEKDAYS:
        raise ValueError("a week has seven days")
    return tuple(read_spans(spans) for spans in stored)


def write_hours(hours: Sequence[Spans]) -> list[list[list[str]]]:
    """The other way round."""
    return [write_spans(spans) for spans in hours]
