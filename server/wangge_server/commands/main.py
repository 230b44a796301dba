"""`wangge`: the command, its options that hold for every verb, and how errors are shown."""

import sys

import click

from wangge_core.errors import WanggeError
from wangge_server.commands.boards import boards
from wangge_server.commands.calendars import calendar
from wangge_server.commands.context import Context, context_options
from wangge_server.commands.coverage import coverage
from wangge_server.commands.data import data as data_care
from wangge_server.commands.db import db
from wangge_server.commands.demo import demo
from wangge_server.commands.export import export
from wangge_server.commands.grids import grids
from wangge_server.commands.imports import import_
from wangge_server.commands.indicators import indicators
from wangge_server.commands.jobs import jobs
from wangge_server.commands.keys import keys
from wangge_server.commands.kinds import kinds
from wangge_server.commands.plugins import plugins
from wangge_server.commands.schema import schema
from wangge_server.commands.serve import serve
from wangge_server.commands.users import user
from wangge_server.commands.workflows import workflows


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="wangge")
@context_options
@click.pass_context
def wangge(context: click.Context, settings: str | None, data: str | None, database: str | None, plugins: str | None) -> None:
    """Wangge (网格): a GraphQL API for grid-based community service."""
    context.obj = Context(settings, data=data, database=database, plugins=plugins)


VERBS = (
    serve,
    demo,
    db,
    schema,
    plugins,
    workflows,
    import_,
    keys,
    kinds,
    user,
    data_care,
    jobs,
    calendar,
    coverage,
    boards,
    export,
    grids,
    indicators,
)
for command in VERBS:
    wangge.add_command(command)


def main() -> None:
    """Run the command; an error that has a code is shown with its hint and ends with status 1."""
    try:
        wangge(standalone_mode=True)
    except WanggeError as error:
        click.echo(f"{error.code}: {error.message}", err=True)
        if error.hint:
            click.echo(f"→ {error.hint}", err=True)
        sys.exit(1)
