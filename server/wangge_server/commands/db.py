"""`wangge db`: bring the database up to date, or say what it lacks."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy.ext.asyncio import AsyncEngine

from wangge_core.db.engines import check_version, database_url, open_engines
from wangge_core.db.migrating import check_revision, differences, upgrade
from wangge_core.db.outbox.pruning import MOST_AT_ONCE, prune
from wangge_core.db.work import Work
from wangge_core.deployment import Deployment
from wangge_core.errors import DatabaseError
from wangge_core.events.replay import Difference, HistoryDiffersError, check_replay, count_events
from wangge_core.logs.checking import Anchor, Checked, LogBrokenError, check_logs, read_anchors
from wangge_core.logs.pruning import prune_reads
from wangge_core.rules import Rules
from wangge_server.commands.context import Context, pass_context
from wangge_server.opening import database_settings, open_deployment, rules_of


@click.group()
def db() -> None:
    """Look after the database."""


@db.command("upgrade")
@pass_context
def upgrade_command(context: Context) -> None:
    """Make the tables, or bring them to this release, and mirror what the plugins declare."""
    before, after = asyncio.run(_upgrade(context))
    click.echo(f"The database is at revision {after}." if before == after else f"Upgraded from {before or 'nothing'} to {after}.")


async def _upgrade(context: Context) -> tuple[str | None, str | None]:
    deployment = open_deployment(context.settings())
    try:
        revisions = await upgrade(deployment.url, deployment.settings)
        await deployment.start()
    finally:
        await deployment.close()
    return revisions


@db.command("prune")
@pass_context
def prune_command(context: Context) -> None:
    """Delete changes older than `outbox_days` from the outbox, and entries older than `read_log_months` from the log of reads."""
    changes, reads = asyncio.run(_prune(context))
    click.echo(f"{changes:,} old changes are deleted.")
    click.echo(f"{reads:,} old entries of the log of reads are deleted.")


async def _prune(context: Context) -> tuple[int, int]:
    settings = context.settings()
    deployment = open_deployment(settings)
    deleted, more = 0, True
    try:
        while more:
            async with deployment.write() as work:
                found = await prune(work, settings.outbox_days)
            deleted, more = deleted + found, found == MOST_AT_ONCE
        return deleted, await _prune_reads(deployment, settings.read_log_months)
    finally:
        await deployment.close()


async def _prune_reads(deployment: Deployment, months: int) -> int:
    deleted, found = 0, 1
    while found:
        async with deployment.write(operation="db prune") as work:
            found = await prune_reads(work, months)
        deleted += found
    return deleted


@db.command("check")
@click.option("--anchor", is_flag=True, help="Print the ends of the logs, to be kept outside of the database.")
@click.option("--against", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Ends that were printed earlier.")
@pass_context
def check_command(context: Context, anchor: bool, against: Path | None) -> None:
    """Check the version, the revision and the tables, that nobody has changed the logs, and that every event stands as its history says."""
    anchors = _read_anchors(against) if against else []
    said, checked, replayed, differing = asyncio.run(_check(context, anchors))
    if checked.breaks:
        lines = "\n".join(f"  {one}" for one in checked.breaks)
        raise LogBrokenError(
            f"the logs are not what was written:\n{lines}",
            hint="Keep a copy of the database as it is, and look at who could write to it.",
        )
    if differing:
        lines = "\n".join(f"  {one}" for one in differing)
        raise HistoryDiffersError(
            f"the state of events is not what their history comes to:\n{lines}",
            hint="Keep a copy of the database as it is, and look at who could write to it.",
        )
    if anchor:
        click.echo("\n".join(map(str, checked.anchors)))
    else:
        click.echo(f"{said}: the tables are those of this release. The logs are whole: {checked.entries:,} entries.")
        click.echo(f"{replayed:,} events stand as their history says.")


def _read_anchors(path: Path) -> list[Anchor]:
    try:
        return read_anchors(path.read_text(encoding="utf-8"))
    except ValueError:
        raise click.BadParameter(f"{path} has no anchors as `wangge db check --anchor` prints them.") from None


async def _check(context: Context, anchors: Sequence[Anchor]) -> tuple[str, Checked, int, list[Difference]]:
    settings = context.settings()
    how = database_settings(settings)
    reader, writer = open_engines(database_url(settings.database_url), how)
    try:
        version = await check_version(reader, how)
        await check_revision(reader)
        found = await differences(reader)
        if found:
            lines = "\n".join(f"  {difference}" for difference in found)
            raise DatabaseError(f"the tables differ from this release in {len(found)} places:\n{lines}")
        async with reader.connect() as connection:
            checked = await check_logs(Work(connection, rules_of(settings), datetime.now(UTC)), anchors)
        return version, checked, *await _replay(reader, rules_of(settings))
    finally:
        await reader.dispose()
        await writer.dispose()


async def _replay(reader: AsyncEngine, rules: Rules) -> tuple[int, list[Difference]]:
    """Replay all events as they stand at one moment, with a bar that shows how far it is."""
    async with reader.connect() as connection:
        if connection.dialect.name == "postgresql":
            await connection.execution_options(isolation_level="REPEATABLE READ")
        work = Work(connection, rules, datetime.now(UTC))
        length, hidden = await count_events(work), not sys.stderr.isatty()
        with click.progressbar(length=length, label="Replaying events", file=sys.stderr, hidden=hidden) as bar:
            return await check_replay(work, progress=bar.update)
