"""History: it cannot be changed, and the present state of every event can be rebuilt from it."""

import random
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from moving import KINDS, move, report, walk
from towns import COMMUNITY, GRIDS, Town
from wangge_core.db import tables as t
from wangge_core.db.append_only import KEPT
from wangge_core.events.replay import check_replay, replay
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport, Recorded, Timeliness
from wangge_core.rights.viewers import operator

pytestmark = pytest.mark.anyio
CHANGED: dict[str, Any] = {
    "sequence": 7, "entry": "MOVED", "move": "x", "from_stage": "x", "to_stage": "x", "answers": {"a": 1},
    "changes": {"priority": "URGENT"},
}  # fmt: skip


async def differences(town: Town) -> list[str]:
    async with town.deployment.read() as work:
        _, found = await check_replay(work)
    return [f"{one.event_id} {one.name}" for one in found]


@pytest.mark.parametrize("column", sorted({*CHANGED, "at", "event_id", "post_id"}))
async def test_no_column_of_an_entry_can_be_changed(town: Town, column: str) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    await report(town, worker)
    other = await report(town, worker)
    values = CHANGED | {
        "at": (await row(town)).at + timedelta(hours=1),
        "event_id": other,
        "post_id": town.posts[f"community.community_head@{COMMUNITY}"],
    }
    assert column in KEPT["event_history"]
    with pytest.raises(DBAPIError, match="append-only"):
        async with town.deployment.write() as work:
            await work.run(sa.update(t.event_history).values({column: values[column]}))
    assert await differences(town) == []


async def row(town: Town) -> Any:
    async with town.deployment.read() as work:
        return await work.first(sa.select(t.event_history))


async def test_no_entry_can_be_taken_away(town: Town) -> None:
    await report(town, await town.viewer("community.grid_worker", GRIDS["urban"]))
    with pytest.raises(DBAPIError, match="append-only"):
        async with town.deployment.write() as work:
            await work.run(sa.delete(t.event_history))


async def test_an_erasure_may_empty_who_it_was_and_nobody_may_put_another_name_there(town: Town) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    await report(town, worker)
    async with town.deployment.write() as work:
        await work.run(sa.update(t.event_history).values(account_id=None))
    assert (await row(town)).account_id is None
    with pytest.raises(DBAPIError, match="append-only"):
        async with town.deployment.write() as work:
            await work.run(sa.update(t.event_history).values(account_id=worker.account_id))


async def test_walks_of_all_workflows_replay_to_the_present_state(town: Town) -> None:
    dice = random.Random("replay")
    everybody = [await town.login(login) for login in town.posts]
    for workflow, (grid, _, _) in KINDS.items():
        await walk(
            town, dice, everybody, await report(town, await town.viewer("community.grid_worker", GRIDS[grid]), workflow), workflow
        )
    assert await differences(town) == []


async def test_recorded_events_replay_too(town: Town) -> None:
    now = town.deployment.clock()
    closed = Recorded(closed=True, closed_at=now - timedelta(days=1), timeliness=Timeliness.ON_TIME)
    reported = {
        "kind_id": "community.hazard",
        "description": "old",
        "grid_id": town.grids[GRIDS["urban"]],
        "reported_at": now - timedelta(days=9),
    }
    reports = [EventReport(**reported, recorded=one) for one in (closed, Recorded(closed=True), Recorded())]
    async with town.deployment.write() as work:
        assert all(one.accepted for one in await report_events(work, operator("en"), reports))
    assert await differences(town) == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("priority", "URGENT"),
        ("stage", "nowhere"),
        ("closed", True),
        ("version", 9),
        ("assignee_id", 1),
        ("times_chased", 3),
        ("filed_limit", "x"),
    ],
)
async def test_what_is_written_beside_the_operations_is_found(town: Town, column: str, value: Any) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    id = await report(town, worker)
    await report(town, worker)
    async with town.deployment.write() as work:
        await work.run(sa.update(t.event).where(t.event.c.id == id).values({column: value}))
    assert await differences(town) == [f"{id} {column}"]


async def test_an_assignment_beside_the_history_is_found(town: Town) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    id = await report(town, worker)
    given = {"event_id": id, "sequence": 1, "post_id": town.posts[worker.login], "office_id": None, "lead": True, "active": True}
    async with town.deployment.write() as work:
        await work.insert(t.event_assignment, [given])
    assert await differences(town) == [f"{id} at_work"]


async def test_a_state_is_rebuilt_as_of_any_entry(town: Town) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    id = await report(town, worker)
    assert (await move(town, worker, id, "accept", kind="community.hazard")).accepted
    async with town.deployment.read() as work:
        entries = [one._mapping for one in await work.rows(sa.select(t.event_history).order_by(t.event_history.c.sequence))]
    definition = town.deployment.rules.registry.workflows["community.three_loops"]
    first, second = replay(definition, entries[:1]), replay(definition, entries)
    assert (first["stage"], first["version"]) == (definition.start.name, 1)
    assert (second["stage"], second["version"]) == (entries[1]["to_stage"], 2)
