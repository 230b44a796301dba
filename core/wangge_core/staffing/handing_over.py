"""Handing over a post to somebody else: one post ends, the next begins, the work goes along, and a protocol says what it was.

Visits and checks that are due need no hand-over: due lists are worked out from who holds the post. A patrol that is under way stays with
who walks it, and stands in the protocol.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import auto
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import check_optional_text
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal, refused
from wangge_core.jobs.claiming import Job
from wangge_core.jobs.scheduling import NewJob, schedule
from wangge_core.plugin.declarations.labels import Choice
from wangge_core.plugin.declarations.staff import PostEndGround, StaffSource
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.posts import NewPost, PostEnd, assign_posts, end_posts
from wangge_core.rights.viewers import SYSTEM_VIEWER, Viewer
from wangge_core.rights.visibility import post_rule
from wangge_core.staffing.shifts import give_shifts
from wangge_core.steering.handing_over import HandOver, check_hand_over, give_work

DUE = "staffing.hand_over"
"""The job that moves the work at the moment of a hand-over; its key is that of the protocol."""
MOST_POINTS = 4000
_FIELDS = {
    "accountId": "toAccountId",
    "postId": "id",
    "gridId": "id",
    "roleId": "id",
    "officeId": "id",
    "startsAt": "at",
    "endsAt": "at",
}
"""Of posts given and ended, as this input calls them."""


class HandedSort(Choice):
    """What stands in the protocol of a hand-over."""

    TASK = auto(), "任务", "Open tasks"
    EVENT = auto(), "事件", "Events at work"
    SHIFT = auto(), "班次", "Shifts that have not ended"
    EVENT_LEFT = auto(), "未移交事件", "Events in which the successor may not act, which stay"
    PATROL_UNDER_WAY = auto(), "进行中的巡查", "Patrols under way, which stay with who walks them"


_ALWAYS = (HandedSort.TASK, HandedSort.EVENT, HandedSort.SHIFT)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostHandOver:
    """A post to hand over: to an account, which gets a new post of the same role, grid and office while this one ends, now or at `at`; or
    now to a post that there is already, and then this one goes on."""

    from_post_id: int
    to_account_id: int | None = None
    to_post_id: int | None = None
    at: datetime | None = None
    reason: str | None = None
    ground: PostEndGround | None = None
    source: StaffSource | None = None
    untrained_reason: str | None = None
    open_points: str | None = None


async def hand_over_posts(work: Work, viewer: Viewer, requests: Sequence[PostHandOver]) -> list[Outcome]:
    """Hand posts over, for who manages posts over their ground. The outcome is the successor's post."""
    return [await _hand_over(work, viewer, request) for request in requests]


async def _hand_over(work: Work, viewer: Viewer, request: PostHandOver) -> Outcome:
    if found := list(_wrong(work, request)):
        return Outcome(refusals=tuple(found))
    if request.to_post_id is not None:
        return await _to_post(work, viewer, request, HandOver(from_post_id=request.from_post_id, to_post_id=request.to_post_id))
    post = t.post
    old = await work.first(sa.select(post).where(post.c.id == request.from_post_id, post_rule(post, BoundViewer(viewer))))
    if old is None:
        return refused("NOT_FOUND", "id", what="Post", id=request.from_post_id)
    at = request.at or work.now
    async with work.attempt() as take_back:
        outcome = await _succeed(work, viewer, request, old, at)
        if outcome.id is None:
            await take_back()
            return outcome
    new = await work.first(sa.select(post).where(post.c.id == outcome.id))
    assert new is not None
    await _write(work, viewer, request, old, new, at)
    return outcome


def _wrong(work: Work, request: PostHandOver) -> list[Refusal]:
    found = [
        *check_optional_text(request.reason, "reason", most=400),
        *check_optional_text(request.open_points, "openPoints", most=MOST_POINTS),
    ]
    if (request.to_account_id is None) == (request.to_post_id is None):
        found.append(refusal("HAND_OVER_TO_ONE", "toAccountId"))
    if request.at is not None and (request.at < work.now or request.to_post_id is not None):
        found.append(refusal("TERM_INVALID", "at"))
    return found


async def _to_post(work: Work, viewer: Viewer, request: PostHandOver, to: HandOver) -> Outcome:
    checked = await check_hand_over(work, viewer, to)
    if isinstance(checked, Outcome):
        return checked
    old, new = checked
    await _write(work, viewer, request, old, new, work.now)
    return Outcome(id=new.id)


async def _succeed(work: Work, viewer: Viewer, request: PostHandOver, old: sa.Row[Any], at: datetime) -> Outcome:
    """End the one post and give the other. What is refused of either is told in the words of this input."""
    end = PostEnd(post_id=old.id, reason=request.reason, at=at, ground=request.ground)
    (ended,) = await end_posts(work, viewer, [end])
    if not ended.accepted:
        return _renamed(ended)
    assert request.to_account_id is not None
    later = old.ends_at if old.ends_at is not None and old.ends_at > at else None
    new = NewPost(
        account_id=request.to_account_id,
        role_id=old.role_id,
        grid_id=old.grid_id,
        office_id=old.office_id,
        starts_at=at,
        ends_at=later,
        source=request.source,
        untrained_reason=request.untrained_reason,
    )
    if request.to_account_id == old.account_id:
        return refused("SUCCESSOR_SAME", "toAccountId")
    (given,) = await assign_posts(work, viewer, [new])
    return given if given.accepted else _renamed(given)


def _renamed(outcome: Outcome) -> Outcome:
    told = (Refusal(one.code, _FIELDS.get(one.field, one.field), one.values) for one in outcome.refusals)
    return Outcome(refusals=tuple(told))


async def _write(work: Work, viewer: Viewer, request: PostHandOver, old: sa.Row[Any], new: sa.Row[Any], at: datetime) -> None:
    """The protocol; what goes along goes now, or at its moment."""
    (id,) = await work.reserve_ids(t.hand_over, 1)
    now = at <= work.now
    row = {
        "id": id,
        "grid_id": old.grid_id,
        "from_post_id": old.id,
        "to_post_id": new.id,
        "from_account_id": old.account_id,
        "to_account_id": new.account_id,
        "at": at,
        "reason": request.reason and request.reason.strip(),
        "open_points": request.open_points and request.open_points.strip(),
        "made_by_id": viewer.account_id,
        "created_at": work.now,
        "handed": await _give(work, viewer, old.id, new.id) if now else None,
        "done_at": work.now if now else None,
    }
    await work.insert(t.hand_over, [row])
    if not now:
        await schedule(work, [NewJob(name=DUE, key=str(id), run_at=at)])
    work.announce("post.handed_over", old.id, old.grid_id, to=new.id)


async def _give(work: Work, viewer: Viewer, old: int, new: int) -> dict[str, list[int]]:
    """Move what lies with a post, and say what it was, by its sort."""
    given = await give_work(work, viewer, old, new)
    patrol = t.patrol
    under_way = await work.rows(
        sa.select(patrol.c.id).where(patrol.c.post_id == old, patrol.c.ended_at.is_(None)).order_by(patrol.c.id)
    )
    found = {
        HandedSort.TASK: list(given.tasks),
        HandedSort.EVENT: list(given.events),
        HandedSort.SHIFT: await give_shifts(work, old, new),
        HandedSort.EVENT_LEFT: list(given.events_left),
        HandedSort.PATROL_UNDER_WAY: [row.id for row in under_way],
    }
    return {what.value: ids for what, ids in found.items() if ids or what in _ALWAYS}


async def hand_over_due(work: Work, job: Job) -> None:
    """The job that moves the work at the moment that was set. Where the successor's post is over by then, the protocol says so, and the
    tasks fall to the office or the role."""
    over, post = t.hand_over, t.post
    row = await work.first(sa.select(over).where(over.c.id == int(job.key), over.c.done_at.is_(None), over.c.trouble.is_(None)))
    if row is None:
        return
    new = await work.first(sa.select(post.c.ends_at).where(post.c.id == row.to_post_id))
    if new is None or (new.ends_at is not None and new.ends_at <= work.now):
        await work.run(sa.update(over).where(over.c.id == row.id).values(trouble="POST_ENDED"))
        return
    handed = await _give(work, SYSTEM_VIEWER, row.from_post_id, row.to_post_id)
    await work.run(sa.update(over).where(over.c.id == row.id).values(handed=handed, done_at=work.now))
    work.announce("post.handed_over", row.from_post_id, row.grid_id, to=row.to_post_id)
