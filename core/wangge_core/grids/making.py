"""Making overlays: what new grids of layers, and new parts of present ones, are checked against. Nothing is written here."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import check_text, read_details
from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import Work
from wangge_core.errors import Refusal, refusal
from wangge_core.grids.codes import FreeCodes, GridLevel
from wangge_core.grids.grids import check_staffing
from wangge_core.grids.managing import manages
from wangge_core.grids.nesting import Layers, Overlay, Part, read_layers
from wangge_core.rights.viewers import Viewer

CODES = FreeCodes()
"""The codes of overlays are a matter of who makes them."""
MOST_PARTS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOverlay:
    """A grid of an overlay layer to create, made of base grids of any level, or of none. The parent, of the same layer, is named by its
    code, which may belong to an earlier item of the same list.
    """

    layer_id: str
    code: str
    name: str
    type_id: str
    parent_code: str | None = None
    level: GridLevel = GridLevel.GRID
    staffing_id: str | None = None
    details: Any = None
    base_grid_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewParts:
    """The base grids of an overlay's grid, in place of those that it had."""

    grid_id: int
    base_grid_ids: tuple[int, ...]


async def read_making(work: Work, viewer: Viewer, layer_ids: Collection[str], base_grid_ids: Sequence[int]) -> "Making":
    """Read what these layers and base grids are now, and keep others from changing it."""
    grid, layer = t.grid, t.grid_layer
    known = set(await work.by_ids((), layer.c.id, layer_ids, layer.c.base.is_(sa.false())))
    columns = (grid.c.code, grid.c.path, grid.c.layer_id, grid.c.ended_at)
    base = await work.by_ids(columns, grid.c.id, base_grid_ids)
    layers = await read_layers(work, known)
    making = Making(work, viewer, known, base, layers, {})
    making.follow_parts(layers.by_id.values())
    return making


@dataclass(slots=True)
class Making:
    """What a list is checked against: the layers as they are by now, and the base grids that it names."""

    work: Work
    viewer: Viewer
    known: set[str]
    base: Mapping[int, sa.Row[Any]]
    layers: Layers
    grounds: dict[str, tuple[str, ...]]
    """The base grids that stand for each overlay's grid, by its path."""

    def parts_of(self, ids: Sequence[int]) -> tuple[Part, ...]:
        found = (self.base[id] for id in ids if id in self.base)
        return tuple(sorted((Part(row.id, row.code, row.path) for row in found), key=lambda part: part.code))

    def add(self, id: int, request: NewOverlay) -> Overlay:
        parent = self._parent(request)
        path, depth = (f"{parent.path}{id}.", parent.depth + 1) if parent else (f"{id}.", 0)
        parts = self.parts_of(request.base_grid_ids)
        made = Overlay(id, request.layer_id, request.code, path, depth, parent.id if parent else None, parts)
        self.layers.add(made)
        self.follow_parts([made])
        return made

    def replace(self, overlay: Overlay, parts: tuple[Part, ...]) -> None:
        """Go by other base grids of a grid, and of those below it that are made of none themselves."""
        self.layers.replace(overlay, parts)
        self.follow_parts(one for one in self.layers.by_id.values() if one.path.startswith(overlay.path))

    def follow_parts(self, overlays: Iterable[Overlay]) -> None:
        """Note which base grids stand for these grids, parents before children: their own parts, or else what stands for the parent."""
        for one in overlays:
            above = self.layers.by_id.get(one.parent_id or 0)
            self.grounds[one.path] = tuple(part.path for part in one.parts) or (self.grounds[above.path] if above else ())

    def _parent(self, request: NewOverlay) -> Overlay | None:
        return self.layers.by_code.get((request.layer_id, request.parent_code)) if request.parent_code else None

    def check_new(self, request: NewOverlay) -> tuple[Any, list[Refusal]]:
        if request.layer_id not in self.known:
            base = request.layer_id == BASE_LAYER
            return None, [refusal("LAYER_BASE" if base else "NOT_FOUND", "layer", what="GridLayer", id=request.layer_id[:40])]
        parent = self._parent(request)
        found = [*check_text(request.name, "name", most=200), *self._check_code(request), *self._check_named(request.base_grid_ids)]
        if request.parent_code and parent is None:
            found.append(refusal("NOT_FOUND", "parentCode", what="Grid", id=request.parent_code[:40]))
        parts = self.parts_of(request.base_grid_ids)
        if not self._may(parts, parent, needed=not parts and parent is None):
            found.append(refusal("NOT_ALLOWED", "parentCode" if not parts else "baseGridIds"))
        details, more = self._check_type(request)
        found += more
        return details, found or self.layers.check(request.layer_id, parent, parts)

    def _may(self, parts: Sequence[Part], above: Overlay | None, *, needed: bool) -> bool:
        """Whether the viewer manages these base grids and those that stand for a grid; `needed` where there is nothing to go by."""
        of_parts = manages(self.viewer, [part.path for part in parts]) if parts or needed else True
        return of_parts and (above is None or manages(self.viewer, self.grounds[above.path]))

    def _check_code(self, request: NewOverlay) -> list[Refusal]:
        if not CODES.is_valid(request.code):
            return [refusal("CODE_INVALID", "code", code=request.code[:40], scheme=CODES.name)]
        taken = (request.layer_id, request.code) in self.layers.by_code
        return [refusal("CODE_TAKEN", "code", code=request.code)] if taken else []

    def _check_named(self, ids: Sequence[int]) -> list[Refusal]:
        """The base grids must be there, be of the base layer, and be named once."""
        if len(ids) > MOST_PARTS:
            return [refusal("TOO_MANY", "baseGridIds", most=MOST_PARTS)]
        found = [refusal("NOT_FOUND", "baseGridIds", what="Grid", id=id) for id in ids if id not in self.base]
        rows = [self.base[id] for id in dict.fromkeys(ids) if id in self.base]
        found += [refusal("GRID_OVERLAY", "baseGridIds", code=row.code) for row in rows if row.layer_id != BASE_LAYER]
        found += [refusal("GRID_ENDED", "baseGridIds", code=row.code) for row in rows if row.ended_at is not None]
        twice = sorted({id for id in ids if ids.count(id) > 1} & self.base.keys()) if len(set(ids)) < len(ids) else []
        return found + [refusal("DUPLICATE", "baseGridIds", key=self.base[id].code) for id in twice]

    def _check_type(self, request: NewOverlay) -> tuple[Any, list[Refusal]]:
        grid_type = self.work.rules.registry.grid_types.get(request.type_id)
        if grid_type is None:
            return None, [refusal("GRID_TYPE_UNKNOWN", "typeId", id=request.type_id[:80])]
        found = [] if grid_type.overlay else [refusal("GRID_TYPE_NOT_OVERLAY", "typeId", id=request.type_id)]
        found += check_staffing(self.work, request.type_id, request.staffing_id)
        details, more = read_details(request.type_id, grid_type.details, request.details)
        return details, [*found, *more]

    def check_parts_of(self, request: NewParts, *, of_base: bool) -> list[Refusal]:
        if of_base:
            return [refusal("LAYER_BASE", "id")]
        overlay = self.layers.by_id.get(request.grid_id)
        if overlay is None:
            return [refusal("NOT_FOUND", "id", what="Grid", id=request.grid_id)]
        parent = self.layers.by_id.get(overlay.parent_id or 0)
        found, parts = self._check_named(request.base_grid_ids), self.parts_of(request.base_grid_ids)
        if not (manages(self.viewer, self.grounds[overlay.path]) if overlay.parts else True):
            found.append(refusal("NOT_ALLOWED", "id"))
        if not self._may(parts, parent, needed=not parts and not overlay.parts and parent is None):
            found.append(refusal("NOT_ALLOWED", "baseGridIds"))
        if overlay.drawn and parts:
            found.append(refusal("GRID_HAS_BOUNDARY", "baseGridIds", code=overlay.code))
        return found or self.layers.check(overlay.layer_id, parent, parts, overlay)
