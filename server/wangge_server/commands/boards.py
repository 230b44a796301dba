"""`wangge boards`: the pages of notice boards as files, so that an office can print all of its grids."""

import asyncio
from pathlib import Path

import click
import sqlalchemy as sa
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import Work
from wangge_core.errors import WanggeError
from wangge_core.rights.scopes import END
from wangge_core.rights.viewers import Language
from wangge_schema.api import Api
from wangge_server.boards.pages import Shown, board_page
from wangge_server.boards.reading import read_board
from wangge_server.boards.settings import board_address
from wangge_server.commands.context import Context, pass_context
from wangge_server.http.negotiation import LANGUAGES
from wangge_server.opening import open_deployment
from wangge_server.settings import Settings


class BoardsError(WanggeError):
    """Boards that cannot be printed: of a grid that is not there, or without the address that their QR codes lead to."""

    code = "BOARDS_UNPRINTABLE"


@click.group()
def boards() -> None:
    """Make the notice boards of grids."""


@boards.command("print")
@click.option("--grid", "code", required=True, help="The code of the grid whose board is wanted, with those of all grids below it.")
@click.option("--to", "folder", required=True, type=click.Path(file_okay=False, path_type=Path), help="The folder for the pages.")
@click.option("--lang", type=click.Choice(tuple(LANGUAGES)), default="zh", show_default=True, help="The language that comes first.")
@pass_context
def print_command(context: Context, code: str, folder: Path, lang: Language) -> None:
    """Write a page for every grid at and below one: HTML for A4, a file each. Needs the setting public_url."""
    settings = context.settings()
    if not settings.public_url:
        raise BoardsError(
            "nobody said where the QR codes lead.", hint="Set public_url to the address at which people reach the service."
        )
    folder.mkdir(parents=True, exist_ok=True)
    written = asyncio.run(_print(settings, code, folder, lang))
    click.echo(f"{written:,} boards written to {folder}.")


async def _print(settings: Settings, code: str, folder: Path, lang: Language) -> int:
    deployment = open_deployment(settings)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    try:
        async with deployment.read() as work:
            codes = await _codes(work, code)
        api = Api(deployment)
        with Progress(*columns, console=Console(stderr=True)) as bar:
            for one in bar.track(codes, description="boards"):
                (folder / f"{one}.html").write_text(await _page(api, settings, one, lang), encoding="utf-8")
        return len(codes)
    finally:
        await deployment.close()


async def _codes(work: Work, code: str) -> list[str]:
    grid = t.grid
    path = await work.value(sa.select(grid.c.path).where(grid.c.code == code, grid.c.layer_id == BASE_LAYER))
    if path is None:
        raise BoardsError(f"there is no grid {code}.", hint="Give the code of a grid of the base layer.")
    below = grid.c.path >= path, grid.c.path < path[:-1] + END, grid.c.ended_at.is_(None)
    return [row.code for row in await work.rows(sa.select(grid.c.code).where(*below).order_by(grid.c.path))]


async def _page(api: Api, settings: Settings, code: str, lang: Language) -> str:
    found = await read_board(api, code, lang)
    if found.board is None:
        raise BoardsError(f"the board of {code} cannot be read ({found.code or 'it is gone'}).")
    rules = api.deployment.rules
    shown = Shown(
        language=lang,
        today=api.deployment.clock().astimezone(rules.zone).date(),
        address=board_address(settings.public_url, code),
        report_at=settings.boards.report_at(code),
        printed=True,
    )
    return board_page(found.board, shown, rules.registry)
