"""Ground that two grids of one parent cover."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from wangge_core.coverage.arrays import polygons_of, shapely, shapes
from wangge_core.coverage.families import Family, Place
from wangge_core.coverage.faults import FaultKind, Tolerance
from wangge_core.coverage.measuring import are_told

CELLS_AT_ONCE = 256
PAIRS_AT_ONCE = 20_000
"""So many intersections take about a second; whoever has seen enough stops between two batches."""


def find_overlaps(family: Family, tolerance: Tolerance) -> Iterator[Place]:
    """The places where grids overlap, pair by pair. Grids with the very same ground are one place together, whatever their number."""
    twins = _twins(family)
    for first, *others in twins.values():
        if others:
            for part in polygons_of(shapes([family.grounds[first]]))[0]:
                yield Place(
                    kind=FaultKind.OVERLAP,
                    parent_id=family.parent_id,
                    grid_ids=family.named(np.array([first, *others])),
                    shape=part,
                )
    copies = {position for _, *others in twins.values() for position in others}
    for left, right in _pairs(family, copies):
        common, pair = polygons_of(shapely.intersection(family.grounds[left], family.grounds[right]))
        told = are_told(common, tolerance)
        for part, position in zip(common[told], pair[told], strict=True):
            both = np.array([left[position], right[position]])
            yield Place(kind=FaultKind.OVERLAP, parent_id=family.parent_id, grid_ids=family.named(both), shape=part)


def _twins(family: Family) -> dict[bytes, list[int]]:
    """The positions of dirty grids by their ground."""
    same: dict[bytes, list[int]] = {}
    for position, text in zip(family.dirty, shapely.to_wkb(shapely.normalize(family.grounds[family.dirty])), strict=True):
        same.setdefault(text, []).append(int(position))
    return same


def _pairs(family: Family, copies: set[int]) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Positions of grids that may overlap: a dirty one and one whose box meets its own, each pair once."""
    dirty = np.array([position for position in family.dirty if int(position) not in copies], dtype=np.intp)
    if not len(dirty):
        return
    kept = np.array([position for position in range(len(family.ids)) if position not in copies], dtype=np.intp)
    is_dirty = np.isin(np.arange(len(family.ids)), dirty)
    tree = shapely.STRtree(family.grounds[kept])
    for start in range(0, len(dirty), CELLS_AT_ONCE):
        some = dirty[start : start + CELLS_AT_ONCE]
        asked, met = tree.query(family.grounds[some])
        left, right = some[asked], kept[met]
        once = (left < right) | ((left != right) & ~is_dirty[right])
        left, right = left[once], right[once]
        for begin in range(0, len(left), PAIRS_AT_ONCE):
            yield left[begin : begin + PAIRS_AT_ONCE], right[begin : begin + PAIRS_AT_ONCE]
