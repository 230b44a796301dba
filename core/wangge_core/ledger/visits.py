"""Visits, talks, inspections, checks, meetings, roll calls, drills and watches: recorded once, with what they change and open.

An entry is judged as of the moment of which it tells. Nothing of a refused one is written: neither the register nor any event.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from wangge_core.checking import only_right, seven_places
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.ledger.checklists import Checklist, stored
from wangge_core.ledger.entries import NotCounted, OpenedBecause, Part, VisitOutcome, check_times, known_duties
from wangge_core.ledger.grounds import Devices, bound_devices, lie_inside
from wangge_core.ledger.held_posts import HeldPosts, PostAt, held_posts
from wangge_core.ledger.keys import Earlier, earlier
from wangge_core.ledger.opening import of_checklist, open_events
from wangge_core.ledger.participants import Known, counting, known_participants, participation
from wangge_core.ledger.targets import COLUMNS, PEOPLE, Target, Targets, TargetSort, find_targets
from wangge_core.ledger.visit_requests import NewVisit, check_visit
from wangge_core.ledger.writing_back import write_back
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer

Opened = list[tuple[int, OpenedBecause]]


@dataclass(frozen=True, slots=True)
class _Ready:
    """An entry that may be written: under which post, whose it is, and in which grid it was done."""

    request: NewVisit
    post: PostAt
    account_id: int
    grid_id: int


async def record_visits(work: Work, viewer: Viewer, requests: Sequence[NewVisit]) -> list[Outcome]:
    """Record what was done, for the holders of posts with RECORD_WORK at the time over the ground of the target.

    An entry whose `client_key` the account has sent before answers with the first one.
    """
    posts = await held_posts(work, viewer, [one.post_id for one in requests])
    own = [Target(sort=TargetSort.GRID, id=id) for post in posts.posts for id in post.grid_ids]
    recording = _Recording(
        work,
        viewer,
        posts,
        await find_targets(work, viewer, [*own, *(one.target for one in requests if one.target is not None)]),
        await known_participants(work, viewer, [who for one in requests for who in one.participants]),
        await bound_devices(work, viewer, [one.id for one in posts.posts]),
        await known_duties(work, [one.duty_id for one in requests]),
        await earlier(work, t.visit, posts, [one.client_key for one in requests]),
    )
    return [await recording.record(request) for request in requests]


@dataclass(frozen=True, slots=True)
class _Recording:
    """What the entries of a list are checked against."""

    work: Work
    viewer: Viewer
    posts: HeldPosts
    targets: Targets
    known: Known
    devices: Devices
    duties: set[str]
    earlier: dict[str, Earlier]

    async def record(self, request: NewVisit) -> Outcome:
        """One entry, whole or not at all."""
        if (first := self.earlier.get(request.client_key or "")) is not None:
            return first.answer(request.what.value, request.started_at, self._named(request))
        ready = self._ready(request)
        if not isinstance(ready, _Ready):
            return Outcome(refusals=only_right(ready))
        if request.checklist is None:
            return Outcome(id=await self._write(ready, []))
        async with self.work.attempt() as take_back:
            opened = await self._consequences(ready, request.checklist)
            if isinstance(opened, tuple):
                await take_back()
                return Outcome(refusals=opened)
            return Outcome(id=await self._write(ready, opened))

    def _named(self, request: NewVisit) -> frozenset[tuple[str, int]]:
        """The columns that name the target; nothing of what is not there any more."""
        return frozenset(self.targets.columns_of(request.target).items()) if request.target in self.targets.found else frozenset()

    def _ready(self, request: NewVisit) -> _Ready | list[Refusal]:
        target = self.targets.found.get(request.target) if request.target else None
        found = list(check_times(self.work, request.started_at, request.ended_at))
        found += check_visit(request, self.duties, set(target.persons) if target else set())
        post = self.posts.at(request.started_at, request.post_id, self.targets.paths_of(request.target))
        if isinstance(post, Refusal):
            return found if any(one.field in ("startedAt", "endedAt") for one in found) else [post]
        grid_id = self._grid_id(request, post)
        if isinstance(grid_id, Refusal):
            return [grid_id, *found]
        found += self.known.check(request.participants, request.started_at, post.id)
        found += _check_rights(request, post)
        return found or _Ready(request, post, self.posts.account_of(post), grid_id)

    def _grid_id(self, request: NewVisit, post: PostAt) -> int | Refusal:
        if request.target is None:
            return post.grid_ids[0] if len(post.grid_ids) == 1 else refusal("REQUIRED", "target")
        day = request.started_at.astimezone(self.work.rules.zone).date()
        return self.targets.grid_of(self.viewer, request.target, post, day, request.outcome)

    async def _consequences(self, ready: _Ready, checklist: Checklist) -> Opened | tuple[Refusal, ...]:
        """The events that were opened and why, or why something is refused."""
        request, at = ready.request, min(ready.request.started_at, self.work.now)
        found = self.targets.found.get(request.target) if request.target else None
        openings = of_checklist(self.viewer, request.target, found, ready.grid_id, checklist, at)
        opened = await open_events(self.work, self.viewer, openings)
        if isinstance(opened, tuple) or request.target is None or found is None:
            return opened
        path = self.targets.grids[found.grid_id].path
        refused = await write_back(self.work, self.viewer, request.target, found, path, checklist, at)
        return tuple(refused) if refused else opened

    async def _why_not(self, ready: _Ready) -> NotCounted | None:
        request, post = ready.request, ready.post
        if not self.devices.is_bound(post, request.started_at):
            return NotCounted.DEVICE_NOT_BOUND
        if request.longitude is None or request.latitude is None or request.outcome is VisitOutcome.BY_PHONE:
            return None
        (inside,) = await lie_inside(self.work, post.ground, [(request.longitude, request.latitude)])
        return NotCounted.OUTSIDE_GRID if inside is False else None

    async def _write(self, ready: _Ready, opened: Opened) -> int:
        work, request = self.work, ready.request
        (id,) = await work.reserve_ids(t.visit, 1)
        await work.insert(t.visit, [{"id": id, **self._row(ready, await self._why_not(ready))}])
        others = [self.known.row(one, None, request.started_at) for one in request.participants]
        if others:
            own = participation(request.started_at, part=Part.LEADER, account_id=ready.account_id, post_id=ready.post.id)
            await work.insert(t.participation, [one | {"visit_id": id} for one in (own, *others)])
        events = [{"visit_id": id, "patrol_id": None, "event_id": event, "because": why.value} for event, why in opened]
        await work.insert(t.visit_event, events)
        if request.client_key:
            self.earlier[request.client_key] = Earlier(id, request.what.value, request.started_at, self._named(request))
        work.announce("visit.recorded", id, ready.grid_id, what=request.what.value)
        return id

    def _row(self, ready: _Ready, why_not: NotCounted | None) -> dict[str, Any]:
        """The row of a visit. Of one that was declined nothing is kept but that."""
        request = ready.request
        is_kept = request.outcome is not VisitOutcome.DECLINED
        return {
            **dict.fromkeys(COLUMNS),
            **self.targets.columns_of(request.target),
            "client_key": request.client_key,
            "account_id": ready.account_id,
            "post_id": ready.post.id,
            "grid_id": ready.grid_id,
            "what": request.what.value,
            "outcome": request.outcome.value,
            "started_at": request.started_at,
            "ended_at": request.ended_at,
            "received_at": self.work.now,
            "longitude": seven_places(request.longitude) if is_kept else None,
            "latitude": seven_places(request.latitude) if is_kept else None,
            "device_id": self.viewer.device_id,
            "duty_id": request.duty_id,
            "checklist": stored(request.checklist),
            "minutes_text": request.minutes and request.minutes.strip(),
            **counting(why_not),
        }


def _check_rights(request: NewVisit, post: PostAt) -> Iterator[Refusal]:
    """What a checklist tells of the register is for who keeps it, what opens events for who reports them."""
    checklist = request.checklist
    if checklist is None:
        return
    needed = {Capability.REPORT_EVENTS} if checklist.opens_events else set[Capability]()
    if checklist.of_people or checklist.facts_confirmed is not None:
        needed.add(Capability.REGISTER_PEOPLE if request.sort in PEOPLE else Capability.REGISTER_PLACES)
    if not needed <= post.may:
        yield refusal("NOT_ALLOWED", "checklist")
