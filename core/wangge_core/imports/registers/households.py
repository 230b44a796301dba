"""Importing households. Those that are there already stay as they are; who belongs to them comes with the import of persons."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from wangge_core.db.work import Work
from wangge_core.deployment import Deployment
from wangge_core.errors import Outcome, Refusal
from wangge_core.imports.cells import Cleaner
from wangge_core.imports.drafts import Draft, read_key
from wangge_core.imports.files import Row, Unusable
from wangge_core.imports.finding import GridIndex, WantedGrids
from wangge_core.imports.importing import Became, Importer, Progress, check_rows, no_progress
from wangge_core.imports.mappings import templates
from wangge_core.imports.reading import open_rows
from wangge_core.imports.registers.homes import Homes, WantedHomes
from wangge_core.imports.registers.mappings import HouseholdMapping
from wangge_core.imports.registers.registering import households_of
from wangge_core.imports.registers.running import import_register
from wangge_core.imports.reporting import Fate, ImportResult
from wangge_core.imports.templates import Template, fill_first
from wangge_core.people.homes import Home
from wangge_core.people.households import NewHousehold, register_households
from wangge_core.rights.viewers import Viewer


class _Translator:
    """Makes drafts of households from rows, by the mapping alone."""

    def __init__(self, mapping: HouseholdMapping) -> None:
        self._cleaner = Cleaner(mapping)
        self._grids = WantedGrids(mapping.grid)
        self._homes = WantedHomes(mapping.home)
        self._key = Template(mapping.household.key)
        self._name = templates(mapping.household.name)

    def translate(self, row: Row) -> Draft | Unusable:
        if row.refusals:
            return Unusable(row.refusals)
        found: list[Refusal] = []
        values = self._cleaner.clean(row.values)
        fields = {
            "key": read_key(self._key, values, found),
            "name": fill_first(self._name, values) or "",
            "home": self._homes.of(values, found),
        }
        grid = self._grids.of(values, found)
        return Unusable(tuple(found)) if found else Draft(grid, fields)


class _Writer:
    """Writes the batches of one run."""

    def __init__(self, viewer: Viewer, mapping: HouseholdMapping, grids: GridIndex) -> None:
        self._viewer = viewer
        self._source = mapping.name
        self._grids = grids
        self._homes = Homes(viewer=viewer, source=mapping.name, make=mapping.home.make_homes)

    async def write(self, work: Work, drafts: Sequence[Draft]) -> list[Became]:
        there = await households_of(work, self._source, [draft.fields["key"] for draft in drafts])
        fates: dict[int, Became] = {}
        new: dict[int, int] = {}
        seen = set(there)
        for place, draft in enumerate(drafts):
            if draft.fields["key"] in seen:
                fates[place] = Fate.ALREADY_THERE
                continue
            seen.add(draft.fields["key"])
            grid = self._grids.find(draft.grid)
            if isinstance(grid, Refusal):
                fates[place] = Outcome(refusals=(grid,))
            else:
                new[place] = grid
        fates |= await self._register(work, drafts, new)
        return [fates[place] for place in range(len(drafts))]

    async def _register(self, work: Work, drafts: Sequence[Draft], new: Mapping[int, int]) -> dict[int, Became]:
        wanted = [(grid, drafts[place].fields["home"]) for place, grid in new.items()]
        await self._homes.load(work, wanted)
        homes = dict(zip(new, await self._homes.find_or_make(work, wanted), strict=True))
        fates: dict[int, Became] = {place: Outcome(refusals=(home,)) for place, home in homes.items() if isinstance(home, Refusal)}
        requests = {place: self._request(drafts[place], home) for place, home in homes.items() if isinstance(home, Home)}
        outcomes = await register_households(work, self._viewer, list(requests.values()))
        return fates | dict(zip(requests, outcomes, strict=True))

    def _request(self, draft: Draft, home: Home) -> NewHousehold:
        return NewHousehold(
            grid_id=home.grid_id,
            name=draft.fields["name"],
            unit_id=home.unit_id,
            address=home.address,
            source_name=self._source,
            source_key=draft.fields["key"],
        )


async def import_households(
    deployment: Deployment,
    viewer: Viewer,
    path: Path,
    mapping: HouseholdMapping,
    *,
    dry_run: bool = False,
    report_path: Path | None = None,
    progress: Progress = no_progress,
) -> ImportResult:
    """Import a file of households. Raises FileError and MappingError; what is wrong with a row refuses that row."""

    def importer(grids: GridIndex) -> Importer[Draft]:
        return Importer(
            translate=_Translator(mapping).translate,
            write=_Writer(viewer, mapping, grids).write,
            key_of=lambda draft: draft.fields["key"],
        )

    return await import_register(
        deployment, viewer, path, mapping, importer,
        columns=mapping.columns_by_field(), dry_run=dry_run, report_path=report_path, progress=progress,
    )  # fmt: skip


def check_households(
    deployment: Deployment, path: Path, mapping: HouseholdMapping, progress: Progress = no_progress
) -> ImportResult:
    """The checks of a file of households that read nothing of the database."""
    del deployment
    return check_rows(open_rows(path, mapping).rows, _Translator(mapping).translate, progress)
