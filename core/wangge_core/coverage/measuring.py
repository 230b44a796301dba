"""How wide and how large places are on the ground."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from wangge_core.coverage.arrays import Shapes, shapely
from wangge_core.coverage.faults import Tolerance
from wangge_core.geometry.exact import area_of, metres_of_a_unit
from wangge_core.geometry.validity import from_shapely


def in_metres(given: Shapes) -> Shapes:
    """The shapes in metres east and north of their own middle, flat: right to a millionth for what is less than 10 km wide."""
    if not len(given):
        return given
    west, south, east, north = shapely.bounds(given).T
    middle = np.column_stack(((west + east) / 2, (south + north) / 2))
    metres = np.array([metres_of_a_unit(int(latitude)) for latitude in middle[:, 1]])
    units, owner = shapely.get_coordinates(given, return_index=True)
    return shapely.set_coordinates(given.copy(), (units - middle[owner]) * metres[owner])


def area_m2(polygon: Any) -> float:
    """Square metres on the ellipsoid, at any size."""
    return sum(area_of(ring) for part in from_shapely(polygon) for ring in part)


def mean_widths_m(metres: Shapes) -> NDArray[np.float64]:
    """Twice the area through the perimeter: of a long strip its width."""
    return 2 * shapely.area(metres) / shapely.length(metres)


def are_wide(metres: Shapes, width_m: float) -> NDArray[np.bool_]:
    """Which polygons are as wide as `width_m` somewhere: a circle of this diameter fits in.

    The largest circle in a polygon without holes has at least the radius area through perimeter, and at most half of the shorter side
    of a box around it; only what lies between is worn off from its border to see whether something is left.
    """
    west, south, east, north = shapely.bounds(metres).T if len(metres) else np.empty((4, 0))
    perimeter = shapely.length(metres)
    wide = (2 * shapely.area(metres) >= width_m * perimeter) & (shapely.get_num_interior_rings(metres) == 0)
    unsure = ~wide & (np.minimum(east - west, north - south) >= width_m)
    wide[unsure] = ~shapely.is_empty(shapely.buffer(metres[unsure], -width_m / 2, quad_segs=4))
    return wide


def are_told(given: Shapes, tolerance: Tolerance) -> NDArray[np.bool_]:
    """Which places are large enough to be told."""
    metres = in_metres(given)
    areas = shapely.area(metres)
    told = (areas > 0) & (areas >= tolerance.least_area_m2)
    told[told] = are_wide(metres[told], tolerance.noise_width_m)
    return told
