"""Tallies on real databases: they follow what happens, late arrivals and divisions of the ground, and are what the facts add up to."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from clockwork import at, run_timers, set_time
from divided import applied, divided_ground, proposed, split, undone
from operating import done
from steered import HAZARD, head, moved, reported, worker
from towns import COMMUNITY, DISTRICT, GRIDS, SUBDISTRICT, Town, ids
from wangge_core.db import tables as t
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport, EventSource, Recorded, Timeliness
from wangge_core.indicators.counting import count_changes, forget_counts, recount
from wangge_core.indicators.figures import figures
from wangge_core.indicators.periods import Compared, Days, Every
from wangge_core.indicators.requests import By, Figure, FiguresRequest, GroundAsOf, IndicatorUnknownError
from wangge_core.rights.viewers import operator
from wangge_core.steering.chasing import Chase, chase_events

pytestmark = pytest.mark.anyio
YEAR = Days(date(2025, 1, 1), date(2025, 12, 31))
RATES = ("community.closing_rate", "community.on_time_rate", "community.on_time_share", "community.completion_rate")


async def counted(town: Town) -> None:
    """Everything is counted that has happened."""
    for _ in range(20):
        async with town.deployment.write() as work:
            if not await count_changes(work):
                return
    raise AssertionError("the counting does not come to an end")


async def recorded(town: Town, month: int, *, due: int = 5, closed: int | None = 3, grid: str = "urban", **more: Any) -> int:
    """An event of an earlier year that was reported on the second of a month, due and closed so many days later."""
    at = datetime(2025, month, 2, 4, tzinfo=UTC)
    on_time = closed is not None and closed <= due
    past = Recorded(
        closed=closed is not None,
        closed_at=None if closed is None else at + timedelta(days=closed),
        due_at=at + timedelta(days=due),
        timeliness=None if closed is None else (Timeliness.ON_TIME if on_time else Timeliness.OVERDUE),
    )
    new = EventReport(
        kind_id=more.pop("kind", "community.hazard"),
        description="recorded",
        grid_id=town.grids[GRIDS[grid]],
        details=more.pop("details", HAZARD),
        reported_at=at,
        recorded=past,
        **more,
    )
    async with town.deployment.write() as work:
        (id,) = ids(await report_events(work, operator(), [new]))
    return id


async def told(town: Town, *indicators: str, code: str = DISTRICT, days: Days = YEAR, **more: Any) -> list[Figure]:
    async with town.deployment.read() as work:
        return await figures(work, FiguresRequest(indicators=indicators, grid_ids=(town.grids[code],), days=days, **more))


async def fractions(town: Town, *indicators: str, **more: Any) -> list[tuple[int, int | None]]:
    return [(one.numerator, one.denominator) for one in await told(town, *indicators, **more)]


async def tallies(town: Town) -> list[Any]:
    async with town.deployment.read() as work:
        rows = await work.rows(sa.select(t.tally).where(t.tally.c.number != 0))
    return sorted(tuple(row) for row in rows)


async def afresh(town: Town) -> None:
    """All is counted anew."""
    async with town.deployment.write() as work:
        await forget_counts(work)
        after = None
        while (after := await recount(work, after=after)) is not None:
            pass


async def test_figures_follow_what_is_reported_moved_and_recorded_late(town: Town) -> None:
    await recorded(town, 3)
    await recorded(town, 3, closed=40)  # due in March, closed in April
    await recorded(town, 12, closed=None)
    await counted(town)
    assert await fractions(town, *RATES) == [(2, 3), (1, 3), (1, 2), (2, 3)]
    months = await fractions(town, "community.closing_rate", every=Every.MONTH)
    assert months == [(0, 0), (0, 0), (1, 2), (1, 1), *[(0, 0)] * 7, (0, 1)]
    await recorded(town, 3, source=EventSource.HOTLINE)
    await counted(town)
    assert (await fractions(town, "community.closing_rate", every=Every.MONTH))[2] == (2, 3)
    december = Days(date(2025, 12, 1), date(2025, 12, 31))
    (one,) = await told(town, "community.events_reported", days=december, compared=Compared.PREVIOUS_PERIOD)
    assert (one.value, one.before and one.before.value, one.change) == (1, 0, None)
    today = datetime.now(UTC).astimezone(town.deployment.rules.zone).date()
    id = await reported(town)
    await moved(town, await worker(town), id, "settle_on_the_spot", note="done")
    await counted(town)
    now = {"days": Days(today - timedelta(days=1), today), "code": GRIDS["urban"]}
    assert await fractions(town, "community.self_settled_share", "community.completion_rate", **now) == [(1, 1), (1, 1)]
    await moved(town, await head(town), id, "close_unrated")
    await counted(town)
    assert await fractions(town, "community.completion_rate", **now) == [(1, 1)]


async def test_counting_again_changes_nothing(town: Town) -> None:
    for month in (1, 4):
        await recorded(town, month, closed=60)
    await counted(town)
    before = await tallies(town)
    assert before
    async with town.deployment.write() as work:
        await recount(work)
        await recount(work, date(2025, 4, 1), date(2025, 4, 30))
    assert await tallies(town) == before
    await afresh(town)
    assert await tallies(town) == before


async def test_two_processes_that_count_at_once_count_everything_once(town: Town) -> None:
    for month in (1, 4, 9):
        await recorded(town, month)
    await asyncio.gather(counted(town), counted(town))
    at_once = await tallies(town)
    await afresh(town)
    assert await tallies(town) == at_once
    assert await fractions(town, "community.closing_rate") == [(3, 3)]


async def test_chase_ups_and_missed_deadlines_count_when_they_are_told(town: Town) -> None:
    await set_time(town, "2026-03-02 09:00")
    id, names = await reported(town), ("community.events_overdue", "community.chase_ups")
    chase = Chase(event_id=id, note="How far is it?", answer_due_at=at("2026-03-03 09:00"))
    await done(town, chase_events, chase, by=await head(town))
    await counted(town)
    march = {"days": Days(date(2026, 3, 1), date(2026, 3, 31)), "code": GRIDS["urban"]}
    assert await fractions(town, *names, **march) == [(0, None), (1, None)]
    await set_time(town, "2026-03-30 09:00")
    await run_timers(town)
    await counted(town)
    assert await fractions(town, *names, **march) == [(1, None), (1, None)]


async def test_tallies_are_what_the_facts_add_up_to(town: Town) -> None:
    """Low grids are asked by kind and day, which no tally holds; the district has tallies of both."""
    for month, due, closed in ((1, 3, 2), (1, 9, 70), (2, 4, None), (2, 4, 4), (11, 20, 30)):
        await recorded(town, month, due=due, closed=closed, source=EventSource.HOTLINE if due == 4 else EventSource.PATROL)
    await counted(town)
    for request in ({"every": Every.MONTH}, {"by": By.SOURCE, "every": Every.MONTH}, {"by": By.KIND}, {"every": Every.WEEK}):
        low, high = [
            [(one.of, one.days, one.now) for one in await told(town, *RATES, code=code, **request)]
            for code in (GRIDS["urban"], DISTRICT)
        ]
        assert low == high, request
    assert len(await told(town, "community.closing_rate", by=By.SOURCE)) == 2


async def test_what_a_division_moved_counts_where_it_lies_now_or_where_it_lay_then(town: Town) -> None:
    await divided_ground(town)
    await counted(town)
    today = datetime.now(UTC).astimezone(town.deployment.rules.zone).date()
    days = Days(today.replace(day=1), today)
    division = await proposed(town, split(town))
    await applied(town, division)
    await counted(town)

    async def reports(code: str, as_of: GroundAsOf) -> list[int]:
        async with town.deployment.read() as work:
            (id,) = await work.rows(sa.select(t.grid.c.id).where(t.grid.c.code == code))
            months = Days(days.first, date.max.replace(year=days.first.year, month=12, day=31))
            found = [
                await figures(
                    work, FiguresRequest(indicators=("community.events_reported",), grid_ids=(id.id,), days=one, as_of=as_of)
                )
                for one in (days, months)
            ]
        return [one.numerator for (one,) in found]

    old, west = GRIDS["urban"], f"{COMMUNITY}101"
    assert await reports(old, GroundAsOf.NOW) == [0, 0]
    assert await reports(old, GroundAsOf.THEN) == [2, 2]
    assert await reports(west, GroundAsOf.NOW) == [1, 1]
    assert await reports(west, GroundAsOf.THEN) == [0, 0]
    assert await reports(SUBDISTRICT, GroundAsOf.NOW) == await reports(SUBDISTRICT, GroundAsOf.THEN) == [2, 2]
    await undone(town, division)
    await counted(town)
    assert await reports(old, GroundAsOf.NOW) == [2, 2]


async def test_a_grid_that_a_thing_lay_in_once_takes_its_count_along_when_it_moves_in_the_tree(town: Town) -> None:
    id = await recorded(town, 5)
    scenic, high = (town.grids[code] for code in (GRIDS["scenic"], SUBDISTRICT))
    async with town.deployment.write() as work:
        (division,) = await work.reserve_ids(t.division, 1)
        made = {
            "name": "A boundary",
            "state": "APPLIED",
            "changes": [],
            "proposed_at": work.now,
            "applied_at": work.now,
            "version": 1,
        }
        await work.insert(t.division, [made | {"id": division, "grid_id": high}])
        moved = {"division_id": division, "moved": "event", "row_id": id}
        await work.insert(t.division_move, [moved | {"from_grid_id": scenic, "to_grid_id": town.grids[GRIDS["urban"]]}])
    await counted(town)
    async with town.deployment.write() as work:
        path = await work.value(sa.select(t.grid.c.path).where(t.grid.c.id == high))
        await work.run(sa.update(t.grid).where(t.grid.c.id == scenic).values(path=f"{path}{scenic}.", parent_id=high))
        work.announce("grid.changed", scenic, scenic)
    await counted(town)
    after = await tallies(town)
    await afresh(town)
    assert await tallies(town) == after


async def test_complaints_about_who_serves_a_grid_are_counted_from_the_subdistrict_up(town: Town) -> None:
    details = {"what": "LATE"}
    await recorded(town, 5, kind="community.service_complaint", details=details)
    await recorded(town, 5)
    await counted(town)
    for days in (YEAR, Days(date(2025, 5, 1), date(2025, 5, 20))):
        assert await fractions(town, "community.events_reported", code=SUBDISTRICT, days=days) == [(2, None)]
        assert await fractions(town, "community.events_reported", code=COMMUNITY, days=days) == [(1, None)]


async def test_counts_of_the_moment_are_told_of_grids(town: Town) -> None:
    names = ("community.staffing_rate", "community.facts_confirmed", "community.visit_completion", "maritime.boats_accounted")
    staffing, facts, visits, boats = await told(town, *names, code=COMMUNITY)
    assert staffing.denominator and staffing.numerator <= staffing.denominator
    assert facts.denominator and facts.numerator <= facts.denominator
    assert visits.denominator is not None
    assert (boats.numerator, boats.denominator, boats.value) == (0, 0, None)


async def test_an_indicator_that_there_is_not_is_an_error(town: Town) -> None:
    with pytest.raises(IndicatorUnknownError):
        await told(town, "community.happiness")
