"""Rules of points: how many a report that was settled is worth as thanks, on which ground and of which kinds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import only_right
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, refusal, refused
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer
from wangge_core.writing import check_grid, grids_of

MOST_POINTS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPointsRule:
    """So many points for each report of a kind, and of those below it, that is settled on a ground, from now on.

    Without a kind it is for all.
    """

    grid_id: int
    points: int
    kind_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsRuleEnd:
    """A rule that holds no longer, from now on or from a moment to come; what it gave stays."""

    rule_id: int
    at: datetime | None = None


async def set_point_rules(work: Work, viewer: Viewer, requests: Sequence[NewPointsRule]) -> list[Outcome]:
    """Set rules. Of several that fit a report the nearest ground counts, and then the nearest kind. For GIVE_REWARDS over the ground."""
    grids = await grids_of(work, [request.grid_id for request in requests])
    outcomes: list[Outcome] = []
    for request in requests:
        found = check_grid(grids, request.grid_id, viewer, Capability.GIVE_REWARDS)
        if not 1 <= request.points <= MOST_POINTS:
            found.append(refusal("OUT_OF_RANGE", "points", least=1, most=MOST_POINTS))
        if request.kind_id is not None and await work.first(_kind(request.kind_id)) is None:
            found.append(refusal("KIND_UNKNOWN", "kindId", id=request.kind_id))
        if found:
            outcomes.append(Outcome(refusals=only_right(found)))
            continue
        (id,) = await work.reserve_ids(t.points_rule, 1)
        row: dict[str, Any] = {"id": id, "grid_id": request.grid_id, "kind_id": request.kind_id, "points": request.points}
        await work.insert(t.points_rule, [row | {"starts_at": work.now, "set_by_id": viewer.account_id}])
        outcomes.append(Outcome(id=id))
    return outcomes


def _kind(id: str) -> sa.Select[Any]:
    return sa.select(t.event_kind.c.id).where(t.event_kind.c.id == id)


async def end_point_rules(work: Work, viewer: Viewer, requests: Sequence[PointsRuleEnd]) -> list[Outcome]:
    """End rules. For GIVE_REWARDS over the ground."""
    rule, grid = t.points_rule, t.grid
    outcomes: list[Outcome] = []
    for request in requests:
        query = sa.select(rule, grid.c.path).join(grid, grid.c.id == rule.c.grid_id).where(rule.c.id == request.rule_id)
        row = await work.first(query if work.on_sqlite else query.with_for_update(of=rule))
        if row is None or not viewer.may(Capability.GIVE_REWARDS, row.path):
            outcomes.append(refused("NOT_FOUND", "id", what="PointsRule", id=request.rule_id))
            continue
        if request.at is not None and request.at < work.now:
            outcomes.append(refused("MOMENT_NOT_LATER", "at"))
            continue
        if row.ended_at is None or row.ended_at > work.now:
            await work.change(rule, row.id, {"ended_at": request.at or work.now})
        outcomes.append(Outcome(id=row.id))
    return outcomes
