"""`wangge demo`: fill a fictional town, hand out a token for each role, and serve it."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from wangge_core.sealing.key_files import ensure_keys
from wangge_server.commands.context import Context, pass_context, split
from wangge_server.demo.filling import fill, fill_simulated
from wangge_server.demo.markers import Marker, check_marker, clear, forbid_other_data, place_of, read_marker, write_marker
from wangge_server.opening import open_deployment
from wangge_server.settings import Settings
from wangge_server.sign_in import TOKENS_FILE, make_tokens

FOLDER = "data/demo"
KEYS_FILE = "sealing.keys"
SIMULATED = {"1m": 1, "3m": 3, "1y": 12}
"""How many months each is."""
SIMULATED_SCALE = 0.02
MONTH, BEFORE = timedelta(days=31), 4
QUERY = '{"query": "{ events(first: 3) { nodes { number description } } }"}'


@click.command()
@click.option("--host", help="The address to serve at.")
@click.option("--port", type=int, help="The port to serve at.")
@click.option("--data", metavar="DIR", help=f"The data folder of the town; {FOLDER} by itself.")
@click.option("--db", "database", metavar="URL", help="The database, where it is not a file in the data folder.")
@click.option("--plugins", metavar="A,B", help="The plugins to switch on.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another number makes another town.")
@click.option("--simulate", type=click.Choice(tuple(SIMULATED)), help="So long it lived, with field work and appraisals.")
@click.option("--scale", type=click.FloatRange(0, 1, min_open=True), help="A part of the district; 0.02 with --simulate, else 1.")
@click.option("--no-serve", is_flag=True, help="Fill the town and stop.")
@click.option("--fresh", is_flag=True, help="Throw away the town that is there.")
@pass_context
def demo(
    context: Context,
    *,
    host: str | None,
    port: int | None,
    data: str | None,
    database: str | None,
    plugins: str | None,
    seed: int,
    simulate: str | None,
    scale: float | None,
    no_serve: bool,
    fresh: bool,
) -> None:
    """Fill a fictional town, unless it is there already, and serve it."""
    settings = context.settings(host=host, port=port, data_folder=data, database=database, plugins=split(plugins))
    settings = demo_settings(settings)
    months = SIMULATED[simulate] if simulate else 0
    part = scale or (SIMULATED_SCALE if months else 1.0)
    marker = asyncio.run(prepare(settings, seed=seed, fresh=fresh, scale=part, months=months))
    tokens = make_tokens(settings.folder, marker.logins)
    show(settings, marker, tokens)
    if not no_serve:
        from wangge_server.commands.serve import run_server  # noqa: PLC0415 - filling a town needs no server

        run_server(settings)


def demo_settings(settings: Settings) -> Settings:
    """The settings with development sign-in, and a folder, sealing keys and an address of the demo's own unless some were chosen."""
    folder = FOLDER if settings.data_folder == Settings().data_folder else settings.data_folder
    keys = settings.sealing_key_file or str(Path(folder, KEYS_FILE))
    address = settings.public_url or f"http://{settings.host}:{settings.port}"
    return msgspec.structs.replace(
        settings, data_folder=folder, development_sign_in=True, sealing_key_file=keys, public_url=address
    )


async def prepare(settings: Settings, *, seed: int, fresh: bool, scale: float = 1.0, months: int = 0) -> Marker:
    """The marker of the town that is there, or of one filled now, which lived through so many `months` where there are any.

    Raises WanggeError where other data is in the way.
    """
    wanted = Marker(database=place_of(settings), plugins=settings.plugins, seed=seed, scale=scale, months=months)
    present = read_marker(settings.folder)
    if fresh:
        await clear(settings, present)
    elif present is not None:
        marker = check_marker(present, wanted)
        _ensure_keys(settings)
        return marker
    await forbid_other_data(settings)
    _ensure_keys(settings)
    return await _fill(settings, wanted)


def _ensure_keys(settings: Settings) -> None:
    if settings.sealing_key_file:
        ensure_keys(Path(settings.sealing_key_file))


async def _fill(settings: Settings, wanted: Marker) -> Marker:
    """Fill the town with a bar for each step. The marker is there from the start, so that half a town can be thrown away."""
    write_marker(settings.folder, wanted)
    deployment = open_deployment(settings)
    now = deployment.clock
    if wanted.months:
        # Duties hold since the service knew of them: in a simulated town that is before its time.
        deployment.clock = lambda: now() - MONTH * (wanted.months + BEFORE)
    try:
        await deployment.start(migrate=True)
        deployment.clock = now
        with Bars() as bars:
            seed, scale, tell = wanted.seed, wanted.scale, bars.tell
            if wanted.months:
                filled = await fill_simulated(deployment, months=wanted.months, seed=seed, scale=scale, tell=tell)
            else:
                filled = await fill(deployment, seed=seed, scale=scale, tell=tell)
    finally:
        await deployment.close()
    marker = msgspec.structs.replace(wanted, filled=True, counts=filled.counts, logins=filled.logins)
    write_marker(settings.folder, marker)
    return marker


class Bars:
    """A progress bar for each step of the filling."""

    def __init__(self) -> None:
        columns = (TextColumn("{task.description:<24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=Console(stderr=True))
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> "Bars":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def tell(self, step: str, done: int, whole: int) -> None:
        if step not in self._tasks:
            self._tasks[step] = self._progress.add_task(step, total=whole)
        self._progress.update(self._tasks[step], completed=done)


def show(settings: Settings, marker: Marker, tokens: Mapping[str, str]) -> None:
    """The counts, a token for each role, where the tokens are kept, and a first request."""
    click.echo(" · ".join(f"{number:,} {name}" for name, number in marker.counts.items()))
    click.echo("\nA token for each role (valid for thirty days):")
    for name, token in tokens.items():
        click.echo(f"{name} ({marker.logins[name]})\n  {token}")
    url = f"http://{settings.host}:{settings.port}/graphql"
    path = Path(settings.folder, TOKENS_FILE)
    click.echo(f"\nThe tokens are in {path}. The service is at {url}; try:\n")
    click.echo(
        f"curl {url} -H 'Content-Type: application/json' \\\n  -H 'Authorization: Bearer {tokens['district']}' \\\n  -d '{QUERY}'\n"
    )
