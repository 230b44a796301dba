"""Locating: which grid of a layer a position lies in, exactly, and which is nearest where it lies in none.

Tiles find the few boundaries that may hold a position, by an ordinary index; the test itself is done here, on integers, so that both
databases give the same answer (`geometry/exact.py`). A position in several boundaries of a layer lies in the deepest of these grids, the
smallest then, the first then. One on the outer edge of the ground lies in the grid that it touches. Grids that have ended hold none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.lists import ListOf, among
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import Work
from wangge_core.geometry.exact import UNITS, Box, Edges, metres_of_a_unit, units
from wangge_core.geometry.shapes import unpacked
from wangge_core.geometry.tiles import ranges_in, tiles_at

AT_ONCE = 1_000
"""How many positions are looked up by one statement."""
REACHES = (300.0, 3_000.0, 30_000.0, 100_000.0)
"""Metres within which the nearest grid is looked for, one after the other. What is farther from every grid is near to none."""
HALF_AROUND = 180 * UNITS
PAGE = 32
"""How many of the boundaries whose boxes are nearest are read at once."""
Position = tuple[float, float]
"""Longitude and latitude in degrees of WGS 84."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """The grid of a position; where it lies in none, the nearest and how many metres away its edge is."""

    grid_id: int
    inside: bool = True
    distance: float = 0.0


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A boundary that may hold a position."""

    id: int
    grid_id: int
    box: Box
    rank: tuple[int, float, int]
    """Of two that hold a position that of the lower rank counts."""


async def layer_exists(work: Work, layer_id: str) -> bool:
    """Whether there is a layer of this name."""
    return await work.value(sa.select(t.grid_layer.c.id).where(t.grid_layer.c.id == layer_id)) is not None


async def locate(work: Work, positions: Sequence[Position], layer_id: str = BASE_LAYER) -> list[Located | None]:
    """The grid of a layer in which each position lies; None for those that lie in none."""
    found: list[Located | None] = []
    for start in range(0, len(positions), AT_ONCE):
        points = [(units(longitude), units(latitude)) for longitude, latitude in positions[start : start + AT_ONCE]]
        grids = await _holding(work, points, layer_id)
        found.extend(None if id is None else Located(grid_id=id) for id in grids)
    return found


async def grid_at(work: Work, position: Position, layer_id: str = BASE_LAYER) -> Located | None:
    """The grid of a layer at a position, or the nearest within 100 km; None where there is neither."""
    (found,) = await locate(work, [position], layer_id)
    return found or await _nearest(work, units(position[0]), units(position[1]), layer_id)


async def _holding(work: Work, points: Sequence[tuple[int, int]], layer_id: str) -> list[int | None]:
    """The keys of the grids that hold the points."""
    tiles = [tiles_at(*point) for point in points]
    standing, candidates, rings = await _standing(work, points, sorted({one for each in tiles for one in each}), layer_id)
    wanted: dict[int, list[int]] = {}
    for number, (point, own) in enumerate(zip(points, tiles, strict=True)):
        for id in {id for tile in own for id in standing.get(tile, ())}:
            if candidates[id].box.holds(*point):
                wanted.setdefault(id, []).append(number)
    if len(points) > 1:
        boundary = t.boundary
        rings = {id: row.rings for id, row in (await work.by_ids((boundary.c.rings,), boundary.c.id, wanted)).items()}
    ranked = sorted((candidates[id] for id in wanted), key=lambda one: one.rank)
    return _chosen(points, [(one.grid_id, rings[one.id], wanted[one.id]) for one in ranked])


def _chosen(points: Sequence[tuple[int, int]], ranked: Sequence[tuple[int, bytes, Sequence[int]]]) -> list[int | None]:
    """Of the grids that may hold points (with their rings, and which points) for each the first that holds it, else that it touches."""
    found: dict[int, int] = {}
    drawn: dict[int, Edges] = {}
    for grid_id, rings, numbers in ranked:
        left = [number for number in numbers if number not in found]
        if left:
            drawn[grid_id] = unpacked(rings)
            xs, ys = np.array([points[number] for number in left], dtype=np.int64).T
            found |= dict.fromkeys(np.array(left)[drawn[grid_id].hold(xs, ys)].tolist(), grid_id)
    touched: dict[int, int] = {}
    for grid_id, _, numbers in ranked:
        for number in numbers:
            if number not in found and number not in touched and drawn[grid_id].touch(*points[number]):
                touched[number] = grid_id
    return [found.get(number, touched.get(number)) for number in range(len(points))]


async def _standing(
    work: Work, points: Sequence[tuple[int, int]], tiles: Sequence[int], layer_id: str
) -> tuple[dict[int, list[int]], dict[int, _Candidate], dict[int, bytes]]:
    """The keys of the boundaries that stand on each tile and whose boxes meet that of the points; the boundaries; of one point their rings
    too.
    """
    xs, ys = zip(*points, strict=True)
    asked = {"layer": layer_id, "tiles": list(tiles), "west": min(xs), "south": min(ys), "east": max(xs), "north": max(ys)}
    alone = len(points) == 1
    standing: dict[int, list[int]] = {}
    found: dict[int, _Candidate] = {}
    rings: dict[int, bytes] = {}
    for row in await work.rows(OF_ONE if alone else OF_MANY, asked):
        standing.setdefault(row.tile, []).append(row.id)
        if row.id not in found:
            found[row.id] = _candidate(row)
        if alone:
            rings[row.id] = row.rings
    return standing, found, rings


def _on_tiles(*more: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """Boundaries that stand on some tiles of a layer and whose boxes meet a box."""
    boundary, tile, grid = t.boundary, t.boundary_tile, t.grid
    return (
        sa.select(tile.c.tile, *_columns(), *more)
        .select_from(tile.join(boundary, boundary.c.id == tile.c.boundary_id).join(grid, grid.c.id == boundary.c.grid_id))
        .where(
            tile.c.layer_id == sa.bindparam("layer"),
            grid.c.ended_at.is_(None),
            among(tile.c.tile, sa.bindparam("tiles", type_=ListOf(sa.BigInteger()))),
            *_meeting(*(sa.bindparam(side, type_=sa.Integer()) for side in ("west", "south", "east", "north"))),
        )
    )


def _columns() -> tuple[sa.ColumnElement[Any], ...]:
    boundary = t.boundary
    names = ("id", "grid_id", "west", "south", "east", "north", "area")
    return (*(boundary.c[name] for name in names), t.grid.c.depth)


def _meeting(west: Any, south: Any, east: Any, north: Any) -> tuple[sa.ColumnElement[bool], ...]:
    """True for boundaries whose boxes meet this one. SQLite and PostgreSQL both find them by tile alone."""
    box = t.boundary.c
    return box.west <= east, box.east >= west, box.south <= north, box.north >= south


OF_ONE, OF_MANY = _on_tiles(t.boundary.c.rings), _on_tiles()
"""The statements for one point and for many, made once."""


def _candidate(row: sa.Row[Any]) -> _Candidate:
    box = Box(row.west, row.south, row.east, row.north)
    return _Candidate(row.id, row.grid_id, box, (-row.depth, row.area, row.grid_id))


async def _nearest(work: Work, x: int, y: int, layer_id: str) -> Located | None:
    """The grid whose edge is nearest, of those within reach."""
    for reach in REACHES:
        found = await _nearest_within(work, x, y, layer_id, reach)
        if found is not None:
            return found
    return None


async def _nearest_within(work: Work, x: int, y: int, layer_id: str, reach: float) -> Located | None:
    """Reads the boundaries in the order of how near their boxes are, until no box can hold a nearer edge."""
    best: tuple[float, tuple[int, float, int]] | None = None
    query = _near(x, y, layer_id, reach)
    for start in range(0, 1_000_000, PAGE):
        rows = await work.rows(query.limit(PAGE).offset(start))
        for row in rows:
            if best is not None and row.far > best[0] ** 2:
                return Located(grid_id=best[1][2], inside=False, distance=best[0])
            found = unpacked(row.rings).distance(x, y), _candidate(row).rank
            best = found if found[0] <= reach and (best is None or found < best) else best
        if len(rows) < PAGE:
            break
    return None if best is None else Located(grid_id=best[1][2], inside=False, distance=best[0])


def _near(x: int, y: int, layer_id: str, reach: float) -> sa.Select[Any]:
    """Boundaries whose boxes lie within reach, the nearest first; `far` is the square of the metres to the box."""
    boundary, tile, grid = t.boundary, t.boundary_tile, t.grid
    east, north = metres_of_a_unit(y)
    wide, high = round(min(reach / east, HALF_AROUND)), round(reach / north)
    box = Box(max(x - wide, -HALF_AROUND), y - high, min(x + wide, HALF_AROUND), y + high)
    on_tiles = sa.or_(*(tile.c.tile.between(first, last) for first, last in ranges_in(box)))
    standing = sa.select(tile.c.boundary_id).where(tile.c.layer_id == layer_id, on_tiles)
    away_x, away_y = _away(boundary.c.west, boundary.c.east, x), _away(boundary.c.south, boundary.c.north, y)
    far = (away_x * east * away_x * east + away_y * north * away_y * north).label("far")
    return (
        sa.select(*_columns(), boundary.c.rings, far)
        .select_from(boundary.join(grid, grid.c.id == boundary.c.grid_id))
        .where(boundary.c.id.in_(standing), grid.c.ended_at.is_(None), *_meeting(box.west, box.south, box.east, box.north))
        .order_by(far, boundary.c.id)
    )


def _away(low: sa.ColumnElement[Any], high: sa.ColumnElement[Any], value: int) -> sa.ColumnElement[Any]:
    """How far a value is from a stretch."""
    number, west, east = sa.Float(53), sa.cast(low, sa.Float(53)), sa.cast(high, sa.Float(53))
    at = sa.literal(float(value), number)
    return sa.case((west > at, west - at), (east < at, at - east), else_=sa.literal(0.0, number))
