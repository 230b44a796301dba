"""Patrolling: what is told of a patrol that was begun — points of its track, checkpoints, its end. For who began it; points also for
whoever takes part, of the own track.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.columns import to_milliseconds
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal, refused
from wangge_core.ledger.checkpoints import Passable, checkpoint_row, passable
from wangge_core.ledger.entries import AHEAD, PatrolKind, check_times
from wangge_core.ledger.grounds import Ground
from wangge_core.ledger.held_posts import grounds_of
from wangge_core.ledger.patrol_requests import PatrolEnd, PatrolPass, PatrolPoints, check_findings, check_points
from wangge_core.ledger.patrols import found_on, write_points
from wangge_core.ledger.settling import settle
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer

LATE_DAYS = 7
"""For how long after the end of a patrol points and checkpoints are taken in: no track is forgotten sooner."""


async def add_patrol_points(work: Work, viewer: Viewer, requests: Sequence[PatrolPoints]) -> list[Outcome]:
    """Add points to one's track. After the end of the patrol for seven days; the minutes are counted anew then."""
    return [await _add_points(work, viewer, request) for request in requests]


async def _add_points(work: Work, viewer: Viewer, request: PatrolPoints) -> Outcome:
    patrol = await _patrol(work, viewer, request.patrol_id, takes_part=True)
    if patrol is None:
        return refused("NOT_FOUND", "id", what="Patrol", id=request.patrol_id)
    if found := (*_check_open(work, patrol), *check_points(request.points, patrol.what, patrol.started_at, _until(work, patrol))):
        return Outcome(refusals=found)
    await write_points(work, patrol.id, viewer.account_id or patrol.account_id, await _ground(work, patrol), request.points)
    if patrol.ended_at is not None:
        await settle(work, patrol.id)
    return Outcome(id=patrol.id)


async def pass_checkpoints(work: Work, viewer: Viewer, requests: Sequence[PatrolPass]) -> list[Outcome]:
    """Say that checkpoints were passed. One that was told of before is not written again."""
    known = await passable(work, viewer, [one.checkpoint for one in requests])
    return [await _pass(work, viewer, request, known) for request in requests]


async def _pass(work: Work, viewer: Viewer, request: PatrolPass, known: Passable) -> Outcome:
    patrol = await _patrol(work, viewer, request.patrol_id, takes_part=True)
    if patrol is None:
        return refused("NOT_FOUND", "id", what="Patrol", id=request.patrol_id)
    wrong = [*_check_open(work, patrol), *known.check([request.checkpoint], patrol.what, patrol.started_at, _until(work, patrol))]
    if wrong:
        alone = (Refusal(one.code, one.field.removeprefix("checkpoints.0").lstrip("."), one.values) for one in wrong)
        return Outcome(refusals=tuple(alone))
    new, passed = checkpoint_row(patrol.id, viewer.account_id or patrol.account_id, request.checkpoint), t.patrol_checkpoint
    same = (passed.c[name].is_not_distinct_from(value) for name, value in new.items())
    if await work.value(sa.select(passed.c.id).where(*same)) is None:
        await work.insert(passed, [new])
    return Outcome(id=patrol.id)


async def end_patrols(work: Work, viewer: Viewer, requests: Sequence[PatrolEnd]) -> list[Outcome]:
    """End patrols: the minutes are counted, and what was found opens events. The same end told again changes nothing."""
    return [await _end(work, viewer, request) for request in requests]


async def _end(work: Work, viewer: Viewer, request: PatrolEnd) -> Outcome:
    patrol = await _patrol(work, viewer, request.patrol_id)
    if patrol is None:
        return refused("NOT_FOUND", "id", what="Patrol", id=request.patrol_id)
    if patrol.ended_at is not None:
        same = patrol.ended_at == to_milliseconds(request.ended_at)
        return Outcome(id=patrol.id) if same else refused("PATROL_ENDED", "id")
    wrong = [one for one in check_times(work, patrol.started_at, request.ended_at) if one.field == "endedAt"]
    wrong += [*check_findings(request.findings), *check_points(request.points, patrol.what, patrol.started_at, request.ended_at)]
    if wrong:
        return Outcome(refusals=tuple(wrong))
    account = viewer.account_id or patrol.account_id
    async with work.attempt() as take_back:
        refusals = await found_on(work, viewer, patrol.id, patrol.grid_id, PatrolKind(patrol.what), request.findings)
        if refusals:
            await take_back()
            return Outcome(refusals=refusals)
        await write_points(work, patrol.id, account, await _ground(work, patrol), request.points)
        await work.run(sa.update(t.patrol).where(t.patrol.c.id == patrol.id).values(ended_at=request.ended_at))
        await settle(work, patrol.id)
        work.announce("patrol.ended", patrol.id, patrol.grid_id, what=patrol.what)
    return Outcome(id=patrol.id)


async def _patrol(work: Work, viewer: Viewer, id: int, *, takes_part: bool = False) -> sa.Row[Any] | None:
    """A patrol of the viewer's; with `takes_part` also one that the viewer takes part in. None for a machine whose key is not for this."""
    if viewer.key_id is not None and not viewer.scope(Capability.RECORD_WORK).paths:
        return None
    patrol, part = t.patrol, t.participation
    query = sa.select(patrol).where(patrol.c.id == id)
    found = await work.first(query if work.on_sqlite else query.with_for_update())
    if found is None or viewer.account_id == found.account_id:
        return found
    if viewer.account_id is None:
        return found if viewer.scopes else None  # the operator, and nobody who has not signed in
    its = sa.and_(part.c.patrol_id == id, part.c.account_id == viewer.account_id)
    return found if takes_part and await work.value(sa.select(part.c.id).where(its).limit(1)) is not None else None


def _until(work: Work, patrol: sa.Row[Any]) -> datetime:
    return patrol.ended_at or work.now + AHEAD


def _check_open(work: Work, patrol: sa.Row[Any]) -> list[Refusal]:
    over = patrol.ended_at is not None and patrol.ended_at < work.now - timedelta(days=LATE_DAYS)
    return [refusal("PATROL_ENDED", "id")] if over else []


async def _ground(work: Work, patrol: sa.Row[Any]) -> Ground:
    """The ground that is walked: that of the post where the patrol's grid is a part of it, or that grid alone, which lies below it."""
    grid, post = t.grid, t.post
    of_post = await work.value(sa.select(post.c.grid_id).where(post.c.id == patrol.post_id))
    ground = (await grounds_of(work, [of_post])).get(of_post, ())
    if patrol.grid_id in {id for id, _ in ground}:
        return ground
    return [(patrol.grid_id, await work.value(sa.select(grid.c.path).where(grid.c.id == patrol.grid_id)))]
