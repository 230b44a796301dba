"""Running the import of a register: what all of them do around what each makes of its rows."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from wangge_core.deployment import Deployment
from wangge_core.imports.finding import GridIndex, load_grids
from wangge_core.imports.importing import Importer, Progress, Run
from wangge_core.imports.reading import open_rows
from wangge_core.imports.registers.mappings import RegisterMapping
from wangge_core.imports.registers.red_lines import passed_over
from wangge_core.imports.reporting import ImportResult, open_report
from wangge_core.rights.viewers import Viewer

_D = TypeVar("_D")


async def import_register(
    deployment: Deployment,
    viewer: Viewer,
    path: Path,
    mapping: RegisterMapping,
    importer: Callable[[GridIndex], Importer[_D]],
    *,
    columns: Mapping[str, str] | None,
    dry_run: bool,
    report_path: Path | None,
    progress: Progress,
) -> ImportResult:
    """Import a file of a register; `columns` are those of `open_report`. Raises FileError and MappingError."""
    file = open_rows(path, mapping)
    async with deployment.read() as work:
        grids = await load_grids(work, mapping.grid)
    with open_report(report_path, viewer.language, columns) as report:
        run = Run(deployment=deployment, report=report, dry=dry_run, progress=progress, viewer=viewer)
        run.result.passed_over = passed_over(file.header)
        return await run.import_rows(file.rows, importer(grids))
