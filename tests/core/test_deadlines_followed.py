"""What follows a deadline that is moved: the tasks of the stage and of partners, and the notices; and limits that change on the way."""

from datetime import date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

import steered
from clockwork import (
    MONDAY,
    at,
    clocked,
    clocks_of,
    definition,
    entries,
    event_row,
    report,
    run_timers,
    set_time,
    started_with,
    step,
)
from operating import done, tried
from towns import Town
from wangge_core.db import tables as t
from wangge_core.deadlines.calendars import CalendarSetting, SetDay, set_calendars
from wangge_core.deadlines.known import DEFAULT
from wangge_core.deadlines.moving import move_clocks
from wangge_core.deadlines.recounting import recount
from wangge_core.deadlines.running import Due, pause_clocks, resume_clocks, start_clocks
from wangge_core.plugin.definitions import ClockDefinition
from wangge_core.rights.viewers import operator
from wangge_core.steering.deferring import DeferralRequest, Resumption, ask_deferrals, decide_deferrals, resume_events
from wangge_core.steering.extending import ExtensionRequest, ask_extensions, decide_extensions
from wangge_core.steering.recounting import set_and_recount
from wangge_core.steering.requests import Decision

pytestmark = pytest.mark.anyio
BY_KIND = ClockDefinition("BY_KIND")
GAS, SUNK = "gas", "road_sunk"
"""Limits of `urban.pipe_burst`: an hour, and five working days."""


async def due_of_tasks(town: Town, id: int) -> dict[str, datetime | None]:
    async with town.deployment.read() as work:
        rows = await work.rows(sa.select(t.task.c.kind, t.task.c.due_at).where(t.task.c.event_id == id, t.task.c.open))
    return {row.kind: row.due_at for row in rows if row.kind in ("HANDLE", "DO_PART")}


async def joint(town: Town) -> tuple[int, Any, Any]:
    """An event that two offices handle together, who leads, and who answers above."""
    await set_time(town, MONDAY)
    id = await steered.at_offices(town, "water_works", "housing")
    return id, await steered.specialist(town), await steered.administrator(town)


async def test_the_part_of_a_partner_is_put_off_with_the_stage(town: Town) -> None:
    id, lead, above = await joint(town)
    until = at("2026-03-20 12:00")
    await done(town, ask_extensions, ExtensionRequest(event_id=id, reason="no pipes", until=until), by=lead)
    await done(town, decide_extensions, Decision(event_id=id, granted=True), by=above)
    assert await due_of_tasks(town, id) == {"HANDLE": until, "DO_PART": until}


async def test_nobody_has_a_due_time_while_the_event_rests(town: Town) -> None:
    id, lead, above = await joint(town)
    await done(town, ask_deferrals, DeferralRequest(event_id=id, reason="frost", until=at("2026-03-20 12:00")), by=lead)
    await done(town, decide_deferrals, Decision(event_id=id, granted=True), by=above)
    assert await due_of_tasks(town, id) == {"HANDLE": None, "DO_PART": None}
    await done(town, resume_events, Resumption(event_id=id), by=lead)
    due = (await event_row(town, id)).stage_due_at
    assert due is not None
    assert await due_of_tasks(town, id) == {"HANDLE": due, "DO_PART": due}


async def test_tasks_follow_the_deadline_that_a_calendar_moves(town: Town) -> None:
    id, _, _ = await joint(town)
    before = (await event_row(town, id)).stage_due_at
    storm = CalendarSetting(name=DEFAULT, days=[SetDay(day=date(2026, 3, 4), worked=False, name="storm")])
    await done(town, set_and_recount, storm)
    after = (await event_row(town, id)).stage_due_at
    assert after > before
    assert await due_of_tasks(town, id) == {"HANDLE": after, "DO_PART": after}


async def test_an_extension_that_is_granted_late_does_not_bring_a_deadline_forward(town: Town) -> None:
    await set_time(town, MONDAY)
    id = await steered.at_grid(town)
    ask = ExtensionRequest(event_id=id, reason="no key", until=at("2026-03-04 12:00"))
    await done(town, ask_extensions, ask, by=await steered.worker(town))
    days = [SetDay(day=date(2026, 3, day), worked=False, name="storm") for day in range(3, 7)]
    await done(town, set_and_recount, CalendarSetting(name=DEFAULT, days=days))
    due = (await event_row(town, id)).stage_due_at
    assert due > ask.until
    grant = Decision(event_id=id, granted=True)
    assert await tried(town, decide_extensions, grant, by=await steered.head(town)) == ["granted: MOMENT_NOT_LATER"]
    assert (await event_row(town, id)).stage_due_at == due


# ---- what rests is not told to the next level


async def test_what_ran_out_and_rests_then_is_told_to_the_next_level_by_what_was_left(town: Town) -> None:
    await set_time(town, MONDAY)
    id = await steered.at_grid(town)
    await set_time(town, "2026-03-03 17:30")
    await run_timers(town)
    assert (await entries(town, id))[-1] == "OVERDUE"
    await set_time(town, "2026-03-04 09:00")
    rest = DeferralRequest(event_id=id, reason="frost", until=at("2026-03-20 12:00"))
    await done(town, ask_deferrals, rest, by=await steered.worker(town))
    await done(town, decide_deferrals, Decision(event_id=id, granted=True), by=await steered.head(town))
    for time, told in (("2026-03-20 12:00", False), ("2026-03-20 17:29", False), ("2026-03-20 17:30", True)):
        await set_time(town, time)
        await run_timers(town)
        assert ("ESCALATED" in await entries(town, id)) is told, time


async def test_a_clock_of_day_and_night_leaves_as_long_again_without_what_it_waited(town: Town) -> None:
    await set_time(town, MONDAY)
    id = await report(town)
    await started_with(town, id, definition(clock=ClockDefinition("CONTINUOUS", 3600)))
    await set_time(town, "2026-03-02 10:15")
    await run_timers(town)
    async with town.deployment.write() as work:
        await pause_clocks(work, id, "frost", at("2026-03-03 09:00"))
    await set_time(town, "2026-03-03 09:00")
    async with town.deployment.write() as work:
        await resume_clocks(work, id)
    for time, told in (("2026-03-03 09:44", False), ("2026-03-03 09:45", True)):
        await set_time(town, time)
        await run_timers(town)
        assert ("ESCALATED" in await entries(town, id)) is told, time


# ---- a calendar that changes


async def test_events_are_recounted_in_their_order_however_their_clocks_were_started(town: Town) -> None:
    await set_time(town, MONDAY)
    first, second = await steered.reported(town), await steered.at_grid(town)
    await steered.moved(town, await steered.worker(town), first, "accept", kind="community.hazard")
    days = [SetDay(day=date(2026, 3, day), worked=False, name="storm") for day in (3, 4)]
    async with town.deployment.write() as work:
        await set_calendars(work, operator(), [CalendarSetting(name=DEFAULT, days=days)])
        moved = [one.event_id async for batch in recount(work, batch=1) for one in batch.moved]
    assert moved == [first, second]


# ---- limits of kinds


async def of_pipe_burst(town: Town) -> int:
    """An event that is counted under limits of its kind; its workflow is the test's."""
    await set_time(town, MONDAY)
    id = await report(town)
    async with town.deployment.write() as work:
        await work.run(sa.update(t.event).where(t.event.c.id == id).values(kind_id="urban.pipe_burst"))
    return id


async def go(town: Town, id: int, workflow: Any, source: str, to: str, limit: str | None, *, pauses: bool = False) -> Due:
    event = await clocked(town, id, workflow, limit=limit)
    async with town.deployment.write() as work:
        return await move_clocks(work, event, step(pauses=pauses), source, to)


async def test_a_clock_that_waited_goes_on_under_the_limit_that_was_chosen_meanwhile(town: Town) -> None:
    workflow, id = definition(clock=BY_KIND), await of_pipe_burst(town)
    assert (await started_with(town, id, workflow, limit=GAS)).stage_due_at == at("2026-03-02 10:00")
    await set_time(town, "2026-03-02 09:20")
    await go(town, id, workflow, "handling", "asking", GAS, pauses=True)
    await set_time(town, "2026-03-02 09:30")
    assert (await go(town, id, workflow, "asking", "handling", SUNK)).stage_due_at == at("2026-03-09 17:30")
    (handling, _) = await clocks_of(town, id)
    assert (handling.kind, handling.amount, handling.limit_name) == ("WORKING_DAYS", 5, SUNK)


async def test_the_clock_over_the_whole_follows_the_limit_that_a_move_chooses(town: Town) -> None:
    workflow, id = definition(whole=BY_KIND), await of_pipe_burst(town)
    assert (await started_with(town, id, workflow)).whole_due_at is None
    assert (await go(town, id, workflow, "handling", "asking", GAS)).whole_due_at == at("2026-03-02 10:00")


async def test_a_later_due_time_of_another_limit_is_warned_of_anew(town: Town) -> None:
    workflow, id = definition(clock=BY_KIND), await of_pipe_burst(town)
    await started_with(town, id, workflow, limit=GAS)
    await set_time(town, "2026-03-02 10:30")
    await run_timers(town)
    assert (await entries(town, id))[-2:] == ["WARNED", "OVERDUE"]
    await go(town, id, workflow, "handling", "handling", SUNK)
    (handling, *_) = await clocks_of(town, id)
    assert (handling.due_at, handling.warned_at, handling.overdue_at) == (at("2026-03-09 17:30"), None, None)


async def test_a_due_time_that_a_record_says_stays_whatever_limit_is_chosen(town: Town) -> None:
    workflow, id, recorded = definition(whole=BY_KIND), await of_pipe_burst(town), at("2026-04-01 12:00")
    event = await clocked(town, id, workflow, recorded_due_at=recorded)
    async with town.deployment.write() as work:
        await work.run(sa.delete(t.event_clock).where(t.event_clock.c.event_id == id))
        await start_clocks(work, [(event, work.now)])
    assert (await go(town, id, workflow, "handling", "handling", GAS)).whole_due_at == recorded


async def test_a_moment_finer_than_is_stored_does_not_begin_anew_with_each_move(town: Town) -> None:
    await set_time(town, MONDAY)
    id, workflow = await report(town), definition(clock=ClockDefinition("BY_DETAIL", field="at"))
    details = {"at": "2026-03-05T18:00:00.123456+08:00"}
    await started_with(town, id, workflow, details=details)
    (before, *_) = await clocks_of(town, id)
    await set_time(town, "2026-03-02 10:00")
    event = await clocked(town, id, workflow, details=details)
    async with town.deployment.write() as work:
        await move_clocks(work, event, step(), "handling", "handling")
    (after, *_) = await clocks_of(town, id)
    assert after.fixed_at == before.fixed_at
