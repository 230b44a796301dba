"""Shifts: who is on duty from when until when, and where somebody on duty was seen last."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import check_optional_text, check_position, only_right, seven_places
from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal, refused
from wangge_core.jobs.claiming import Job
from wangge_core.jobs.scheduling import NewJob, schedule
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.viewers import Viewer, base_paths
from wangge_core.rights.visibility import post_rule, shift_rule
from wangge_core.writing import insert_accepted

ROSTER_ROLE = "community.information_officer"
"""Keeps the rosters of a grid, beside who manages posts there."""
LONGEST = timedelta(hours=24)
POSITION_KEPT = timedelta(hours=24)
PRUNE = "duty.prune"
"""The job that forgets where somebody was; its key is the post's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewShift:
    """A shift of a post."""

    post_id: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftCancel:
    """A shift to take back; one that has begun ends now."""

    shift_id: int
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn:
    """Where the holder of a post says to be now, in degrees."""

    post_id: int
    longitude: float
    latitude: float


async def set_shifts(work: Work, viewer: Viewer, requests: Sequence[NewShift]) -> list[Outcome]:
    """Set shifts, for who manages posts over the post's ground and for information officers there."""
    posts = await _posts(work, viewer, [request.post_id for request in requests])
    await _lock(work, posts)
    taken = await _taken(work, [request.post_id for request in requests])
    refusals: list[Sequence[Refusal]] = []
    for request in requests:
        found = _wrong(work, viewer, request, posts.get(request.post_id), taken)
        if not found:
            taken.setdefault(request.post_id, []).append((request.starts_at, request.ends_at))
        refusals.append(only_right(found))
    outcomes = await insert_accepted(work, t.shift, requests, refusals, lambda one: _row(work, viewer, one))
    for request, outcome in zip(requests, outcomes, strict=True):
        if outcome.id is not None:
            work.announce("shift.set", outcome.id, posts[request.post_id].grid_id, post=request.post_id)
    return outcomes


@dataclass(frozen=True, slots=True)
class _Post:
    grid_id: int
    account_id: int
    ends_at: datetime | None
    ground: tuple[str, ...]


async def _posts(work: Work, viewer: Viewer, ids: Sequence[int]) -> dict[int, _Post]:
    post, grid = t.post, t.grid
    columns = (post.c.grid_id, post.c.account_id, post.c.ends_at)
    rows = await work.by_ids(columns, post.c.id, ids, post_rule(post, BoundViewer(viewer)))
    grids = await work.by_ids((grid.c.path, grid.c.layer_id), grid.c.id, [row.grid_id for row in rows.values()])
    parts = await base_paths(work, [id for id, row in grids.items() if row.layer_id != BASE_LAYER])
    found: dict[int, _Post] = {}
    for id, row in rows.items():
        own = grids[row.grid_id]
        ground = (own.path,) if own.layer_id == BASE_LAYER else parts.get(row.grid_id, ())
        found[id] = _Post(row.grid_id, row.account_id, row.ends_at, ground)
    return found


def _keeps_roster(viewer: Viewer, post: _Post) -> bool:
    managed = bool(post.ground) and all(viewer.may(Capability.MANAGE_POSTS, path) for path in post.ground)
    return managed or any(
        ROSTER_ROLE in held.acts_as and bool(post.ground) and all(held.stands_over(path) for path in post.ground)
        for held in viewer.posts
    )


async def _lock(work: Work, post_ids: Iterable[int]) -> None:
    """Whoever sets shifts of the same posts at this moment waits, and then sees these."""
    if not work.on_sqlite:
        post = t.post
        locked = sa.select(post.c.id).where(post.c.id.in_(sorted(post_ids))).order_by(post.c.id)
        await work.rows(locked.with_for_update(key_share=True))


Taken = dict[int, list[tuple[datetime, datetime]]]


async def _taken(work: Work, post_ids: Sequence[int]) -> Taken:
    """The shifts that posts have, from now on."""
    shift, found = t.shift, Taken()
    for start in range(0, len(post_ids), 500):
        chunk = sorted(set(post_ids[start : start + 500]))
        rows = await work.rows(
            sa.select(shift.c.post_id, shift.c.starts_at, shift.c.ends_at).where(
                shift.c.post_id.in_(chunk), shift.c.cancelled_at.is_(None), shift.c.ends_at > work.now
            )
        )
        for row in rows:
            found.setdefault(row.post_id, []).append((row.starts_at, row.ends_at))
    return found


def _wrong(work: Work, viewer: Viewer, request: NewShift, post: _Post | None, taken: Taken) -> list[Refusal]:
    if post is None:
        return [refusal("NOT_FOUND", "postId", what="Post", id=request.post_id)]
    if not _keeps_roster(viewer, post):
        return [refusal("NOT_ALLOWED", "postId")]
    if post.ends_at is not None and post.ends_at <= request.starts_at:
        return [refusal("POST_ENDED", "postId")]
    if request.ends_at <= max(request.starts_at, work.now):
        return [refusal("TERM_INVALID", "endsAt")]
    if request.ends_at - request.starts_at > LONGEST:
        return [refusal("SHIFT_TOO_LONG", "endsAt", hours=int(LONGEST / timedelta(hours=1)))]
    overlaps = any(start < request.ends_at and request.starts_at < end for start, end in taken.get(request.post_id, ()))
    return [refusal("SHIFTS_OVERLAP", "startsAt")] if overlaps else []


def _row(work: Work, viewer: Viewer, request: NewShift) -> dict[str, Any]:
    times = {"starts_at": request.starts_at, "ends_at": request.ends_at, "created_at": work.now}
    return {"post_id": request.post_id, "set_by_id": viewer.account_id, **times}


async def cancel_shifts(work: Work, viewer: Viewer, requests: Sequence[ShiftCancel]) -> list[Outcome]:
    """Take shifts back, for who may set them."""
    return [await _cancel(work, viewer, request) for request in requests]


async def _cancel(work: Work, viewer: Viewer, request: ShiftCancel) -> Outcome:
    shift = t.shift
    row = await work.first(sa.select(shift).where(shift.c.id == request.shift_id, shift_rule(shift, BoundViewer(viewer))))
    if row is None:
        return refused("NOT_FOUND", "id", what="Shift", id=request.shift_id)
    post = (await _posts(work, viewer, [row.post_id])).get(row.post_id)
    if post is None or not _keeps_roster(viewer, post):
        return refused("NOT_ALLOWED", "id")
    if row.cancelled_at is not None or row.ends_at <= work.now:
        return refused("SHIFT_OVER", "id")
    if wrong := tuple(check_optional_text(request.reason, "reason", most=400)):
        return Outcome(refusals=wrong)
    values = {"cancelled_at": work.now, "cancel_reason": request.reason}
    await work.run(sa.update(shift).where(shift.c.id == row.id).values(values))
    work.announce("shift.cancelled", row.id, post.grid_id, post=row.post_id)
    return Outcome(id=row.id)


async def check_in(work: Work, viewer: Viewer, requests: Sequence[CheckIn]) -> list[Outcome]:
    """Say where one is, as the holder of a post or as who stands in for one. Only the last place is kept, for 24 hours.

    Nobody is shown it: it serves to find who is nearest.
    """
    outcomes: list[Outcome] = []
    for request in requests:
        if request.post_id not in viewer.post_ids:
            outcomes.append(refused("NOT_FOUND", "postId", what="Post", id=request.post_id))
        elif wrong := tuple(check_position(request.longitude, request.latitude)):
            outcomes.append(Outcome(refusals=wrong))
        else:
            await _keep(work, request)
            outcomes.append(Outcome(id=request.post_id))
    return outcomes


async def _keep(work: Work, request: CheckIn) -> None:
    table = t.duty_position
    place = {"longitude": seven_places(request.longitude), "latitude": seven_places(request.latitude), "at": work.now}
    if not await work.run(sa.update(table).where(table.c.post_id == request.post_id).values(place)):
        await work.insert(table, [{"post_id": request.post_id, **place}])
    await schedule(work, [NewJob(name=PRUNE, key=str(request.post_id), run_at=work.now + POSITION_KEPT)])


async def prune_position(work: Work, job: Job) -> None:
    """The job that forgets a place after 24 hours."""
    table = t.duty_position
    await work.run(sa.delete(table).where(table.c.post_id == int(job.key), table.c.at <= work.now - POSITION_KEPT))
