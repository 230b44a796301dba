"""Posts of grids that end: they go on in the part that the division names, in the only one, or they end with their grid."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.divisions.changes import ChangeKind
from wangge_core.divisions.resolved import Replacement, Resolved
from wangge_core.errors import Refusal, refusal
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.giving import check_given
from wangge_core.rights.viewers import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class PostMove:
    """A post that runs, or has not begun, in a grid that ends. It ends where `to` is None."""

    id: int
    account_id: int
    role_id: str
    grid_id: int
    to: int | None
    number: int
    """The number of the change."""


async def find_posts(work: Work, resolved: Resolved, *, locked: bool = False) -> list[PostMove]:
    """What becomes of every post of the grids that end."""
    post = t.post
    found: list[PostMove] = []
    for one in (replacement for replacement in resolved.replacements if replacement.ends):
        runs = sa.or_(post.c.ends_at.is_(None), post.c.ends_at > work.now)
        columns = (post.c.id, post.c.account_id, post.c.role_id, post.c.grid_id)
        query = sa.select(*columns).where(post.c.grid_id.in_(one.sources), runs).order_by(post.c.id)
        rows = await work.rows(query.with_for_update() if locked and not work.on_sqlite else query)
        found += [PostMove(**row._mapping, to=_to(one, row.id), number=one.number) for row in rows]
    return found


def _to(one: Replacement, post_id: int) -> int | None:
    only = one.targets[0].key if len(one.targets) == 1 else None
    return one.posts.get(post_id, only)


def check_posts(work: Work, viewer: Viewer, resolved: Resolved, moves: Sequence[PostMove]) -> list[Refusal]:
    """Who moves or ends posts must manage them over the ground; a post that gets more ground is given anew: see `rights/giving.py`."""
    found: list[Refusal] = []
    path, there = resolved.ground.path, {one.id for one in moves}
    if moves and not viewer.may(Capability.MANAGE_POSTS, path):
        found.append(refusal("NOT_ALLOWED", "changes"))
    wider = {one.number for one in resolved.replacements if one.kind is not ChangeKind.SPLIT}
    for one in resolved.replacements:
        at = f"changes.{one.number}.posts"
        found += [refusal("NOT_FOUND", at, what="Post", id=id) for id in one.posts if id not in there]
    for move in moves:
        role = work.rules.registry.roles.get(move.role_id)
        if move.to is not None and move.number in wider and role is not None:
            at = f"changes.{move.number}.posts"
            given = check_given(viewer, move.account_id, role.may, [path], at)
            found += [refusal(one.code, at, **one.values) for one in given]
    return found
