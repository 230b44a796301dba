"""Importing grids of overlays: a row each, with the base grids that it is made of, parents before the grids below them. One that is there
already gets other base grids where the file has others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import CHUNK, Work
from wangge_core.deployment import Deployment
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.grids.locating import layer_exists
from wangge_core.grids.overlays import NewOverlay, NewParts, create_overlays, set_parts
from wangge_core.imports.cells import Cleaner
from wangge_core.imports.files import Row, Unusable
from wangge_core.imports.importing import Became, Importer, Progress, Run, check_rows, no_progress
from wangge_core.imports.mappings import MappingError, OverlayMapping
from wangge_core.imports.reading import read_rows
from wangge_core.imports.reporting import Fate, ImportResult, open_report
from wangge_core.rights.viewers import Viewer


@dataclass(frozen=True, slots=True)
class _Draft:
    """What a row says of a grid. `grids` are the codes of base grids."""

    code: str
    name: str
    parent: str | None
    grids: tuple[str, ...]


class _Translator:
    """Makes drafts from rows, by the mapping alone."""

    def __init__(self, mapping: OverlayMapping) -> None:
        self._overlay = mapping.overlay
        self._cleaner = Cleaner(mapping)

    def translate(self, row: Row) -> _Draft | Unusable:
        if row.refusals:
            return Unusable(row.refusals)
        overlay, values = self._overlay, self._cleaner.clean(row.values)
        code, name = values[overlay.code], values[overlay.name]
        if missing := [field for field, value in (("code", code), ("name", name)) if not value]:
            return Unusable(tuple(refusal("REQUIRED", field) for field in missing))
        grids = (one.strip() for one in values[overlay.grids].split(overlay.separator))
        parent = values[overlay.parent] or None if overlay.parent else None
        return _Draft(code, name, parent, tuple(dict.fromkeys(one for one in grids if one)))


@dataclass(slots=True)
class _Writer:
    """Sets the base grids of those that are there, and makes the others."""

    viewer: Viewer
    mapping: OverlayMapping

    async def write(self, work: Work, drafts: Sequence[_Draft]) -> list[Became]:
        grid, layer = t.grid, self.mapping.overlay.layer
        present = await work.by_ids((grid.c.id,), grid.c.code, [one.code for one in drafts], grid.c.layer_id == layer)
        base = await work.by_ids(
            (grid.c.id,), grid.c.code, [code for one in drafts for code in one.grids], grid.c.layer_id == BASE_LAYER
        )
        parts = await _parts(work, [row.id for row in present.values()])
        became: dict[int, Became] = {}
        new, other = dict[int, NewOverlay](), dict[int, NewParts]()
        for number, draft in enumerate(drafts):
            ids = tuple(base[code].id for code in draft.grids if code in base)
            row = present.get(draft.code)
            if unknown := _unknown(draft, base):
                became[number] = Outcome(refusals=unknown)
            elif row is None:
                new[number] = self._new(draft, ids)
            elif set(ids) == parts.get(row.id, set()):
                became[number] = Fate.ALREADY_THERE
            else:
                other[number] = NewParts(grid_id=row.id, base_grid_ids=ids)
        became |= await self._set(work, other)
        became |= dict(zip(new, await create_overlays(work, self.viewer, list(new.values())), strict=True))
        return [became[number] for number in range(len(drafts))]

    async def _set(self, work: Work, wanted: Mapping[int, NewParts]) -> dict[int, Became]:
        """Set what can be set, and again what was in the way of another before."""
        became, left = dict[int, Became](), dict(wanted)
        before = len(left) + 1
        while 0 < len(left) < before:
            before = len(left)
            outcomes = dict(zip(left, await set_parts(work, self.viewer, list(left.values())), strict=True))
            became |= {number: Fate.UPDATED if one.accepted else one for number, one in outcomes.items()}
            left = {number: left[number] for number, one in outcomes.items() if not one.accepted}
        return became

    def _new(self, draft: _Draft, base_grid_ids: tuple[int, ...]) -> NewOverlay:
        overlay = self.mapping.overlay
        return NewOverlay(
            layer_id=overlay.layer,
            code=draft.code,
            name=draft.name,
            type_id=overlay.type,
            parent_code=draft.parent,
            level=overlay.level,
            base_grid_ids=base_grid_ids,
        )


def _unknown(draft: _Draft, base: Mapping[str, object]) -> tuple[Refusal, ...]:
    return tuple(refusal("GRID_NOT_FOUND", "baseGridIds", name=code) for code in draft.grids if code not in base)


async def _parts(work: Work, grid_ids: Sequence[int]) -> Mapping[int, set[int]]:
    """The base grids that grids are made of."""
    part, found = t.grid_part, dict[int, set[int]]()
    for start in range(0, len(grid_ids), CHUNK):
        of_grids = part.c.overlay_grid_id.in_(grid_ids[start : start + CHUNK])
        for row in await work.rows(sa.select(part.c.overlay_grid_id, part.c.base_grid_id).where(of_grids)):
            found.setdefault(row.overlay_grid_id, set()).add(row.base_grid_id)
    return found


async def import_overlays(
    deployment: Deployment,
    viewer: Viewer,
    path: Path,
    mapping: OverlayMapping,
    *,
    dry_run: bool = False,
    report_path: Path | None = None,
    progress: Progress = no_progress,
) -> ImportResult:
    """Import a table of grids of an overlay. The file is held in memory, and is one transaction, because grids need their parents.

    Raises FileError and MappingError; what is wrong with a row refuses that row.
    """
    layer = mapping.overlay.layer
    async with deployment.read() as work:
        if layer == BASE_LAYER or not await layer_exists(work, layer):
            raise MappingError(
                f"overlay.layer: there is no overlay {layer!r}.", hint="Create it with gridLayerCreate, or correct its name."
            )
    rows = list(read_rows(path, mapping))
    with open_report(report_path, viewer.language) as report:
        run = Run(deployment=deployment, report=report, dry=dry_run, progress=progress, batch=max(len(rows), 1), viewer=viewer)
        writer = _Writer(viewer, mapping)
        importer = Importer(translate=_Translator(mapping).translate, write=writer.write, key_of=lambda draft: draft.code)
        return await run.import_rows(rows, importer)


def check_overlays(path: Path, mapping: OverlayMapping, progress: Progress = no_progress) -> ImportResult:
    """The checks of a file of overlays that need no database."""
    return check_rows(read_rows(path, mapping), _Translator(mapping).translate, progress)
