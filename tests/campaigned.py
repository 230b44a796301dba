"""Campaigns in the test town: who and what stands on their lists, and what is said of it."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from operating import done
from towns import GRIDS, SUBDISTRICT, Town
from wangge_core.campaigns.checking_in import Answered, CheckIn, CheckIns, check_in
from wangge_core.campaigns.choosing import Assets, Persons
from wangge_core.campaigns.starting import CampaignStart, start_campaigns
from wangge_core.db import tables as t
from wangge_core.rights.viewers import Viewer, operator

WORKER = "community.grid_worker"
ADMINISTRATOR = "community.subdistrict_administrator"
BOATS = Assets(kind_ids=("maritime.vessel", "maritime.raft"))


async def people(town: Town, grid: str, count: int, **given: Any) -> list[int]:
    """Persons who live in a grid of the town, born in 1980 unless given."""
    async with town.deployment.write() as work:
        ids = await work.reserve_ids(t.person, count)
        row = {"grid_id": town.grids[GRIDS[grid]], "residence": "PERMANENT", "born_on": date(1980, 1, 1), "created_at": work.now}
        await work.insert(t.person, [row | given | {"id": id, "name": f"Ren {id}"} for id in ids])
    return list(ids)


async def boats(town: Town, count: int, kind: str = "maritime.vessel", **given: Any) -> list[int]:
    async with town.deployment.write() as work:
        ids = await work.reserve_ids(t.asset, count)
        row = {"grid_id": town.grids[GRIDS["maritime"]], "kind_id": kind, "state": "IN_ORDER", "created_at": work.now}
        await work.insert(t.asset, [row | given | {"id": id, "name": f"Boat {id}"} for id in ids])
    return list(ids)


def a_start(town: Town, **given: Any) -> CampaignStart:
    """A sampling of all who live in the subdistrict, for a day."""
    usual = {
        "grid_id": town.grids[SUBDISTRICT],
        "name": "Sampling",
        "purpose": "To find out who is ill",
        "legal_basis": "Law on infectious diseases, article 39",
        "chosen": Persons(),
        "ends_at": town.deployment.clock() + timedelta(days=1),
    }
    return CampaignStart(**usual | given)


async def a_campaign(town: Town, by: Viewer | None = None, **given: Any) -> int:
    (id,) = await done(town, start_campaigns, a_start(town, **given), by=by)
    return id


async def targets(town: Town, campaign: int) -> list[Any]:
    """The list, with the code of each grid."""
    target, grid = t.campaign_target, t.grid
    query = sa.select(target, grid.c.code.label("of_grid")).join(grid, grid.c.id == target.c.grid_id)
    async with town.deployment.read() as work:
        return list(await work.rows(query.where(target.c.campaign_id == campaign).order_by(target.c.id)))


async def figures(town: Town, campaign: int) -> dict[str, tuple[int, ...]]:
    """Targets, open, done and declined of each grid that has any, by its code; which must be what the list says."""
    tally, grid = t.campaign_tally, t.grid
    query = sa.select(tally, grid.c.code.label("of_grid")).join(grid, grid.c.id == tally.c.grid_id)
    async with town.deployment.read() as work:
        rows = await work.rows(query.where(tally.c.campaign_id == campaign).order_by(grid.c.code))
    found = {row.of_grid: (row.targets, row.open, row.done, row.declined) for row in rows}
    return {code: one for code, one in found.items() if one[0]}


async def counted(town: Town, campaign: int) -> dict[str, tuple[int, ...]]:
    """The same, counted from the list."""
    found: dict[str, list[int]] = {}
    for row in await targets(town, campaign):
        one = found.setdefault(row.of_grid, [0, 0, 0, 0])
        for place, holds in enumerate((True, row.state == "OPEN", row.state == "DONE", row.reason == "DECLINED")):
            one[place] += holds
    return {code: tuple(one) for code, one in sorted(found.items())}


async def checked_in(town: Town, campaign: int, items: Sequence[CheckIn], by: Viewer | None = None) -> Answered:
    async with town.deployment.write() as work:
        (answered,) = await check_in(work, by or operator("en"), [CheckIns(campaign_id=campaign, items=tuple(items))])
    return answered


def said(answered: Answered) -> list[str]:
    """What each was answered: the result with the outcome, or the codes of why it was refused."""
    return [
        " ".join([one.result, *(each for each in (one.state, one.reason) if each), *(each.code for each in one.refusals)])
        for one in answered.results
    ]
