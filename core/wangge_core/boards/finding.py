"""Finding the notice board: whose ground a position lies on, which grid a code or an id names, and where an address is.

Buildings are not public. Of an address nothing is told but the grid that it lies in, and where it fits buildings in several grids these.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from wangge_core.boards.stations import NearStation, nearest_station
from wangge_core.checking import check_position, check_text
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Refusal, refusal
from wangge_core.grids.locating import Position, grid_at
from wangge_core.grids.successors import grids_of_code, present_grids
from wangge_core.rights.bound import Way
from wangge_core.search.conditions import Frequency, contains
from wangge_core.search.grams import folded
from wangge_core.storable import is_storable

MOST_CANDIDATES = 20
LOOKED_AT = 200
"""How many buildings whose name holds an address are looked at."""
LEAST_ADDRESS, MOST_ADDRESS = 2, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPlace:
    """Whose board is wanted: exactly one of these is given. `position` is in degrees of WGS 84."""

    grid_id: int | None = None
    grid_code: str | None = None
    position: Position | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A grid whose board it may be, with the names of the grids above it, the widest first."""

    grid_id: int
    code: str
    name: str
    within: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundBoard:
    """The grid whose board it is; None where it may be several: of an address, or of a grid that was divided.

    `distance` is in metres, 0 where the position lies in the grid.
    """

    grid_id: int | None = None
    inside: bool = True
    distance: float = 0.0
    station: NearStation | None = None
    candidates: tuple[Candidate, ...] = ()


def check_place(place: BoardPlace) -> Iterator[Refusal]:
    """A position on the earth, and an address of 2 to 200 characters."""
    if place.position is not None:
        yield from check_position(*place.position)
    if place.address is not None:
        wrong = any(check_text(place.address, "address", most=MOST_ADDRESS))
        if wrong or len(folded(place.address)) < LEAST_ADDRESS:
            yield refusal("ADDRESS_INVALID", "address", least=LEAST_ADDRESS, most=MOST_ADDRESS)


async def find_board(work: Work, place: BoardPlace) -> FoundBoard | None:
    """The board of a place that was checked; None where there is no such grid or address, and no grid near the position."""
    if place.position is not None:
        located = await grid_at(work, place.position)
        if located is None:
            return None
        station = await nearest_station(work, located.grid_id, place.position)
        return FoundBoard(grid_id=located.grid_id, inside=located.inside, distance=located.distance, station=station)
    if place.address is not None:
        return await _of_address(work, place.address)
    return await _of_grid(work, place)


async def _of_grid(work: Work, place: BoardPlace) -> FoundBoard | None:
    """Of the grid that is named, or those that came after it."""
    named = [] if place.grid_id is None else [place.grid_id]
    if place.grid_code is not None and is_storable(place.grid_code):
        named = await grids_of_code(work, place.grid_code)
    return await _found(work, await present_grids(work, named))


async def _found(work: Work, ids: Sequence[int]) -> FoundBoard | None:
    """The board of the grid that it is, or the grids that it may be."""
    if len(ids) == 1:
        return FoundBoard(grid_id=ids[0])
    return FoundBoard(candidates=await _candidates(work, ids)) if ids else None


async def _of_address(work: Work, address: str) -> FoundBoard | None:
    return await _found(work, await _exactly(work, address) or await _holding(work, address))


async def _exactly(work: Work, address: str) -> Sequence[int]:
    """The grids of buildings whose name or address this is."""
    building, text = t.building, address.strip()
    named = [
        sa.select(building.c.grid_id).where(building.c[column] == text).limit(LOOKED_AT).subquery()
        for column in ("name", "address")
    ]
    return await _grids(work, sa.union(*(sa.select(one.c.grid_id) for one in named)))


async def _holding(work: Work, address: str) -> Sequence[int]:
    """The grids of buildings whose name holds it, by the index of names."""
    building = t.building

    def bound(form: Any) -> sa.ColumnElement[Any]:
        return sa.literal(address, form)

    holds = contains(building, building, bound, Frequency.RARE, Way.WALKED)
    return await _grids(work, sa.select(building.c.grid_id).where(holds).limit(LOOKED_AT))


async def _grids(work: Work, query: sa.Select[Any] | sa.CompoundSelect[Any]) -> Sequence[int]:
    return sorted({row.grid_id for row in await work.rows(query)})


async def _candidates(work: Work, ids: Sequence[int]) -> tuple[Candidate, ...]:
    grid = t.grid
    rows = await work.by_ids((grid.c.id, grid.c.code, grid.c.name, grid.c.path), grid.c.id, ids)
    first = sorted(rows.values(), key=lambda row: row.code)[:MOST_CANDIDATES]
    above = {int(id) for row in first for id in row.path.split(".")[:-2]}
    names = {id: row.name for id, row in (await work.by_ids((grid.c.name,), grid.c.id, sorted(above))).items()}
    return tuple(
        Candidate(grid_id=row.id, code=row.code, name=row.name, within=tuple(names[int(id)] for id in row.path.split(".")[:-2]))
        for row in first
    )
