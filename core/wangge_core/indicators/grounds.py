"""Grounds: the grids of the base layer that figures of a grid are summed over, and which grids figures are told for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import Work
from wangge_core.grids.codes import GridLevel
from wangge_core.rights.communities import LOW
from wangge_core.rights.scopes import END


@dataclass(frozen=True, slots=True)
class Part:
    """A grid of the base layer with all below it. A low one is a community or lies below one."""

    id: int
    path: str
    low: bool


@dataclass(frozen=True, slots=True)
class Ground:
    """A grid, and the parts that it is made of: itself, or the base grids of an overlay's."""

    id: int
    parts: tuple[Part, ...]


async def grounds(work: Work, grid_ids: Sequence[int]) -> list[Ground]:
    """The grounds of grids, in order; grids that there are not are left out."""
    grid = t.grid
    found = await work.by_ids((grid.c.path, grid.c.level, grid.c.layer_id), grid.c.id, grid_ids)
    overlays = {row.id for row in found.values() if row.layer_id != BASE_LAYER}
    made_of = await _parts(work, overlays, {found[id].layer_id for id in overlays}) if overlays else {}
    return [
        Ground(id, made_of.get(id, ()) if id in overlays else (Part(id, row.path, row.level in LOW),))
        for id, row in ((id, found[id]) for id in dict.fromkeys(grid_ids) if id in found)
    ]


async def _parts(work: Work, overlay_ids: Collection[int], layers: Collection[str]) -> dict[int, tuple[Part, ...]]:
    """The base grids of overlay grids and of those below them, without those that lie in another one of the same."""
    part, over, base = t.grid_part, t.grid.alias(), t.grid.alias()
    query = (
        sa.select(over.c.path.label("over"), base.c.id, base.c.path, base.c.level)
        .join_from(part, over, over.c.id == part.c.overlay_grid_id)
        .join(base, base.c.id == part.c.base_grid_id)
        .where(over.c.layer_id.in_(layers))
        .order_by(base.c.path)
    )
    found: dict[int, list[Part]] = {}
    for row in await work.rows(query):
        for id in (int(one) for one in row.over.split(".") if one):
            own = found.setdefault(id, []) if id in overlay_ids else None
            if own is not None and not (own and row.path.startswith(own[-1].path)):
                own.append(Part(row.id, row.path, row.level in LOW))
    return {id: tuple(parts) for id, parts in found.items()}


async def grids_below(work: Work, grid_id: int, level: GridLevel | None, layer: str) -> list[int]:
    """The present grids of a layer below a grid: those right below it, or all of a level. Of another layer than its own those that are
    made of base grids at or below it."""
    grid, part = t.grid, t.grid_part
    own = await work.first(sa.select(grid.c.path, grid.c.layer_id).where(grid.c.id == grid_id))
    if own is None:
        return []
    query = sa.select(grid.c.id).where(grid.c.layer_id == layer, grid.c.ended_at.is_(None)).order_by(grid.c.code, grid.c.id)
    if own.layer_id != layer:
        base = grid.alias()
        made_of = sa.select(part.c.overlay_grid_id).join(base, base.c.id == part.c.base_grid_id)
        query = query.where(grid.c.id.in_(made_of.where(base.c.path >= own.path, base.c.path < own.path[:-1] + END)))
        return [row.id for row in await work.rows(query if level is None else query.where(grid.c.level == level.value))]
    below = grid.c.parent_id == grid_id if level is None else sa.and_(_below(own.path), grid.c.level == level.value)
    return [row.id for row in await work.rows(query.where(below))]


def _below(path: str) -> sa.ColumnElement[bool]:
    return sa.and_(t.grid.c.path >= path, t.grid.c.path < path[:-1] + END)


def inside(table: sa.Table, part: Part) -> sa.ColumnElement[bool]:
    """True for rows that lie in a part or below it."""
    grid = t.grid.alias()
    return table.c.grid_id.in_(sa.select(grid.c.id).where(grid.c.path >= part.path, grid.c.path < part.path[:-1] + END))


def by_part(found: Sequence[Ground]) -> Mapping[int, Sequence[int]]:
    """The grounds that a base grid is a part of."""
    parts: dict[int, list[int]] = {}
    for ground in found:
        for part in ground.parts:
            parts.setdefault(part.id, []).append(ground.id)
    return parts
