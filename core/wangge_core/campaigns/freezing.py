"""Freezing: the list of a campaign is written by one statement, and the figures of each grid by a second. Nothing is added to it later."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from wangge_core.campaigns.outcomes import CampaignAim, TargetState
from wangge_core.db import tables as t
from wangge_core.db.work import Work

CODE_CHARACTERS = 24
"""Of a target's code: 96 random bits as capital hexadecimal digits, which a QR code holds as alphanumeric."""
FIGURES = ("targets", "open", "done", "declined", "moved_away", "not_found", "excused")


async def freeze(work: Work, campaign_id: int, aim: CampaignAim, found: sa.Select[Any, Any]) -> None:
    """Write a target for each of the `found` things (`id`, `grid_id`), grid by grid, and what each grid has."""
    target, chosen = t.campaign_target, found.subquery("chosen")
    values = sa.select(
        sa.literal(campaign_id, target.c.campaign_id.type),
        chosen.c.grid_id,
        chosen.c.id,
        _code(on_sqlite=work.on_sqlite),
        sa.literal(TargetState.OPEN.value, target.c.state.type),
    )
    columns = ["campaign_id", "grid_id", aim.column, "code", "state"]
    await work.connection.execute(sa.insert(target).from_select(columns, values.order_by(chosen.c.grid_id, chosen.c.id)))
    await write_tallies(work, campaign_id)


def _code(*, on_sqlite: bool) -> sa.ColumnElement[str]:
    """Random for each row, from what the database draws its own secrets: the first 12 digits of a random UUID are all random."""
    if on_sqlite:
        return sa.func.hex(sa.func.randomblob(CODE_CHARACTERS // 2))
    half = [sa.func.substr(sa.func.replace(sa.cast(sa.func.gen_random_uuid(), sa.Text), "-", ""), 1, 12) for _ in range(2)]
    return sa.func.upper(sa.func.concat(*half))


async def write_tallies(work: Work, campaign_id: int) -> None:
    """Write the figures of each grid, counted from the targets."""
    tally = t.campaign_tally
    await work.connection.execute(sa.insert(tally).from_select(["campaign_id", "grid_id", *FIGURES], _counted(campaign_id)))


def _counted(campaign_id: int) -> sa.Select[Any]:
    target = t.campaign_target

    def number(column: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[Any]:
        return sa.func.sum(sa.case((column == name.upper(), 1), else_=0)).label(name)

    states = [number(target.c.state, name) for name in FIGURES[1:3]]
    reasons = [number(target.c.reason, name) for name in FIGURES[3:]]
    return (
        sa.select(target.c.campaign_id, target.c.grid_id, sa.func.count().label("targets"), *states, *reasons)
        .where(target.c.campaign_id == campaign_id)
        .group_by(target.c.campaign_id, target.c.grid_id)
        .order_by(target.c.grid_id)
    )


async def count_again(work: Work, left: Sequence[Sequence[int]]) -> None:
    """Count the figures of campaigns whose targets went to other grids with their ground."""
    for campaign_id in sorted({id for ids in left for id in ids}):
        await _count_again(work, campaign_id)


async def _count_again(work: Work, campaign_id: int) -> None:
    """Rows stay where they are: a check-in that waits for one of them adds what the count did not see yet."""
    tally = t.campaign_tally
    query = sa.select(tally.c.id, tally.c.grid_id).where(tally.c.campaign_id == campaign_id).order_by(tally.c.grid_id)
    known = {row.grid_id: row.id for row in await work.rows(query if work.on_sqlite else query.with_for_update())}
    counted = {row.grid_id: {name: getattr(row, name) for name in FIGURES} for row in await work.rows(_counted(campaign_id))}
    for grid_id, id in known.items():
        figures = counted.get(grid_id, dict.fromkeys(FIGURES, 0))
        await work.run(sa.update(tally).where(tally.c.id == id).values(figures))
    new = [{"campaign_id": campaign_id, "grid_id": grid_id} | one for grid_id, one in counted.items() if grid_id not in known]
    await work.insert(tally, new)
