"""`wangge keys`: the keys that identity numbers and private phones are sealed with."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from wangge_core.errors import SettingError
from wangge_core.sealing.key_files import add_key, ensure_keys, read_keys, write_keys
from wangge_core.sealing.resealing import Resealed, count_under, reseal_all
from wangge_core.sealing.sealer import Keys
from wangge_server.commands.context import Context, pass_context
from wangge_server.opening import open_deployment
from wangge_server.settings import Settings

SHOWN = 20
"""How many values that do not open are named."""


@click.group()
def keys() -> None:
    """Look after the keys of sealed values."""


@keys.command("new")
@click.argument("name", required=False)
@pass_context
def new_command(context: Context, name: str | None) -> None:
    """Make a key. The first one of a file seals at once, another one after `wangge keys rotate`."""
    path = key_file(context.settings())
    if path.exists():
        made = add_key(read_keys(path), name or "")
        write_keys(path, made)
    else:
        made = ensure_keys(path, name or "")
    newest = list(made.by_name)[-1]
    click.echo(
        f"{newest} is in {path}. Copy the file to every machine of the service, and keep a copy apart from the database's backups."
    )


@keys.command("list")
@pass_context
def list_command(context: Context) -> None:
    """The keys, which of them seals, and how many values are under each."""
    settings = context.settings()
    found = read_keys(key_file(settings))
    counts = asyncio.run(_counts(settings, found))
    for name in found.by_name:
        click.echo(f"{'seals' if name == found.current else '     '}  {name:<16} {counts[name]:>12,} values")


@keys.command("rotate")
@click.argument("name", required=False)
@pass_context
def rotate_command(context: Context, name: str | None) -> None:
    """Seal with the newest key, or the one that is named, and seal all values anew. Runs beside the service; broken off, run it again."""
    settings = context.settings()
    path = key_file(settings)
    found = read_keys(path)
    current = name or list(found.by_name)[-1]
    _known(found, current)
    if current != found.current:
        write_keys(path, replace(found, current=current))
    done = asyncio.run(_rotate(settings))
    click.echo(f"{done.done:,} values are sealed anew with {current}.")
    for table, column, row, code in done.failed[:SHOWN]:
        click.echo(f"{code}: {table}.{column} of row {row} does not open and is left as it is.", err=True)
    if done.failed:
        raise SettingError(
            f"{len(done.failed):,} values do not open.",
            hint="Put the key that they were sealed with back into the key file, and run it again.",
        )


@keys.command("drop")
@click.argument("name")
@pass_context
def drop_command(context: Context, name: str) -> None:
    """Take a key out of the file, once nothing is sealed with it any more."""
    settings = context.settings()
    path = key_file(settings)
    found = read_keys(path)
    _known(found, name)
    if name == found.current:
        raise SettingError(
            f"{name} is the key that seals.", hint="Make another with `wangge keys new` and run `wangge keys rotate`."
        )
    used = asyncio.run(_counts(settings, found))[name]
    if used:
        raise SettingError(f"{used:,} values are still sealed with {name}.", hint="Run `wangge keys rotate` first.")
    write_keys(path, replace(found, by_name={one: key for one, key in found.by_name.items() if one != name}))
    click.echo(f"{name} is no longer in {path}. Backups of the database from before the rotation need it: keep it with them.")


def key_file(settings: Settings) -> Path:
    """Where the keys are. Raises SettingError where the settings do not say."""
    if not settings.sealing_key_file:
        raise SettingError(
            "the settings name no key file.", hint='Write sealing_key_file = "/etc/wangge/sealing.keys", or the like.'
        )
    return Path(settings.sealing_key_file)


def _known(found: Keys, name: str) -> None:
    if name not in found.by_name:
        raise SettingError(f"there is no key {name!r}.", hint=f"The keys are {', '.join(found.by_name)}.")


async def _counts(settings: Settings, found: Keys) -> Mapping[str, int]:
    deployment = open_deployment(settings)
    try:
        async with deployment.read() as work:
            return {name: await count_under(work, name) for name in found.by_name}
    finally:
        await deployment.close()


async def _rotate(settings: Settings) -> Resealed:
    deployment = open_deployment(settings)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    try:
        with Progress(*columns, console=Console(stderr=True)) as progress:
            task = progress.add_task("Sealing anew", total=None)
            return await reseal_all(deployment, lambda done, whole: progress.update(task, completed=done, total=whole))
    finally:
        await deployment.close()
