"""In charge: over whose accounts and posts a viewer decides. Who manages posts on all the ground where somebody serves is in charge.

A machine is in charge of nobody, whatever its key may do: it could hand itself more than it has.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import CHUNK, Work
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer, base_paths


def manages_anywhere(viewer: Viewer) -> bool:
    """Whether there is any ground where the viewer, who is no machine, manages posts."""
    return viewer.key_id is None and bool(viewer.scope(Capability.MANAGE_POSTS).paths)


async def posts_in_charge(work: Work, viewer: Viewer, post_ids: Iterable[int]) -> set[int]:
    """Which of these posts the viewer is in charge of."""
    if not manages_anywhere(viewer):
        return set()
    return {post for post, _, managed in await _posts(work, viewer, t.post.c.id, post_ids) if managed}


async def accounts_in_charge(work: Work, viewer: Viewer, account_ids: Iterable[int]) -> set[int]:
    """Which of these accounts the viewer is in charge of: those all of whose posts, now and later, are."""
    if not manages_anywhere(viewer):
        return set()
    wanted = set(account_ids)
    found = await _posts(work, viewer, t.post.c.account_id, wanted, _lasting(work))
    return wanted - {account for _, account, managed in found if not managed}


async def grounds_of(work: Work, account_id: int) -> list[tuple[str, ...]]:
    """The ground of each post that the account has, now or later."""
    return await _grounds(work, await _rows(work, t.post.c.account_id, [account_id], (_lasting(work),)))


def _lasting(work: Work) -> sa.ColumnElement[bool]:
    return sa.or_(t.post.c.ends_at.is_(None), t.post.c.ends_at > work.now)


async def _posts(
    work: Work, viewer: Viewer, by: sa.ColumnElement[Any], ids: Iterable[int], *conditions: sa.ColumnElement[bool]
) -> list[tuple[int, int, bool]]:
    """Posts with their accounts, and whether the viewer manages all their ground."""
    rows = await _rows(work, by, sorted(set(ids)), conditions)
    grounds = await _grounds(work, rows)
    managed = [bool(one) and all(viewer.may(Capability.MANAGE_POSTS, path) for path in one) for one in grounds]
    return [(row.id, row.account_id, holds) for row, holds in zip(rows, managed, strict=True)]


async def _grounds(work: Work, rows: Sequence[sa.Row[Any]]) -> list[tuple[str, ...]]:
    overlays = await base_paths(work, [row.grid_id for row in rows if row.layer_id != BASE_LAYER])
    return [(row.path,) if row.layer_id == BASE_LAYER else overlays.get(row.grid_id, ()) for row in rows]


async def _rows(
    work: Work, by: sa.ColumnElement[Any], ids: Sequence[int], conditions: Sequence[sa.ColumnElement[bool]]
) -> list[sa.Row[Any]]:
    post, grid, found = t.post, t.grid, list[sa.Row[Any]]()
    query = sa.select(post.c.id, post.c.account_id, post.c.grid_id, grid.c.path, grid.c.layer_id)
    for start in range(0, len(ids), CHUNK):
        chunk = by.in_(ids[start : start + CHUNK])
        found += await work.rows(query.join(grid, grid.c.id == post.c.grid_id).where(chunk, *conditions))
    return found
