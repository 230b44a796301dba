"""Gaining: posts that have more ground once a division is in force, though they stay where they are. They are given anew."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.columns import Id
from wangge_core.db.lists import ListOf, among
from wangge_core.db.work import Work
from wangge_core.divisions.resolved import Resolved
from wangge_core.divisions.tree_checks import line_of
from wangge_core.errors import Refusal
from wangge_core.rights.giving import check_given
from wangge_core.rights.viewers import Viewer

Gained = tuple[int, str]
"""A grid, and the path of a grid whose ground, or some of it, comes to it or below it."""


async def check_gaining(work: Work, viewer: Viewer, resolved: Resolved) -> list[Refusal]:
    """Why the rights that posts would get may not be given: see `rights/giving.py`. Of one sort the first is told."""
    gained: dict[int, set[str]] = {}
    for grid_id, path in _gained(resolved):
        gained.setdefault(grid_id, set()).add(path)
    if not gained:
        return []
    found: dict[str, Refusal] = {}
    for row in await _posts(work, gained):
        role, ground = work.rules.registry.roles.get(row.role_id), sorted(gained[row.base_id])
        for one in check_given(viewer, row.account_id, role.may if role else (), ground, "changes"):
            found.setdefault(one.code, replace(one, field="changes"))
    return list(found.values())


def _gained(resolved: Resolved) -> Iterator[Gained]:
    """What comes below present grids, and what neighbours get of each other."""
    for id in resolved.parents:
        path = resolved.grids[id].path
        yield from ((above, path) for above in _above(resolved, id) if above not in _line(path))
    for one in resolved.replacements:
        paths = [resolved.grids[source].path for source in one.sources]
        everywhere = set[int].intersection(*map(_line, paths))
        for target in one.targets:
            above = [id for id in (*_above(resolved, target.key), target.key) if id > 0 and id not in everywhere]
            yield from ((id, path) for path in paths if above for id in above if id not in _line(path))


def _above(resolved: Resolved, key: int) -> list[int]:
    """The present grids above a grid, as the tree would be."""
    return [id for id in line_of(resolved, key)[:-1] if id > 0]


def _line(path: str) -> set[int]:
    return {int(id) for id in path.split(".") if id}


async def _posts(work: Work, gained: Mapping[int, object]) -> list[sa.Row[tuple[int, str, int]]]:
    """The posts in these grids, and in overlays that are made of them, that run or have not begun."""
    post, part = t.post, t.grid_part
    runs = sa.or_(post.c.ends_at.is_(None), post.c.ends_at > work.now)
    wanted = sa.bindparam("gained", sorted(gained), type_=ListOf(Id))
    own = sa.select(post.c.account_id, post.c.role_id, post.c.grid_id.label("base_id")).where(runs, among(post.c.grid_id, wanted))
    made = (
        sa.select(post.c.account_id, post.c.role_id, part.c.base_grid_id.label("base_id"))
        .join(part, part.c.overlay_grid_id == post.c.grid_id)
        .where(runs, among(part.c.base_grid_id, wanted))
    )
    return [*await work.rows(own), *await work.rows(made)]
