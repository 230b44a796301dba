"""`wangge indicators`: count what indicators are made of."""

import asyncio
from datetime import date, datetime

import click

from wangge_core.indicators.counting import count_changes, forget_counts, recount
from wangge_server.commands.context import Context, pass_context
from wangge_server.opening import open_deployment
from wangge_server.settings import Settings

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
def indicators() -> None:
    """Figures: how far everything is counted."""


@indicators.command("count")
@pass_context
def count_command(context: Context) -> None:
    """Count now what has changed, and wait for it; the jobs of the service do so every minute."""
    asyncio.run(_count(context.settings()))
    click.echo("Everything is counted that had happened.")


async def _count(settings: Settings) -> None:
    deployment = open_deployment(settings)
    try:
        more = True
        while more:
            async with deployment.write(operation="indicators count") as work:
                more = await count_changes(work)
    finally:
        await deployment.close()


@indicators.command("recount")
@click.option("--from", "since", type=DAY, help="Only what counts on this day or after it.")
@click.option("--to", "until", type=DAY, help="Only what counts on this day or before it.")
@click.option("--afresh", is_flag=True, help="Forget all counts first, as after the milestones of a workflow were changed much.")
@pass_context
def recount_command(context: Context, since: datetime | None, until: datetime | None, afresh: bool) -> None:
    """Count events, visits and patrols anew, whether or not they changed. To do it twice changes nothing."""
    if afresh and (since or until):
        raise click.UsageError("--afresh goes without --from and --to: there would be no counts of the other days.")
    done = asyncio.run(_recount(context.settings(), since and since.date(), until and until.date(), afresh=afresh))
    click.echo(f"{done:,} steps were counted anew.")


async def _recount(settings: Settings, since: date | None, until: date | None, *, afresh: bool) -> int:
    deployment, after, steps = open_deployment(settings), None, 0
    try:
        if afresh:
            async with deployment.write(operation="indicators recount") as work:
                await forget_counts(work)
        while True:
            async with deployment.write(operation="indicators recount") as work:
                after = await recount(work, since, until, after=after)
            steps += 1
            if after is None:
                return steps
    finally:
        await deployment.close()
