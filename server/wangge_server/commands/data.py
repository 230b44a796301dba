"""`wangge data`: what is held on a person, what has been kept long enough, and the statistics."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from wangge_core.data_care.exports import Export, Exported, export_persons
from wangge_core.data_care.retention import OPERATION, Kept, retain
from wangge_core.data_care.statistics import Published, publish_statistics
from wangge_core.deployment import Deployment
from wangge_core.errors import WanggeError
from wangge_core.logs.entries import ReadKind, entry_of
from wangge_core.logs.purposes import Purpose, Stated
from wangge_core.refusals import message
from wangge_core.rights.viewers import operator
from wangge_schema.answers import Operation
from wangge_server.commands.context import Context, pass_context
from wangge_server.opening import open_deployment, periods_of
from wangge_server.settings import Settings


class ExportRefusedError(WanggeError):
    """Nothing is exported of this person."""

    code = "EXPORT_REFUSED"


@click.group()
def data() -> None:
    """Care for personal data."""


@data.command("export")
@click.argument("person", type=click.IntRange(min=1))
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="The file to write; standard output unless given.")
@click.option(
    "--purpose", type=click.Choice([*Purpose]), default=Purpose.DATA_REQUEST.value, help="What for; the resident sees it."
)
@pass_context
def export_command(context: Context, person: int, output: Path | None, purpose: str) -> None:
    """Everything that is held on the person with this number (`Person:12` is 12), as JSON, sealed values included. It is logged."""
    held = asyncio.run(_export(context.settings(), person, Stated(Purpose(purpose))))
    text = json.dumps(held, ensure_ascii=False, indent=2)
    if output is None:
        click.echo(text)
        return
    output.touch(mode=0o600)
    output.write_text(f"{text}\n", encoding="utf-8")
    click.echo(f"{output} holds all that is held on the person. Hand it over, then delete it.")


async def _export(settings: Settings, person: int, stated: Stated) -> Any:
    deployment, viewer = open_deployment(settings), operator()
    try:
        async with deployment.write(viewer, "data export") as work:
            (exported,) = await export_persons(work, viewer, [Export(person_id=person, stated=stated)])
        _check(exported)
        asked = Operation(kind="mutation", name="data export", document_hash="")
        await deployment.read_log.write(entry_of(viewer, asked, stated, exported.reads, kind=ReadKind.EXPORT))
        return exported.held
    finally:
        await deployment.close()


def _check(exported: Exported) -> None:
    if not exported.accepted:
        raise ExportRefusedError(" ".join(message(one, "en") for one in exported.refusals))


@data.command("retention")
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Write what was found into this file, as JSON.")
@pass_context
def retention_command(context: Context, dry_run: bool, report: Path | None) -> None:
    """Delete and anonymise what has been kept long enough (`[retention]` in the settings). Broken off, run it again."""
    settings = context.settings()
    unlimited = periods_of(settings).unlimited
    for name in unlimited:
        click.echo(f"retention.{name} is 0: this is kept for ever. The law asks for an end.", err=True)
    found = asyncio.run(_retain(settings, dry=dry_run))
    for one in found:
        held = f", {one.held_back:,} cannot go yet" if one.held_back else ""
        click.echo(f"{one.name:<18} {one.due:>10,} due{held}" + ("" if dry_run else f", {one.done:,} done"))
    if report is not None:
        report.write_text(json.dumps(_report(found, dry_run, unlimited), indent=2) + "\n", encoding="utf-8")


def _report(found: Sequence[Kept], dry_run: bool, unlimited: Sequence[str]) -> dict[str, Any]:
    classes = {one.name: {"due": one.due, "done": one.done, "heldBack": one.held_back} for one in found}
    return {"at": datetime.now(UTC).isoformat(timespec="seconds"), "dryRun": dry_run, "classes": classes, "unlimited": [*unlimited]}


async def _retain(settings: Settings, *, dry: bool) -> list[Kept]:
    deployment = open_deployment(settings)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    tasks: dict[str, TaskID] = {}
    try:
        with Progress(*columns, console=Console(stderr=True)) as bar:

            def progress(name: str, done: int, whole: int) -> None:
                if name not in tasks:
                    tasks[name] = bar.add_task(name, total=whole)
                bar.update(tasks[name], completed=done, total=whole)

            writes = partial(deployment.write, operator(), OPERATION)
            return await retain(deployment.read, writes, periods_of(settings), dry=dry, progress=progress)
    finally:
        await deployment.close()


@data.command("statistics")
@pass_context
def statistics_command(context: Context) -> None:
    """Count people and homes of every grid and publish the counts, small ones hidden. Once a day or once a month is enough."""
    published = asyncio.run(_publish(open_deployment(context.settings())))
    click.echo(f"{published.cells:,} counts are published, {published.hidden:,} of them hidden.")


async def _publish(deployment: Deployment) -> Published:
    try:
        async with deployment.write(operator(), "data statistics") as work:
            return await publish_statistics(work)
    finally:
        await deployment.close()
