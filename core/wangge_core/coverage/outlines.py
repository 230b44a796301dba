"""Ground that no grid covers, and grids outside their parent: what is seen when all grids together are held against the outline."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wangge_core.coverage.arrays import Shapes, polygons_of, shapely, shapes
from wangge_core.coverage.families import Family, Place
from wangge_core.coverage.faults import FaultKind, Tolerance
from wangge_core.coverage.measuring import are_told

TOUCHES_UNITS = 2
"""What is as near as this, 22 mm, touches: the corners of a gap are computed and lie beside a grid's edge by less than a unit."""


def find_against_outline(family: Family, tolerance: Tolerance) -> Iterator[Place]:
    """Gaps, holes, and what lies outside the outline. Without one, only gaps between grids: a lake in a single one may be meant."""
    covered = family.covered()
    filled = _filled(covered)
    ground = shapely.union_all(filled) if family.outline is None else family.outline
    lacking = _told(shapely.difference(ground, covered), tolerance)
    enclosed = _within(lacking, filled)
    touching = _touching(family, lacking, TOUCHES_UNITS)
    for part, gap, grids in zip(lacking, enclosed, touching, strict=True):
        kind = FaultKind.GAP if gap else FaultKind.HOLE
        if family.outline is not None or len(grids) > 1:
            yield Place(kind=kind, parent_id=family.parent_id, grid_ids=family.named(grids), shape=part)
    if family.outline is not None:
        outside = _told(shapely.difference(covered, family.outline), tolerance)
        for part, grids in zip(outside, _sharing(family, outside), strict=True):
            yield Place(kind=FaultKind.OUTSIDE, parent_id=family.parent_id, grid_ids=family.named(grids), shape=part)


def _told(shape: Any, tolerance: Tolerance) -> Shapes:
    parts, _ = polygons_of(shapes([shape]))
    return parts[are_told(parts, tolerance)]


def _filled(covered: Any) -> Shapes:
    """What is covered, in single polygons whose holes are filled."""
    parts, _ = polygons_of(shapes([covered]))
    return shapely.polygons(shapely.get_exterior_ring(parts))


def _within(parts: Shapes, filled: Shapes) -> NDArray[np.bool_]:
    """Which parts lie inside one of the filled polygons: grids are all around them."""
    within = np.zeros(len(parts), dtype=np.bool_)
    within[shapely.STRtree(filled).query(shapely.point_on_surface(parts), predicate="within")[0]] = True
    return within


def _touching(family: Family, parts: Shapes, units: float) -> list[NDArray[np.intp]]:
    """For each part the positions of the grids that touch it."""
    asked, met = shapely.STRtree(family.grounds).query(parts, predicate="dwithin", distance=units)
    return _by_part(asked, met, len(parts))


def _sharing(family: Family, parts: Shapes) -> list[NDArray[np.intp]]:
    """For each part the positions of the grids that hold ground of it, not those whose corner it touches."""
    asked, met = shapely.STRtree(family.grounds).query(parts, predicate="intersects")
    held = shapely.area(shapely.intersection(parts[asked], family.grounds[met])) > TOUCHES_UNITS**2
    return _by_part(asked[held], met[held], len(parts))


def _by_part(asked: NDArray[np.intp], met: NDArray[np.intp], count: int) -> list[NDArray[np.intp]]:
    order = np.argsort(asked, kind="stable")
    return np.split(met[order], np.searchsorted(asked[order], np.arange(1, count))) if count else []
