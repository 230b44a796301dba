"""Running operations of the core in tests, and telling what they refused."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import sqlalchemy as sa

from towns import Town
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome
from wangge_core.refusals import message
from wangge_core.rights.viewers import Viewer, operator

Operation = Callable[[Work, Viewer, Sequence[Any]], Awaitable[list[Outcome]]]
NOBODY = 10**6
"""An id that nothing has."""


async def tried(town: Town, operation: Operation, *requests: Any, by: Viewer | None = None) -> list[str]:
    """What each request was refused with, `field: CODE`; empty for the accepted. Every refusal must have a message."""
    async with town.deployment.write() as work:
        outcomes = await operation(work, by or operator("en"), requests)
    assert len(outcomes) == len(requests)
    assert all(message(one, language) for outcome in outcomes for one in outcome.refusals for language in ("zh", "en"))
    return [", ".join(f"{one.field}: {one.code}" for one in outcome.refusals) for outcome in outcomes]


async def done(town: Town, operation: Operation, *requests: Any, by: Viewer | None = None) -> list[int]:
    """The ids of what was written; nothing may be refused."""
    async with town.deployment.write() as work:
        outcomes = await operation(work, by or operator("en"), requests)
    assert all(outcome.accepted for outcome in outcomes), outcomes
    return [outcome.id for outcome in outcomes if outcome.id is not None]


async def row_of(town: Town, table: sa.Table, id: int) -> Any:
    async with town.deployment.read() as work:
        return await work.first(sa.select(table).where(table.c.id == id))


async def announced(town: Town, topic: str) -> list[Any]:
    """What the outbox tells under a topic, oldest first."""
    async with town.deployment.read() as work:
        return list(await work.rows(sa.select(t.outbox).where(t.outbox.c.topic == topic).order_by(t.outbox.c.id)))
