"""`wangge import`: other people's files, by a mapping. Every import checks the whole file first, and only then writes."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from wangge_core.deployment import Deployment
from wangge_core.imports.boundaries import check_boundaries, import_boundaries
from wangge_core.imports.buildings import check_buildings, import_buildings
from wangge_core.imports.divisions import check_divisions, import_divisions
from wangge_core.imports.events import check_events, import_events
from wangge_core.imports.files import FileError
from wangge_core.imports.mapping_files import read_mapping
from wangge_core.imports.mappings import (
    OFFICIAL_DIVISIONS,
    BoundaryMapping,
    BuildingMapping,
    DivisionMapping,
    EventMapping,
    OverlayMapping,
)
from wangge_core.imports.overlays import check_overlays, import_overlays
from wangge_core.imports.registers.assets import check_assets, import_assets
from wangge_core.imports.registers.households import check_households, import_households
from wangge_core.imports.registers.mappings import AssetMapping, HouseholdMapping, OrganizationMapping, PersonMapping
from wangge_core.imports.registers.organizations import check_organizations, import_organizations
from wangge_core.imports.registers.persons import check_persons, import_persons
from wangge_core.imports.reporting import ImportResult
from wangge_core.imports.standards.importing import StandardsResult, check_standards, import_standards
from wangge_core.imports.standards.mappings import StandardsMapping
from wangge_core.rights.viewers import operator
from wangge_server.commands.context import Context, pass_context
from wangge_server.opening import open_deployment

FILE = click.argument("file", type=click.Path(path_type=Path))
DRY_RUN = click.option("--dry-run", is_flag=True, help="Do everything, and write nothing.")
REPORT = click.option(
    "--report", type=click.Path(path_type=Path), metavar="FILE", help="Where the refused rows go (reports/NAME.csv)."
)
MAP = click.option(
    "--map",
    "--mapping",
    "mapping",
    type=click.Path(path_type=Path),
    required=True,
    metavar="MAP.toml",
    help="What the columns mean.",
)
ENDINGS = {".gz", ".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".json", ".geojson"}

Check = Callable[[Callable[[ImportResult], None]], ImportResult]
Write = Callable[..., Awaitable[ImportResult]]


@click.group("import")
def import_() -> None:
    """Bring in divisions, buildings, registers, standards and events from files."""


@import_.command()
@FILE
@click.option("--root", metavar="CODE", help="Only this division and all below it.")
@click.option("--grids", metavar="TYPE", help="Make a first grid of this type under each community.")
@click.option(
    "--map", "mapping", type=click.Path(path_type=Path), metavar="MAP.toml", help="For columns other than the official ones."
)
@DRY_RUN
@REPORT
@pass_context
def divisions(
    context: Context, *, file: Path, root: str | None, grids: str | None, mapping: Path | None, dry_run: bool, report: Path | None
) -> None:
    """Import administrative divisions as grids."""
    meant = read_mapping(mapping, DivisionMapping) if mapping else OFFICIAL_DIVISIONS

    async def write(deployment: Deployment, **how: Any) -> ImportResult:
        return await import_divisions(deployment, operator("en"), file, meant, root=root, grids=grids, **how)

    _import(context, file, lambda tell: check_divisions(file, meant, tell), write, dry_run=dry_run, report=report)


@import_.command()
@FILE
@MAP
@DRY_RUN
@REPORT
@pass_context
def boundaries(context: Context, *, file: Path, mapping: Path, dry_run: bool, report: Path | None) -> None:
    """Import boundaries of grids from a map."""
    meant = read_mapping(mapping, BoundaryMapping)
    _import_mapped(context, file, meant, check_boundaries, import_boundaries, dry_run=dry_run, report=report)


@import_.command()
@FILE
@MAP
@DRY_RUN
@REPORT
@pass_context
def overlays(context: Context, *, file: Path, mapping: Path, dry_run: bool, report: Path | None) -> None:
    """Import grids of an overlay and what they are made of."""
    meant = read_mapping(mapping, OverlayMapping)
    _import_mapped(context, file, meant, check_overlays, import_overlays, dry_run=dry_run, report=report)


@import_.command()
@FILE
@MAP
@DRY_RUN
@REPORT
@pass_context
def buildings(context: Context, *, file: Path, mapping: Path, dry_run: bool, report: Path | None) -> None:
    """Import buildings from a table or a map."""
    meant = read_mapping(mapping, BuildingMapping)
    _import_mapped(context, file, meant, check_buildings, import_buildings, dry_run=dry_run, report=report)


@import_.command()
@FILE
@MAP
@DRY_RUN
@REPORT
@pass_context
def events(context: Context, *, file: Path, mapping: Path, dry_run: bool, report: Path | None) -> None:
    """Import events, with the past that their records tell."""
    meant = read_mapping(mapping, EventMapping)
    _import_mapped(context, file, meant, check_events, import_events, dry_run=dry_run, report=report)


@import_.command()
@FILE
@MAP
@DRY_RUN
@REPORT
@pass_context
def standards(context: Context, *, file: Path, mapping: Path, dry_run: bool, report: Path | None) -> None:
    """Import published standards: kinds with filing conditions, time limits and closing conditions."""
    meant = read_mapping(mapping, StandardsMapping)
    _import_mapped(context, file, meant, check_standards, import_standards, dry_run=dry_run, report=report)


@import_.command()
@FILE
@MAP
@DRY_RUN
@REPORT
@pass_context
def persons(context: Context, *, file: Path, mapping: Path, dry_run: bool, report: Path | None) -> None:
    """Import persons with their homes and households."""
    meant = read_mapping(mapping, PersonMapping)
    _import_register(context, file, meant, check_persons, import_persons, dry_run=dry_run, report=report)


@import_.command()
@FILE
@MAP
@DRY_RUN
@REPORT
@pass_context
def households(context: Context, *, file: Path, mapping: Path, dry_run: bool, report: Path | None) -> None:
    """Import households with their homes."""
    meant = read_mapping(mapping, HouseholdMapping)
    _import_register(context, file, meant, check_households, import_households, dry_run=dry_run, report=report)


@import_.command()
@FILE
@MAP
@DRY_RUN
@REPORT
@pass_context
def organizations(context: Context, *, file: Path, mapping: Path, dry_run: bool, report: Path | None) -> None:
    """Import organisations with their premises."""
    meant = read_mapping(mapping, OrganizationMapping)
    _import_register(context, file, meant, check_organizations, import_organizations, dry_run=dry_run, report=report)


@import_.command()
@FILE
@MAP
@DRY_RUN
@REPORT
@pass_context
def assets(context: Context, *, file: Path, mapping: Path, dry_run: bool, report: Path | None) -> None:
    """Import assets from a table or a map."""
    meant = read_mapping(mapping, AssetMapping)
    _import_register(context, file, meant, check_assets, import_assets, dry_run=dry_run, report=report)


def _import_mapped(
    context: Context,
    file: Path,
    mapping: Any,
    check: Callable[..., ImportResult],
    write: Write,
    *,
    dry_run: bool,
    report: Path | None,
) -> None:
    """An import whose checks need the file and its mapping alone."""

    async def written(deployment: Deployment, **how: Any) -> ImportResult:
        return await write(deployment, operator("en"), file, mapping, **how)

    _import(context, file, lambda tell: check(file, mapping, tell), written, dry_run=dry_run, report=report)


def _import_register(
    context: Context,
    file: Path,
    mapping: Any,
    check: Callable[..., ImportResult],
    write: Write,
    *,
    dry_run: bool,
    report: Path | None,
) -> None:
    """An import of a register: its checks ask the deployment for its day, its keys and its kinds."""
    deployment = open_deployment(context.settings())

    async def written(deployment: Deployment, **how: Any) -> ImportResult:
        return await write(deployment, operator("en"), file, mapping, **how)

    def checked(tell: Callable[[ImportResult], None]) -> ImportResult:
        return check(deployment, file, mapping, tell)

    _import(context, file, checked, written, dry_run=dry_run, report=report, deployment=deployment)


def _import(
    context: Context,
    file: Path,
    check: Check,
    write: Write,
    *,
    dry_run: bool,
    report: Path | None,
    deployment: Deployment | None = None,
) -> None:
    settings = context.settings()
    checked = _check(check)
    report = report or settings.folder / "reports" / f"{_bare_name(file)}.csv"
    if report.resolve() == file.resolve():
        raise FileError("the report would overwrite the file.", hint="Name another file with --report.")
    deployment = deployment or open_deployment(settings)

    async def run() -> ImportResult:
        try:
            await deployment.start(migrate=True)
            with _Bar("Trying" if dry_run else "Importing", checked.rows) as bar:
                return await write(deployment, dry_run=dry_run, report_path=report, progress=bar.show)
        finally:
            await deployment.close()

    _summarize(asyncio.run(run()), report, dry_run=dry_run)


def _check(check: Check) -> ImportResult:
    with _Bar("Checking", None) as bar:
        result = check(bar.show)
    click.echo(f"Checked {result.rows:,} rows: {result.refused:,} cannot be understood{_codes(result)}.")
    return result


def _summarize(result: ImportResult, report: Path, *, dry_run: bool) -> None:
    verb = "Would import" if dry_run else "Imported"
    rest = f"{result.already_there:,} were there already; {result.refused:,} refused."
    click.echo(f"{verb} {result.imported:,} of {result.rows:,} rows; {rest}")
    if isinstance(result, StandardsResult):
        _tell_limits(result)
    if result.updated:
        click.echo(f"{'Would change' if dry_run else 'Changed'} {result.updated:,} that were there.")
    if result.waiting:
        click.echo(f"{result.waiting:,} may be somebody on the register: they wait for a decision (importReviews).")
    if result.dropped:
        click.echo(f"{result.dropped:,} were left out, as was decided.")
    if result.left_out:
        click.echo(f"{result.left_out:,} children came without identity number and telephone: no guardian has agreed.")
    if result.passed_over:
        click.echo(f"Not read, for they cross a red line: the columns {', '.join(result.passed_over)}.")
    if result.grids:
        click.echo(f"Made {result.grids:,} first grids.")
    for id, word in result.retired.items():
        click.echo(f"Retired: {id} crosses a red line ({word}).")
    for id, name in result.other_names.items():
        click.echo(f"Two names: {id} also came as {name!r}; the first name stays.")
    if result.refused:
        click.echo(f"Refused{_codes(result)}: {report}")


def _tell_limits(result: StandardsResult) -> None:
    click.echo(f"{result.kinds:,} kinds. What the time limits became:")
    for (spelling, became), rows in sorted(result.spellings.items(), key=lambda one: (-one[1], one[0])):
        click.echo(f"  {rows:>6,}  {spelling or '(empty)'} → {became or 'not read: the mapping does not name it'}")


def _codes(result: ImportResult) -> str:
    listed = ", ".join(f"{code} {count:,}" for code, count in result.codes.most_common())
    return f" ({listed})" if listed else ""


def _bare_name(file: Path) -> str:
    """`events.csv.gz` → `events`."""
    name = Path(file.name)
    while name.suffix.lower() in ENDINGS:
        name = name.with_suffix("")
    return name.name


@dataclass(slots=True)
class _Bar:
    """A progress bar on a terminal; nothing elsewhere."""

    verb: str
    total: int | None
    _progress: Progress | None = None
    _task: TaskID | None = None

    def __enter__(self) -> "_Bar":
        console = Console(stderr=True)
        columns = (
            TextColumn(self.verb),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[refused]} refused"),
        )
        self._progress = Progress(*columns, console=console, disable=not console.is_terminal)
        self._progress.start()
        self._task = self._progress.add_task(self.verb, total=self.total, refused=0)
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress:
            self._progress.stop()

    def show(self, result: ImportResult) -> None:
        if self._progress and self._task is not None:
            self._progress.update(self._task, completed=result.rows, refused=result.refused)
