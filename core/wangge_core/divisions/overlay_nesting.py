"""Overlay nesting: whether the grids of overlays still fit into each other once base grids stand elsewhere in the tree."""

from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.divisions.lineage import OverlayParts
from wangge_core.divisions.resolved import Resolved
from wangge_core.divisions.tree_checks import line_of
from wangge_core.errors import Refusal
from wangge_core.grids.nesting import Layers, Overlay, Part


async def check_nesting(work: Work, resolved: Resolved, parts: OverlayParts) -> list[Refusal]:
    """The first thing that would be wrong in each layer; nothing can be where no grid gets another parent."""
    if not (resolved.parents or resolved.new):
        return []
    layers = await _layers_after(work, resolved, parts)
    found: dict[str, Refusal] = {}
    for one in layers.by_id.values():
        if one.layer_id not in found:
            parent = layers.by_id.get(one.parent_id or 0)
            wrong = layers.check(one.layer_id, parent, one.parts, one) if one.parts else []
            if wrong:
                found[one.layer_id] = replace(wrong[0], field="changes")
    return list(found.values())


async def _layers_after(work: Work, resolved: Resolved, parts: OverlayParts) -> Layers:
    """The grids of overlays with the base grids that they would be made of, at their places in the tree as it would be."""
    overlay, part, base = t.grid.alias(), t.grid_part, t.grid.alias()
    columns = (overlay.c.id, overlay.c.layer_id, overlay.c.code, overlay.c.path, overlay.c.depth, overlay.c.parent_id)
    named = (base.c.id.label("base_id"), base.c.code.label("base_code"), base.c.path.label("base_path"))
    joined = overlay.join(part, part.c.overlay_grid_id == overlay.c.id).join(base, base.c.id == part.c.base_grid_id)
    rows = await work.rows(sa.select(*columns, *named).select_from(joined).order_by(overlay.c.depth, overlay.c.id, base.c.code))
    made: dict[int, Overlay] = {}
    of: dict[int, list[Part]] = {}
    gone = set(parts.gone)
    for row in rows:
        made.setdefault(row.id, Overlay(row.id, row.layer_id, row.code, row.path, row.depth, row.parent_id))
        if (row.id, row.base_id) not in gone:
            code: str = resolved.codes.get(row.base_id) or row.base_code
            of.setdefault(row.id, []).append(_part(row.base_id, code, line_of(resolved, row.base_id, row.base_path)))
    for id, key in parts.new:
        of.setdefault(id, []).append(_part(key, resolved.code_of(key), line_of(resolved, key)))
    found = Layers()
    for id, one in made.items():
        one.parts = tuple(of.get(id, ()))
        found.add(one)
    return found


def _part(key: int, code: str, line: Sequence[int]) -> Part:
    return Part(key, code, "".join(f"{one}." for one in line))
