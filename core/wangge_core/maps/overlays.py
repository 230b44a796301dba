"""Overlays on the map: a grid with a boundary of its own as it is, one that is made of base grids as the union of theirs.

The base grids of a whole layer are simplified together before they are united, so that what borders on each other still does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from wangge_core.coverage.arrays import Shapes, shapely, shapes
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.maps.outlines import outlines_of


@dataclass(frozen=True, slots=True)
class OverlayShapes:
    """The drawn grids of an overlay, and the packed rings of their parts: `owned` says which of them each grid is made of."""

    rows: Sequence[sa.Row[Any]]
    packed: Sequence[bytes]
    owned: Sequence[Sequence[int]]

    def shown(self, depth: int) -> "OverlayShapes":
        """Those that are shown where grids are shown so deep: those, and higher ones below which none is drawn."""
        paths = [row.path for row in self.rows if row.depth <= depth]

        def is_shown(row: sa.Row[Any]) -> bool:
            return row.depth == depth or not any(one != row.path and one.startswith(row.path) for one in paths)

        kept = [at for at, row in enumerate(self.rows) if row.depth <= depth and is_shown(row)]
        return OverlayShapes([self.rows[at] for at in kept], self.packed, [self.owned[at] for at in kept])

    def outlines(self, zoom: int) -> Shapes:
        """Their outlines in steps of the whole map."""
        parts = outlines_of(self.packed, zoom)
        return shapes([_united(parts[list(own)]) for own in self.owned])


def _united(parts: Shapes) -> Any:
    if len(parts) == 1:
        return parts[0]
    fits = shapely.coverage_is_valid(parts)
    return shapely.coverage_union_all(parts) if fits else shapely.union_all(parts)


async def overlay_shapes(work: Work, layer_id: str, *, parent_id: int | None = None) -> OverlayShapes:
    """The drawn grids of an overlay, or those right below one of them."""
    grid, part = t.grid, t.grid_part
    own, of_part = t.boundary.alias(), t.boundary.alias()
    made = sa.join(grid, part, part.c.overlay_grid_id == grid.c.id).join(of_part, of_part.c.grid_id == part.c.base_grid_id)
    among = [grid.c.layer_id == layer_id, grid.c.ended_at.is_(None)]
    if parent_id is not None:
        among.append(grid.c.parent_id == parent_id)
    columns = (grid.c.id, grid.c.code, grid.c.name, grid.c.level, grid.c.depth, grid.c.parent_id, grid.c.path)
    drawn = sa.select(*columns, own.c.id.label("boundary_id"), own.c.rings).join(own, own.c.grid_id == grid.c.id).where(*among)
    joined = sa.select(*columns, of_part.c.id.label("boundary_id"), of_part.c.rings).select_from(made).where(*among)
    return _gathered(await work.rows(drawn), await work.rows(joined))


def _gathered(drawn: Sequence[sa.Row[Any]], joined: Sequence[sa.Row[Any]]) -> OverlayShapes:
    rows, owned = dict[int, sa.Row[Any]](), dict[int, list[int]]()
    packed, places = list[bytes](), dict[int, int]()
    alone = {row.id for row in drawn}
    for row in (*drawn, *(row for row in joined if row.id not in alone)):
        place = places.setdefault(row.boundary_id, len(packed))
        if place == len(packed):
            packed.append(row.rings)
        rows.setdefault(row.id, row)
        owned.setdefault(row.id, []).append(place)
    ids = sorted(rows, key=lambda id: (rows[id].code, id))
    return OverlayShapes([rows[id] for id in ids], packed, [owned[id] for id in ids])
