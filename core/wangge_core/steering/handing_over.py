"""Handing over: the successor in a post takes the work that lies with it; and a post that ends lets go of its tasks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, refused
from wangge_core.events.assignments import GIVEN
from wangge_core.events.history import HistoryEntryKind, locked_event, record_entry
from wangge_core.events.relations import related_posts
from wangge_core.events.situations import PartState
from wangge_core.events.workflows import versions
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.posts import PostEnd, end_posts
from wangge_core.rights.viewers import SYSTEM_VIEWER, Viewer, base_paths
from wangge_core.rights.visibility import post_rule
from wangge_core.steering.steering import tell
from wangge_core.tasks.passing import free_tasks, hand_tasks_over


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """A post whose open work goes to another of the same role, grid and office."""

    from_post_id: int
    to_post_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkGiven:
    """The keys of what went from one post to another, and of the events in which the successor may not act."""

    tasks: tuple[int, ...]
    events: tuple[int, ...]
    events_left: tuple[int, ...] = ()


async def hand_posts_over(work: Work, viewer: Viewer, requests: Sequence[HandOver]) -> list[Outcome]:
    """Hand over open tasks and the events at work, each with an entry in its history; for who manages posts over their ground."""
    return [await _hand_over(work, viewer, request) for request in requests]


async def _hand_over(work: Work, viewer: Viewer, request: HandOver) -> Outcome:
    checked = await check_hand_over(work, viewer, request)
    if isinstance(checked, Outcome):
        return checked
    old, new = checked
    await give_work(work, viewer, old.id, new.id)
    work.announce("post.handed_over", old.id, old.grid_id, to=new.id)
    return Outcome(id=new.id)


async def check_hand_over(work: Work, viewer: Viewer, request: HandOver) -> tuple[sa.Row[Any], sa.Row[Any]] | Outcome:
    """Both posts, with the paths of their grids, or why the work of one cannot go to the other."""
    old, new = await _post(work, viewer, request.from_post_id), await _post(work, viewer, request.to_post_id)
    if old is None:
        return refused("NOT_FOUND", "fromPostId", what="Post", id=request.from_post_id)
    if new is None:
        return refused("NOT_FOUND", "toPostId", what="Post", id=request.to_post_id)
    ground = (await base_paths(work, [old.grid_id])).get(old.grid_id) or (old.path,)
    if not all(viewer.may(Capability.MANAGE_POSTS, path) for path in ground):
        return refused("NOT_ALLOWED", "fromPostId")
    if new.id == old.id or (new.role_id, new.grid_id, new.office_id) != (old.role_id, old.grid_id, old.office_id):
        return refused("SUCCESSOR_DIFFERS", "toPostId")
    if new.ends_at is not None and new.ends_at <= work.now:
        return refused("POST_ENDED", "toPostId")
    if new.starts_at > work.now:
        return refused("POST_NOT_STARTED", "toPostId")
    if await _barred(work, await _events_of(work, old.id), new.id):
        return refused("ASSIGNEE_INVOLVED", "toPostId")
    return old, new


async def give_work(work: Work, viewer: Viewer, old: int, new: int) -> WorkGiven:
    """Give the events at work and the open tasks of a post to another, but for events in which that one may not act."""
    events = await _events_of(work, old)
    left = await _barred(work, events, new)
    given = tuple(one for one in events if one not in left)
    for event_id in given:
        await _give_to_successor(work, viewer, event_id, old, new)
    tasks = await hand_tasks_over(work, old, new, left)
    return WorkGiven(tasks=tuple(tasks), events=given, events_left=tuple(left))


async def _barred(work: Work, events: Sequence[int], post_id: int) -> list[int]:
    return [event_id for event_id in events if await _is_barred(work, event_id, post_id)]


async def _post(work: Work, viewer: Viewer, id: int) -> sa.Row[Any] | None:
    post, grid = t.post, t.grid
    query = sa.select(post, grid.c.path).join(grid, grid.c.id == post.c.grid_id)
    return await work.first(query.where(post.c.id == id, post_rule(post, BoundViewer(viewer))))


async def _events_of(work: Work, post_id: int) -> list[int]:
    given = t.event_assignment
    rows = await work.rows(sa.select(given.c.event_id).where(given.c.post_id == post_id, given.c.active).distinct())
    return sorted(row.event_id for row in rows)


async def _is_barred(work: Work, event_id: int, post_id: int) -> bool:
    """Whether the holder of a post is one of those who may not settle an event, because they reported it or are tied to it."""
    event = t.event
    row = await work.first(sa.select(event.c.workflow_version_id).where(event.c.id == event_id, sa.not_(event.c.closed)))
    if row is None:
        return False
    definition = (await versions(work, [row.workflow_version_id]))[row.workflow_version_id].definition
    guarded = any(guard.kind == "NOT_INVOLVED" for move in definition.moves for guard in move.guards)
    return guarded and bool(await related_posts(work, event_id, [post_id]))


async def _give_to_successor(work: Work, viewer: Viewer, event_id: int, old: int, new: int) -> None:
    row = await locked_event(work, SYSTEM_VIEWER, event_id)  # the manager of posts need not see the event
    if row is None or row.closed:
        return
    given, sequence = t.event_assignment, row.version + 1
    active = await work.rows(sa.select(given).where(given.c.event_id == event_id, given.c.active).order_by(given.c.id))
    if all(one.post_id != old for one in active):
        return  # it went to others while this one waited for it
    successors = _replaced(active, old, new)
    await work.run(sa.update(given).where(given.c.event_id == event_id, given.c.active).values(active=False))
    at = {"event_id": event_id, "sequence": sequence, "active": True}
    await work.insert(given, [at | one for one in successors])
    lead = next(one for one in successors if one["lead"])
    await record_entry(
        work,
        row,
        HistoryEntryKind.REASSIGNED,
        viewer=viewer,
        values={"assignee_id": lead["post_id"], "assignee_office_id": lead["office_id"]},
        given={GIVEN: [[one["post_id"], one["office_id"], one["part_state"]] for one in successors]},
        answers={"from": {"post": old}, "to": {"post": new}},
    )
    tell(work, row, HistoryEntryKind.REASSIGNED)


def _replaced(active: Sequence[sa.Row[Any]], old: int, new: int) -> list[dict[str, Any]]:
    """The assignments with the successor in the place of the old post, the lead first; who has both keeps what is more."""
    found: dict[tuple[int | None, int | None], dict[str, Any]] = {}
    for row in sorted(active, key=lambda one: not one.lead):
        post = new if row.post_id == old else row.post_id
        part = {"post_id": post, "office_id": row.office_id, "lead": row.lead, "part_state": row.part_state}
        kept = found.setdefault((post, row.office_id), part)
        if row.part_state == PartState.OPEN.value:
            kept["part_state"] = row.part_state
    return list(found.values())


async def end_posts_and_free(work: Work, viewer: Viewer, requests: Sequence[PostEnd]) -> list[Outcome]:
    """End posts; their open tasks fall to their office, or to their role over the grid. Those that end later do so then."""
    outcomes = await end_posts(work, viewer, requests)
    if any(outcome.accepted for outcome in outcomes):
        await free_tasks(work)
    return outcomes
