"""The ground: one district, its subdistricts and townships, communities and villages, and the grids in them."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import orjson
import sqlalchemy as sa

from wangge_core.coverage.arrays import shapely, shapes
from wangge_core.db import tables as t
from wangge_core.grids.boundaries import NewBoundary, set_boundaries
from wangge_core.grids.codes import GridLevel
from wangge_core.grids.grids import NewGrid, create_grids
from wangge_server.demo.names import COMMUNITY_ENDINGS, DISTRICT, SEAS, SPOTS, SUBDISTRICTS, VILLAGES, place_stems
from wangge_server.demo.sizes import TypeSize
from wangge_server.demo.town import Ground, Town

CODE = "999901"
"""A division code that belongs to nobody."""
MIDDLE = (124.0, 29.5)
"""Where the district lies: in the open sea, so that nobody's home is in it."""
DIVISION = "community.division"
NUMERALS = "一二三四五六七八九十"
SIDE = 0.014
"""Degrees: the side of a grid. What lies in it is less than half of that from its middle."""


async def make_ground(town: Town) -> None:
    """Create the tree of grids with their boundaries: squares side by side, and above them what these cover."""
    tree = Tree(town)
    requests = list(tree.requests())
    ids = await town.write("grids", create_grids, requests)
    grid = t.grid
    async with town.deployment.read() as work:
        rows = await work.rows(sa.select(grid.c.id, grid.c.path, grid.c.level, grid.c.staffing_id).where(grid.c.id.in_(ids)))
    stored = {row.id: row for row in rows}
    mesh = Mesh([stored[id].path for id, one in zip(ids, requests, strict=True) if one.type_id != DIVISION])
    for id, request in zip(ids, requests, strict=True):
        row = stored[id]
        longitude, latitude = mesh.middle_of(row.path)
        made = Ground(
            id=id,
            code=request.code,
            name=request.name,
            type_id=request.type_id,
            level=GridLevel(row.level),
            path=row.path,
            staffing_id=row.staffing_id,
            longitude=longitude,
            latitude=latitude,
        )
        (town.divisions if request.type_id == DIVISION else town.grids).append(made)
    boundaries = [NewBoundary(grid_id=id, geometry=mesh.ground_of(stored[id].path), system="wgs84") for id in ids]
    await town.write("boundaries", set_boundaries, boundaries)


@dataclass(frozen=True, slots=True)
class Mesh:
    """Squares side by side, a grid each by its path, to and fro row after row: neighbours in the list are neighbours on the map."""

    paths: Sequence[str]

    @property
    def columns(self) -> int:
        return math.ceil(math.sqrt(len(self.paths)))

    def middle_of(self, path: str) -> tuple[float, float]:
        """The middle of a grid, or of the first below a division."""
        west, south, east, north = self._square(next(at for at, one in enumerate(self.paths) if one.startswith(path)))
        return round((west + east) / 2, 6), round((south + north) / 2, 6)

    def ground_of(self, path: str) -> dict[str, Any]:
        """The square of a grid, or all those below a division, as GeoJSON."""
        squares = [shapely.box(*self._square(at)) for at, one in enumerate(self.paths) if one.startswith(path)]
        return orjson.loads(shapely.to_geojson(shapely.coverage_union_all(shapes(squares))))

    def _square(self, index: int) -> tuple[float, float, float, float]:
        row, place = divmod(index, self.columns)
        column = place if row % 2 == 0 else self.columns - 1 - place
        west, south = column - self.columns / 2, row - self.columns / 2
        return (*_corner(west, south), *_corner(west + 1, south + 1))


def _corner(column: float, row: float) -> tuple[float, float]:
    return round(MIDDLE[0] + column * SIDE, 6), round(MIDDLE[1] + row * SIDE, 6)


def around(dice: Random, longitude: float, latitude: float) -> tuple[float, float]:
    """A point within a few hundred metres."""
    return round(longitude + dice.uniform(-0.006, 0.006), 6), round(latitude + dice.uniform(-0.006, 0.006), 6)


@dataclass(slots=True)
class Tree:
    """Numbers and names the divisions and grids, parents first."""

    town: Town
    subdistricts: int = 0

    def requests(self) -> Iterator[NewGrid]:
        stems = place_stems(self.town.dice("places"))
        yield NewGrid(code=CODE, name=DISTRICT, type_id=DIVISION)
        for type_id, size in self.town.sizes.by_type.items():
            left = size.grids
            number = 0
            while left > 0:
                self.subdistricts += 1
                code = f"{CODE}{self.subdistricts:03d}"
                name = _numbered(SUBDISTRICTS[type_id], number)
                yield NewGrid(code=code, name=name, type_id=DIVISION, parent_code=CODE)
                for grid in self._below(type_id, size, code, name, stems, first=size.grids - left):
                    left -= grid.type_id == type_id
                    yield grid
                number += 1

    def _below(self, type_id: str, size: TypeSize, code: str, name: str, stems: Iterator[str], *, first: int) -> Iterator[NewGrid]:
        """What lies below a subdistrict: communities with their grids, or the grids themselves where there are no communities."""
        if not size.communities_per_subdistrict:
            yield from self._grids(type_id, size, code, "", first)
            return
        for number in range(1, size.communities_per_subdistrict + 1):
            if first >= size.grids:
                return
            community, stem = f"{code}{number:03d}", next(stems)
            yield NewGrid(code=community, name=stem + COMMUNITY_ENDINGS[type_id], type_id=DIVISION, parent_code=code)
            grids = list(self._grids(type_id, size, community, stem, first))
            yield from grids
            first += len(grids)

    def _grids(self, type_id: str, size: TypeSize, parent: str, stem: str, first: int) -> Iterator[NewGrid]:
        templates = self.town.registry.grid_types[type_id].staffing
        for number in range(1, min(size.per_community, size.grids - first) + 1):
            index = first + number - 1
            other = len(templates) > 1 and index >= size.grids - max(1, size.grids // 5)
            yield NewGrid(
                code=f"{parent.ljust(12, '0')}{number:03d}",
                name=grid_name(type_id, stem, index, number),
                type_id=type_id,
                parent_code=parent,
                staffing_id=templates[1 if other else 0].id if templates else None,
            )


def grid_name(type_id: str, stem: str, index: int, number: int) -> str:
    """A name in the manner of the grid's type."""
    match type_id:
        case "scenic":
            return f"{_numbered(SPOTS, index)}网格"
        case "rural":
            return f"{stem}{VILLAGES[index % len(VILLAGES)]}网格"
        case "maritime":
            return f"{_numbered(SEAS, index)}海区网格"
        case _:
            return f"{stem}第{NUMERALS[(number - 1) % 10]}网格"


def _numbered(names: tuple[str, ...], index: int) -> str:
    round_, place = divmod(index, len(names))
    return names[place] if round_ == 0 else f"{names[place]}{round_ + 1}"
