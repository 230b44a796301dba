"""Kinds of changes that a phone may queue: which operation does each, and where the time of capture and ids of its own go in."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from wangge_core.campaigns.checking_in import CheckIn, CheckIns, check_in
from wangge_core.campaigns.outcomes import CheckInResult
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, refusal
from wangge_core.events.comments import EventCommentRequest, comment_events
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport
from wangge_core.ledger.patrol_requests import NewPatrol, PatrolEnd, PatrolPass, PatrolPoints
from wangge_core.ledger.patrolling import add_patrol_points, end_patrols, pass_checkpoints
from wangge_core.ledger.patrols import record_patrols
from wangge_core.ledger.tracks import TrackPoint
from wangge_core.ledger.visit_requests import NewVisit
from wangge_core.ledger.visits import record_visits
from wangge_core.moves.moves import EventMoveRequest, move_events
from wangge_core.rights.viewers import Viewer
from wangge_core.sync.changes import Change, Taken

Do = Callable[[Work, Viewer, Sequence[Any]], Awaitable[list[Outcome]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of change. `thing` is the type of what it makes or changes."""

    thing: str
    do: Do
    timed: Callable[[Any, Change, Taken], Any]
    """The request with the times that are taken for it, and the client id where its room keeps one."""
    about: Callable[[Any, int], Any] | None = None
    """The request with the key of what an earlier change made; None where such a change is about nothing that another makes."""
    changes: Callable[[Any], int | None] = lambda _: None
    """The key of what it changes; None for what makes something new."""


def _moved(at: datetime | None, taken: Taken) -> datetime | None:
    """A time of the phone's clock, never later than when the change was taken."""
    return None if at is None else at + taken.shift


def _report(request: EventReport, _: Change, taken: Taken) -> EventReport:
    """What is reported was seen when it was captured, unless somebody says when it happened."""
    at = _moved(request.occurred_at, taken)
    return replace(request, occurred_at=taken.at if at is None else min(at, taken.at))


def _visit(request: NewVisit, change: Change, taken: Taken) -> NewVisit:
    started_at, ended_at = request.started_at + taken.shift, _moved(request.ended_at, taken)
    return replace(request, started_at=started_at, ended_at=ended_at, client_key=change.client_id)


def _points(points: Sequence[TrackPoint], taken: Taken) -> tuple[TrackPoint, ...]:
    return tuple(replace(one, at=one.at + taken.shift) for one in points)


def _patrol(request: NewPatrol, change: Change, taken: Taken) -> NewPatrol:
    return replace(
        request,
        started_at=request.started_at + taken.shift,
        ended_at=_moved(request.ended_at, taken),
        points=_points(request.points, taken),
        checkpoints=tuple(replace(one, passed_at=one.passed_at + taken.shift) for one in request.checkpoints),
        client_key=change.client_id,
    )


def _track(request: PatrolPoints, _: Change, taken: Taken) -> PatrolPoints:
    return replace(request, points=_points(request.points, taken))


def _passing(request: PatrolPass, _: Change, taken: Taken) -> PatrolPass:
    passed_at = request.checkpoint.passed_at + taken.shift
    return replace(request, checkpoint=replace(request.checkpoint, passed_at=passed_at))


def _end(request: PatrolEnd, _: Change, taken: Taken) -> PatrolEnd:
    return replace(request, ended_at=request.ended_at + taken.shift, points=_points(request.points, taken))


def _check_in(request: CheckIns, change: Change, taken: Taken) -> CheckIns:
    """It counts as of when it was captured, also where the campaign has ended since."""
    return replace(request, items=tuple(replace(one, at=taken.at, key=change.client_id) for one in request.items), late=True)


async def check_in_all(work: Work, viewer: Viewer, requests: Sequence[CheckIns]) -> list[Outcome]:
    """Check-ins of one target each: those of a campaign that follow each other go together."""
    found: list[Outcome] = []
    while len(found) < len(requests):
        first = requests[len(found)]
        same: list[CheckIn] = []
        for one in requests[len(found) :]:
            if one.campaign_id != first.campaign_id:
                break
            same += one.items
        (answered,) = await check_in(work, viewer, [replace(first, items=tuple(same))])
        if answered.refusals:
            found += [Outcome(refusals=answered.refusals)] * len(same)
        for asked, told in zip(same, answered.results, strict=False):
            differs = told.result is CheckInResult.ALREADY_DONE and told.state != asked.state.value
            refusals = (refusal("SYNC_DIFFERS"),) if differs else told.refusals
            found.append(Outcome(id=told.target_id, refusals=refusals))
    return found


def _of_event(request: EventMoveRequest | EventCommentRequest, id: int) -> Any:
    return replace(request, event_id=id)


def _of_patrol(request: PatrolPoints | PatrolPass | PatrolEnd, id: int) -> Any:
    return replace(request, patrol_id=id)


def _unchanged(request: Any, _: Change, __: Taken) -> Any:
    return request


KINDS: Mapping[str, Kind] = {
    "eventReport": Kind(thing="Event", do=report_events, timed=_report),
    "eventMove": Kind(
        thing="Event", do=move_events, timed=_unchanged, about=_of_event, changes=lambda request: request.event_id or None
    ),
    "eventComment": Kind(
        thing="Event", do=comment_events, timed=_unchanged, about=_of_event, changes=lambda request: request.event_id or None
    ),
    "visitRecord": Kind(thing="Visit", do=record_visits, timed=_visit),
    "patrolStart": Kind(thing="Patrol", do=record_patrols, timed=_patrol),
    "patrolRecord": Kind(thing="Patrol", do=record_patrols, timed=_patrol),
    "patrolAddPoints": Kind(thing="Patrol", do=add_patrol_points, timed=_track, about=_of_patrol),
    "patrolPass": Kind(thing="Patrol", do=pass_checkpoints, timed=_passing, about=_of_patrol),
    "patrolEnd": Kind(thing="Patrol", do=end_patrols, timed=_end, about=_of_patrol),
    "campaignCheckIn": Kind(thing="CampaignTarget", do=check_in_all, timed=_check_in),
}
"""By the name of the mutation that does the same with a network."""
VERSIONED: Mapping[str, sa.Table] = {"Event": t.event, "CampaignTarget": t.campaign_target}
"""Types of things that have a version, with their tables."""
OLDEST = timedelta(days=30)
"""For how long a change may wait. So long the ids are kept that phones made, so that none counts twice."""
