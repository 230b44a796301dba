"""Importing buildings, from tables and from maps."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wangge_core.db.work import Work
from wangge_core.deployment import Deployment
from wangge_core.errors import Outcome, Refusal
from wangge_core.imports.cells import Cleaner, position, whole_number
from wangge_core.imports.drafts import Draft, read_key, write_found
from wangge_core.imports.files import Row, Unusable
from wangge_core.imports.finding import WantedGrids, load_grids
from wangge_core.imports.importing import Importer, Progress, Run, check_rows, no_progress
from wangge_core.imports.mappings import BuildingMapping, templates
from wangge_core.imports.reading import read_rows
from wangge_core.imports.reporting import ImportResult, open_report
from wangge_core.imports.templates import Template, fill_first
from wangge_core.places.buildings import NewBuilding, register_buildings
from wangge_core.rights.viewers import Viewer


class _Translator:
    """Makes drafts of buildings from rows, by the mapping alone."""

    def __init__(self, mapping: BuildingMapping) -> None:
        self._mapping = mapping
        self._cleaner = Cleaner(mapping)
        self._grids = WantedGrids(mapping.grid)
        self._key = Template(mapping.building.key)
        self._name = templates(mapping.building.name)
        self._address = templates(mapping.building.address)

    def translate(self, row: Row) -> Draft | Unusable:
        if row.refusals:
            return Unusable(row.refusals)
        found: list[Refusal] = []
        values = self._cleaner.clean(row.values)
        floors = self._mapping.building.floors
        fields: dict[str, Any] = {
            "source_name": self._mapping.name,
            "source_key": read_key(self._key, values, found),
            "name": fill_first(self._name, values) or "",
            "address": fill_first(self._address, values),
            "floors": whole_number(values[floors], "floors", found) if floors else None,
        }
        fields |= (where := position(self._mapping.position, values, found))
        grid = self._grids.of(values, found, where)
        return Unusable(tuple(found)) if found else Draft(grid, fields)


async def import_buildings(
    deployment: Deployment,
    viewer: Viewer,
    path: Path,
    mapping: BuildingMapping,
    *,
    dry_run: bool = False,
    report_path: Path | None = None,
    progress: Progress = no_progress,
) -> ImportResult:
    """Import a file of buildings. Raises FileError and MappingError; what is wrong with a row refuses that row."""
    rows = read_rows(path, mapping)
    async with deployment.read() as work:
        grids = await load_grids(work, mapping.grid)

    async def write(work: Work, drafts: Sequence[Draft]) -> list[Outcome]:
        return await write_found(work, drafts, grids, NewBuilding, lambda requests: register_buildings(work, viewer, requests))

    with open_report(report_path, viewer.language) as report:
        run = Run(deployment=deployment, report=report, dry=dry_run, progress=progress)
        importer = Importer(
            translate=_Translator(mapping).translate,
            write=write,
            key_of=lambda draft: draft.fields["source_key"],
        )
        return await run.import_rows(rows, importer)


def check_buildings(path: Path, mapping: BuildingMapping, progress: Progress = no_progress) -> ImportResult:
    """The checks of a file of buildings that need no database."""
    return check_rows(read_rows(path, mapping), _Translator(mapping).translate, progress)
