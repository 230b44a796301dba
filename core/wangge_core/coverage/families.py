"""Grids as the doctor takes them, sorted into families: a parent's outline and the grids that should cover it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wangge_core.coverage.arrays import Shapes, shapely, shapes
from wangge_core.coverage.faults import FaultKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A grid and its ground: a polygon or multi-polygon in units of 1e-7 degree (`arrays.unpacked_shapes`, `validity.to_shapely`).

    `id` is any number, such as a negative one of a grid that is only proposed. `parent_id` names the nearest grid above that has a
    boundary. Where that grid is not among the cells the family has no outline.
    """

    id: int
    parent_id: int | None
    ground: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """The grids of one parent. `dirty` are those with edges that no neighbour matches; of two that overlap at least one is."""

    parent_id: int | None
    outline: Any | None
    ids: NDArray[np.int64]
    grounds: Shapes
    dirty: NDArray[np.intp]

    def covered(self) -> Any:
        """All the ground that the grids cover."""
        return shapely.union_all(self.grounds) if len(self.dirty) else shapely.coverage_union_all(self.grounds)

    def named(self, positions: NDArray[np.intp]) -> tuple[int, ...]:
        """The ids of the grids at these positions."""
        return tuple(sorted({int(id) for id in self.ids[positions]}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One connected place with something wrong, not yet measured."""

    kind: FaultKind
    parent_id: int | None
    grid_ids: tuple[int, ...]
    shape: Any


def families(cells: Sequence[Cell], repaired: Shapes) -> Iterator[Family]:
    """The families among cells; `repaired` are their grounds after repair, in the same order."""
    outlines = {cell.id: ground for cell, ground in zip(cells, repaired, strict=True)}
    below: dict[int | None, list[int]] = {}
    for position, cell in enumerate(cells):
        below.setdefault(cell.parent_id, []).append(position)
    for parent_id, positions in below.items():
        grounds = repaired[positions]
        yield Family(
            parent_id=parent_id,
            outline=None if parent_id is None else outlines.get(parent_id),
            ids=np.array([cells[position].id for position in positions], dtype=np.int64),
            grounds=grounds,
            dirty=_unmatched(grounds),
        )


def _unmatched(grounds: Shapes) -> NDArray[np.intp]:
    """Which grounds have edges that are not exactly their neighbour's. One that holds another whole is not among them; the inner is."""
    edges = shapely.coverage_invalid_edges(shapes(list(grounds)))
    return np.flatnonzero(~(shapely.is_empty(edges) | shapely.is_missing(edges)))
