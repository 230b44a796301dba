"""The doctor's round: family by family, then each place measured, named and put in order."""

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from wangge_core.coverage.arrays import Shapes, polygons_of, shapely, shapes
from wangge_core.coverage.families import Cell, Place, families
from wangge_core.coverage.faults import Fault, FaultKind, Findings, Tolerance
from wangge_core.coverage.measuring import are_wide, area_m2, in_metres, mean_widths_m
from wangge_core.coverage.outlines import find_against_outline
from wangge_core.coverage.overlaps import find_overlaps
from wangge_core.geometry.exact import degrees
from wangge_core.geometry.geojson import to_geojson
from wangge_core.geometry.validity import from_shapely

STRICT = Tolerance()


def find_faults(cells: Sequence[Cell], tolerance: Tolerance = STRICT, *, most: int = 10_000) -> Findings:
    """What is wrong with how grids cover their parents, at most `most` places of it; of grids that are there, or that somebody proposes.

    Each fault is told once: where a grid reaches into a grid of another parent it lies outside its own, and where two parents overlap
    the grids below are not blamed for it. Grids of different parents are never held against each other, so an outline that is missing
    above leaves their common border unseen: give such grids the next parent that has one.
    """
    grounds = shapes([cell.ground for cell in cells])
    places = list(islice(_places(cells, grounds, tolerance), most + 1))
    return Findings(faults=_measured(places[:most], tolerance), complete=len(places) <= most)


def _places(cells: Sequence[Cell], grounds: Shapes, tolerance: Tolerance) -> Iterator[Place]:
    repaired = grounds.copy()
    invalid = np.flatnonzero(~shapely.is_valid(grounds))
    repaired[invalid] = shapely.make_valid(grounds[invalid], method="structure", keep_collapsed=False)
    for position in invalid:
        cell = cells[int(position)]
        for part in polygons_of(shapes([repaired[position]]))[0]:
            yield Place(kind=FaultKind.INVALID, parent_id=cell.parent_id, grid_ids=(cell.id,), shape=part)
    for family in families(cells, repaired):
        yield from find_overlaps(family, tolerance)
        yield from find_against_outline(family, tolerance)


def _measured(places: Sequence[Place], tolerance: Tolerance) -> tuple[Fault, ...]:
    found = shapes([place.shape for place in places])
    metres, points = in_metres(found), np.rint(shapely.get_coordinates(shapely.point_on_surface(found)))
    rows = zip(places, mean_widths_m(metres), are_wide(metres, tolerance.sliver_width_m), points, strict=True)
    faults = [
        Fault(
            kind=place.kind if wide or place.kind is FaultKind.INVALID else FaultKind.SLIVER,
            basis=place.kind,
            parent_id=place.parent_id,
            grid_ids=place.grid_ids,
            area_m2=round(area_m2(place.shape), 3),
            width_m=round(float(width), 3),
            at=(degrees(point[0]), degrees(point[1])),
            geometry=to_geojson(from_shapely(place.shape)),
        )
        for place, width, wide, point in rows
    ]
    return tuple(sorted(faults, key=lambda one: (one.parent_id or 0, list(FaultKind).index(one.kind), -one.area_m2)))
