"""Points: thanks to residents and volunteers whose reports were settled, for who wants them. They are no evaluation.

Nothing else reads them. There is no list by points and no rank; a balance is never below nothing; who leaves keeps what there is
and gets no more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import check_text
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal, refused
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer
from wangge_core.writing import grids_of

MOST_REWARD = 200
MOST_POINTS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsJoining:
    """Whether one wants points from now on, and in which community or grid one wants to be thanked."""

    joins: bool
    grid_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reward:
    """Something that is given for points."""

    points_account_id: int
    points: int
    reward: str


async def join_points(work: Work, viewer: Viewer, requests: Sequence[PointsJoining]) -> list[Outcome]:
    """Join or leave. For residents and volunteers: whoever reads no events at work."""
    return [await _join(work, viewer, request) for request in requests]


async def _join(work: Work, viewer: Viewer, request: PointsJoining) -> Outcome:
    points = t.points_account
    if viewer.account_id is None or viewer.key_id is not None:
        return refused("NOT_ALLOWED")
    if viewer.scope(Capability.READ_EVENTS).paths:
        return refused("POINTS_FOR_HELPERS")
    row = await work.first(_own(work, viewer.account_id))
    if not request.joins:
        if row is None:
            return refused("POINTS_NOT_JOINED")
        await work.change(points, row.id, {"left_at": row.left_at or work.now})
        return Outcome(id=row.id)
    if found := await _check_ground(work, request.grid_id):
        return Outcome(refusals=tuple(found))
    if row is not None:
        since = {} if row.left_at is None else {"joined_at": work.now, "left_at": None}
        await work.change(points, row.id, since | {"grid_id": request.grid_id})
        return Outcome(id=row.id)
    (id,) = await work.reserve_ids(points, 1)
    new: dict[str, Any] = {"id": id, "account_id": viewer.account_id, "grid_id": request.grid_id, "balance": 0}
    await work.insert(points, [new | {"joined_at": work.now, "left_at": None}])
    return Outcome(id=id)


def _own(work: Work, account_id: int) -> sa.Select[Any]:
    query = sa.select(t.points_account).where(t.points_account.c.account_id == account_id)
    return query if work.on_sqlite else query.with_for_update()


async def _check_ground(work: Work, grid_id: int | None) -> list[Refusal]:
    if grid_id is None:
        return [refusal("REQUIRED", "gridId")]
    grid = (await grids_of(work, [grid_id])).get(grid_id)
    if grid is None:
        return [refusal("NOT_FOUND", "gridId", what="Grid", id=grid_id)]
    return [refusal("GRID_ENDED", "gridId", code=grid.code)] if grid.ended_at is not None else []


async def give_rewards(work: Work, viewer: Viewer, requests: Sequence[Reward]) -> list[Outcome]:
    """Give something for points. For GIVE_REWARDS where the holder wants to be thanked, never to oneself."""
    return [await _give(work, viewer, request) for request in requests]


async def _give(work: Work, viewer: Viewer, request: Reward) -> Outcome:
    points, grid = t.points_account, t.grid
    query = sa.select(points, grid.c.path).join(grid, grid.c.id == points.c.grid_id).where(points.c.id == request.points_account_id)
    row = await work.first(query if work.on_sqlite else query.with_for_update(of=points))
    if row is None or not viewer.may(Capability.GIVE_REWARDS, row.path):
        return refused("NOT_FOUND", "id", what="PointsAccount", id=request.points_account_id)
    found = list(check_text(request.reward, "reward", most=MOST_REWARD))
    if viewer.account_id is not None and viewer.account_id == row.account_id:
        found.append(refusal("RIGHTS_FOR_ONESELF", "id"))
    if not 1 <= request.points <= MOST_POINTS:
        found.append(refusal("OUT_OF_RANGE", "points", least=1, most=MOST_POINTS))
    elif request.points > row.balance:
        found.append(refusal("POINTS_TOO_FEW", "points"))
    if found:
        return Outcome(refusals=tuple(found))
    await work.change(points, row.id, {"balance": row.balance - request.points})
    entry = {"points_account_id": row.id, "points": -request.points, "at": work.now, "reward": request.reward.strip()}
    await work.insert(t.points_entry, [entry | {"given_by_id": viewer.account_id}])
    return Outcome(id=row.id)
