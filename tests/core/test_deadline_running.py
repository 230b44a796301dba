"""Clocks of events as they run in a town: started, moved on, paused, extended, and the turns that they take."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from clockwork import (
    MONDAY,
    at,
    clocked,
    clocks_of,
    definition,
    entries,
    event_row,
    open_tasks,
    report,
    run_timers,
    set_time,
    started_with,
    step,
)
from towns import COMMUNITY, GRIDS, Town
from wangge_core.db import tables as t
from wangge_core.deadlines.clocks import ClockScope, ClockState
from wangge_core.deadlines.moving import move_clocks
from wangge_core.deadlines.running import (
    Due,
    exempt_clock,
    extend_clock,
    pause_clocks,
    restart_clocks,
    resume_clocks,
    stop_clocks,
)
from wangge_core.events.reports import Recorded
from wangge_core.moves.moves import EventMoveRequest, move_events
from wangge_core.plugin.definitions import ClockDefinition, MoveDefinition, WorkflowDefinition

pytestmark = pytest.mark.anyio


async def move(town: Town, role: str, code: str, id: int, name: str, /, **answers: Any) -> None:
    viewer = await town.viewer(role, code)
    async with town.deployment.write() as work:
        (outcome,) = await move_events(work, viewer, [EventMoveRequest(event_id=id, move=name, answers=answers)])
    assert outcome.accepted, outcome.refusals


async def due(town: Town, id: int) -> tuple[Any, Any]:
    row = await event_row(town, id)
    return row.stage_due_at, row.whole_due_at


# ---- with a shipped workflow


async def test_a_report_starts_the_clock_of_its_stage_and_of_the_whole(town: Town) -> None:
    await set_time(town, MONDAY)
    id = await report(town)
    assert await due(town, id) == (at("2026-03-02 11:00"), at("2026-03-18 00:00"))


async def test_a_move_stops_the_clock_of_the_stage_and_starts_the_next_while_the_whole_goes_on(town: Town) -> None:
    await set_time(town, MONDAY)
    id = await report(town)
    await set_time(town, "2026-03-02 10:00")
    await move(town, "community.grid_worker", GRIDS["urban"], id, "accept", kind="community.hazard")
    assert await due(town, id) == (at("2026-03-03 17:30"), at("2026-03-18 00:00"))
    assert [(one.stage, one.state) for one in await clocks_of(town, id)] == [
        ("reported", ClockState.STOPPED),
        (None, ClockState.RUNNING),
        ("at_grid", ClockState.RUNNING),
    ]


async def test_what_nobody_did_for_a_week_is_told_once_and_in_order(town: Town) -> None:
    await set_time(town, MONDAY)
    id = await report(town)
    await run_timers(town)
    assert await entries(town, id) == ["REPORTED"]
    await set_time(town, "2026-03-09 10:00")
    await run_timers(town)
    told = ["REPORTED", "WARNED", "OVERDUE", "ESCALATED"]
    assert await entries(town, id) == told
    assert sorted(await open_tasks(town, id)) == ["ACKNOWLEDGE", "ANSWER_CHASE", "HANDLE"]
    await run_timers(town)
    assert await entries(town, id) == told
    assert (await event_row(town, id)).version == len(told)


async def test_each_turn_comes_at_its_time(town: Town) -> None:
    await set_time(town, MONDAY)
    id = await report(town)
    for time, told in (
        ("2026-03-02 10:35", 1),
        ("2026-03-02 10:36", 2),
        ("2026-03-02 10:59", 2),
        ("2026-03-02 11:00", 3),
        ("2026-03-03 17:29", 3),
        ("2026-03-03 17:30", 4),
    ):
        await set_time(town, time)
        await run_timers(town)
        assert len(await entries(town, id)) == told, time


async def test_a_stage_that_was_left_is_not_told_of(town: Town) -> None:
    await set_time(town, MONDAY)
    id = await report(town)
    await move(town, "community.grid_worker", GRIDS["urban"], id, "accept", kind="community.hazard")
    await set_time(town, "2026-03-02 12:00")
    await run_timers(town)
    assert await entries(town, id) == ["REPORTED", "MOVED"]


async def test_the_service_makes_its_own_move_when_a_clock_runs_out(town: Town) -> None:
    await set_time(town, MONDAY)
    id = await report(town)
    await move(town, "community.grid_worker", GRIDS["urban"], id, "settle_on_the_spot", note="done")
    assert await due(town, id) == (at("2026-03-10 00:00"), at("2026-03-18 00:00"))
    await set_time(town, "2026-03-10 00:00")
    await run_timers(town)
    row = await event_row(town, id)
    assert (row.stage, row.closed) == ("closed", True)
    assert await entries(town, id) == ["REPORTED", "MOVED", "MOVED"]
    assert all(one.state is ClockState.STOPPED for one in await clocks_of(town, id))
    async with town.deployment.read() as work:
        assert await work.value(sa.select(sa.func.count()).select_from(t.job).where(t.job.c.name == "deadline.turn")) == 0


async def test_reopening_starts_the_stage_and_the_whole_anew(town: Town) -> None:
    await set_time(town, MONDAY)
    id = await report(town)
    await move(town, "community.grid_worker", GRIDS["urban"], id, "settle_on_the_spot", note="done")
    await set_time(town, "2026-03-10 00:00")
    await run_timers(town)
    await set_time(town, "2026-03-12 10:00")
    await move(town, "community.community_head", COMMUNITY, id, "reopen", reason="not settled")
    assert await due(town, id) == (at("2026-03-16 17:30"), at("2026-03-28 00:00"))


async def test_an_uncovered_year_keeps_nothing_from_being_reported_or_moved(town: Town) -> None:
    await set_time(town, "2026-12-31 16:30")
    id = await report(town)
    assert await due(town, id) == (None, at("2027-01-16 00:00"))
    assert [one.missing_year for one in await clocks_of(town, id)] == [2027, None]
    await move(town, "community.grid_worker", GRIDS["urban"], id, "accept", kind="community.hazard")
    assert (await event_row(town, id)).stage == "at_grid"
    assert (await due(town, id))[0] is None


async def test_an_event_of_an_office_goes_by_the_calendar_of_the_office(town: Town) -> None:
    await set_time(town, MONDAY)
    office = town.offices["water_works"]
    every_day = [[["00:00", "24:00"]]] * 7
    row = {"name": "water", "office_id": office, "hours": every_day, "years": [2026], "version": 1}
    async with town.deployment.write() as work:
        await work.insert(t.calendar, [row])
    id = await report(town)
    started = await started_with(town, id, definition(clock=ClockDefinition("WORKING_HOURS", 20)), office_id=office)
    assert started.stage_due_at == at("2026-03-03 05:00")


# ---- recorded elsewhere


async def test_a_recorded_due_time_wins_and_nobody_is_told_of_what_was_late_long_ago(town: Town) -> None:
    await set_time(town, MONDAY)
    recorded = Recorded(due_at=at("2016-01-05 12:00"))
    id = await report(town, reported_at=at("2016-01-01 08:00"), recorded=recorded)
    assert await due(town, id) == (at("2026-03-02 11:00"), at("2016-01-05 12:00"))
    await run_timers(town)
    assert await entries(town, id) == ["REPORTED"]


async def test_no_clock_runs_for_what_was_closed_when_it_was_recorded(town: Town) -> None:
    await set_time(town, MONDAY)
    recorded = Recorded(closed=True, closed_at=at("2016-01-04 12:00"), due_at=at("2016-01-05 12:00"))
    id = await report(town, reported_at=at("2016-01-01 08:00"), recorded=recorded)
    assert await due(town, id) == (None, at("2016-01-05 12:00"))
    assert await clocks_of(town, id) == []


# ---- with a workflow of the test's own


async def moved(town: Town, id: int, workflow: WorkflowDefinition, made: MoveDefinition, source: str, to: str) -> Due:
    event = await clocked(town, id, workflow)
    async with town.deployment.write() as work:
        return await move_clocks(work, event, made, source, to)


async def test_a_clock_that_a_move_pauses_goes_on_with_what_remains(town: Town) -> None:
    workflow = definition()
    await set_time(town, MONDAY)
    id = await report(town)
    assert await started_with(town, id, workflow) == Due(at("2026-03-02 14:30") + timedelta(minutes=30), None)
    await set_time(town, "2026-03-02 10:00")
    assert await moved(town, id, workflow, step(pauses=True), "handling", "asking") == Due(at("2026-03-02 10:15"), None)
    await set_time(town, "2026-03-05 09:00")
    assert (await moved(town, id, workflow, step(), "asking", "handling")).stage_due_at == at("2026-03-05 12:00")
    (handling, *_) = await clocks_of(town, id)
    assert [(one.because, one.by_move) for one in handling.pauses] == [("等待材料", True)]


async def test_a_clock_that_a_move_does_not_pause_begins_anew(town: Town) -> None:
    workflow = definition()
    await set_time(town, MONDAY)
    id = await report(town)
    await started_with(town, id, workflow)
    await set_time(town, "2026-03-02 10:00")
    await moved(town, id, workflow, step(), "handling", "asking")
    await set_time(town, "2026-03-05 09:00")
    assert (await moved(town, id, workflow, step(), "asking", "handling")).stage_due_at == at("2026-03-05 15:00")


async def test_a_clock_over_the_whole_begins_at_since_ends_at_until_and_is_started_anew(town: Town) -> None:
    clock = ClockDefinition("CALENDAR_DAYS", 3, since=("asking",), until=("checking",), restarted_by=("raise",))
    workflow = definition(whole=clock)
    await set_time(town, MONDAY)
    id = await report(town)
    assert (await started_with(town, id, workflow)).whole_due_at is None
    await set_time(town, "2026-03-03 10:00")
    assert (await moved(town, id, workflow, step(), "handling", "asking")).whole_due_at == at("2026-03-07 00:00")
    await set_time(town, "2026-03-04 10:00")
    assert (await moved(town, id, workflow, step("raise"), "asking", "handling")).whole_due_at == at("2026-03-08 00:00")
    await set_time(town, "2026-03-05 10:00")
    assert (await moved(town, id, workflow, step(), "handling", "checking")).whole_due_at == at("2026-03-08 00:00")
    assert [one.state for one in await clocks_of(town, id) if one.scope is ClockScope.WHOLE] == [ClockState.STOPPED] * 2
    await set_time(town, "2026-03-06 10:00")
    assert (await moved(town, id, workflow, step(), "checking", "asking")).whole_due_at == at("2026-03-10 00:00")


async def test_an_end_stops_every_clock_even_those_that_wait(town: Town) -> None:
    workflow = definition(whole=ClockDefinition("CALENDAR_DAYS", 3))
    await set_time(town, MONDAY)
    id = await report(town)
    await started_with(town, id, workflow)
    await moved(town, id, workflow, step(pauses=True), "handling", "asking")
    assert (await moved(town, id, workflow, step(), "asking", "end")).stage_due_at is None
    assert {one.state for one in await clocks_of(town, id)} == {ClockState.STOPPED}


async def test_deferral_lets_all_clocks_wait_and_resuming_goes_on_with_what_remains(town: Town) -> None:
    workflow = definition(whole=ClockDefinition("CONTINUOUS", 86400))
    await set_time(town, MONDAY)
    id = await report(town)
    await started_with(town, id, workflow)
    await set_time(town, "2026-03-02 10:00")
    async with town.deployment.write() as work:
        assert await pause_clocks(work, id, "the ground is frozen", at("2026-04-01 09:00")) == Due(None, None)
    await set_time(town, "2026-04-01 09:00")
    async with town.deployment.write() as work:
        assert await resume_clocks(work, id) == Due(at("2026-04-01 12:00"), at("2026-04-02 08:00"))


async def test_an_extension_moves_the_deadline_of_the_present_stage_and_is_told_of_anew(town: Town) -> None:
    await set_time(town, MONDAY)
    id = await report(town)
    await set_time(town, "2026-03-02 11:30")
    await run_timers(town)
    async with town.deployment.write() as work:
        assert (await extend_clock(work, id, at("2026-03-04 12:00"), "no parts")).stage_due_at == at("2026-03-04 12:00")
    (stage, _) = await clocks_of(town, id)
    assert (stage.extensions, stage.warned_at, stage.overdue_at) == (1, None, None)
    await set_time(town, "2026-03-04 12:00")
    await run_timers(town)
    assert await entries(town, id) == ["REPORTED", "WARNED", "OVERDUE", "WARNED", "OVERDUE"]


async def test_an_appeal_exempts_the_stage_that_ran_out(town: Town) -> None:
    await set_time(town, MONDAY)
    id = await report(town)
    async with town.deployment.write() as work:
        assert not await exempt_clock(work, id, "reported", "a storm")
    await set_time(town, "2026-03-03 09:00")
    async with town.deployment.write() as work:
        assert await exempt_clock(work, id, "reported", "a storm")
    assert [one.exempted_because for one in await clocks_of(town, id)] == ["a storm", None]


async def test_what_was_joined_and_is_separated_again_has_waited(town: Town) -> None:
    workflow = definition()
    await set_time(town, MONDAY)
    id = await report(town)
    await started_with(town, id, workflow)
    await set_time(town, "2026-03-02 10:00")
    async with town.deployment.write() as work:
        assert await stop_clocks(work, id) == Due(None, None)
    await set_time(town, "2026-03-05 09:00")
    async with town.deployment.write() as work:
        assert (await restart_clocks(work, id, at("2026-03-02 10:00"))).stage_due_at == at("2026-03-05 12:00")


MOMENTS: Sequence[tuple[ClockDefinition, dict[str, Any], str | None]] = (
    (ClockDefinition("BY_DETAIL", field="deadline_at"), {"deadline_at": "2026-03-05T18:00:00+08:00"}, "2026-03-05 18:00"),
    (ClockDefinition("BY_DETAIL", field="deadline_at"), {"deadline_at": "2026-03-05"}, "2026-03-06 00:00"),
    (ClockDefinition("BY_DETAIL", field="deadline_at"), {}, None),
    (ClockDefinition("BY_PLAN"), {}, None),
)


@pytest.mark.parametrize(("clock", "details", "expected"), MOMENTS, ids=["moment", "day", "empty", "unplanned"])
async def test_a_moment_of_the_details_is_the_deadline(
    town: Town, clock: ClockDefinition, details: dict[str, Any], expected: str | None
) -> None:
    await set_time(town, MONDAY)
    id = await report(town)
    found = await started_with(town, id, definition(clock=clock), details=details)
    assert found.stage_due_at == (at(expected) if expected else None)


async def test_a_project_follows_the_planned_date_of_its_current_step(town: Town) -> None:
    workflow = definition(clock=ClockDefinition("BY_PLAN"))
    await set_time(town, MONDAY)
    id = await report(town)
    await started_with(town, id, workflow)
    planned = [("2026-04-01", 1), ("2026-06-01", 2)]
    rows = [{"event_id": id, "ordinal": n, "name": f"step {n}", "planned_on": at(f"{day} 12:00").date()} for day, n in planned]
    async with town.deployment.write() as work:
        await work.insert(t.project_step, rows)
    assert (await moved(town, id, workflow, step(), "handling", "handling")).stage_due_at == at("2026-04-02 00:00")
    async with town.deployment.write() as work:
        await work.run(sa.update(t.project_step).where(t.project_step.c.ordinal == 1).values(done_at=work.now))
    assert (await moved(town, id, workflow, step(), "handling", "handling")).stage_due_at == at("2026-06-02 00:00")


async def test_what_stays_undone_is_told_to_the_level_above(town: Town) -> None:
    await set_time(town, MONDAY)
    id = await report(town)
    await set_time(town, "2026-03-09 10:00")
    await run_timers(town)
    async with town.deployment.read() as work:
        history = t.event_history
        told = sa.select(history.c.answers).where(history.c.event_id == id, history.c.entry == "ESCALATED")
        answers = await work.value(told)
    assert (answers["level"], answers["roles"]) == ("COMMUNITY", ["community.community_head"])
