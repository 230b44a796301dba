"""Choosing what is asked for: things that the viewer may see, the same for all servers."""

from datetime import timedelta
from random import Random

import sqlalchemy as sa
from profiles.sizes import UNTIL, YEARS
from profiles.town import Grid, Town
from sqlalchemy.ext.asyncio import create_async_engine

from read.queries import Choices
from wangge_core.db import tables as t
from wangge_core.db.columns import instant_text

MOST = 400


async def choose(url: str, town: Town, viewer: str) -> Choices:
    """What a viewer of the town may ask for: the district's administrator within the district."""
    code = town.viewers()[viewer].rpartition("-")[2]
    top = next(grid for grid in town.grids if grid.code == code)
    within = [grid for grid in town.grids if grid.path.startswith(top.path)]
    dice = Random(7)
    return Choices(
        numbers=await _numbers(url, town, top),
        paths={
            level: {one.code: one.path for one in _some(dice, [grid for grid in within if grid.level == level])}
            for level in ("DISTRICT", "SUBDISTRICT", "COMMUNITY", "GRID")
        },
        moments=[instant_text(UNTIL - timedelta(seconds=int(YEARS.total_seconds() / 2 * dice.random()))) for _ in range(MOST)],
    )


def _some(dice: Random, grids: list[Grid]) -> list[Grid]:
    return dice.sample(grids, min(MOST, len(grids)))


async def _numbers(url: str, town: Town, top: Grid) -> list[str]:
    step = max(1, town.profile.events // 4000)
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            statement = (
                sa.select(t.event.c.number)
                .join(t.grid, t.grid.c.id == t.event.c.grid_id)
                .where(t.grid.c.path >= top.path, t.grid.c.path < f"{top.path[:-1]}/", t.event.c.id % step == 0)
                .order_by(t.event.c.id * 7919 % 104_729)
                .limit(MOST)
            )
            return list((await connection.scalars(statement)).all())
    finally:
        await engine.dispose()
