"""Nesting: the grids of overlay layers as trees, and whether the base grids of one fit those of the others.

Grids of a layer of which none stands above the other have no ground in common, and a grid lies within its parent. Both are told by the
paths of base grids alone: two have ground in common where one stands above the other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Refusal, refusal

MOST_NAMED = 5
"""How many pairs of grids a refusal names."""


@dataclass(frozen=True, slots=True)
class Part:
    """A base grid."""

    id: int
    code: str
    path: str

    @property
    def line(self) -> list[int]:
        """The ids of the grids from the root down to it, itself last."""
        return [int(id) for id in self.path.split(".") if id]


@dataclass(slots=True)
class Overlay:
    """A grid of an overlay layer, with the base grids that it is made of."""

    id: int
    layer_id: str
    code: str
    path: str
    depth: int
    parent_id: int | None = None
    parts: tuple[Part, ...] = ()
    drawn: bool = False
    """Whether it has a boundary of its own."""


Taken = tuple[Overlay, Part]
"""A base grid, and the grid that is made of it."""


@dataclass(slots=True)
class _Ground:
    """What the grids right below one grid take of the base layer, by the id of the base grid."""

    taken: dict[int, Taken] = field(default_factory=dict[int, Taken])
    around: dict[int, dict[int, Taken]] = field(default_factory=dict[int, dict[int, Taken]])
    """What is taken below this base grid."""

    def add(self, overlay: Overlay) -> None:
        for part in overlay.parts:
            self.taken[part.id] = overlay, part
            for id in part.line[:-1]:
                self.around.setdefault(id, {})[part.id] = overlay, part

    def remove(self, overlay: Overlay) -> None:
        for part in overlay.parts:
            self.taken.pop(part.id, None)
            for id in part.line[:-1]:
                self.around[id].pop(part.id, None)

    def meets(self, part: Part) -> Taken | None:
        """Who takes ground of this base grid already, and by which base grid."""
        found = next((self.taken[id] for id in part.line if id in self.taken), None)
        return found or next(iter(self.around.get(part.id, {}).values()), None)


@dataclass(slots=True)
class Layers:
    """The grids of some overlay layers, as they are while a list is worked through."""

    by_id: dict[int, Overlay] = field(default_factory=dict[int, Overlay])
    by_code: dict[tuple[str, str], Overlay] = field(default_factory=dict[tuple[str, str], Overlay])
    below: dict[tuple[str, int | None], dict[int, Overlay]] = field(
        default_factory=dict[tuple[str, int | None], dict[int, Overlay]]
    )
    grounds: dict[tuple[str, int | None], _Ground] = field(default_factory=dict[tuple[str, int | None], _Ground])

    def add(self, overlay: Overlay) -> None:
        at = overlay.layer_id, overlay.parent_id
        self.by_id[overlay.id] = self.by_code[overlay.layer_id, overlay.code] = overlay
        self.below.setdefault(at, {})[overlay.id] = overlay
        self.grounds.setdefault(at, _Ground()).add(overlay)

    def replace(self, overlay: Overlay, parts: tuple[Part, ...]) -> None:
        """Give a grid other base grids."""
        ground = self.grounds[overlay.layer_id, overlay.parent_id]
        ground.remove(overlay)
        overlay.parts = parts
        ground.add(overlay)

    def check(self, layer_id: str, parent: Overlay | None, parts: Sequence[Part], own: Overlay | None = None) -> list[Refusal]:
        """Whether a grid at this place, the present one `own` or a new one, can be made of these base grids."""
        return [
            *_inside_each_other(parts),
            *_shared(parts, self.grounds.get((layer_id, None if parent is None else parent.id), _Ground()), own),
            *_outside(parts, parent),
            *(_left_outside(parts, self.below.get((layer_id, own.id), {}).values()) if own is not None else ()),
        ]


def _inside_each_other(parts: Sequence[Part]) -> Iterable[Refusal]:
    """No part lies inside another."""
    by_id = {part.id: part for part in parts}
    pairs = [f"{part.code} < {by_id[id].code}" for part in parts for id in part.line[:-1] if id in by_id]
    if pairs:
        yield refusal("PARTS_INSIDE_EACH_OTHER", "baseGridIds", grids=_named(pairs))


def _shared(parts: Sequence[Part], ground: _Ground, own: Overlay | None) -> Iterable[Refusal]:
    """Grids side by side have no ground in common."""
    if own is not None:
        ground.remove(own)
    pairs = [f"{part.code}: {met[0].code} ({met[1].code})" for part in parts if (met := ground.meets(part)) is not None]
    if own is not None:
        ground.add(own)
    if pairs:
        yield refusal("PART_TAKEN", "baseGridIds", grids=_named(pairs))


def _outside(parts: Sequence[Part], parent: Overlay | None) -> Iterable[Refusal]:
    """A grid lies within its parent."""
    if parent is None:
        return
    outside = [part.code for part in parts if not _within(part, parent.parts)]
    if outside:
        yield refusal("PART_OUTSIDE_PARENT", "baseGridIds", grids=_named(outside), parent=parent.code)


def _left_outside(parts: Sequence[Part], children: Iterable[Overlay]) -> Iterable[Refusal]:
    """The grids right below lie within a grid that is changed."""
    left = [f"{child.code} ({part.code})" for child in children for part in child.parts if not _within(part, parts)]
    if left:
        yield refusal("PART_OF_CHILD", "baseGridIds", grids=_named(left))


def _within(part: Part, parts: Sequence[Part]) -> bool:
    ids = {one.id for one in parts}
    return any(id in ids for id in part.line)


def _named(pairs: Sequence[str]) -> str:
    more = f", … ({len(pairs)})" if len(pairs) > MOST_NAMED else ""
    return ", ".join(pairs[:MOST_NAMED]) + more


async def read_layers(work: Work, layer_ids: Iterable[str]) -> Layers:
    """Read all grids of these layers, and have nobody else change what they are made of until the transaction ends."""
    layer, grid, drawn = t.grid_layer, t.grid, t.boundary
    wanted = sorted(set(layer_ids))
    locked = sa.select(layer.c.id).where(layer.c.id.in_(wanted)).order_by(layer.c.id)
    await work.rows(locked if work.on_sqlite else locked.with_for_update())
    rows = await work.rows(
        sa.select(grid.c.id, grid.c.layer_id, grid.c.code, grid.c.path, grid.c.depth, grid.c.parent_id, drawn.c.id.label("drawn"))
        .select_from(grid.outerjoin(drawn, drawn.c.grid_id == grid.c.id))
        .where(grid.c.layer_id.in_(wanted))
        .order_by(grid.c.depth, grid.c.id)
    )
    parts = await _parts(work, wanted)
    found = Layers()
    for row in rows:
        drawn_itself = row.drawn is not None
        found.add(Overlay(row.id, row.layer_id, row.code, row.path, row.depth, row.parent_id, parts.get(row.id, ()), drawn_itself))
    return found


async def _parts(work: Work, layer_ids: Sequence[str]) -> Mapping[int, tuple[Part, ...]]:
    part, base, overlay = t.grid_part, t.grid.alias(), t.grid.alias()
    rows = await work.rows(
        sa.select(part.c.overlay_grid_id, base.c.id, base.c.code, base.c.path)
        .select_from(part.join(base, base.c.id == part.c.base_grid_id).join(overlay, overlay.c.id == part.c.overlay_grid_id))
        .where(overlay.c.layer_id.in_(layer_ids))
        .order_by(base.c.code)
    )
    found: dict[int, list[Part]] = {}
    for row in rows:
        found.setdefault(row.overlay_grid_id, []).append(Part(row.id, row.code, row.path))
    return {id: tuple(one) for id, one in found.items()}
