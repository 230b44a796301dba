"""`wangge serve`: run the service with granian."""

import asyncio
import gc
import os

import click
import msgspec
from granian.constants import Interfaces
from granian.server import Server
from starlette.applications import Starlette

from wangge_server.app import create_app
from wangge_server.commands.context import Context, pass_context
from wangge_server.logs import dictionary, set_up_logging
from wangge_server.observing import prepare_processes
from wangge_server.opening import open_deployment
from wangge_server.settings import HANDED_OVER, Settings
from wangge_server.sign_in.checks import check_demo_database, check_sign_in


@click.command()
@click.option("--host", help="The address to listen on.")
@click.option("--port", type=int, help="The port to listen on.")
@click.option("--workers", type=int, help="How many processes; more than one wants PostgreSQL.")
@pass_context
def serve(context: Context, host: str | None, port: int | None, workers: int | None) -> None:
    """Serve the API. The database must be up to date (`wangge db upgrade`)."""
    run_server(context.settings(host=host, port=port, workers=workers))


def run_server(settings: Settings) -> None:
    """Check that the service can start, then run it until it is told to stop. Raises WanggeError."""
    set_up_logging(settings)
    check_sign_in(settings)
    check_demo_database(settings)
    asyncio.run(_try_start(settings))
    prepare_processes(settings)
    os.environ[HANDED_OVER] = msgspec.json.encode(settings).decode()
    click.echo(f"Serving http://{settings.host}:{settings.port}/graphql")
    server = Server(
        "wangge_server.commands.serve:from_parent",
        factory=True,
        interface=Interfaces.ASGI,
        address=settings.host,
        port=settings.port,
        workers=settings.workers,
        log_access=False,
        log_dictconfig=dictionary(settings),
    )
    server.serve()


async def _try_start(settings: Settings) -> None:
    """What is wrong shows here, once, and not in every worker again."""
    deployment = open_deployment(settings)
    try:
        await deployment.start()
    finally:
        await deployment.close()


def from_parent() -> Starlette:
    """The app in a worker process, with the settings that its parent read."""
    app = create_app(msgspec.json.decode(os.environ[HANDED_OVER], type=Settings))
    gc.collect()
    gc.freeze()  # the schema and the plugins stay: looking through them again held every request up for some 50 ms
    return app
