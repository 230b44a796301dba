"""A town whose time is set by the test: its posts have been held for years, and timers run when the test says so."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from towns import GRIDS, Town, ids
from wangge_core.db import tables as t
from wangge_core.deadlines.clock_rows import Clock, load_clocks
from wangge_core.deadlines.clocks import ClockedEvent
from wangge_core.deadlines.running import Due, start_clocks
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport
from wangge_core.handlers import HANDLERS
from wangge_core.jobs.worker import Worker
from wangge_core.plugin.declarations.labels import Label
from wangge_core.plugin.definitions import ClockDefinition, MoveDefinition, StageDefinition, WorkflowDefinition
from wangge_core.rights.viewers import operator

HAZARD = {"hazard": "FIRE", "immediate_danger": False}
MONDAY = "2026-03-02 09:00"
FOUR_HOURS = ClockDefinition("WORKING_HOURS", 4)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    """`2026-03-02 10:00` at the place."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


async def set_time(town: Town, text: str) -> None:
    """Let it be this time in the town from now on."""
    moment = at(text)
    town.deployment.clock = lambda: moment
    async with town.deployment.write() as work:
        await work.run(sa.update(t.post).values(starts_at=at("2020-01-01 00:00")))


async def run_timers(town: Town) -> int:
    """Run all jobs that are due."""
    return await Worker(town.deployment, HANDLERS).run_due()


async def clocks_of(town: Town, event_id: int) -> list[Clock]:
    async with town.deployment.read() as work:
        return await load_clocks(work, [event_id])


async def event_row(town: Town, event_id: int) -> Any:
    async with town.deployment.read() as work:
        return await work.first(sa.select(t.event).where(t.event.c.id == event_id))


async def entries(town: Town, event_id: int) -> list[str]:
    """What the history tells, in order."""
    async with town.deployment.read() as work:
        history = t.event_history
        rows = await work.rows(sa.select(history.c.entry).where(history.c.event_id == event_id).order_by(history.c.sequence))
    return [row.entry for row in rows]


async def open_tasks(town: Town, event_id: int) -> list[str]:
    """The kinds of the open tasks of an event."""
    async with town.deployment.read() as work:
        rows = await work.rows(sa.select(t.task.c.kind).where(t.task.c.event_id == event_id, t.task.c.open).order_by(t.task.c.id))
    return [row.kind for row in rows]


async def report(town: Town, **more: Any) -> int:
    new = EventReport(kind_id="community.hazard", description="seen", grid_id=town.grids[GRIDS["urban"]], details=HAZARD, **more)
    async with town.deployment.write() as work:
        (id,) = ids(await report_events(work, operator(), [new]))
    return id


def definition(whole: ClockDefinition | None = None, clock: ClockDefinition = FOUR_HOURS) -> WorkflowDefinition:
    def stage(name: str, **more: Any) -> StageDefinition:
        return StageDefinition(name, Label(name, name), **more)

    other = ClockDefinition("CONTINUOUS", 900)
    stages = (
        stage("handling", clock=clock),
        stage("asking", clock=other),
        stage("checking", clock=other),
        stage("end", final=True),
    )
    return WorkflowDefinition("test.own", Label("t", "t"), stages, (), whole=whole)


def step(name: str = "go", *, pauses: bool = False) -> MoveDefinition:
    return MoveDefinition(name, Label("等待材料", "Ask for papers"), (), (), pauses_clock=pauses)


async def clocked(town: Town, id: int, workflow: WorkflowDefinition, **more: Any) -> ClockedEvent:
    row = await event_row(town, id)
    return ClockedEvent(id=id, grid_id=row.grid_id, path="", kind_id=row.kind_id, definition=workflow, **more)


async def started_with(town: Town, id: int, workflow: WorkflowDefinition, **more: Any) -> Due:
    """Start the clocks of an event under a workflow of the test's own, in place of those that it has."""
    event = await clocked(town, id, workflow, **more)
    async with town.deployment.write() as work:
        await work.run(sa.delete(t.event_clock).where(t.event_clock.c.event_id == id))
        (found,) = await start_clocks(work, [(event, work.now)])
    return found
