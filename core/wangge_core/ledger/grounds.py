"""Grounds: whether claimed positions lie in the ground of a post, and whether a device is bound to it (the five bindings).

The boundaries of the post's own grids decide, also of grids that have ended since; where one has none, the grid that the position lies in.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

import numpy as np
import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.geometry.exact import Box, units
from wangge_core.geometry.shapes import unpacked
from wangge_core.grids.locating import Position, locate
from wangge_core.ledger.held_posts import PostAt
from wangge_core.rights.viewers import Viewer

Ground = Sequence[tuple[int, str]]
"""Grids and their paths."""


async def lie_inside(work: Work, ground: Ground, positions: Sequence[Position]) -> list[bool | None]:
    """For each position whether it lies in or on the edge of one of the grids; None where nothing on the ground has a boundary."""
    if not positions:
        return []
    boundary = t.boundary
    sides = (boundary.c.west, boundary.c.south, boundary.c.east, boundary.c.north, boundary.c.rings)
    drawn = await work.by_ids(sides, boundary.c.grid_id, [id for id, _ in ground])
    if len(drawn) < len(ground):
        return await _by_grids(work, ground, positions)
    points = [(units(longitude), units(latitude)) for longitude, latitude in positions]
    inside = [False] * len(points)
    for row in drawn.values():
        box, edges = Box(row.west, row.south, row.east, row.north), unpacked(row.rings)
        near = [number for number, point in enumerate(points) if not inside[number] and box.holds(*point)]
        if near:
            xs, ys = np.array([points[number] for number in near], dtype=np.int64).T
            for number, held in zip(near, edges.hold(xs, ys).tolist(), strict=True):
                inside[number] = held or edges.touch(*points[number])
    return list(inside)


async def _by_grids(work: Work, ground: Ground, positions: Sequence[Position]) -> list[bool | None]:
    located = await locate(work, positions)
    grid = t.grid
    paths = await work.by_ids((grid.c.path,), grid.c.id, [one.grid_id for one in located if one is not None])
    own = tuple(path for _, path in ground)
    known = await has_boundaries(work, own)
    return [
        (False if known else None) if one is None else paths[one.grid_id].path.startswith(own) or (False if known else None)
        for one in located
    ]


async def has_boundaries(work: Work, paths: Iterable[str]) -> bool:
    """Whether any grid at or below one of these has a boundary."""
    below = sa.or_(sa.false(), *(t.grid.c.path.startswith(path, autoescape=True) for path in paths))
    query = sa.select(t.boundary.c.id).join(t.grid, t.grid.c.id == t.boundary.c.grid_id).where(below).limit(1)
    return await work.value(query) is not None


class Devices:
    """Which devices are and were bound to posts: what comes from elsewhere does not count for a post that has one."""

    def __init__(
        self, viewer: Viewer, account_id: int | None, rows: Sequence[sa.Row[tuple[int, int, int, datetime, datetime]]]
    ) -> None:
        self.viewer, self.account_id, self.rows = viewer, account_id, rows

    def is_bound(self, post: PostAt, at: datetime) -> bool:
        """Whether the request came from a device of the post; of who stands in, from one of an own post. Also where there was none."""
        if self.viewer.account_id is None:
            return True
        bound = {row.id for row in self.rows if row.post_id == post.id and (row.revoked_at is None or row.revoked_at > at)}
        if self.viewer.device_id is None:
            return not any(row.id in bound and row.enrolled_at <= at for row in self.rows)
        if post.stands_in and any(row.id == self.viewer.device_id and row.account_id == self.account_id for row in self.rows):
            return True
        return self.viewer.device_id in bound


async def bound_devices(work: Work, viewer: Viewer, post_ids: Iterable[int]) -> Devices:
    """The devices of these posts, and the one that the request came from."""
    device, post = t.device, t.post
    ids = sorted(set(post_ids))
    named = sa.or_(device.c.post_id.in_(ids), device.c.id == viewer.device_id)
    columns = (device.c.id, device.c.post_id, post.c.account_id, device.c.enrolled_at, device.c.revoked_at)
    rows = await work.rows(sa.select(*columns).join(post, post.c.id == device.c.post_id).where(named).order_by(device.c.id))
    return Devices(viewer, viewer.account_id, rows)
