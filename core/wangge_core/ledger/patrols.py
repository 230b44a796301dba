"""Patrols: begun, or told whole; on foot, jointly, or by public cameras. What is found on one opens an event or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import only_right, seven_places
from wangge_core.db import tables as t
from wangge_core.db.columns import to_milliseconds
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.ledger.checkpoints import Passable, checkpoint_row, passable
from wangge_core.ledger.entries import AHEAD, NotCounted, Part, PatrolKind, check_times, known_duties
from wangge_core.ledger.grounds import Devices, Ground, bound_devices, lie_inside
from wangge_core.ledger.held_posts import HeldPosts, PostAt, held_posts
from wangge_core.ledger.keys import Earlier, earlier
from wangge_core.ledger.opening import Finding, of_findings, open_events
from wangge_core.ledger.participants import Known, counting, known_participants, participation
from wangge_core.ledger.patrol_requests import NewPatrol, check_patrol, check_points
from wangge_core.ledger.settling import settle
from wangge_core.ledger.tracks import TrackPoint
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer
from wangge_core.writing import grids_of


async def record_patrols(work: Work, viewer: Viewer, requests: Sequence[NewPatrol]) -> list[Outcome]:
    """Begin patrols, or record whole ones, for the holders of posts with RECORD_WORK at the time.

    An entry whose `client_key` the account has sent before answers with the first one.
    """
    posts = await held_posts(work, viewer, [one.post_id for one in requests])
    named = {one.grid_id for one in requests if one.grid_id is not None}
    routes = [one.route_id for one in requests if one.route_id is not None]
    recording = _Recording(
        work,
        viewer,
        posts,
        {id: row.path for id, row in (await grids_of(work, sorted(named))).items()},
        await known_participants(work, viewer, [who for one in requests for who in one.participants]),
        await passable(work, viewer, [passed for one in requests for passed in one.checkpoints]),
        await bound_devices(work, viewer, [one.id for one in posts.posts]),
        await known_duties(work, [one.duty_id for one in requests]),
        set(await work.by_ids((), t.place.c.id, routes)),
        await earlier(work, t.patrol, posts, [one.client_key for one in requests]),
    )
    return [await recording.record(request) for request in requests]


@dataclass(frozen=True, slots=True)
class _Recording:
    """What the patrols of a list are checked against."""

    work: Work
    viewer: Viewer
    posts: HeldPosts
    paths: dict[int, str]
    known: Known
    passable: Passable
    devices: Devices
    duties: set[str]
    routes: set[int]
    earlier: dict[str, Earlier]

    async def record(self, request: NewPatrol) -> Outcome:
        """One patrol, whole or not at all."""
        if (first := self.earlier.get(request.client_key or "")) is not None:
            return first.answer(request.what.value, request.started_at)
        path = self.paths.get(request.grid_id or 0)
        post = self.posts.at(request.started_at, request.post_id, [path] if path else ())
        if isinstance(post, Refusal):
            return Outcome(refusals=tuple(check_times(self.work, request.started_at, request.ended_at)) or (post,))
        ground = self._ground(request, post)
        if isinstance(ground, Refusal):
            return Outcome(refusals=(ground,))
        if found := self._check(request, post):
            return Outcome(refusals=only_right(found))
        async with self.work.attempt() as take_back:
            id = await self._write(request, post, ground)
            refused = await found_on(self.work, self.viewer, id, ground[0][0], request.what, request.findings)
            if refused:
                await take_back()
                return Outcome(refusals=refused)
        if request.client_key:
            self.earlier[request.client_key] = Earlier(id, request.what.value, request.started_at)
        return Outcome(id=id)

    def _ground(self, request: NewPatrol, post: PostAt) -> Ground | Refusal:
        """The grids that are walked: the ground of the post, the named grid of it first, or one that lies below it, alone."""
        if request.grid_id is None:
            return post.ground or refusal("REQUIRED", "gridId")
        path = self.paths.get(request.grid_id)
        if path is None:
            return refusal("NOT_FOUND", "gridId", what="Grid", id=request.grid_id)
        if not post.covers(path):
            return refusal("NOT_ALLOWED", "gridId")
        others = tuple(one for one in post.ground if one[0] != request.grid_id)
        return ((request.grid_id, path), *others) if request.grid_id in post.grid_ids else ((request.grid_id, path),)

    def _check(self, request: NewPatrol, post: PostAt) -> list[Refusal]:
        until = request.ended_at or self.work.now + AHEAD
        found = list(check_times(self.work, request.started_at, request.ended_at))
        found += check_patrol(request, self.duties, self.routes, post.id)
        found += self.known.check(request.participants, request.started_at, post.id)
        found += check_points(request.points, request.what.value, request.started_at, until)
        return found + list(self.passable.check(request.checkpoints, request.what.value, request.started_at, until))

    async def _write(self, request: NewPatrol, post: PostAt, ground: Ground) -> int:
        work, account = self.work, self.posts.account_of(post)
        (id,) = await work.reserve_ids(t.patrol, 1)
        await work.insert(t.patrol, [{"id": id, "account_id": account, "grid_id": ground[0][0], **self._row(request, post)}])
        leader = request.leader_post_id or post.id
        own = Part.LEADER if leader == post.id else Part.MEMBER
        parts = [participation(request.started_at, part=own, account_id=account, post_id=post.id)]
        parts += [self.known.row(one, leader, request.started_at) for one in request.participants]
        await work.insert(t.participation, [one | {"patrol_id": id} for one in parts])
        await work.insert(t.patrol_checkpoint, [checkpoint_row(id, account, one) for one in request.checkpoints])
        await write_points(work, id, account, ground, request.points)
        work.announce("patrol.recorded" if request.ended_at else "patrol.started", id, ground[0][0], what=request.what.value)
        if request.ended_at is not None:
            await settle(work, id)
        return id

    def _row(self, request: NewPatrol, post: PostAt) -> dict[str, Any]:
        bound = self.devices.is_bound(post, request.started_at)
        return {
            "client_key": request.client_key,
            "post_id": post.id,
            "what": request.what.value,
            "duty_id": request.duty_id,
            "route_id": request.route_id,
            "led_by_id": request.leader_post_id or (post.id if request.what is PatrolKind.JOINT_PATROL else None),
            "started_at": request.started_at,
            "ended_at": request.ended_at,
            "received_at": self.work.now,
            "impossible_points": 0,
            "device_id": self.viewer.device_id,
            **counting(None if bound else NotCounted.DEVICE_NOT_BOUND),
        }


async def found_on(
    work: Work, viewer: Viewer, patrol_id: int, grid_id: int, what: PatrolKind, findings: Sequence[Finding]
) -> tuple[Refusal, ...]:
    """Open the events of what a patrol found; why any is refused, and then nothing of it may stay written."""
    if not findings:
        return ()
    if viewer.key_id is not None and not viewer.scope(Capability.REPORT_EVENTS).paths:
        return (refusal("NOT_ALLOWED", "findings"),)
    openings = await of_findings(work, viewer, grid_id, findings, video=what is PatrolKind.VIDEO_PATROL)
    opened = openings if isinstance(openings, tuple) else await open_events(work, viewer, openings)
    if isinstance(opened, tuple):
        return opened
    ties = [{"visit_id": None, "patrol_id": patrol_id, "event_id": event, "because": why.value} for event, why in opened]
    await work.insert(t.visit_event, ties)
    return ()


async def write_points(work: Work, patrol_id: int, account_id: int, ground: Ground, points: Sequence[TrackPoint]) -> None:
    """Write the points of a track that are not there yet, each with whether it lies in the ground."""
    point = t.patrol_point
    own = sa.and_(point.c.patrol_id == patrol_id, point.c.account_id == account_id)
    there = {one.at for one in await work.rows(sa.select(point.c.at).where(own))} if points else set[Any]()
    new = {to_milliseconds(one.at): one for one in points if to_milliseconds(one.at) not in there}
    inside = await lie_inside(work, ground, [(one.longitude, one.latitude) for one in new.values()])
    rows = [
        {
            "patrol_id": patrol_id,
            "account_id": account_id,
            "at": at,
            "longitude": seven_places(one.longitude),
            "latitude": seven_places(one.latitude),
            "accuracy_metres": one.accuracy_metres,
            "inside": held,
            "impossible": False,
        }
        for (at, one), held in zip(new.items(), inside, strict=True)
    ]
    await work.insert(point, rows)
