"""`wangge kinds`: the kinds of events that this deployment has, and which of them take no new events."""

import asyncio

import click
import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.errors import Outcome, WanggeError
from wangge_core.events.kinds import KindRetirement, retire_kinds
from wangge_core.refusals import message
from wangge_core.rights.viewers import operator
from wangge_server.commands.context import Context, pass_context
from wangge_server.opening import open_deployment

KIND = click.argument("kind", metavar="KIND")


class KindRefusedError(WanggeError):
    """`wangge kinds` was asked for what cannot be done."""

    code = "KIND_REFUSED"


@click.group()
def kinds() -> None:
    """List kinds of events, retire them, take them into use again."""


@kinds.command("list")
@click.option("--catalogue", metavar="NAME", help="Only those of a local catalogue.")
@click.option("--retired", is_flag=True, help="Only those that take no new events.")
@pass_context
def list_command(context: Context, *, catalogue: str | None, retired: bool) -> None:
    """List the kinds with their workflow, version, limits and state."""
    for row in asyncio.run(_listed(context, catalogue, retired=retired)):
        state = f"  retired: {row.retired_because}" if row.retired_because else "" if row.available else "  its plugin is off"
        click.echo(f"{row.id}  {row.label['zh']}  {row.workflow_id}  v{row.version}  {len(row.limits)} limits{state}")


@kinds.command()
@KIND
@click.option("--reason", required=True, help="Why, at most 200 characters; everybody can read it.")
@pass_context
def retire(context: Context, *, kind: str, reason: str) -> None:
    """Let a kind take no new events. Those that it has go on as they are."""
    asyncio.run(_retire(context, KindRetirement(kind_id=kind, reason=reason)))
    click.echo(f"{kind} takes no new events.")


@kinds.command()
@KIND
@pass_context
def restore(context: Context, *, kind: str) -> None:
    """Take a retired kind into use again."""
    asyncio.run(_retire(context, KindRetirement(kind_id=kind, reason=None)))
    click.echo(f"{kind} takes events again.")


async def _listed(context: Context, catalogue: str | None, *, retired: bool) -> list[sa.Row[tuple[object, ...]]]:
    kind = t.event_kind
    query = sa.select(kind).order_by(kind.c.ordinal, kind.c.id)
    if catalogue is not None:
        query = query.where(kind.c.catalogue == catalogue)
    if retired:
        query = query.where(kind.c.retired_because.is_not(None))
    deployment = open_deployment(context.settings())
    try:
        await deployment.start(migrate=True)
        async with deployment.read() as work:
            return list(await work.rows(query))
    finally:
        await deployment.close()


async def _retire(context: Context, request: KindRetirement) -> None:
    deployment = open_deployment(context.settings())
    try:
        await deployment.start(migrate=True)
        async with deployment.write() as work:
            (outcome,) = await retire_kinds(work, operator("en"), [request])
    finally:
        await deployment.close()
    _tell(outcome)


def _tell(outcome: Outcome) -> None:
    if not outcome.accepted:
        said = " ".join(message(one, "en") for one in outcome.refusals)
        raise KindRefusedError(said, hint="`wangge kinds list` names the kinds.")
