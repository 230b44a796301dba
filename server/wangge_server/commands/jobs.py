"""`wangge jobs`: run what is due, and see what waits, what failed and why."""

import asyncio
import contextlib
import signal
from collections.abc import Sequence

import click

from wangge_core.jobs.figures import ListedJob, list_jobs, try_again
from wangge_server.commands.context import Context, pass_context
from wangge_server.logs import set_up_logging
from wangge_server.opening import open_deployment, open_worker
from wangge_server.settings import Settings


@click.group()
def jobs() -> None:
    """Work that waits for its moment."""


@jobs.command("run")
@click.option("--once", is_flag=True, help="Run what is due now, and end.")
@pass_context
def run_command(context: Context, once: bool) -> None:
    """Run jobs in a process of its own, beside the service or in its place (`[jobs] run = false`), until it is told to stop."""
    settings = context.settings()
    set_up_logging(settings)
    if once:
        click.echo(f"{asyncio.run(_run_once(settings)):,} jobs were run.")
    else:
        click.echo("Running jobs.")
        asyncio.run(_run(settings))


async def _run_once(settings: Settings) -> int:
    deployment = open_deployment(settings)
    try:
        await deployment.start()
        return await open_worker(settings, deployment).run_due()
    finally:
        await deployment.close()


async def _run(settings: Settings) -> None:
    deployment, stop = open_deployment(settings), asyncio.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows
            asyncio.get_running_loop().add_signal_handler(one, stop.set)
    try:
        await deployment.start()
        async with open_worker(settings, deployment).running():
            await stop.wait()
    finally:
        await deployment.close()


@jobs.command("list")
@click.option("--given-up", is_flag=True, help="Only those that failed too often.")
@click.option("--most", type=click.IntRange(min=1), default=100, show_default=True, help="How many to show.")
@pass_context
def list_command(context: Context, given_up: bool, most: int) -> None:
    """Show jobs in the order of their time."""
    found = asyncio.run(_list(context.settings(), given_up, most))
    for one in found:
        failed = f"  {one.attempts} attempts: {one.last_error}" if one.last_error else ""
        click.echo(f"{one.run_at.isoformat(timespec='seconds')}  {one.state:<8}  {one.name} {one.key}{failed}")
    click.echo(f"{len(found):,} jobs.")


async def _list(settings: Settings, given_up: bool, most: int) -> Sequence[ListedJob]:
    deployment = open_deployment(settings)
    try:
        async with deployment.read() as work:
            return await list_jobs(work, given_up=given_up, most=most)
    finally:
        await deployment.close()


@jobs.command("retry")
@pass_context
def retry_command(context: Context) -> None:
    """Let the jobs that were given up run once more."""
    click.echo(f"{asyncio.run(_retry(context.settings())):,} jobs will run again.")


async def _retry(settings: Settings) -> int:
    deployment = open_deployment(settings)
    try:
        async with deployment.write(operation="jobs retry") as work:
            return await try_again(work)
    finally:
        await deployment.close()
