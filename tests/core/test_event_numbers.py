"""Event numbers: one after the other within a day, whoever writes at the same time and whatever is taken back."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from towns import GRIDS, Town
from wangge_core.db import tables as t
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport
from wangge_core.rights.viewers import operator

pytestmark = pytest.mark.anyio
HAZARD = {"hazard": "FIRE", "immediate_danger": True}


async def report(town: Town, count: int, *, at: datetime | None = None, bad: bool = False, fails: bool = False) -> None:
    one = EventReport(
        kind_id="community.hazard", description="seen", grid_id=town.grids[GRIDS["urban"]], details=HAZARD, reported_at=at
    )
    refused = [EventReport(kind_id="community.hazard", description="")] if bad else []
    async with town.deployment.write() as work:
        outcomes = await report_events(work, operator(), [*refused, *[one] * count])
        await asyncio.sleep(0)
        if fails:
            raise ConnectionError
    assert [outcome.accepted for outcome in outcomes] == [False] * len(refused) + [True] * count


async def numbers(town: Town) -> list[str]:
    async with town.deployment.read() as work:
        return [row.number for row in await work.rows(sa.select(t.event.c.number).order_by(t.event.c.number))]


def of_day(day: str, count: int) -> list[str]:
    return [f"{day}-{number:05d}" for number in range(1, count + 1)]


async def test_writers_at_the_same_moment_share_no_number_and_leave_no_gap(town: Town) -> None:
    town.deployment.clock = lambda: datetime(2026, 11, 21, 8, tzinfo=UTC)
    await asyncio.gather(*(report(town, count) for count in (1, 2, 3, 1, 2, 3)))
    assert await numbers(town) == of_day("20261121", 12)


async def test_what_is_refused_or_taken_back_uses_no_number(town: Town) -> None:
    town.deployment.clock = lambda: datetime(2026, 11, 21, 8, tzinfo=UTC)
    await report(town, 2, bad=True)
    results = await asyncio.gather(*(report(town, 2, fails=index % 2 == 0) for index in range(4)), return_exceptions=True)
    assert [type(result) for result in results] == [ConnectionError, type(None)] * 2
    await report(town, 1)
    assert await numbers(town) == of_day("20261121", 7)


async def test_days_count_for_themselves_and_begin_at_midnight_of_the_place(town: Town) -> None:
    town.deployment.clock = lambda: datetime(2027, 1, 1, tzinfo=UTC)
    midnight = datetime(2026, 11, 20, 16, tzinfo=UTC)
    for at in (midnight, midnight - timedelta(milliseconds=1), midnight + timedelta(hours=23), midnight + timedelta(hours=24)):
        await report(town, 1, at=at)
    assert await numbers(town) == [*of_day("20261120", 1), *of_day("20261121", 2), *of_day("20261122", 1)]


async def test_writers_of_several_days_wait_for_each_other_in_one_order(town: Town) -> None:
    town.deployment.clock = lambda: datetime(2027, 1, 1, tzinfo=UTC)
    days = [datetime(2026, 5, day, 4, tzinfo=UTC) for day in (1, 2, 3)]

    async def of_all(order: list[datetime]) -> None:
        grid = town.grids[GRIDS["urban"]]
        reports = [
            EventReport(kind_id="community.hazard", description="seen", grid_id=grid, details=HAZARD, reported_at=at)
            for at in order
        ]
        async with town.deployment.write() as work:
            assert all(one.accepted for one in await report_events(work, operator(), reports))

    await asyncio.gather(*(of_all(days if turn % 2 else days[::-1]) for turn in range(6)))
    assert await numbers(town) == [number for day in (1, 2, 3) for number in of_day(f"2026050{day}", 6)]
