"""`wangge plugins`: what is installed and switched on, and whether it is sound."""

import sys

import click

from wangge_core.plugin.faults import PluginError
from wangge_core.plugin.loading import describe_plugin, installed_plugins, load_plugins
from wangge_server.commands.context import Context, pass_context


@click.group()
def plugins() -> None:
    """Look at the plugins."""


@plugins.command("list")
@pass_context
def list_command(context: Context) -> None:
    """List the installed plugins, from their metadata; nothing is imported."""
    enabled = context.settings().plugins
    click.echo("on   community  (built in)")
    for name, point in installed_plugins().items():
        found = describe_plugin(point)
        click.echo(
            f"{'on ' if name in enabled else 'off'}  {name:<10} {found.version}  {point.value}  needs wangge-core {found.requires_core}"
        )


@plugins.command("check")
@pass_context
def check_command(context: Context) -> None:
    """Load the enabled plugins and tell every fault of all of them at once."""
    enabled = context.settings().plugins
    try:
        registry = load_plugins(enabled)
    except PluginError as error:
        for fault in error.faults:
            click.echo(f"✗ {fault.plugin}: {fault.thing} {fault.message} [{fault.code}]\n  → {fault.hint}")
        click.echo(f"{len(error.faults)} fault(s).")
        sys.exit(1)
    for warning in registry.warnings:
        click.echo(f"! {warning.plugin}: {warning.thing} {warning.message} [{warning.code}]\n  → {warning.hint}")
    click.echo(
        f"✓ {len(registry.plugins)} plugins: {len(registry.grid_types)} grid types, {len(registry.roles)} roles, "
        f"{len(registry.staffings)} staffing templates, {len(registry.event_kinds)} event kinds, {len(registry.workflows)} workflows, "
        f"{len(registry.need_kinds)} needs, {len(registry.asset_kinds)} asset kinds, {len(registry.place_kinds)} place kinds, "
        f"{len(registry.duties)} duties, {len(registry.indicators)} indicators."
    )
