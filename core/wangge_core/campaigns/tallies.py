"""Tallies: the figures of each grid of a campaign, kept up with each outcome, so that progress never counts the targets.

There is a row for each grid and none for the whole: check-ins in different grids never wait for each other.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work

PROGRESS = "campaign.progress"
"""The topic that tells subscribers to look at the figures again; its content says nothing else."""


@dataclass(frozen=True, slots=True)
class Shift:
    """One target of a grid goes from one figure to another."""

    grid_id: int
    from_figure: str
    to_figure: str


async def shift(work: Work, campaign_id: int, ground_id: int, shifts: Iterable[Shift]) -> None:
    """Write the figures that changed, the grids in order so that two never wait for each other, and tell of it once."""
    by_grid: dict[int, Counter[str]] = {}
    for one in shifts:
        figures = by_grid.setdefault(one.grid_id, Counter())
        figures[one.from_figure] -= 1
        figures[one.to_figure] += 1
    tally = t.campaign_tally
    for grid_id, figures in sorted(by_grid.items()):
        values = {name: tally.c[name] + number for name, number in figures.items() if number}
        if values:
            await work.run(sa.update(tally).where(tally.c.campaign_id == campaign_id, tally.c.grid_id == grid_id).values(values))
    if by_grid:
        work.announce(PROGRESS, campaign_id, ground_id)
