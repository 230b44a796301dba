"""Targets: a target's row under a lock, and how an outcome is written over the one that it had."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from wangge_core.campaigns.outcomes import figure_of
from wangge_core.campaigns.tallies import Shift
from wangge_core.db import tables as t
from wangge_core.db.work import CHUNK, Work
from wangge_core.rights.viewers import Viewer

KEPT = ("state", "reason", "checked_at", "received_at", "account_id", "post_id", "client_key")
"""What a target's outcome is, and what is kept of an earlier one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOutcome:
    """What a target's outcome is from now on."""

    row: sa.Row[Any]
    state: str
    reason: str | None
    checked_at: datetime | None
    client_key: str | None

    @property
    def shift(self) -> Shift:
        return Shift(self.row.grid_id, figure_of(self.row.state, self.row.reason), figure_of(self.state, self.reason))


def over_at(campaign: sa.Row[Any]) -> datetime:
    """When a campaign takes no more outcomes, or took the last one: the job that ends it may come a moment later."""
    return campaign.ends_at if campaign.ended_at is None else min(campaign.ends_at, campaign.ended_at)


async def locked_targets(work: Work, key: sa.Column[Any], values: Sequence[Any], *conditions: sa.ColumnElement[bool]) -> list[Any]:
    """Targets by a column with the path of their grid, locked in the order of their ids: who comes second sees what the first wrote."""
    target, grid, found = t.campaign_target, t.grid, list[Any]()
    wanted = sorted(set(values))
    for start in range(0, len(wanted), CHUNK):
        chunk = key.in_(wanted[start : start + CHUNK])
        query = sa.select(target, grid.c.path).join(grid, grid.c.id == target.c.grid_id).where(chunk, *conditions)
        ordered = query.order_by(target.c.id)
        found += await work.rows(ordered if work.on_sqlite else ordered.with_for_update(of=target))
    return found


async def write_outcomes(work: Work, viewer: Viewer, outcomes: Sequence[NewOutcome]) -> None:
    """Write outcomes over those that the locked rows have; an outcome that was not the first is kept as an earlier one."""
    target = t.campaign_target
    earlier = [_earlier(work, one.row) for one in outcomes if one.row.version > 1]
    await work.insert(t.campaign_earlier, earlier)
    its = sa.and_(target.c.id == sa.bindparam("its_id"), target.c.version == sa.bindparam("seen_version"))
    written = (
        sa.update(target)
        .where(its)
        .values(version=target.c.version + 1, **{name: sa.bindparam(f"new_{name}", type_=target.c[name].type) for name in KEPT})
    )
    if outcomes:
        await work.connection.execute(written, [_values(work, viewer, one) for one in outcomes])


def _earlier(work: Work, row: sa.Row[Any]) -> Mapping[str, Any]:
    return {"target_id": row.id, "replaced_at": work.now} | {name: getattr(row, name) for name in KEPT}


def _values(work: Work, viewer: Viewer, one: NewOutcome) -> Mapping[str, Any]:
    new = {
        "state": one.state,
        "reason": one.reason,
        "checked_at": one.checked_at,
        "received_at": work.now,
        "account_id": viewer.account_id,
        "post_id": _post_of(viewer, one.row.path),
        "client_key": one.client_key,
    }
    return {"its_id": one.row.id, "seen_version": one.row.version} | {f"new_{name}": value for name, value in new.items()}


def _post_of(viewer: Viewer, path: str) -> int | None:
    """The post of the viewer over the target's grid, or else, at a station, any."""
    over = (post.id for post in viewer.posts if post.stands_over(path))
    return next(over, viewer.posts[0].id if viewer.posts else None)
