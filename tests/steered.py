"""Events of a test's town that something is done with: reporting and moving them, and what became of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from towns import COMMUNITY, DISTRICT, GRIDS, SUBDISTRICT, Town, ids
from wangge_core.accounts.accounts import NewAccount, create_accounts
from wangge_core.db import tables as t
from wangge_core.events.replay import check_replay
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport
from wangge_core.moves.moves import EventMoveRequest, move_events
from wangge_core.rights.posts import NewPost, assign_posts
from wangge_core.rights.viewers import Viewer, operator

HAZARD = {"hazard": "FIRE", "immediate_danger": False}
SPECIALISTS = {office: f"community.department_specialist@{office}" for office in ("water_works", "housing")}
AHEAD = timedelta(days=30)


def ahead(days: int = 30) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)


async def worker(town: Town) -> Viewer:
    return await town.viewer("community.grid_worker", GRIDS["urban"])


async def head(town: Town) -> Viewer:
    """Who answers above the grid."""
    return await town.viewer("community.community_head", COMMUNITY)


async def administrator(town: Town) -> Viewer:
    """Who answers above the community."""
    return await town.viewer("community.subdistrict_administrator", SUBDISTRICT)


async def specialist(town: Town, office: str = "water_works") -> Viewer:
    return await town.login(SPECIALISTS[office])


async def reported(town: Town, kind: str = "community.hazard", grid: str = "urban", details: Any = HAZARD) -> int:
    by = await town.viewer("community.grid_worker", GRIDS[grid])
    async with town.deployment.write() as work:
        new = EventReport(kind_id=kind, description="smoke in the stairwell", grid_id=town.grids[GRIDS[grid]], details=details)
        (id,) = ids(await report_events(work, by, [new]))
    return id


async def moved(town: Town, by: Viewer, id: int, name: str, /, **answers: Any) -> None:
    async with town.deployment.write() as work:
        (outcome,) = await move_events(work, by, [EventMoveRequest(event_id=id, move=name, answers=answers)])
    assert outcome.accepted, outcome.refusals


async def at_grid(town: Town) -> int:
    """An event that the grid works on."""
    id = await reported(town)
    await moved(town, await worker(town), id, "accept", kind="community.hazard")
    return id


async def at_offices(town: Town, *offices: str) -> int:
    """An event that was sent straight to offices, the lead first."""
    id = await at_grid(town)
    await moved(town, await worker(town), id, "send_direct", assignees=[{"office": town.offices[one]} for one in offices])
    return id


async def colleague(town: Town, role: str, code: str, login: str) -> Viewer:
    """One more holder of a role."""
    async with town.deployment.write() as work:
        (account,) = ids(await create_accounts(work, operator(), [NewAccount(login=login, name=login)]))
        (post,) = ids(await assign_posts(work, operator(), [NewPost(account_id=account, role_id=role, grid_id=town.grids[code])]))
    town.posts[login] = post
    return await town.login(login)


async def open_tasks(town: Town, id: int) -> list[tuple[str, tuple[Any, ...]]]:
    """The open tasks about an event: the kind, and the roles, posts and offices that have it."""
    async with town.deployment.read() as work:
        task, to = t.task, t.task_addressee
        rows = await work.rows(
            sa.select(task.c.id, task.c.kind, to.c.post_id, to.c.office_id, to.c.role_id)
            .join(to, to.c.task_id == task.c.id)
            .where(task.c.event_id == id, task.c.open, to.c.open)
            .order_by(task.c.id, to.c.id)
        )
    found: dict[int, tuple[str, list[Any]]] = {}
    for row in rows:
        found.setdefault(row.id, (row.kind, []))[1].append(row.role_id or row.post_id or ("office", row.office_id))
    return [(kind, tuple(who)) for kind, who in found.values()]


async def entries(town: Town, id: int) -> list[str]:
    """What the history of an event tells, oldest first; it has no gap, and replays to the present state."""
    async with town.deployment.read() as work:
        rows = await work.rows(
            sa.select(t.event_history).where(t.event_history.c.event_id == id).order_by(t.event_history.c.sequence)
        )
        version = await work.value(sa.select(t.event.c.version).where(t.event.c.id == id))
        _, differences = await check_replay(work)
    assert [row.sequence for row in rows] == list(range(1, version + 1))
    assert differences == []
    return [row.entry for row in rows]


async def event_row(town: Town, id: int) -> Any:
    async with town.deployment.read() as work:
        return await work.first(sa.select(t.event).where(t.event.c.id == id))


__all__ = [
    "AHEAD", "COMMUNITY", "DISTRICT", "GRIDS", "SUBDISTRICT", "administrator", "ahead", "at_grid", "at_offices", "colleague", "entries",
    "event_row", "head", "moved", "open_tasks", "reported", "specialist", "worker",
]  # fmt: skip
