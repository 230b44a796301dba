"""The viewer: who is asking, under which posts, with what rights. Every read and every write has one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.registry import Registry
from wangge_core.rights.scopes import Subtrees

Language = Literal["zh", "en"]
NOWHERE = Subtrees()
EVERYWHERE = Subtrees(("",))


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPost:
    """A post whose term includes now. `paths` are its ground: the grid's own path, or those of the base grids of an overlay."""

    id: int
    role: str
    acts_as: frozenset[str]
    may: frozenset[Capability]
    paths: tuple[str, ...]
    office_id: int | None = None

    def stands_over(self, path: str) -> bool:
        return any(path.startswith(prefix) for prefix in self.paths)


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Somebody who asks. `account_id` is None for an anonymous visitor and for the operator at the machine."""

    account_id: int | None = None
    login: str = ""
    language: Language = "zh"
    posts: tuple[HeldPost, ...] = ()
    scopes: Mapping[Capability, Subtrees] = field(default_factory=dict[Capability, Subtrees])
    whole_ground: frozenset[Capability] = frozenset()
    """Capabilities whose scope has every grid of the base layer, to which all but posts are bound: rows need no check then."""

    def scope(self, capability: Capability) -> Subtrees:
        """Where the viewer has a capability; nowhere by default."""
        return self.scopes.get(capability, NOWHERE)

    def may(self, capability: Capability, path: str) -> bool:
        return self.scope(capability).covers(path)

    @property
    def office_ids(self) -> tuple[int, ...]:
        return tuple(sorted({post.office_id for post in self.posts if post.office_id is not None}))

    @property
    def post_ids(self) -> tuple[int, ...]:
        return tuple(post.id for post in self.posts)


def anonymous(language: Language = "zh") -> Viewer:
    """A visitor who has not signed in: sees what is public."""
    return Viewer(language=language)


def operator(language: Language = "zh") -> Viewer:
    """The person at the machine, who runs `wangge import` and fills the demo town: every capability everywhere, but no post."""
    return Viewer(login="operator", language=language, scopes=dict.fromkeys(Capability, EVERYWHERE))


async def load_viewer(work: Work, registry: Registry, login: str, language: Language = "zh") -> Viewer | None:
    """The viewer of an active account with the posts whose term includes now; None where there is no such account."""
    account = await work.first(sa.select(t.account.c.id).where(t.account.c.login == login, t.account.c.active))
    if account is None:
        return None
    posts = tuple(await _held_posts(work, registry, account.id))
    scopes = _scopes(posts)
    whole = await _with_whole_ground(work, scopes)
    return Viewer(account_id=account.id, login=login, language=language, posts=posts, scopes=scopes, whole_ground=whole)


async def _held_posts(work: Work, registry: Registry, account_id: int) -> list[HeldPost]:
    post, grid = t.post, t.grid
    in_term = sa.and_(post.c.starts_at <= work.now, sa.or_(post.c.ends_at.is_(None), post.c.ends_at > work.now))
    rows = await work.rows(
        sa.select(post.c.id, post.c.role_id, post.c.office_id, grid.c.path, grid.c.id.label("grid_id"), t.grid_layer.c.base)
        .join(grid, grid.c.id == post.c.grid_id)
        .join(t.grid_layer, t.grid_layer.c.id == grid.c.layer_id)
        .where(post.c.account_id == account_id, in_term)
        .order_by(post.c.id)
    )
    ground = await base_paths(work, [row.grid_id for row in rows if not row.base])
    return [
        HeldPost(
            id=row.id,
            role=row.role_id,
            acts_as=registry.roles[row.role_id].acts_as,
            may=registry.roles[row.role_id].may,
            paths=(row.path,) if row.base else ground.get(row.grid_id, ()),
            office_id=row.office_id,
        )
        for row in rows
        if row.role_id in registry.roles
    ]


async def base_paths(work: Work, overlay_grid_ids: list[int]) -> dict[int, tuple[str, ...]]:
    """The paths of the base grids of each overlay grid."""
    if not overlay_grid_ids:
        return {}
    rows = await work.rows(
        sa.select(t.grid_part.c.overlay_grid_id, t.grid.c.path)
        .join(t.grid, t.grid.c.id == t.grid_part.c.base_grid_id)
        .where(t.grid_part.c.overlay_grid_id.in_(overlay_grid_ids))
    )
    found: dict[int, tuple[str, ...]] = {}
    for row in rows:
        found[row.overlay_grid_id] = (*found.get(row.overlay_grid_id, ()), row.path)
    return found


async def _with_whole_ground(work: Work, scopes: Mapping[Capability, Subtrees]) -> frozenset[Capability]:
    """The capabilities that hold at and below every root of the base layer."""
    of_base = t.grid.c.layer_id.in_(sa.select(t.grid_layer.c.id).where(t.grid_layer.c.base))
    roots = [row.path for row in await work.rows(sa.select(t.grid.c.path).where(t.grid.c.parent_id.is_(None), of_base))]
    return frozenset(capability for capability, scope in scopes.items() if roots and all(map(scope.covers, roots)))


def _scopes(posts: Iterable[HeldPost]) -> dict[Capability, Subtrees]:
    paths: dict[Capability, set[str]] = {}
    for post in posts:
        for capability in post.may:
            paths.setdefault(capability, set()).update(post.paths)
    return {capability: Subtrees.of(found) for capability, found in paths.items()}
