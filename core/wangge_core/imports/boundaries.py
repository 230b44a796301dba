"""Importing boundaries of grids from maps. A boundary that is there already as it came is left alone; another takes its place."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.deployment import Deployment
from wangge_core.errors import Outcome, Refusal, refused
from wangge_core.geometry.shapes import make_shape
from wangge_core.geometry.systems import system_name
from wangge_core.grids.boundaries import NewBoundary, set_boundaries
from wangge_core.grids.locating import layer_exists
from wangge_core.imports.cells import Cleaner
from wangge_core.imports.files import Row, Unusable
from wangge_core.imports.finding import GridIndex, Wanted, WantedGrids, load_grids
from wangge_core.imports.importing import Became, Importer, Progress, Run, check_rows, no_progress
from wangge_core.imports.mappings import BoundaryMapping, MappingError
from wangge_core.imports.reading import read_rows
from wangge_core.imports.reporting import Fate, ImportResult, open_report
from wangge_core.rights.viewers import Viewer

BATCH = 100
"""Boundaries are large: so many are one transaction."""


@dataclass(frozen=True, slots=True)
class _Draft:
    """Where a boundary belongs, and what came."""

    line: int
    grid: Wanted
    geometry: Any


class _Translator:
    """Makes drafts of boundaries from features, by the mapping alone."""

    def __init__(self, mapping: BoundaryMapping) -> None:
        self._cleaner = Cleaner(mapping)
        self._grids = WantedGrids(mapping.grid)

    def translate(self, row: Row) -> _Draft | Unusable:
        found: list[Refusal] = list(row.refusals)
        if found:
            return Unusable(tuple(found))
        grid = self._grids.of(self._cleaner.clean(row.values), found)
        return Unusable(tuple(found)) if found else _Draft(row.line, grid, row.geometry)


@dataclass(slots=True)
class _Writer:
    """Sets the boundaries whose grid is found. Each grid has one row of the file."""

    viewer: Viewer
    mapping: BoundaryMapping
    grids: GridIndex
    lines: dict[int, int] = field(default_factory=dict[int, int])

    async def write(self, work: Work, drafts: Sequence[_Draft]) -> list[Became]:
        found = [self._grid(draft) for draft in drafts]
        boundary = t.boundary
        ids = [grid for grid in found if isinstance(grid, int)]
        present = await work.by_ids((boundary.c.original, boundary.c.system), boundary.c.grid_id, ids)
        name = system_name(self.mapping.boundary.system)
        became: dict[int, Became] = {}
        requests: list[tuple[int, NewBoundary]] = []
        for number, (draft, grid) in enumerate(zip(drafts, found, strict=True)):
            if not isinstance(grid, int):
                became[number] = Outcome(refusals=(grid,))
            elif (row := present.get(grid)) is not None and row.system == name and _is_same(row.original, draft.geometry):
                became[number] = Fate.ALREADY_THERE
            else:
                requests.append((number, self._request(grid, draft)))
        outcomes = await set_boundaries(work, self.viewer, [request for _, request in requests])
        became |= {number: outcome for (number, _), outcome in zip(requests, outcomes, strict=True)}
        return [became[number] for number in range(len(drafts))]

    def _grid(self, draft: _Draft) -> int | Refusal:
        """The grid of a row, unless an earlier row was its boundary. A batch may be tried twice."""
        grid = self.grids.find(draft.grid)
        if isinstance(grid, int) and (first := self.lines.setdefault(grid, draft.line)) != draft.line:
            (twice,) = refused("BOUNDARY_TWICE", "gridId", line=first).refusals
            return twice
        return grid

    def _request(self, grid: int, draft: _Draft) -> NewBoundary:
        how = self.mapping.boundary
        # a feature without a geometry must be refused, and not take away what is there
        return NewBoundary(grid_id=grid, geometry=draft.geometry or {}, system=how.system, repair=how.repair)


def _is_same(kept: dict[str, Any], sent: Any) -> bool:
    """Whether this geometry was kept; of members that mean nothing to a boundary nothing is."""
    return isinstance(sent, dict) and kept == {name: cast(dict[str, Any], sent).get(name) for name in kept}


async def import_boundaries(
    deployment: Deployment,
    viewer: Viewer,
    path: Path,
    mapping: BoundaryMapping,
    *,
    dry_run: bool = False,
    report_path: Path | None = None,
    progress: Progress = no_progress,
) -> ImportResult:
    """Import a GeoJSON file of boundaries. Raises FileError and MappingError; what is wrong with a feature refuses that feature."""
    rows = read_rows(path, mapping)
    async with deployment.read() as work:
        writer = _Writer(viewer, mapping, await load_grids(work, mapping.grid, await _layer(work, mapping)))
    with open_report(report_path, viewer.language) as report:
        run = Run(deployment=deployment, report=report, dry=dry_run, progress=progress, batch=BATCH, viewer=viewer)
        importer = Importer(translate=_Translator(mapping).translate, write=writer.write, key_of=lambda draft: str(draft.line))
        return await run.import_rows(rows, importer)


async def _layer(work: Work, mapping: BoundaryMapping) -> str:
    layer = mapping.boundary.layer
    if not await layer_exists(work, layer):
        raise MappingError(f"boundary.layer: there is no layer {layer!r}.", hint="Create the layer first, or correct its name.")
    return layer


def check_boundaries(path: Path, mapping: BoundaryMapping, progress: Progress = no_progress) -> ImportResult:
    """The checks of a file of boundaries that need no database: of the shapes too."""
    translator, how = _Translator(mapping), mapping.boundary

    def translate(row: Row) -> _Draft | Unusable:
        draft = translator.translate(row)
        if isinstance(draft, Unusable):
            return draft
        shape = make_shape(draft.geometry, how.system, repair=how.repair)
        return Unusable(tuple(shape)) if isinstance(shape, list) else draft

    return check_rows(read_rows(path, mapping), translate, progress)
