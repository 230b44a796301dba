"""Placing: which of some shapes holds each position, by the same exact test that finds the grid of a position (`grids/locating.py`)."""

from collections.abc import Sequence

import numpy as np

from wangge_core.geometry.exact import Array, units
from wangge_core.geometry.shapes import Shape, unpacked

Position = tuple[float | None, float | None]
"""Longitude and latitude in degrees of WGS 84, or neither."""
NOWHERE = -1


def placed(positions: Sequence[Position], shapes: Sequence[tuple[int, Shape]]) -> list[int | None]:
    """For each position the key of the shape that holds it, else of one that it touches; None where there is neither.

    Of two that hold it the smaller counts, the first then.
    """
    known = [at for at, (longitude, latitude) in enumerate(positions) if longitude is not None and latitude is not None]
    xs = np.array([units(positions[at][0] or 0.0) for at in known], dtype=np.int64)
    ys = np.array([units(positions[at][1] or 0.0) for at in known], dtype=np.int64)
    ranked = sorted(shapes, key=lambda one: one[1].area)
    found = _held(xs, ys, [shape for _, shape in ranked])
    keys: list[int | None] = [None] * len(positions)
    for at, place in zip(known, found.tolist(), strict=True):
        keys[at] = None if place == NOWHERE else ranked[place][0]
    return keys


def _held(xs: Array, ys: Array, shapes: Sequence[Shape]) -> Array:
    """The place of the shape that holds each point; those that none holds may touch one."""
    found = np.full(len(xs), NOWHERE)
    for place, shape in enumerate(shapes):
        box, edges = shape.box, unpacked(shape.packed())
        near = (found == NOWHERE) & (box.west <= xs) & (xs <= box.east) & (box.south <= ys) & (ys <= box.north)
        at = np.flatnonzero(near)
        if len(at):
            found[at[edges.hold(xs[at], ys[at])]] = place
    for place, shape in enumerate(shapes):
        left = np.flatnonzero(found == NOWHERE)
        box, edges = shape.box, unpacked(shape.packed())
        for at in left.tolist():
            if box.holds(int(xs[at]), int(ys[at])) and edges.touch(int(xs[at]), int(ys[at])):
                found[at] = place
    return found
