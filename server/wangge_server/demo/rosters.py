"""Working hours and rosters: calendars of offices that keep their own time, and who is on duty in the days around the end of the story."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.deadlines.calendars import CalendarSetting, set_calendars
from wangge_core.deadlines.known import DEFAULT
from wangge_core.rights.viewers import load_viewer
from wangge_core.tasks.shifts import CheckIn, NewShift, check_in, set_shifts
from wangge_server.demo.ground import around
from wangge_server.demo.staff import SHIFTS
from wangge_server.demo.town import Holder, Town, accepted

EVERY_DAY = (("08:30", "12:00"), ("13:30", "18:00"))
SUMMER = (("08:00", "12:00"), ("15:00", "18:00"))
SUMMER_DAYS = ((6, 15), (9, 15))
AT_WEEKENDS = "scenic_enforcement"
"""The office that works when the visitors come."""
BEFORE, AFTER = 3, 5
"""For so many days around the end of the three months there is a roster."""
AHEAD = timedelta(days=BEFORE + 1)
"""So long before the end it is set."""
BY_DAY = frozenset(("community.grid_worker", "community.public_order_officer", "urban.city_management_officer"))
ROUND_THE_CLOCK = frozenset(("community.duty_officer", "community.shift_lead", "community.intake_officer"))
DAY_STARTS, DAY_LASTS = time(8), timedelta(hours=10)
SHIFT_LASTS = timedelta(hours=24) / SHIFTS


async def make_calendars(town: Town) -> None:
    """Summer hours for all, and an office that works on every day of the week."""
    year = town.until.astimezone(town.deployment.rules.zone).year
    summer = CalendarSetting(
        name="夏令时间",
        follows=DEFAULT,
        starts_on=date(year, *SUMMER_DAYS[0]),
        ends_on=date(year, *SUMMER_DAYS[1]),
        hours=[SUMMER] * 5 + [()] * 2,
    )
    wanted = [summer]
    if office := town.offices.get(AT_WEEKENDS):
        wanted.append(CalendarSetting(name="景区执法大队", follows=DEFAULT, office_id=office, hours=[EVERY_DAY] * 7))
    await town.write("calendars", set_calendars, wanted)


async def make_rosters(town: Town) -> None:
    """Shifts of some days around the end, set before the first of them."""
    shifts = [shift for holder in town.holders if holder.role_id in BY_DAY | ROUND_THE_CLOCK for shift in _shifts(town, holder)]
    await town.write("shifts", set_shifts, shifts)


async def check_in_on_duty(town: Town) -> None:
    """Let those who are on duty at the end say where they are."""
    shift, dice = t.shift, town.dice("duty")
    async with town.deployment.write() as work:
        running = sa.select(shift.c.post_id).where(shift.c.starts_at <= town.until, shift.c.ends_at > town.until)
        now = {row.post_id for row in await work.rows(running)}
        for holder in town.holders:
            viewer = await load_viewer(work, town.registry, holder.login) if holder.post_id in now else None
            if viewer is not None:
                longitude, latitude = around(dice, holder.ground.longitude, holder.ground.latitude)
                place = CheckIn(post_id=holder.post_id, longitude=longitude, latitude=latitude)
                accepted((await check_in(work, viewer, [place]))[0])


def _shifts(town: Town, holder: Holder) -> Iterator[NewShift]:
    """By day in the grids; at the desks one post after the other, day and night."""
    zone = town.deployment.rules.zone
    today = town.until.astimezone(zone).date()
    for number in range(-BEFORE, AFTER):
        start = datetime.combine(today + timedelta(days=number), DAY_STARTS, zone)
        if holder.role_id in BY_DAY:
            yield NewShift(post_id=holder.post_id, starts_at=start, ends_at=start + DAY_LASTS)
        else:
            turn = start + (holder.post_id + number) % SHIFTS * SHIFT_LASTS
            yield NewShift(post_id=holder.post_id, starts_at=turn, ends_at=turn + SHIFT_LASTS)
