"""`wangge calendar`: the working calendars that deadlines are counted by."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import click
import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.deadlines.calendars import CalendarSetting, SetDay, set_days
from wangge_core.deadlines.known import DEFAULT
from wangge_core.deadlines.notices import CalendarError, CalendarYearMissingError, announced, shipped_years
from wangge_core.deadlines.reading import calendars_of
from wangge_core.deployment import Deployment
from wangge_core.refusals import message
from wangge_core.rights.viewers import operator
from wangge_core.steering.recounting import set_and_recount, uncounted
from wangge_server.commands.context import Context, pass_context
from wangge_server.opening import open_deployment

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MOST_SHOWN = 20
DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def calendar() -> None:
    """Look after the working calendars that deadlines are counted by."""


@calendar.command("import")
@click.option("--year", type=int, multiple=True, required=True, help="The year; several may be given.")
@click.option("--calendar", "name", default=DEFAULT, show_default=True, help="The calendar to fill.")
@pass_context
def import_command(context: Context, year: tuple[int, ...], name: str) -> None:
    """Fill years with China's public holidays and the days worked instead, as announced. 2025 and 2026 are shipped; others are taken
    from the library chinesecalendar."""
    days = [day for one in year for day in set_days(shipped_years().get(one) or announced(one))]
    _say(asyncio.run(_set(context, CalendarSetting(name=name, years=year, days=days))))


@calendar.command("set")
@click.argument("name")
@click.option("--hours", metavar="08:30-12:00,14:00-17:30", help="The working hours of the days that are worked.")
@click.option("--weekdays", default="1-5", show_default=True, help="The days that are worked, 1 is Monday: `1-5` or `1,2,6`.")
@click.option("--off", type=DAY, multiple=True, help="A day off; several may be given.")
@click.option("--worked", type=DAY, multiple=True, help="A day that is worked in place of another.")
@click.option("--as-usual", type=DAY, multiple=True, help="A day that differs from its weekday no more.")
@click.option("--covers", type=int, multiple=True, help="A year that it covers from now on: its days off are all set.")
@click.option("--note", default="", help="What the days are called.")
@click.option("--follows", help="For a new one: the calendar whose years and days it takes over.")
@click.option("--office", help="For a new one: the code of the office whose events go by it.")
@click.option("--from", "starts_on", type=DAY, help="For a season: its first day.")
@click.option("--to", "ends_on", type=DAY, help="For a season: its last day.")
@pass_context
def set_command(
    context: Context,
    name: str,
    hours: str | None,
    weekdays: str,
    off: Sequence[datetime],
    worked: Sequence[datetime],
    as_usual: Sequence[datetime],
    covers: tuple[int, ...],
    note: str,
    follows: str | None,
    office: str | None,
    starts_on: datetime | None,
    ends_on: datetime | None,
) -> None:
    """Make or change a calendar, and count all deadlines that run anew."""
    marks = ((off, False), (worked, True), (as_usual, None))
    setting = CalendarSetting(
        name=name,
        follows=follows,
        starts_on=_day(starts_on),
        ends_on=_day(ends_on),
        hours=None if hours is None else _week(hours, weekdays),
        days=[SetDay(day=one.date(), worked=mark, name=note) for days, mark in marks for one in days],
        years=covers,
    )
    _say(asyncio.run(_set(context, setting, office)))


@calendar.command("list")
@pass_context
def list_command(context: Context) -> None:
    """List the calendars."""
    for row in asyncio.run(_rows(context)):
        season = f", {row.starts_on} to {row.ends_on}" if row.starts_on else ""
        click.echo(f"{row.name}: {', '.join(map(str, row.years)) or 'no years of its own'}{season} (version {row.version})")


@calendar.command("show")
@click.argument("name", default=DEFAULT)
@pass_context
def show_command(context: Context, name: str) -> None:
    """Show the hours, years and days of a calendar."""
    found = next((row for row in asyncio.run(_rows(context)) if row.name == name), None)
    if found is None:
        raise CalendarError(f"there is no calendar {name}.", hint="See `wangge calendar list`.")
    click.echo(f"{found.name}: {', '.join(map(str, found.years)) or 'no years of its own'}")
    for weekday, spans in zip(WEEKDAYS, found.hours, strict=True):
        click.echo(f"  {weekday}  {', '.join('-'.join(span) for span in spans) or 'off'}")
    for day in asyncio.run(_days(context, found.id)):
        click.echo(f"  {day.day}  {'worked' if day.worked else 'off'}  {day.name}".rstrip())


@calendar.command("check")
@pass_context
def check_command(context: Context) -> None:
    """Say which running deadlines have no due time because no calendar covers their year. Ends with status 1 where there are any."""
    missing, years = asyncio.run(_check(context))
    if missing:
        counts = ", ".join(f"{count:,} of {year}" for year, count in missing.items())
        raise CalendarYearMissingError(
            f"deadlines without a due time: {counts}.", hint="Cover the year: `wangge calendar import --year YEAR`."
        )
    click.echo(f"All running deadlines have a due time. The default calendar covers {', '.join(map(str, years)) or 'no year'}.")


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _week(hours: str, weekdays: str) -> list[list[list[str]]]:
    spans = [part.strip().split("-") for part in hours.split(",") if part.strip()]
    wanted = set[int]()
    try:
        for part in weekdays.split(","):
            first, _, last = part.partition("-")
            wanted |= set(range(int(first), int(last or first) + 1))
    except ValueError:
        raise click.BadParameter("weekdays are written as 1-5 or 1,2,6.") from None
    if any(len(span) != 2 for span in spans) or not wanted <= set(range(1, 8)):
        raise click.BadParameter("hours are written as 08:30-12:00,14:00-17:30, weekdays as 1-5.")
    return [spans if weekday in wanted else [] for weekday in range(1, 8)]


async def _set(context: Context, setting: CalendarSetting, office: str | None = None) -> Any:
    deployment = open_deployment(context.settings())
    try:
        async with deployment.write(operator(), "calendar set") as work:
            if office is not None:
                id = await work.value(sa.select(t.office.c.id).where(t.office.c.code == office))
                if id is None:
                    raise CalendarError(f"there is no office {office}.")
                setting = CalendarSetting(**{name: getattr(setting, name) for name in setting.__slots__} | {"office_id": id})
            (outcome,) = await set_and_recount(work, operator(), [setting])
            if not outcome.accepted:
                raise CalendarError(" ".join(message(one, "en") for one in outcome.refusals))
            change = t.calendar_change
            return await work.first(
                sa.select(change).where(change.c.calendar_id == outcome.id).order_by(change.c.id.desc()).limit(1)
            )
    finally:
        await deployment.close()


def _say(change: Any) -> None:
    click.echo(f"{change.counted:,} running deadlines were counted anew, {change.moved:,} moved.")
    for one in change.events[:MOST_SHOWN]:
        click.echo(f"  {one['number']}  {one['scope'].lower()}  {one['before'] or 'unknown'} → {one['after'] or 'unknown'}")


async def _rows(context: Context) -> Sequence[Any]:
    return await _read(context, sa.select(t.calendar).order_by(t.calendar.c.name))


async def _days(context: Context, id: int) -> Sequence[Any]:
    return await _read(context, sa.select(t.calendar_day).where(t.calendar_day.c.calendar_id == id).order_by(t.calendar_day.c.day))


async def _read(context: Context, statement: sa.Select[Any]) -> Sequence[Any]:
    deployment: Deployment = open_deployment(context.settings())
    try:
        async with deployment.read() as work:
            return await work.rows(statement)
    finally:
        await deployment.close()


async def _check(context: Context) -> tuple[dict[int, int], list[int]]:
    deployment = open_deployment(context.settings())
    try:
        async with deployment.read() as work:
            default = (await calendars_of(work)).default
            return await uncounted(work), sorted(default.years) if default else []
    finally:
        await deployment.close()
