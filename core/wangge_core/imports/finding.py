"""Finding the grid of a row by its code, its name, the names on the path, or its position. A name that several grids have is refused."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from wangge_core.checking import check_position
from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import Work
from wangge_core.errors import Refusal, refusal
from wangge_core.grids.locating import Position, locate
from wangge_core.imports.mappings import GridMapping, MappingError
from wangge_core.imports.templates import Template

MOST_CODES = 5
FIELD = "gridId"
NOWHERE: Mapping[str, float] = {}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a row says of its grid: a code, or names from the widest, or that its position says it; nothing at all means the grid for rows
    without a place. `grid_id` is what the position said, None where it lies in no grid.
    """

    code: str = ""
    names: tuple[str, ...] = ()
    by_position: bool = False
    grid_id: int | None = None


class WantedGrids:
    """Reads from rows which grid they want, by the mapping alone."""

    def __init__(self, mapping: GridMapping) -> None:
        self._code = Template(mapping.code)
        self._names = tuple(map(Template, (mapping.name,) if mapping.name else mapping.path))
        self._by_position = mapping.by_position
        self._bound = bool(mapping.placeless_grid)

    def of(self, row: Mapping[str, str], found: list[Refusal], position: Mapping[str, float] = NOWHERE) -> Wanted:
        """A row lacks a place where its code or the narrowest name is missing, wider names may be, and it has no position to go by."""
        if self._code.text and (code := self._code.fill(row)):
            return Wanted(code=code)
        names = [template.fill(row) for template in self._names]
        if names and names[-1]:
            return Wanted(names=tuple(name for name in names if name))
        if self._by_position and position:
            found.extend(check_position(position["longitude"], position["latitude"]))
            return Wanted(by_position=True)
        if not self._bound:
            found.append(refusal("PLACE_REQUIRED", FIELD))
        return Wanted()


@dataclass(frozen=True, slots=True)
class _Grid:
    id: int
    code: str
    name: str
    level: str
    parent_id: int | None
    path: str


class GridIndex:
    """The grids of a layer in memory, for one run."""

    def __init__(self, grids: Iterable[_Grid], mapping: GridMapping) -> None:
        self._grids = {grid.id: grid for grid in grids}
        all_codes = {grid.code: grid for grid in self._grids.values()}
        self._placeless = _named(all_codes, mapping.placeless_grid, "placeless_grid")
        under = _named(all_codes, mapping.under, "under")
        self._by_code: dict[str, _Grid] = {}
        self._by_name: dict[str, list[_Grid]] = {}
        for grid in self._grids.values():
            if (under is None or grid.path.startswith(under.path)) and (mapping.level is None or grid.level == mapping.level.value):
                self._by_code[grid.code] = grid
                self._by_name.setdefault(grid.name, []).append(grid)

    def find(self, wanted: Wanted) -> int | Refusal:
        """The id of the one grid that is meant."""
        if wanted.code:
            grid = self._by_code.get(wanted.code)
            return grid.id if grid else refusal("GRID_NOT_FOUND", FIELD, name=wanted.code)
        if wanted.by_position:
            return self._around(wanted.grid_id) or self._unplaced(refusal("POSITION_IN_NO_GRID", "position"))
        if not wanted.names:
            return self._unplaced(refusal("PLACE_REQUIRED", FIELD))
        *wider, name = wanted.names
        meant = [grid for grid in self._by_name.get(name, ()) if self._lies_in(grid, wider)]
        if len(meant) == 1:
            return meant[0].id
        shown = " › ".join(wanted.names)
        if not meant:
            return refusal("GRID_NOT_FOUND", FIELD, name=shown)
        return refusal("GRID_AMBIGUOUS", FIELD, name=shown, codes=", ".join(grid.code for grid in meant[:MOST_CODES]))

    def _around(self, id: int | None) -> int | None:
        """The grid of this id or the nearest above it of those that are looked at."""
        grid = self._grids.get(id or 0)
        while grid and self._by_code.get(grid.code) is not grid:
            grid = self._grids.get(grid.parent_id or 0)
        return grid.id if grid else None

    def _unplaced(self, otherwise: Refusal) -> int | Refusal:
        return self._placeless.id if self._placeless else otherwise

    def _lies_in(self, grid: _Grid, wider: Sequence[str]) -> bool:
        """Whether the names, from the widest, are met in this order on the way down to the grid."""
        left = list(wider)
        parent = self._grids.get(grid.parent_id or 0)
        while parent and left:
            if parent.name == left[-1]:
                left.pop()
            parent = self._grids.get(parent.parent_id or 0)
        return not left


def _named(grids: Mapping[str, _Grid], code: str, key: str) -> _Grid | None:
    if code and code not in grids:
        raise MappingError(f"grid.{key}: there is no grid {code}.", hint="Import the divisions first, or correct the code.")
    return grids.get(code)


async def load_grids(work: Work, mapping: GridMapping, layer_id: str = BASE_LAYER) -> GridIndex:
    """Raises MappingError where the mapping names grids that are not there."""
    grid = t.grid
    columns = (grid.c.id, grid.c.code, grid.c.name, grid.c.level, grid.c.parent_id, grid.c.path)
    rows = await work.rows(sa.select(*columns).where(grid.c.layer_id == layer_id, grid.c.ended_at.is_(None)).order_by(grid.c.code))
    return GridIndex((_Grid(*row) for row in rows), mapping)


async def placed(work: Work, wanted: Sequence[Wanted], positions: Sequence[Position]) -> list[Wanted]:
    """What rows want of the base layer, those that go by their position with the grid that it lies in."""
    going = [number for number, one in enumerate(wanted) if one.by_position]
    found = await locate(work, [positions[number] for number in going])
    grids = {number: one.grid_id for number, one in zip(going, found, strict=True) if one is not None}
    return [replace(one, grid_id=grids.get(number)) for number, one in enumerate(wanted)]
