"""Holdings: what accounts hold now — posts of their own, posts that they stand in for, grants of an emergency, and who they are.

A viewer is made of it. It is looked up for many accounts at once, so that one look tells whose rights have changed.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.columns import Id
from wangge_core.db.work import Work
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.registry import Registry

_T = TypeVar("_T")
GUARDED_BELOW_YEARS = 14
"""A guardian speaks for a child until it is fourteen (Personal Information Protection Law, article 31)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPost:
    """A post whose term includes now. `paths` are its ground: the grid's own path, or those of the base grids of an overlay.

    `delegation_id` is set where the viewer stands in for the post's holder; the post's id and rights are the same for both.
    """

    id: int
    role: str
    acts_as: frozenset[str]
    may: frozenset[Capability]
    paths: tuple[str, ...]
    office_id: int | None = None
    delegation_id: int | None = None

    def stands_over(self, path: str) -> bool:
        return any(path.startswith(prefix) for prefix in self.paths)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldGrant:
    """A grant of an emergency that runs now: capabilities over the ground of one grid. It ends with the post that it was opened under."""

    id: int
    may: frozenset[Capability]
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """All that decides what an account may do. `person_id` is the resident that it is, `ward_ids` the children in that one's care."""

    account_id: int
    person_id: int | None = None
    ward_ids: tuple[int, ...] = ()
    posts: tuple[HeldPost, ...] = ()
    grants: tuple[HeldGrant, ...] = ()


async def holdings(work: Work, registry: Registry, logins: Collection[str]) -> dict[str, Holding]:
    """What the active ones of these accounts hold now, by login."""
    account = t.account
    rows = await work.rows(
        sa.select(account.c.id, account.c.login, account.c.person_id).where(account.c.login.in_(list(logins)), account.c.active)
    )
    ids = [row.id for row in rows]
    held = await _posts(work, ids) if ids else []
    under = {(row.account_id, row.id) for row in held} | {(id, None) for id in ids}
    granted = [row for row in await _grants(work, ids) if (row.account_id, row.post_id) in under] if ids else []
    overlays = await base_paths(work, sorted({row.grid_id for row in (*held, *granted) if not row.base}))
    wards = await _wards(work, [row.person_id for row in rows if row.person_id is not None])
    posts = _grouped((row.account_id, _held_post(registry, row, _ground(row, overlays))) for row in held)
    grants = _grouped((row.account_id, _held_grant(row, _ground(row, overlays))) for row in granted)
    return {
        row.login: Holding(
            account_id=row.id,
            person_id=row.person_id,
            ward_ids=wards.get(row.person_id, ()),
            posts=posts.get(row.id, ()),
            grants=grants.get(row.id, ()),
        )
        for row in rows
    }


async def _posts(work: Work, account_ids: Collection[int]) -> list[sa.Row[Any]]:
    """Posts in their term, with the account that holds each or stands in for its holder."""
    post, grid, delegation = t.post, t.grid, t.delegation
    in_term = sa.and_(post.c.starts_at <= work.now, sa.or_(post.c.ends_at.is_(None), post.c.ends_at > work.now))
    columns = (post.c.id, post.c.role_id, post.c.office_id, grid.c.path, grid.c.id.label("grid_id"), t.grid_layer.c.base)
    ground = post.join(grid, grid.c.id == post.c.grid_id).join(t.grid_layer, t.grid_layer.c.id == grid.c.layer_id)
    own = (
        sa.select(*columns, post.c.account_id, sa.cast(sa.null(), Id).label("delegation_id"))
        .select_from(ground)
        .where(post.c.account_id.in_(account_ids), in_term)
    )
    stood_in = (
        sa.select(*columns, delegation.c.account_id, delegation.c.id.label("delegation_id"))
        .select_from(ground.join(delegation, delegation.c.post_id == post.c.id))
        .where(
            delegation.c.account_id.in_(account_ids),
            delegation.c.starts_at <= work.now,
            delegation.c.ends_at > work.now,
            in_term,
        )
    )
    return sorted(await work.rows(sa.union_all(own, stood_in)), key=lambda row: (row.id, row.delegation_id or 0))


async def _grants(work: Work, account_ids: Collection[int]) -> list[sa.Row[Any]]:
    grant, grid = t.access_grant, t.grid
    return list(
        await work.rows(
            sa.select(
                grant.c.id,
                grant.c.account_id,
                grant.c.post_id,
                grant.c.capabilities,
                grid.c.path,
                grid.c.id.label("grid_id"),
                t.grid_layer.c.base,
            )
            .join(grid, grid.c.id == grant.c.grid_id)
            .join(t.grid_layer, t.grid_layer.c.id == grid.c.layer_id)
            .where(grant.c.account_id.in_(account_ids), grant.c.starts_at <= work.now, grant.c.ends_at > work.now)
            .order_by(grant.c.id)
        )
    )


async def _wards(work: Work, person_ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    """The children whose guardian each person is."""
    if not person_ids:
        return {}
    person = t.person
    today = work.now.astimezone(work.rules.zone).date()
    leap_day = (today.month, today.day) == (2, 29)
    before = today.replace(year=today.year - GUARDED_BELOW_YEARS, day=28 if leap_day else today.day)
    rows = await work.rows(
        sa.select(person.c.id, person.c.guardian_id)
        .where(person.c.guardian_id.in_(person_ids), person.c.born_on > before)
        .order_by(person.c.id)
    )
    return _grouped((row.guardian_id, row.id) for row in rows)


def _grouped(pairs: Iterable[tuple[int, _T | None]]) -> dict[int, tuple[_T, ...]]:
    """Values by key, without those that are None."""
    found: dict[int, tuple[_T, ...]] = {}
    for key, value in pairs:
        if value is not None:
            found[key] = (*found.get(key, ()), value)
    return found


def _ground(row: sa.Row[Any], overlays: Mapping[int, tuple[str, ...]]) -> tuple[str, ...]:
    return (row.path,) if row.base else overlays.get(row.grid_id, ())


def _held_post(registry: Registry, row: sa.Row[Any], paths: tuple[str, ...]) -> HeldPost | None:
    """None for a role of a plugin that is off, or one that is not known here."""
    role = registry.roles.get(row.role_id)
    if role is None:
        return None
    return HeldPost(
        id=row.id,
        role=row.role_id,
        acts_as=role.acts_as,
        may=role.may,
        paths=paths,
        office_id=row.office_id,
        delegation_id=row.delegation_id,
    )


def _held_grant(row: sa.Row[Any], paths: tuple[str, ...]) -> HeldGrant:
    return HeldGrant(id=row.id, may=frozenset(map(Capability, row.capabilities)), paths=paths)


async def base_paths(work: Work, overlay_grid_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
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
