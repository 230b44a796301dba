"""The demo town at its full size, and what its register says through the schema. Takes some minutes on each database."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.deployment import Deployment
from wangge_core.events.history import HistoryEntryKind
from wangge_core.rights.viewers import operator
from wangge_schema.api import Api
from wangge_server.demo.filling import fill
from wangge_server.demo.sizes import sizes_for

pytestmark = [pytest.mark.anyio, pytest.mark.long]

UNTIL = datetime(2026, 11, 1, tzinfo=UTC)
QUERY = """{ buildings { totalCount } persons { totalCount } organizations { totalCount } events { totalCount }
  grids(first: 100, filter: {level: {eq: GRID}}) { totalCount nodes { type { id } } } }"""


async def test_the_whole_town_reads_back_at_its_size(deployment: Deployment) -> None:
    filled = await fill(deployment, seed=1, until=UNTIL)
    data = (await Api(deployment).execute(QUERY, viewer=operator()))["data"]
    counts = [data[name]["totalCount"] for name in ("buildings", "persons", "organizations", "grids")]
    assert counts == [10_083, 46_242, 1_176, 74]
    types = [grid["type"]["id"] for grid in data["grids"]["nodes"]]
    assert {name: types.count(name) for name in set(types)} == {"urban": 15, "scenic": 8, "rural": 45, "maritime": 6}
    assert data["events"]["totalCount"] == filled.counts["events"]
    assert await reported(deployment) == sizes_for(deployment.rules.registry).total("events")
    assert await unmade(deployment) == set()


async def reported(deployment: Deployment) -> int:
    """How many events did not come of others, nor were a part of another until it ended."""
    event, history = t.event, t.event_history
    released = sa.select(history.c.event_id).where(history.c.entry == HistoryEntryKind.RELEASED.value)
    alone = sa.and_(event.c.opened_by_event_id.is_(None), event.c.part_of_id.is_(None), event.c.id.not_in(released))
    async with deployment.read() as work:
        return int(await work.value(sa.select(sa.func.count()).select_from(event).where(alone)))


async def unmade(deployment: Deployment) -> set[tuple[str, str]]:
    """The moves of all workflows that nobody made in the three months."""
    history, version = t.event_history, t.workflow_version
    tables = history.join(t.event, t.event.c.id == history.c.event_id).join(version, version.c.id == t.event.c.workflow_version_id)
    async with deployment.read() as work:
        rows = await work.rows(sa.select(version.c.workflow_id, history.c.move).select_from(tables).distinct())
    every = {(workflow.id, move.name) for workflow in deployment.rules.registry.workflows.values() for move in workflow.moves}
    return every - {(row.workflow_id, row.move) for row in rows}
