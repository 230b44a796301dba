"""Creating and changing grids: nodes of a layer's tree, each with a code, a type and a place in the tree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import check_optional_text, check_text, only_right, read_details
from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal, refused
from wangge_core.grids.codes import GridLevel
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGrid:
    """A grid to create. The parent is named by its code, which may belong to an earlier item of the same list; None makes a root.

    `level` is only needed where the scheme's codes do not say it. `details` is plain data for the type's dataclass.
    """

    code: str
    name: str
    type_id: str
    parent_code: str | None = None
    level: GridLevel | None = None
    staffing_id: str | None = None
    details: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GridChange:
    """New values for a grid; None leaves a value as it is."""

    grid_id: int
    name: str | None = None
    staffing_id: str | None = None
    details: Any = None


@dataclass(slots=True)
class _Parent:
    """What a child needs to know of its parent, stored or just made."""

    id: int
    path: str
    depth: int


async def create_grids(work: Work, viewer: Viewer, requests: Sequence[NewGrid]) -> list[Outcome]:
    """Create grids of the base layer, parents before children."""
    known = await _by_code(work, [code for one in requests for code in (one.code, one.parent_code) if code])
    taken = set(known)
    ids = iter(await work.reserve_ids(t.grid, len(requests)))
    rows: list[dict[str, Any]] = []
    outcomes: list[Outcome] = []
    for request in requests:
        parent = known.get(request.parent_code) if request.parent_code else None
        details, found = _check(work, viewer, request, parent, taken)
        if found:
            outcomes.append(Outcome(refusals=only_right(found)))
            continue
        id = next(ids)
        path, depth = (f"{parent.path}{id}.", parent.depth + 1) if parent else (f"{id}.", 0)
        known[request.code] = _Parent(id, path, depth)
        taken.add(request.code)
        rows.append(_row(work, request, id, parent, details) | {"path": path, "depth": depth})
        outcomes.append(Outcome(id=id))
    await work.insert(t.grid, rows)
    for row in rows:
        work.announce("grid.created", row["id"], row["id"])
    return outcomes


async def _by_code(work: Work, codes: Sequence[str]) -> dict[str, _Parent]:
    grid = t.grid
    rows = await work.by_ids((grid.c.id, grid.c.path, grid.c.depth), grid.c.code, codes, grid.c.layer_id == BASE_LAYER)
    return {code: _Parent(row.id, row.path, row.depth) for code, row in rows.items()}


def _check(work: Work, viewer: Viewer, request: NewGrid, parent: _Parent | None, taken: set[str]) -> tuple[Any, list[Refusal]]:
    found = [*check_text(request.name, "name", most=200), *_check_code(work, request, parent, taken)]
    if request.parent_code and parent is None:
        found.append(refusal("NOT_FOUND", "parentCode", what="Grid", id=request.parent_code))
    elif not viewer.may(Capability.MANAGE_GRIDS, parent.path if parent else ""):
        found.append(refusal("NOT_ALLOWED", "parentCode"))
    grid_type = work.rules.registry.grid_types.get(request.type_id)
    if grid_type is None:
        return None, [*found, refusal("GRID_TYPE_UNKNOWN", "typeId", id=request.type_id)]
    if grid_type.overlay:
        found.append(refusal("GRID_TYPE_OVERLAY", "typeId", id=request.type_id))
    found.extend(_check_staffing(work, request.type_id, request.staffing_id))
    details, more = read_details(request.type_id, grid_type.details, request.details)
    return details, [*found, *more]


def _check_code(work: Work, request: NewGrid, parent: _Parent | None, taken: set[str]) -> list[Refusal]:
    codes = work.rules.codes
    if not codes.is_valid(request.code):
        return [refusal("CODE_INVALID", "code", code=request.code, scheme=codes.name)]
    if request.code in taken:
        return [refusal("CODE_TAKEN", "code", code=request.code)]
    if parent and request.parent_code and not codes.is_child(request.code, request.parent_code):
        return [refusal("CODE_NOT_BELOW_PARENT", "code", code=request.code, parent=request.parent_code)]
    level = codes.level_of(request.code)
    if level is None and request.level is None:
        return [refusal("LEVEL_REQUIRED", "level")]
    if level and request.level and level is not request.level:
        return [refusal("LEVEL_MISMATCH", "level", code=request.code, level=level.value)]
    return []


def _check_staffing(work: Work, type_id: str, staffing_id: str | None) -> list[Refusal]:
    grid_type = work.rules.registry.grid_types.get(type_id)
    if staffing_id is None or (grid_type and staffing_id in {one.id for one in grid_type.staffing}):
        return []
    return [refusal("STAFFING_UNKNOWN", "staffingId", type=type_id, id=staffing_id)]


def _row(work: Work, request: NewGrid, id: int, parent: _Parent | None, details: Any) -> dict[str, Any]:
    level = work.rules.codes.level_of(request.code) or request.level
    templates = work.rules.registry.grid_types[request.type_id].staffing
    assert level is not None
    return {
        "id": id,
        "layer_id": BASE_LAYER,
        "grid_type_id": request.type_id,
        "parent_id": parent.id if parent else None,
        "level": level.value,
        "code": request.code,
        "name": request.name.strip(),
        "staffing_id": request.staffing_id or (templates[0].id if templates else None),
        "details": details,
        "version": 1,
        "created_at": work.now,
        "updated_at": work.now,
    }


async def update_grids(work: Work, viewer: Viewer, changes: Sequence[GridChange]) -> list[Outcome]:
    """Change names, staffing templates and details of grids."""
    grid = t.grid
    present = await work.by_ids((grid.c.path, grid.c.grid_type_id), grid.c.id, [change.grid_id for change in changes])
    return [await _update(work, viewer, change, present) for change in changes]


async def _update(work: Work, viewer: Viewer, change: GridChange, present: Mapping[int, sa.Row[Any]]) -> Outcome:
    row = present.get(change.grid_id)
    if row is None:
        return refused("NOT_FOUND", "id", what="Grid", id=change.grid_id)
    found = [] if viewer.may(Capability.MANAGE_GRIDS, row.path) else [refusal("NOT_ALLOWED", "id")]
    found.extend(check_optional_text(change.name, "name", most=200))
    found.extend(_check_staffing(work, row.grid_type_id, change.staffing_id))
    values: dict[str, Any] = {"name": change.name and change.name.strip(), "staffing_id": change.staffing_id}
    if change.details is not None:
        grid_type = work.rules.registry.grid_types.get(row.grid_type_id)
        values["details"], more = read_details(row.grid_type_id, grid_type.details if grid_type else None, change.details)
        found.extend(more)
    if found:
        return Outcome(refusals=only_right(found))
    given = {name: value for name, value in values.items() if value is not None}
    await work.change(t.grid, change.grid_id, given | {"updated_at": work.now, "version": t.grid.c.version + 1})
    work.announce("grid.updated", change.grid_id, change.grid_id, fields=sorted(given))
    return Outcome(id=change.grid_id)
