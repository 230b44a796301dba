"""`wangge schema`: the SDL of a deployment."""

import difflib
import sys
from pathlib import Path

import click

from wangge_core.plugin.loading import load_plugins
from wangge_schema.build import build_schema
from wangge_schema.register import data_register
from wangge_server.commands.context import Context, pass_context, split


@click.command()
@click.option("--plugins", metavar="A,B", help="The plugins to switch on.")
@click.option(
    "--output", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file instead of printing."
)
@click.option("--check", metavar="FILE", type=click.Path(path_type=Path), help="Compare with a file instead of printing.")
@click.option("--register", is_flag=True, help="The register of personal data (Markdown) instead of the SDL.")
@pass_context
def schema(context: Context, plugins: str | None, output: Path | None, check: Path | None, register: bool) -> None:
    """Print the GraphQL schema (SDL) of a deployment with these plugins, or say where a file differs from it."""
    registry = load_plugins(context.settings(plugins=split(plugins)).plugins)
    built = build_schema(registry)
    sdl = data_register(built._schema, registry) if register else built.as_str() + "\n"
    if output is not None:
        output.write_text(sdl, encoding="utf-8")
    if check is not None:
        _compare(check, sdl)
    elif output is None:
        click.echo(sdl, nl=False)


def _compare(check: Path, sdl: str) -> None:
    committed = check.read_text(encoding="utf-8") if check.exists() else ""
    difference = list(difflib.unified_diff(committed.splitlines(), sdl.splitlines(), str(check), "schema", lineterm="", n=1))
    if difference:
        click.echo("\n".join(difference[:60]))
        click.echo(f"{check} is not the schema of this code. Run `make fix` and look at the difference.", err=True)
        sys.exit(1)
    click.echo(f"{check} is the schema of this code.")
