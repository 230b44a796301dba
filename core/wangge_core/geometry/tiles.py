"""Tiles: the ground cut into squares at 22 levels, so that an ordinary index finds what may lie at a point.

A shape stands on the finest level at which its box covers at most two tiles each way: four rows at most. A point lies in one tile a level.
A tile is one number: its level, row and column, of which a stretch of a row is a range.
"""

from collections.abc import Iterator

from wangge_core.geometry.exact import Box

LEVELS = range(10, 32)
"""Tiles of a level have sides of 2 to the power of it, in units: from about 11 metres to a good half of the globe."""
SHIFT = 1 << 31
"""Added to units, so that none is below zero."""
FEW_ROWS = 32


def number(level: int, column: int, row: int) -> int:
    """The number of a tile; fits 63 bits."""
    return level << 48 | row << 24 | column


def tiles_of(box: Box) -> list[int]:
    """The tiles that a shape with this box stands on, four at most."""
    level = level_of(box)
    columns = range((box.west + SHIFT) >> level, ((box.east + SHIFT) >> level) + 1)
    rows = range((box.south + SHIFT) >> level, ((box.north + SHIFT) >> level) + 1)
    return [number(level, column, row) for row in rows for column in columns]


def level_of(box: Box) -> int:
    """The finest level whose tiles are not smaller than the box."""
    longest = max(box.east - box.west, box.north - box.south)
    return min(max((max(longest, 1) - 1).bit_length(), LEVELS[0]), LEVELS[-1])


def tiles_at(x: int, y: int) -> list[int]:
    """The tile of each level in which a point lies."""
    return [number(level, (x + SHIFT) >> level, (y + SHIFT) >> level) for level in LEVELS]


def ranges_in(box: Box) -> Iterator[tuple[int, int]]:
    """Ranges of numbers, both ends included, that hold all tiles which meet a box.

    Where a level has many rows there, one range holds more than these; compare the boxes then.
    """
    for level in LEVELS:
        first, last = (max(box.west + SHIFT, 0) >> level, max(box.east + SHIFT, 0) >> level)
        rows = range(max(box.south + SHIFT, 0) >> level, (max(box.north + SHIFT, 0) >> level) + 1)
        if len(rows) > FEW_ROWS:
            yield number(level, first, rows[0]), number(level, last, rows[-1])
        else:
            yield from ((number(level, first, row), number(level, last, row)) for row in rows)
