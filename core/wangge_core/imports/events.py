"""Importing events with the past that their records tell: when they were closed, and whether in time."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.deployment import Deployment
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.events.kinds import import_catalogue
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport, EventSource, Recorded
from wangge_core.imports.catalogues import KindReader
from wangge_core.imports.cells import Cleaner, meaning, position
from wangge_core.imports.drafts import Draft, read_key, write_found
from wangge_core.imports.files import Row, Unusable
from wangge_core.imports.finding import GridIndex, WantedGrids, load_grids
from wangge_core.imports.importing import Importer, Progress, Run, check_rows, no_progress
from wangge_core.imports.mappings import EventMapping, templates
from wangge_core.imports.reading import read_rows
from wangge_core.imports.reporting import ImportResult, open_report
from wangge_core.imports.templates import Template, fill_first
from wangge_core.imports.times import TimeReader
from wangge_core.places.offices import NewOffice, create_offices
from wangge_core.rights.viewers import Viewer


class _Translator:
    """Makes drafts of events from rows, by the mapping alone."""

    def __init__(self, mapping: EventMapping) -> None:
        self._event = mapping.event
        self._source_name = mapping.name
        self._position = mapping.position
        self._cleaner = Cleaner(mapping)
        self._grids = WantedGrids(mapping.grid)
        self._times = TimeReader(mapping.times) if mapping.times else None
        self._key = Template(mapping.event.key)
        self._description = templates(mapping.event.description)
        self._office, self._office_name = Template(mapping.event.office), Template(mapping.event.office_name)
        self.kinds = KindReader(mapping.kind)

    def translate(self, row: Row) -> Draft | Unusable:
        if row.refusals:
            return Unusable(row.refusals)
        found: list[Refusal] = []
        values = self._cleaner.clean(row.values)
        fields: dict[str, Any] = {
            "source_name": self._source_name,
            "source_key": read_key(self._key, values, found),
            "kind_id": self.kinds.read(values, found),
            "source": self._source(values, found),
            **self._read_times(values, found),
        }
        fields |= (where := position(self._position, values, found))
        fields["description"] = fill_first(self._description, values) or ""
        code, name = self._office.fill(values), self._office_name.fill(values)
        fields["office"] = (code, name) if code and name else None
        grid = self._grids.of(values, found, where)
        return Unusable(tuple(found)) if found else Draft(grid, fields)

    def _source(self, values: dict[str, str], found: list[Refusal]) -> EventSource:
        source = self._event.source
        return source if isinstance(source, EventSource) else meaning(source, values, found) or EventSource.OTHER_SYSTEM

    def _read_times(self, values: dict[str, str], found: list[Refusal]) -> dict[str, Any]:
        event = self._event
        reported_at = self._moment(event.reported_at, values, "reportedAt", found)
        if event.reported_at and not values[event.reported_at]:
            found.append(refusal("TIME_REQUIRED", "reportedAt"))
        closed_at = self._moment(event.closed_at, values, "closedAt", found)
        if reported_at and closed_at and closed_at < reported_at and event.closed_before_reported == "refuse":
            found.append(refusal("CLOSED_BEFORE_REPORTED", "closedAt"))
        said = event.closed if isinstance(event.closed, bool) else meaning(event.closed, values, found)
        closed = bool(said) or closed_at is not None
        due_at = self._moment(event.due_at, values, "dueAt", found)
        timeliness = meaning(event.timeliness, values, found) if event.timeliness else None
        return {
            "reported_at": reported_at,
            "occurred_at": self._moment(event.occurred_at, values, "occurredAt", found),
            "recorded": Recorded(closed=closed, closed_at=closed_at, due_at=due_at, timeliness=timeliness),
        }

    def _moment(self, column: str, values: dict[str, str], field: str, found: list[Refusal]) -> datetime | None:
        return self._times.read(values[column], field, found) if column and self._times else None


class _Writer:
    """Brings in the kinds that are new, finds the grids and reports the events."""

    def __init__(self, viewer: Viewer, mapping: EventMapping, kinds: KindReader, grids: GridIndex, result: ImportResult) -> None:
        self._viewer = viewer
        self._catalogue = mapping.kind.catalogue
        self._kinds = kinds
        self._grids = grids
        self._result = result
        self._written = 0

    async def write(self, work: Work, drafts: Sequence[Draft]) -> list[Outcome]:
        await self._bring_in_kinds(work)
        offices = await self._offices(work, [draft.fields["office"] for draft in drafts])

        def report(*, office: tuple[str, str] | None, recorded: Recorded, **fields: Any) -> EventReport:
            return EventReport(recorded=replace(recorded, office_id=offices.get(office[0]) if office else None), **fields)

        return await write_found(work, drafts, self._grids, report, lambda reports: report_events(work, self._viewer, reports))

    async def _offices(self, work: Work, named: Sequence[tuple[str, str] | None]) -> Mapping[str, int]:
        """The keys of offices by code; those that are not known are added."""
        names = dict(one for one in named if one is not None)
        found = await work.by_ids((t.office.c.id,), t.office.c.code, names)
        missing = [NewOffice(code=code, name=name) for code, name in names.items() if code not in found]
        made = await create_offices(work, self._viewer, missing)
        ids = {new.code: one.id for new, one in zip(missing, made, strict=True) if one.id is not None}
        return {code: row.id for code, row in found.items()} | ids

    async def _bring_in_kinds(self, work: Work) -> None:
        """Kinds are seen in the order of the file, so the new ones come last."""
        new = list(self._kinds.seen.values())[self._written :]
        if self._catalogue and new:
            self._result.retired |= await import_catalogue(work, self._viewer, self._catalogue, new)

    def committed(self) -> None:
        self._written = len(self._kinds.seen)


async def import_events(
    deployment: Deployment,
    viewer: Viewer,
    path: Path,
    mapping: EventMapping,
    *,
    dry_run: bool = False,
    report_path: Path | None = None,
    progress: Progress = no_progress,
) -> ImportResult:
    """Import a file of events. Raises FileError and MappingError; what is wrong with a row refuses that row."""
    rows = read_rows(path, mapping)
    async with deployment.read() as work:
        grids = await load_grids(work, mapping.grid)
    translator = _Translator(mapping)
    with open_report(report_path, viewer.language) as report:
        run = Run(deployment=deployment, report=report, dry=dry_run, progress=progress)
        writer = _Writer(viewer, mapping, translator.kinds, grids, run.result)
        importer = Importer(
            translate=translator.translate,
            write=writer.write,
            key_of=lambda draft: draft.fields["source_key"],
            committed=writer.committed,
        )
        await run.import_rows(rows, importer)
    run.result.other_names = translator.kinds.other_names
    return run.result


def check_events(path: Path, mapping: EventMapping, progress: Progress = no_progress) -> ImportResult:
    """The checks of a file of events that need no database."""
    return check_rows(read_rows(path, mapping), _Translator(mapping).translate, progress)
