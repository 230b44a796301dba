"""What plugins declare, as the database keeps it: switched off and on again, and workflows in versions that events keep."""

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from faulty import kind, made, registry_of, workflow
from towns import ids
from wangge_core.accounts.accounts import NewAccount, create_accounts
from wangge_core.db import tables as t
from wangge_core.db.mirroring import mirror
from wangge_core.deployment import Deployment
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport
from wangge_core.events.workflows import versions
from wangge_core.grids.grids import NewGrid, create_grids
from wangge_core.moves.moves import EventMoveRequest, move_events
from wangge_core.plugin import EventKind, Note, Workflow
from wangge_core.plugin.loading import load_plugins
from wangge_core.plugin.registry import Registry
from wangge_core.rights.posts import NewPost, assign_posts
from wangge_core.rights.viewers import Viewer, load_viewer, operator

pytestmark = pytest.mark.anyio
DECLARED = (t.plugin, t.grid_type, t.staffing, t.role, t.workflow, t.event_kind, t.asset_kind, t.place_kind)


def under(deployment: Deployment, registry: Registry) -> Deployment:
    """The same database after a restart with other plugins."""
    return Deployment(deployment.url, replace(deployment.rules, registry=registry))


async def restarted(deployment: Deployment, registry: Registry) -> Deployment:
    again = under(deployment, registry)
    await again.start()
    return again


async def available(deployment: Deployment) -> dict[str, dict[str, bool]]:
    async with deployment.read() as work:
        return {
            table.name: {row.id: row.available for row in await work.rows(sa.select(table.c.id, table.c.available))}
            for table in DECLARED
        }


async def test_a_plugin_that_is_switched_off_stays_readable_and_comes_back(deployment: Deployment) -> None:
    everything = await available(deployment)
    assert all(all(rows.values()) for rows in everything.values())
    less = await restarted(deployment, load_plugins(["urban", "scenic", "rural"]))
    without = await available(less)
    for name, rows in without.items():
        assert rows.keys() == everything[name].keys()
        assert {id for id, there in rows.items() if not there} == {id for id in rows if id.partition(".")[0] == "maritime"}, name
    more = await restarted(less, deployment.rules.registry)
    assert await available(more) == everything
    await less.close()
    await more.close()


async def test_mirroring_the_same_again_writes_nothing(deployment: Deployment) -> None:
    written: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("SELECT", "BEGIN", "PRAGMA", "COMMIT")):
            written.append(statement)

    async with deployment.write() as work:
        sa.event.listen(work.connection.sync_connection, "before_cursor_execute", note)
        await mirror(work, deployment.rules.registry)
    assert written == []


async def test_kinds_may_stand_before_the_kind_that_they_belong_to(deployment: Deployment) -> None:
    parent = kind("parent")
    family = registry_of(demo=made(event_kinds=[kind("child", parent=parent), kind("other", parent=parent), parent]))
    again = await restarted(deployment, family)
    async with again.read() as work:
        row = await work.first(sa.select(t.event_kind.c.parent_id).where(t.event_kind.c.id == "demo.child"))
    assert row == ("demo.parent",)
    await again.close()


def demo(flow: Workflow) -> Registry:
    return registry_of(demo=made(workflows=[flow], event_kinds=[EventKind("matter", zh="事", workflow=flow)]))


OLD = demo(workflow("loop"))
NEW = demo(workflow("loop", hours=8, asks=(Note(),)))


async def reported(deployment: Deployment) -> int:
    async with deployment.write() as work:
        grid = await work.value(sa.select(t.grid.c.id))
        (id,) = ids(await report_events(work, operator(), [EventReport(kind_id="demo.matter", description="seen", grid_id=grid)]))
    return id


async def closed(deployment: Deployment, viewer: Viewer, event_id: int, **answers: Any) -> list[str]:
    async with deployment.write() as work:
        (outcome,) = await move_events(work, viewer, [EventMoveRequest(event_id=event_id, move="close", answers=answers)])
    return [found.code for found in outcome.refusals]


async def worker(deployment: Deployment) -> Viewer:
    """A grid, and somebody who works there."""
    async with deployment.write() as work:
        (grid,) = ids(await create_grids(work, operator(), [NewGrid(code="990101", name="Lakeside", type_id="community.division")]))
        (account,) = ids(await create_accounts(work, operator(), [NewAccount(login="worker", name="Worker")]))
        ids(await assign_posts(work, operator(), [NewPost(account_id=account, role_id="community.grid_worker", grid_id=grid)]))
    async with deployment.read() as work:
        found = await load_viewer(work, deployment.rules.registry, "worker")
    assert found
    return found


async def test_an_event_keeps_the_version_that_it_started_under(deployment: Deployment) -> None:
    before = await restarted(deployment, OLD)
    viewer = await worker(before)
    early, late = await reported(before), await reported(before)
    after = await restarted(before, NEW)
    fresh = await reported(after)
    async with after.read() as work:
        rows = await work.rows(
            sa.select(t.event.c.id, t.event.c.workflow_version_id, t.event.c.stage_due_at, t.event.c.reported_at)
        )
        stored = await versions(work, [row.workflow_version_id for row in rows])
        current = await work.rows(sa.select(t.workflow_version.c.id).where(t.workflow_version.c.workflow_id == "demo.loop"))
    found = {row.id: row for row in rows}
    assert stored[found[early].workflow_version_id].definition == OLD.workflows["demo.loop"]
    assert stored[found[fresh].workflow_version_id].definition == NEW.workflows["demo.loop"]
    assert len(current) == 2
    assert (found[fresh].stage_due_at - found[fresh].reported_at).total_seconds() == 8 * 3600
    assert (found[early].stage_due_at - found[early].reported_at).total_seconds() == 3600
    assert await closed(after, viewer, early) == []
    assert await closed(after, viewer, fresh) == ["ANSWER_REQUIRED"]
    assert await closed(after, viewer, late, note="done") == ["ANSWER_UNEXPECTED"]
    assert await closed(after, viewer, fresh, note="done") == []
    await before.close()
    await after.close()


async def test_going_back_to_an_earlier_workflow_takes_up_its_version_again(deployment: Deployment) -> None:
    for registry in (OLD, NEW, OLD):
        await (await restarted(deployment, registry)).close()
    table = t.workflow_version
    async with deployment.read() as work:
        rows = await work.rows(sa.select(table.c.current).where(table.c.workflow_id == "demo.loop").order_by(table.c.id))
    assert [row.current for row in rows] == [True, False]


async def test_events_of_a_removed_plugin_can_still_be_moved(deployment: Deployment) -> None:
    before = await restarted(deployment, OLD)
    viewer, event = await worker(before), await reported(before)
    after = await restarted(before, deployment.rules.registry)
    with pytest.raises(AssertionError, match="KIND_RETIRED"):
        await reported(after)
    assert await closed(after, viewer, event) == []
    await before.close()
    await after.close()
