"""Duty: who takes what comes up at a place now, and who of them is nearest.

On duty are the posts that have a shift now. Where no post of a role over the same ground has a shift in the week around, nobody keeps a
roster there: then whoever is in post counts as on duty at any hour, as one worker alone in a grid is. Only posts over the place itself
count, because a post over a neighbouring grid may not act here.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import asin, cos, inf, radians, sin, sqrt

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.rights.holdings import base_paths

POSITION_HOLDS = timedelta(hours=2)
"""For how long it is believed that somebody still is near the place of a check-in."""
EARTH_METRES = 6_371_008.8


@dataclass(frozen=True, slots=True)
class Holder:
    """A post that could take a task: the longest path of its ground over the place, and where its holder checked in last."""

    post_id: int
    role_id: str
    path: str
    at: tuple[float, float] | None = None

    def metres(self, longitude: float | None, latitude: float | None) -> float:
        """How far its holder is; infinite where that is not known."""
        if self.at is None or longitude is None or latitude is None:
            return inf
        return distance(*self.at, longitude, latitude)


def distance(longitude: float, latitude: float, other_longitude: float, other_latitude: float) -> float:
    """Metres between two points over a sphere of the Earth's mean radius (haversine)."""
    east, north = radians(other_longitude - longitude), radians(other_latitude - latitude)
    chord = sin(north / 2) ** 2 + cos(radians(latitude)) * cos(radians(other_latitude)) * sin(east / 2) ** 2
    return 2 * EARTH_METRES * asin(sqrt(chord))


async def on_duty(work: Work, role_ids: Collection[str], path: str) -> list[int]:
    """Posts on duty that may act in one of these roles at the place with this path; those of the smallest ground first."""
    return [one.post_id for one in await holders_on_duty(work, role_ids, path)]


async def nearest_on_duty(
    work: Work, role_ids: Collection[str], path: str, longitude: float | None = None, latitude: float | None = None
) -> int | None:
    """Of these the post whose holder is nearest by the last check-in; without one, of the smallest ground over the place.

    Among equals the one with the fewest open tasks. None where nobody is on duty.
    """
    found = await holders_on_duty(work, role_ids, path)
    if not found:
        return None
    busy = await _open_tasks(work, [one.post_id for one in found])
    order = [(one.metres(longitude, latitude), -len(one.path), busy.get(one.post_id, 0), one.post_id) for one in found]
    return min(order)[-1]


async def holders_on_duty(work: Work, role_ids: Collection[str], path: str) -> list[Holder]:
    """The same as `on_duty`, with what is known of each."""
    found = await holders(work, role_ids, path)
    shifts = await _shifts(work, [one.post_id for one in found])
    rosters = {(one.role_id, one.path) for one in found if one.post_id in shifts}
    began: dict[int, datetime] = {}
    for one in found:
        if (one.role_id, one.path) not in rosters:
            began[one.post_id] = work.now - POSITION_HOLDS
        elif (at := shifts.get(one.post_id)) is not None:
            began[one.post_id] = at
    found = [one for one in found if one.post_id in began]
    positions = await _positions(work, began)
    placed = [Holder(one.post_id, one.role_id, one.path, positions.get(one.post_id)) for one in found]
    return sorted(placed, key=lambda one: (-len(one.path), one.post_id))


async def holders(work: Work, role_ids: Collection[str], path: str) -> list[Holder]:
    """Posts in their term over a place whose role may act in one of these."""
    wanted = set(role_ids)
    acting = [id for id, role in work.rules.registry.roles.items() if role.acts_as & wanted]
    post, grid, ids = t.post, t.grid, [int(id) for id in path.split(".") if id]
    part = t.grid_part
    overlays = sa.select(part.c.overlay_grid_id).where(part.c.base_grid_id.in_(ids))
    rows = await work.rows(
        sa.select(post.c.id, post.c.role_id, post.c.grid_id, grid.c.path, t.grid_layer.c.base)
        .join(grid, grid.c.id == post.c.grid_id)
        .join(t.grid_layer, t.grid_layer.c.id == grid.c.layer_id)
        .join(t.account, t.account.c.id == post.c.account_id)
        .where(
            post.c.role_id.in_(acting),
            post.c.starts_at <= work.now,
            sa.or_(post.c.ends_at.is_(None), post.c.ends_at > work.now),
            t.account.c.active,
            sa.or_(post.c.grid_id.in_(ids), post.c.grid_id.in_(overlays)),
        )
        .order_by(post.c.id)
    )
    parts = await base_paths(work, sorted({row.grid_id for row in rows if not row.base}))
    return [Holder(row.id, row.role_id, _over(path, [row.path] if row.base else parts.get(row.grid_id, ()))) for row in rows]


def _over(path: str, ground: Sequence[str]) -> str:
    return max((one for one in ground if path.startswith(one)), key=len, default="")


async def _shifts(work: Work, post_ids: Sequence[int]) -> Mapping[int, datetime | None]:
    """Of posts that have shifts now or in the week around, when the present one began; None while they are off."""
    shift, week = t.shift, timedelta(days=7)
    rows = await work.rows(
        sa.select(shift.c.post_id, shift.c.starts_at, shift.c.ends_at).where(
            shift.c.post_id.in_(post_ids),
            shift.c.cancelled_at.is_(None),
            shift.c.ends_at > work.now - week,
            shift.c.starts_at < work.now + week,
        )
    )
    found: dict[int, datetime | None] = {}
    for row in rows:
        runs = row.starts_at <= work.now < row.ends_at
        found[row.post_id] = row.starts_at if runs else found.get(row.post_id)
    return found


async def _positions(work: Work, began: Mapping[int, datetime]) -> dict[int, tuple[float, float]]:
    at = t.duty_position
    rows = await work.by_ids((at.c.longitude, at.c.latitude, at.c.at), at.c.post_id, began)
    oldest = work.now - POSITION_HOLDS
    return {id: (row.longitude, row.latitude) for id, row in rows.items() if row.at >= max(began[id], oldest)}


async def _open_tasks(work: Work, post_ids: Sequence[int]) -> dict[int, int]:
    to = t.task_addressee
    counted = (
        sa.select(to.c.post_id, sa.func.count().label("tasks")).where(to.c.open, to.c.post_id.in_(post_ids)).group_by(to.c.post_id)
    )
    return {row.post_id: row.tasks for row in await work.rows(counted)}
