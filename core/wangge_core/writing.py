"""Writing lists: every operation takes many items, refuses the bad ones one by one and writes the good ones together."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa

from wangge_core.checking import only_right
from wangge_core.db import tables as t
from wangge_core.db.work import CHUNK, Work
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer

_R = TypeVar("_R")


async def insert_accepted(
    work: Work,
    table: sa.Table,
    requests: Sequence[_R],
    refusals: Sequence[Sequence[Refusal]],
    row_of: Callable[[_R], dict[str, Any]],
) -> list[Outcome]:
    """Insert a row for each request without refusals; the outcomes are in the order of the requests."""
    accepted = [request for request, found in zip(requests, refusals, strict=True) if not found]
    ids = list(await work.reserve_ids(table, len(accepted)))
    await work.insert(table, [{"id": id} | row_of(request) for id, request in zip(ids, accepted, strict=True)])
    waiting = iter(ids)
    return [Outcome(refusals=only_right(found)) if found else Outcome(id=next(waiting)) for found in refusals]


async def grids_of(work: Work, grid_ids: Sequence[int]) -> Mapping[int, sa.Row[Any]]:
    """Grids by id, with their path, code, layer, type and end. None ends before the transaction does: rows are put into them."""
    grid = t.grid
    columns = (grid.c.path, grid.c.code, grid.c.layer_id, grid.c.grid_type_id, grid.c.ended_at)
    if work.on_sqlite:
        return await work.by_ids(columns, grid.c.id, grid_ids)
    wanted, found = sorted(set(grid_ids)), dict[int, sa.Row[Any]]()
    for start in range(0, len(wanted), CHUNK):
        own = grid.c.id.in_(wanted[start : start + CHUNK])
        query = sa.select(grid.c.id, *columns).where(own).order_by(grid.c.id).with_for_update(read=True, key_share=True)
        found |= {row.id: row for row in await work.rows(query)}
    return found


def check_grid(
    grids: Mapping[int, sa.Row[Any]], grid_id: int, viewer: Viewer, capability: Capability, field: str = "gridId"
) -> list[Refusal]:
    """The grid must exist and not have ended, be of the base layer, and lie where the viewer has the capability."""
    grid = grids.get(grid_id)
    if grid is None:
        return [refusal("NOT_FOUND", field, what="Grid", id=grid_id)]
    if grid.layer_id != "base":
        return [refusal("GRID_OVERLAY", field, code=grid.code)]
    if not viewer.may(capability, grid.path):
        return [refusal("NOT_ALLOWED", field)]
    return [refusal("GRID_ENDED", field, code=grid.code)] if grid.ended_at is not None else []


async def grids_of_units(work: Work, unit_ids: Sequence[int | None]) -> Mapping[int, int]:
    """The grid of each unit, through its building."""
    wanted = [id for id in unit_ids if id is not None]
    units = await work.by_ids((t.unit.c.building_id,), t.unit.c.id, wanted)
    buildings = await work.by_ids((t.building.c.grid_id,), t.building.c.id, [row.building_id for row in units.values()])
    return {id: buildings[row.building_id].grid_id for id, row in units.items()}


def check_unit(grid_of_unit: Mapping[int, int], unit_id: int | None, grid_id: int) -> list[Refusal]:
    """A unit that is named must lie in the grid of the thing that names it."""
    known = unit_id is None or grid_of_unit.get(unit_id) == grid_id
    return [] if known else [refusal("NOT_FOUND", "unitId", what="Unit", id=unit_id)]


async def already_there(work: Work, table: sa.Table, keys: Sequence[tuple[str | None, str | None]]) -> set[tuple[str, str]]:
    """Which of these (source name, source key) a table holds."""
    found: set[tuple[str, str]] = set()
    for name in {name for name, key in keys if name and key}:
        wanted = [key for source, key in keys if source == name and key]
        found |= {(name, key) for key in await work.by_ids((), table.c.source_key, wanted, table.c.source_name == name)}
    return found
