"""A town whose time is set by the test: its posts have been held for years, and timers run when the test says so."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from towns import Town
from wangge_core.db import tables as t
from wangge_core.deadlines.clock_rows import Clock, load_clocks
from wangge_core.handlers import HANDLERS
from wangge_core.jobs.worker import Worker

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
