"""`wangge db`: bring the database up to date, or say what it lacks."""

import asyncio

import click

from wangge_core.db.engines import check_version, database_url, open_engines
from wangge_core.db.migrating import check_revision, differences, upgrade
from wangge_core.db.outbox.pruning import MOST_AT_ONCE, prune
from wangge_core.errors import DatabaseError
from wangge_server.commands.context import Context, pass_context
from wangge_server.settings import database_settings, open_deployment


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
    """Delete changes that are older than `outbox_days` from the outbox."""
    click.echo(f"{asyncio.run(_prune(context)):,} old changes are deleted.")


async def _prune(context: Context) -> int:
    settings = context.settings()
    deployment = open_deployment(settings)
    deleted, more = 0, True
    try:
        while more:
            async with deployment.write() as work:
                found = await prune(work, settings.outbox_days)
            deleted, more = deleted + found, found == MOST_AT_ONCE
    finally:
        await deployment.close()
    return deleted


@db.command("check")
@pass_context
def check_command(context: Context) -> None:
    """Check the version, the revision and the tables."""
    click.echo(asyncio.run(_check(context)))


async def _check(context: Context) -> str:
    settings = context.settings()
    how = database_settings(settings)
    reader, writer = open_engines(database_url(settings.database_url), how)
    try:
        version = await check_version(reader, how)
        await check_revision(reader)
        found = await differences(reader)
    finally:
        await reader.dispose()
        await writer.dispose()
    if found:
        lines = "\n".join(f"  {difference}" for difference in found)
        raise DatabaseError(f"the tables differ from this release in {len(found)} places:\n{lines}")
    return f"{version}: the tables are those of this release."
