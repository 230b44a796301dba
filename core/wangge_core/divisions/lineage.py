"""Lineage: which grids come after which, and the parts of overlays that follow from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from wangge_core.coverage.arrays import shapely, unpacked_shapes
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.divisions.changes import ChangeKind
from wangge_core.divisions.moving import Moves
from wangge_core.divisions.resolved import Replacement, Resolved
from wangge_core.errors import Refusal, refusal

Pair = tuple[int, int]
"""A grid that ends and the key of one that comes after it."""
TOUCHES_UNITS_2 = 10_000
"""Squares of 1e-7 degree, about a square metre: two shapes that share no more than this have a border drawn twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlayParts:
    """Rows of grid_part that a division takes away and puts in their place: overlay grid and base grid, the latter by key."""

    gone: Sequence[Pair] = ()
    new: Sequence[Pair] = ()
    refusals: Sequence[Refusal] = field(default=())


async def find_successions(work: Work, resolved: Resolved, moves: Moves) -> list[Pair]:
    """Every grid that ends with each that has some of its ground, or of what lay in it."""
    ending = [one for one in resolved.replacements if one.ends]
    rings = await work.by_ids((t.boundary.c.rings,), t.boundary.c.grid_id, [id for one in ending for id in one.sources])
    moved = {(one.from_id, one.to) for kept in moves.by_table.values() for one in kept if one.to != one.from_id}
    return [pair for one in ending for pair in _pairs(one, rings, moved)]


def _pairs(one: Replacement, rings: Mapping[int, sa.Row[Any]], moved: set[Pair]) -> list[Pair]:
    every = [(source, target.key) for source in one.sources for target in one.targets]
    if one.kind is not ChangeKind.REDIVIDE:
        return every
    drawn = {target.key: target.shape.packed() for target in one.targets if target.shape is not None}
    known = {source: rings[source].rings for source in one.sources if source in rings}
    old = dict(zip(known, unpacked_shapes(list(known.values())), strict=True))
    new = dict(zip(drawn, unpacked_shapes(list(drawn.values())), strict=True))
    found = [pair for pair in every if pair in moved or (pair[0] in old and pair[1] in new and _share(old[pair[0]], new[pair[1]]))]
    without = {source for source in one.sources if not any(source == pair[0] for pair in found)}
    return [*found, *(pair for pair in every if pair[0] in without)]


def _share(one: Any, other: Any) -> bool:
    return shapely.intersects(one, other) and shapely.area(shapely.intersection(one, other)) > TOUCHES_UNITS_2


async def find_overlay_parts(work: Work, resolved: Resolved, successions: Sequence[Pair]) -> OverlayParts:
    """The parts of overlays that are grids that end, and those in their place.

    A grid that comes after several must find them all in the same grid of a layer: who holds a post there would else get ground
    without anybody saying so.
    """
    part, overlay = t.grid_part, t.grid
    ending = sorted(resolved.ending)
    rows = await work.rows(
        sa.select(part.c.overlay_grid_id, part.c.base_grid_id, overlay.c.layer_id)
        .join(overlay, overlay.c.id == part.c.overlay_grid_id)
        .where(part.c.base_grid_id.in_(ending))
        .order_by(part.c.overlay_grid_id, part.c.base_grid_id)
    )
    of: dict[tuple[str, int], set[int]] = {}
    for row in rows:
        of.setdefault((row.layer_id, row.base_grid_id), set()).add(row.overlay_grid_id)
    before: dict[int, list[int]] = {}
    for source, key in successions:
        before.setdefault(key, []).append(source)
    found: list[Refusal] = []
    new: set[Pair] = set()
    for layer in sorted({layer for layer, _ in of}):
        for key, sources in before.items():
            overlays = {frozenset(of.get((layer, source), ())) for source in sources}
            if len(overlays) > 1:
                found.append(refusal("DIVISION_OVERLAYS", "changes", code=resolved.code_of(key), layer=layer))
            new |= {(one, key) for held in overlays for one in held}
    gone = [(row.overlay_grid_id, row.base_grid_id) for row in rows]
    return OverlayParts(gone=gone, new=sorted(new), refusals=found)
