"""Overlays: grids of layers beside the base layer, made of base grids (their parts), or of nothing where they get a boundary of their own.

Rights of posts in an overlay follow its parts: whoever's rights they change has others within seconds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import only_right
from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import CHUNK, Work
from wangge_core.errors import Outcome, Refusal
from wangge_core.grids.grids import NewGrid, create_grids
from wangge_core.grids.locating import Located, Position, grid_at, locate
from wangge_core.grids.making import Making, NewOverlay, NewParts, read_making
from wangge_core.grids.nesting import Overlay, Part
from wangge_core.rights.giving import check_given
from wangge_core.rights.scopes import Subtrees
from wangge_core.rights.viewers import Viewer

__all__ = ["NewOverlay", "NewParts", "create_in_layers", "create_overlays", "overlay_at", "set_parts"]
PARTS = "parts"
"""What the log of changes calls the base grids of an overlay's grid."""


async def create_in_layers(work: Work, viewer: Viewer, requests: Sequence[NewGrid | NewOverlay]) -> list[Outcome]:
    """Create grids of the base layer and of overlays."""
    base = iter(await create_grids(work, viewer, [one for one in requests if isinstance(one, NewGrid)]))
    overlays = iter(await create_overlays(work, viewer, [one for one in requests if isinstance(one, NewOverlay)]))
    return [next(base) if isinstance(one, NewGrid) else next(overlays) for one in requests]


async def create_overlays(work: Work, viewer: Viewer, requests: Sequence[NewOverlay]) -> list[Outcome]:
    """Create grids of overlay layers, parents before children.

    For MANAGE_GRIDS over the base grids that each is made of and over those of its parent. Without either, over the whole ground.
    """
    if not requests:
        return []
    making = await read_making(
        work, viewer, {one.layer_id for one in requests}, [id for one in requests for id in one.base_grid_ids]
    )
    ids = iter(await work.reserve_ids(t.grid, len(requests)))
    rows, parts, outcomes = list[dict[str, Any]](), list[dict[str, Any]](), list[Outcome]()
    for request in requests:
        details, found = making.check_new(request)
        if found:
            outcomes.append(Outcome(refusals=only_right(found)))
            continue
        made = making.add(next(ids), request)
        rows.append(_row(work, request, made, details))
        parts += _part_rows(made.id, made.parts)
        outcomes.append(Outcome(id=made.id))
    await work.insert(t.grid, rows)
    await work.insert(t.grid_part, parts)
    for row in rows:
        work.announce("grid.created", row["id"], row["id"])
    return outcomes


async def set_parts(work: Work, viewer: Viewer, requests: Sequence[NewParts]) -> list[Outcome]:
    """Set what grids of overlays are made of, one after the other. For MANAGE_GRIDS over the old parts, the new ones and the parent's.

    Posts that get more ground by it are given anew: see `rights/giving.py`.
    """
    grid = t.grid
    rows = await work.by_ids((grid.c.layer_id,), grid.c.id, [one.grid_id for one in requests])
    layers = {row.layer_id for row in rows.values()} - {BASE_LAYER}
    making = await read_making(work, viewer, layers, [id for one in requests for id in one.base_grid_ids])
    posts = await _posts(work, list(rows))
    outcomes: list[Outcome] = []
    for request in requests:
        found = making.check_parts_of(request, of_base=request.grid_id in rows and rows[request.grid_id].layer_id == BASE_LAYER)
        found = found or _check_gaining(work, viewer, making, request, posts.get(request.grid_id, ()))
        if not found:
            await _replace(work, making, making.layers.by_id[request.grid_id], making.parts_of(request.base_grid_ids))
        outcomes.append(Outcome(refusals=only_right(found)) if found else Outcome(id=request.grid_id))
    return outcomes


async def _posts(work: Work, grid_ids: Sequence[int]) -> Mapping[int, Sequence[sa.Row[Any]]]:
    """The posts of grids that run or have not begun."""
    post, found = t.post, dict[int, list[sa.Row[Any]]]()
    runs = sa.or_(post.c.ends_at.is_(None), post.c.ends_at > work.now)
    for start in range(0, len(grid_ids), CHUNK):
        of_grids = post.c.grid_id.in_(grid_ids[start : start + CHUNK])
        for row in await work.rows(sa.select(post.c.grid_id, post.c.account_id, post.c.role_id).where(of_grids, runs)):
            found.setdefault(row.grid_id, []).append(row)
    return found


def _check_gaining(work: Work, viewer: Viewer, making: Making, request: NewParts, posts: Sequence[sa.Row[Any]]) -> list[Refusal]:
    """Why the rights that posts would get over new parts may not be given. Of one sort the first is told."""
    held = Subtrees.of(part.path for part in making.layers.by_id[request.grid_id].parts)
    new = [part.path for part in making.parts_of(request.base_grid_ids) if not held.covers(part.path)]
    found: dict[str, Refusal] = {}
    for post in posts if new else ():
        role = work.rules.registry.roles.get(post.role_id)
        for one in check_given(viewer, post.account_id, role.may if role else (), new, "baseGridIds"):
            found.setdefault(one.code, replace(one, field="baseGridIds"))
    return list(found.values())


async def _replace(work: Work, making: Making, overlay: Overlay, parts: tuple[Part, ...]) -> None:
    old, new = {one.id for one in overlay.parts}, {one.id for one in parts}
    if old == new:
        return
    part, gone = t.grid_part, sorted(old - new)
    for start in range(0, len(gone), CHUNK):
        chunk = part.c.base_grid_id.in_(gone[start : start + CHUNK])
        await work.run(sa.delete(part).where(part.c.overlay_grid_id == overlay.id, chunk))
    await work.insert(part, _part_rows(overlay.id, [one for one in parts if one.id not in old]))
    await work.change(t.grid, overlay.id, {"updated_at": work.now, "version": t.grid.c.version + 1})
    work.record("CHANGED", "Grid", overlay.id, (PARTS, [one.code for one in overlay.parts], [one.code for one in parts]))
    making.replace(overlay, parts)
    work.announce("grid.parts_set", overlay.id, overlay.id, added=len(new - old), removed=len(old - new))


def _part_rows(overlay_id: int, parts: Sequence[Part]) -> list[dict[str, Any]]:
    return [{"overlay_grid_id": overlay_id, "base_grid_id": part.id} for part in parts]


def _row(work: Work, request: NewOverlay, made: Overlay, details: Any) -> dict[str, Any]:
    templates = work.rules.registry.grid_types[request.type_id].staffing
    return {
        "id": made.id,
        "layer_id": made.layer_id,
        "grid_type_id": request.type_id,
        "parent_id": made.parent_id,
        "path": made.path,
        "depth": made.depth,
        "level": request.level.value,
        "code": made.code,
        "name": request.name.strip(),
        "staffing_id": request.staffing_id or (templates[0].id if templates else None),
        "details": details,
        "version": 1,
        "created_at": work.now,
        "updated_at": work.now,
    }


async def overlay_at(work: Work, position: Position, layer_id: str) -> Located | None:
    """The grid of any layer at a position: one whose boundary holds it; or of an overlay the deepest that is made of the base grid there,
    or of one above it. Where neither is, the grid of the nearest boundary or base grid, which may be none.
    """
    (found,) = await locate(work, [position], layer_id)
    if found is not None or layer_id == BASE_LAYER:
        return found or await grid_at(work, position, layer_id)
    base = await grid_at(work, position)
    made = None if base is None else await _made_of(work, base.grid_id, layer_id)
    if base is not None and made is not None:
        return Located(grid_id=made, inside=base.inside, distance=base.distance)
    return await grid_at(work, position, layer_id)


async def _made_of(work: Work, base_grid_id: int, layer_id: str) -> int | None:
    """The deepest grid of a layer that is made of a base grid, or of one above it."""
    grid, part = t.grid, t.grid_part
    path: str = await work.value(sa.select(grid.c.path).where(grid.c.id == base_grid_id))
    ids = [int(id) for id in path.split(".") if id]
    return await work.value(
        sa.select(grid.c.id)
        .join(part, part.c.overlay_grid_id == grid.c.id)
        .where(part.c.base_grid_id.in_(ids), grid.c.layer_id == layer_id)
        .order_by(grid.c.depth.desc(), grid.c.id)
        .limit(1)
    )
