"""Faults: what the coverage doctor would find wrong once a division is in force, and does not find today."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from wangge_core.coverage.arrays import shapely, unpacked_shapes
from wangge_core.coverage.families import Cell
from wangge_core.coverage.faults import Fault, FaultKind
from wangge_core.coverage.finding import find_faults
from wangge_core.db import tables as t
from wangge_core.db.work import CHUNK, Work
from wangge_core.divisions.resolved import Resolved

Drawn = Mapping[int, tuple[int | None, bytes | None]]
"""Grids by key: the key of the parent, and the rings of the boundary as they are stored."""


async def find_new_faults(work: Work, resolved: Resolved) -> tuple[Fault, ...]:
    """The faults under the parents that the division concerns, without those that are there already.

    Keys of grids that do not exist yet are negative in them. Where a parent has no outline its grids are held against the ground that
    they cover today.
    """
    parents = _parents(resolved)
    present = await _drawn(work, parents)
    after = _after(resolved, present)
    return await asyncio.to_thread(_compared, present, after, parents)


def _parents(resolved: Resolved) -> set[int]:
    """Under which grids anything changes."""
    ids = {row.parent_id for id in resolved.touched if (row := resolved.grids[id]).parent_id is not None}
    ids |= {*resolved.ending, *(key for key in resolved.parents.values() if key > 0), *(one.key for one in resolved.redrawn)}
    coded = {grid.parent_code for grid in resolved.new.values()}
    return ids | {id for id, row in resolved.grids.items() if resolved.codes.get(id, row.code) in coded}


async def _drawn(work: Work, parents: Iterable[int]) -> Drawn:
    """These grids and all right below them."""
    grid, boundary = t.grid, t.boundary
    found: dict[int, tuple[int | None, bytes | None]] = {}
    wanted = sorted(parents)
    for start in range(0, len(wanted), CHUNK):
        some = wanted[start : start + CHUNK]
        query = (
            sa.select(grid.c.id, grid.c.parent_id, boundary.c.rings)
            .select_from(grid.outerjoin(boundary, boundary.c.grid_id == grid.c.id))
            .where(sa.or_(grid.c.id.in_(some), grid.c.parent_id.in_(some)), grid.c.ended_at.is_(None))
        )
        found |= {row.id: (row.parent_id, row.rings) for row in await work.rows(query)}
    return found


def _after(resolved: Resolved, present: Drawn) -> Drawn:
    ending, keys = set(resolved.ending), {resolved.code_of(key): key for key in (*resolved.new, *resolved.grids)}
    shapes = {one.key: one.shape for each in resolved.replacements for one in each.targets}
    found = {id: one for id, one in present.items() if id not in ending}
    for key, shape in shapes.items():
        grid = resolved.new.get(key)
        parent = (None if grid.parent_code is None else keys[grid.parent_code]) if grid else present[key][0]
        found[key] = parent, None if shape is None else shape.packed()
    for id, parent in resolved.parents.items():
        if id in found:
            found[id] = parent, found[id][1]
    return found


def _compared(present: Drawn, after: Drawn, parents: set[int]) -> tuple[Fault, ...]:
    covered = _covered(present)
    known = {_mark(one) for one in _faults(present, parents, covered)}
    checked = {*parents, *(key for key in after if key < 0)}
    return tuple(one for one in _faults(after, checked, covered) if _mark(one) not in known)


def _mark(fault: Fault) -> tuple[Any, ...]:
    """What two faults share that are the same place."""
    return fault.basis, fault.at, round(fault.area_m2, 1)


def _covered(drawn: Drawn) -> Mapping[int | None, Any]:
    """The ground that the grids of each parent cover together, of parents without an outline."""
    below: dict[int | None, list[bytes]] = {}
    for parent, rings in drawn.values():
        if rings is not None and (parent is None or drawn.get(parent, (None, None))[1] is None):
            below.setdefault(parent, []).append(rings)
    return {parent: shapely.union_all(shapely.make_valid(unpacked_shapes(rings))) for parent, rings in below.items()}


def _faults(drawn: Drawn, parents: set[int], covered: Mapping[int | None, Any]) -> Sequence[Fault]:
    """Faults of the grids right below these parents."""
    below = [
        (key, parent, rings)
        for key, (parent, rings) in drawn.items()
        if rings is not None and (parent in parents or parent is None)
    ]
    outlines = {key: rings for key, (_, rings) in drawn.items() if key in parents and rings is not None}
    cells = [
        Cell(id=key, parent_id=parent, ground=ground)
        for (key, parent, _), ground in zip(below, unpacked_shapes([rings for *_, rings in below]), strict=True)
    ]
    own = {cell.id for cell in cells}
    roots = [key for key in outlines if key not in own]
    cells += [
        Cell(id=key, parent_id=None, ground=ground)
        for key, ground in zip(roots, unpacked_shapes([outlines[key] for key in roots]), strict=True)
    ]
    made_up = {parent: ground for parent, ground in covered.items() if parent is not None and parent not in outlines}
    cells += [Cell(id=parent, parent_id=None, ground=ground) for parent, ground in made_up.items() if parent in parents]
    return [one for one in find_faults(cells).faults if _counts(one, made_up)]


def _counts(fault: Fault, made_up: Mapping[int, Any]) -> bool:
    """Outlines stand beside one another without being a family, and outside of what was covered before may be meant."""
    return fault.parent_id is not None and not (fault.basis is FaultKind.OUTSIDE and fault.parent_id in made_up)
