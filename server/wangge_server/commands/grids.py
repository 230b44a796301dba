"""`wangge grids`: what is told of grids at the machine."""

import asyncio

import click
import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.errors import WanggeError
from wangge_core.grids.sizes import SizedGrid, grids_out_of_range, warning_text
from wangge_core.plugin.registry import Registry
from wangge_server.commands.context import Context, pass_context
from wangge_server.opening import open_deployment


class GridError(WanggeError):
    """Something was asked of a grid that is not there."""

    code = "GRID_UNKNOWN"


@click.group()
def grids() -> None:
    """Look after grids."""


@grids.command()
@click.option("--grid", "code", help="The code of a grid: only it and those below it.")
@pass_context
def sizes(context: Context, code: str | None) -> None:
    """List the smallest grids with more or fewer households or people than their type asks for. These are warnings."""
    found, registry = asyncio.run(_out_of_range(context, code))
    for one in found:
        for warning in one.found:
            click.echo(f"{one.code}  {one.name}: {warning_text(registry.grid_types[one.type_id].size, warning, 'en')}")
    click.echo("1 grid is out of range." if len(found) == 1 else f"{len(found):,} grids are out of range.")


async def _out_of_range(context: Context, code: str | None) -> tuple[list[SizedGrid], Registry]:
    deployment = open_deployment(context.settings())
    try:
        async with deployment.read() as work:
            grid = t.grid
            of_code = sa.select(grid.c.path).where(grid.c.layer_id == BASE_LAYER, grid.c.code == code)
            path = "" if code is None else await work.value(of_code)
            if path is None:
                raise GridError(f"there is no grid {code} in the base layer.")
            return await grids_out_of_range(work, path), deployment.rules.registry
    finally:
        await deployment.close()
