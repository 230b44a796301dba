"""Creating and changing grids: nodes of a layer's tree, each with a code, a type and a place in the tree."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import check_optional_text, check_text, only_right, read_details
from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal, refused
from wangge_core.grids.codes import GridLevel
from wangge_core.grids.managing import managed
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer
from wangge_core.writing import grids_of


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
class ParentGrid:
    """What a child needs to know of its parent, stored or just made."""

    id: int
    path: str
    depth: int
    ended: bool = False


async def create_grids(work: Work, viewer: Viewer, requests: Sequence[NewGrid]) -> list[Outcome]:
    """Create grids of the base layer, parents before children."""
    known = await _by_code(work, [code for one in requests for code in (one.code, one.parent_code) if code])
    taken = set(known)
    ids = iter(await work.reserve_ids(t.grid, len(requests)))
    rows: list[dict[str, Any]] = []
    outcomes: list[Outcome] = []
    for request in requests:
        parent = known.get(request.parent_code) if request.parent_code else None
        details, found = check_new_grid(work, viewer, request, parent, taken)
        if found:
            outcomes.append(Outcome(refusals=only_right(found)))
            continue
        id = next(ids)
        path, depth = (f"{parent.path}{id}.", parent.depth + 1) if parent else (f"{id}.", 0)
        known[request.code] = ParentGrid(id, path, depth)
        taken.add(request.code)
        rows.append(_row(work, request, id, parent, details) | {"path": path, "depth": depth})
        outcomes.append(Outcome(id=id))
    await work.insert(t.grid, rows)
    for row in rows:
        work.announce("grid.created", row["id"], row["id"])
    return outcomes


async def _by_code(work: Work, codes: Sequence[str]) -> dict[str, ParentGrid]:
    grid = t.grid
    found = await work.by_ids((grid.c.id, grid.c.depth), grid.c.code, codes, grid.c.layer_id == BASE_LAYER)
    present = await grids_of(work, [row.id for row in found.values()])
    return {
        code: ParentGrid(row.id, present[row.id].path, row.depth, present[row.id].ended_at is not None)
        for code, row in found.items()
    }


def check_new_grid(
    work: Work, viewer: Viewer, request: NewGrid, parent: ParentGrid | None, taken: Collection[str]
) -> tuple[Any, list[Refusal]]:
    """The details as they are stored, and why the grid is refused, below this parent and beside the codes that are taken."""
    found = [*check_text(request.name, "name", most=200), *_check_code(work, request, parent, taken)]
    if request.parent_code and parent is None:
        found.append(refusal("NOT_FOUND", "parentCode", what="Grid", id=request.parent_code))
    elif not viewer.may(Capability.MANAGE_GRIDS, parent.path if parent else ""):
        found.append(refusal("NOT_ALLOWED", "parentCode"))
    elif parent and parent.ended:
        found.append(refusal("GRID_ENDED", "parentCode", code=request.parent_code))
    grid_type = work.rules.registry.grid_types.get(request.type_id)
    if grid_type is None:
        return None, [*found, refusal("GRID_TYPE_UNKNOWN", "typeId", id=request.type_id)]
    if grid_type.overlay:
        found.append(refusal("GRID_TYPE_OVERLAY", "typeId", id=request.type_id))
    found.extend(check_staffing(work, request.type_id, request.staffing_id))
    details, more = read_details(request.type_id, grid_type.details, request.details)
    return details, [*found, *more]


def _check_code(work: Work, request: NewGrid, parent: ParentGrid | None, taken: Collection[str]) -> list[Refusal]:
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


def check_staffing(work: Work, type_id: str, staffing_id: str | None) -> list[Refusal]:
    grid_type = work.rules.registry.grid_types.get(type_id)
    if staffing_id is None or (grid_type and staffing_id in {one.id for one in grid_type.staffing}):
        return []
    return [refusal("STAFFING_UNKNOWN", "staffingId", type=type_id, id=staffing_id)]


def _row(work: Work, request: NewGrid, id: int, parent: ParentGrid | None, details: Any) -> dict[str, Any]:
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
    """Change names, staffing templates and details of grids of any layer."""
    grid = t.grid
    columns = (grid.c.path, grid.c.layer_id, grid.c.code, grid.c.ended_at, grid.c.grid_type_id)
    present = await work.by_ids(columns, grid.c.id, [change.grid_id for change in changes])
    allowed = await managed(work, viewer, present)
    return [await _update(work, change, present, allowed) for change in changes]


async def _update(work: Work, change: GridChange, present: Mapping[int, sa.Row[Any]], allowed: Collection[int]) -> Outcome:
    row = present.get(change.grid_id)
    if row is None:
        return refused("NOT_FOUND", "id", what="Grid", id=change.grid_id)
    found = [] if change.grid_id in allowed else [refusal("NOT_ALLOWED", "id")]
    found += [] if row.ended_at is None else [refusal("GRID_ENDED", "id", code=row.code)]
    found.extend(check_optional_text(change.name, "name", most=200))
    found.extend(check_staffing(work, row.grid_type_id, change.staffing_id))
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
