"""Held posts: under which post somebody worked at a moment. Rights are those of the moment of the work, not of when it came here:
whoever was without a network for a day may have another post by then.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import Work
from wangge_core.errors import Refusal, refusal
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class PostAt:
    """A post that somebody held or stood in for: from when until when, what its role may do, and the grids of its ground with paths."""

    id: int
    account_id: int
    may: frozenset[Capability]
    ground: tuple[tuple[int, str], ...]
    starts_at: datetime
    ends_at: datetime | None
    stands_in: bool = False

    def held_at(self, at: datetime) -> bool:
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)

    def covers(self, path: str) -> bool:
        return any(path.startswith(own) for _, own in self.ground)

    @property
    def grid_ids(self) -> tuple[int, ...]:
        return tuple(id for id, _ in self.ground)


@dataclass(frozen=True, slots=True)
class HeldPosts:
    """All posts that a viewer has had or stood in for; for the operator at the machine the named ones."""

    viewer: Viewer
    posts: tuple[PostAt, ...]

    def at(self, at: datetime, post_id: int | None = None, paths: Collection[str] = ()) -> PostAt | Refusal:
        """The named post, or the first that records work, and of several one that covers any of the paths; or why there is none."""
        held = [one for one in self.posts if one.held_at(at) and post_id in (None, one.id)]
        if not held:
            return refusal("POST_NOT_HELD", "postId")
        held = [one for one in held if Capability.RECORD_WORK in one.may]
        if not held:
            return refusal("NOT_ALLOWED", "postId")
        over = [one for one in held if any(map(one.covers, paths))]
        return (over or held)[0]

    @property
    def accounts(self) -> set[int]:
        """Whose entries the viewer makes."""
        own = {self.account_of(one) for one in self.posts}
        return own if self.viewer.account_id is None else {self.viewer.account_id}

    def account_of(self, post: PostAt) -> int:
        """Whose work it is: the viewer's, also of who stands in; with the operator that of the post's holder."""
        return post.account_id if self.viewer.account_id is None else self.viewer.account_id


@dataclass(frozen=True, slots=True)
class _Term:
    """The row of a post and the time in which somebody held it, or stood in."""

    row: sa.Row[Any]
    starts_at: datetime
    ends_at: datetime | None
    stands_in: bool = False


async def held_posts(work: Work, viewer: Viewer, post_ids: Iterable[int | None]) -> HeldPosts:
    """The posts under which a viewer may have worked."""
    post = t.post
    if viewer.account_id is None:
        named = sorted({id for id in post_ids if id is not None}) if viewer.scope(Capability.RECORD_WORK).paths else []
        rows = await work.rows(sa.select(post).where(post.c.id.in_(named)))
        terms = [_Term(row, row.starts_at, row.ends_at) for row in rows]
    elif viewer.key_id is not None and not viewer.scope(Capability.RECORD_WORK).paths:
        terms = []  # a machine whose key is not for this
    else:
        terms = await _of_account(work, viewer.account_id)
    grounds = await grounds_of(work, {one.row.grid_id for one in terms})
    found = [_post(work, viewer, one, grounds.get(one.row.grid_id, ())) for one in terms]
    return HeldPosts(viewer, tuple(one for one in found if one is not None))


async def _of_account(work: Work, account_id: int) -> list[_Term]:
    post, instead = t.post, t.delegation
    own = await work.rows(sa.select(post).where(post.c.account_id == account_id).order_by(post.c.id))
    query = sa.select(post, instead.c.starts_at.label("from_at"), instead.c.ends_at.label("until_at"))
    stood_in = await work.rows(
        query.join(instead, instead.c.post_id == post.c.id).where(instead.c.account_id == account_id).order_by(instead.c.id)
    )
    terms = [_Term(row, row.starts_at, row.ends_at) for row in own]
    for row in stood_in:
        until = row.until_at if row.ends_at is None else min(row.until_at, row.ends_at)
        terms.append(_Term(row, max(row.from_at, row.starts_at), until, stands_in=True))
    return terms


def _post(work: Work, viewer: Viewer, term: _Term, ground: tuple[tuple[int, str], ...]) -> PostAt | None:
    """None for a role of a plugin that is off. With a machine's key a post may do no more than the key."""
    role = work.rules.registry.roles.get(term.row.role_id)
    if role is None:
        return None
    return PostAt(
        id=term.row.id,
        account_id=term.row.account_id,
        may=role.may if viewer.key_id is None else role.may & viewer.scopes.keys(),
        ground=ground,
        starts_at=term.starts_at,
        ends_at=term.ends_at,
        stands_in=term.stands_in,
    )


async def grounds_of(work: Work, grid_ids: Iterable[int]) -> dict[int, tuple[tuple[int, str], ...]]:
    """The base grids of each grid: itself, or those that an overlay is made of, with their paths."""
    grid, part = t.grid, t.grid_part
    rows = await work.by_ids((grid.c.path, grid.c.layer_id), grid.c.id, grid_ids)
    found: dict[int, tuple[tuple[int, str], ...]] = {
        id: ((id, row.path),) for id, row in rows.items() if row.layer_id == BASE_LAYER
    }
    overlays = [id for id, row in rows.items() if row.layer_id != BASE_LAYER]
    if overlays:
        query = sa.select(part.c.overlay_grid_id, grid.c.id, grid.c.path).join(grid, grid.c.id == part.c.base_grid_id)
        for row in await work.rows(query.where(part.c.overlay_grid_id.in_(overlays)).order_by(grid.c.id)):
            found[row.overlay_grid_id] = (*found.get(row.overlay_grid_id, ()), (row.id, row.path))
    return found
