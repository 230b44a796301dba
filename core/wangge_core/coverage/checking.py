"""Checking the stored boundaries at and below a grid, or of a whole layer, and who is affected by what is wrong."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from wangge_core.coverage.affected import Affected, affected_by
from wangge_core.coverage.arrays import unpacked_shapes
from wangge_core.coverage.families import Cell
from wangge_core.coverage.faults import Fault, FaultKind, Findings, Tolerance
from wangge_core.coverage.finding import STRICT, find_faults
from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import Work
from wangge_core.errors import WanggeError
from wangge_core.grids.managing import managed, manages_everything
from wangge_core.rights.scopes import END
from wangge_core.rights.viewers import Viewer

MOST_GRIDS = 200_000
MOST_FAULTS = 10_000
UNCOVERED = frozenset({FaultKind.GAP, FaultKind.HOLE})
"""No fault in an overlay, which may leave ground uncovered."""


class CoverageTooLargeError(WanggeError):
    """More grids than are checked at once."""

    code = "COVERAGE_TOO_LARGE"

    def __init__(self) -> None:
        super().__init__(f"More than {MOST_GRIDS:,} grids would be checked.", hint="Check the grids below this one, one by one.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Affecting:
    """A fault, with the buildings registered in the checked grids that stand there, and how many persons live in them.

    None where the viewer may not read places, or people, over the grid that was checked, and in an overlay.
    """

    fault: Fault
    building_ids: tuple[int, ...] | None
    persons: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageReport:
    """What a check found. `grids` have boundaries and were checked; `undrawn` have none, and no grid below them has one.

    Not `complete` when there are more than MOST_FAULTS faults; those that are missing lie under other parents, or were not reached.
    """

    grids: int
    undrawn: tuple[int, ...]
    faults: tuple[Affecting, ...]
    complete: bool


async def check_coverage(
    work: Work, viewer: Viewer, grid_id: int | None = None, *, layer_id: str = BASE_LAYER, tolerance: Tolerance = STRICT
) -> CoverageReport | None:
    """Check the grids at and below `grid_id`, or all of a layer. Asks for MANAGE_GRIDS there, over the whole ground for a layer; None
    without it, and where no such grid is.

    A grid is held against the nearest grid above it that has a boundary. Raises CoverageTooLargeError.
    """
    path = ""
    if grid_id is not None:
        grid = t.grid
        top = await work.first(sa.select(grid.c.path, grid.c.layer_id).where(grid.c.id == grid_id))
        if top is None:
            return None
        path, layer_id = top.path, top.layer_id
        allowed = grid_id in await managed(work, viewer, {grid_id: top})
    else:
        allowed = manages_everything(viewer)
    if not allowed:
        return None
    rows = await _rows(work, layer_id, path)
    base = await work.value(sa.select(t.grid_layer.c.base).where(t.grid_layer.c.id == layer_id))
    findings = await asyncio.to_thread(_examined, rows, tolerance)
    faults = [one for one in findings.faults if base or one.basis not in UNCOVERED]
    affected = await affected_by(work, viewer, faults, path) if base else [Affected() for _ in faults]
    return CoverageReport(
        grids=sum(1 for row in rows if row.rings is not None),
        undrawn=_undrawn(rows),
        faults=tuple(
            Affecting(fault=fault, building_ids=one.building_ids, persons=one.persons)
            for fault, one in zip(faults, affected, strict=True)
        ),
        complete=findings.complete,
    )


async def _rows(work: Work, layer_id: str, path: str) -> Sequence[sa.Row[Any]]:
    grid, boundary = t.grid, t.boundary
    below = sa.and_(grid.c.path >= path, grid.c.path < path[:-1] + END) if path else sa.true()
    query = (
        sa.select(grid.c.id, grid.c.path, boundary.c.rings)
        .select_from(grid.outerjoin(boundary, boundary.c.grid_id == grid.c.id))
        .where(grid.c.layer_id == layer_id, below, grid.c.ended_at.is_(None))
        .order_by(grid.c.id)
        .limit(MOST_GRIDS + 1)
    )
    rows = await work.rows(query)
    if len(rows) > MOST_GRIDS:
        raise CoverageTooLargeError
    return rows


def _examined(rows: Sequence[sa.Row[Any]], tolerance: Tolerance) -> Findings:
    drawn = [row for row in rows if row.rings is not None]
    present = {row.id for row in drawn}
    grounds = unpacked_shapes([row.rings for row in drawn])
    cells = [
        Cell(id=row.id, parent_id=next((id for id in _above(row.path) if id in present), None), ground=ground)
        for row, ground in zip(drawn, grounds, strict=True)
    ]
    return find_faults(cells, tolerance, most=MOST_FAULTS)


def _above(path: str) -> list[int]:
    """The ids of the grids above, the nearest first."""
    return [int(id) for id in path.split(".")[-3::-1]]


def _undrawn(rows: Sequence[sa.Row[Any]]) -> tuple[int, ...]:
    seen = {id for row in rows if row.rings is not None for id in (row.id, *_above(row.path))}
    return tuple(row.id for row in rows if row.id not in seen)
