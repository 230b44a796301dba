"""Ending: by hand or by itself at its end a campaign takes no more check-ins; when its term is over too, its results by person and home go.

The figures of each grid stay: they are the report. Things, places and organisations are no persons, and what became of them stays as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from wangge_core.campaigns.outcomes import OF_PEOPLE, CampaignState
from wangge_core.campaigns.starting import END
from wangge_core.campaigns.tallies import PROGRESS
from wangge_core.changing import Change
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, refused
from wangge_core.jobs.claiming import Job
from wangge_core.jobs.scheduling import NewJob, cancel, schedule
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer

FORGET = "campaign.forget"
AT_ONCE = 20_000
"""Targets that go in one transaction; the job comes again for the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignEnd(Change):
    """A campaign to end now, before its end."""


async def end_campaigns(work: Work, viewer: Viewer, requests: Sequence[CampaignEnd]) -> list[Outcome]:
    """End campaigns. For MANAGE_WORK over the ground."""
    return [await _end(work, viewer, request) for request in requests]


async def _end(work: Work, viewer: Viewer, request: CampaignEnd) -> Outcome:
    row = await locked_campaign(work, request.id)
    if row is None or not viewer.may(Capability.MANAGE_WORK, row.path):
        return refused("NOT_FOUND", "id", what="Campaign", id=request.id)
    if request.expected_version not in (None, row.version):
        return refused("VERSION_OUTDATED", "expectedVersion", version=row.version)
    if row.state != CampaignState.RUNNING:
        return refused("CAMPAIGN_ENDED", "id")
    await cancel(work, END, [str(row.id)])
    await _close(work, row, viewer.account_id)
    return Outcome(id=row.id)


async def locked_campaign(work: Work, id: int) -> sa.Row[Any] | None:
    """A campaign with the path of its ground, locked."""
    campaign, grid = t.campaign, t.grid
    query = sa.select(campaign, grid.c.path).join(grid, grid.c.id == campaign.c.grid_id).where(campaign.c.id == id)
    return await work.first(query if work.on_sqlite else query.with_for_update(of=campaign))


async def _close(work: Work, row: sa.Row[Any], account_id: int | None) -> None:
    ended = {"state": CampaignState.ENDED.value, "ended_at": work.now, "ended_by_id": account_id}
    await work.change(t.campaign, row.id, ended | {"version": row.version + 1})
    if row.aim in OF_PEOPLE:
        await schedule(work, [NewJob(name=FORGET, key=str(row.id), run_at=work.now + timedelta(days=row.keep_days))])
    work.announce("campaign.ended", row.id, row.grid_id)
    work.announce(PROGRESS, row.id, row.grid_id)


async def end_by_itself(work: Work, job: Job) -> None:
    """The job at the end of a campaign; nothing where it was ended before. One that was extended meanwhile is for later."""
    row = await locked_campaign(work, int(job.key))
    if row is None or row.state != CampaignState.RUNNING:
        return
    if row.ends_at > work.now:
        await schedule(work, [NewJob(name=job.name, key=job.key, run_at=row.ends_at)])
        return
    await _close(work, row, None)


async def forget_results(work: Work, job: Job) -> None:
    """The job that has results by person and home go, some thousand in a transaction."""
    target, earlier = t.campaign_target, t.campaign_earlier
    its = target.c.campaign_id == int(job.key)
    some = sa.select(target.c.id).where(its).order_by(target.c.id).limit(AT_ONCE)
    ids = [row.id for row in await work.rows(some)]
    if ids:
        going = sa.and_(its, target.c.id <= ids[-1])
        await work.run(sa.delete(earlier).where(earlier.c.target_id.in_(sa.select(target.c.id).where(going))))
        await work.run(sa.delete(target).where(going))
    if len(ids) == AT_ONCE:
        await schedule(work, [NewJob(name=job.name, key=job.key, run_at=work.now)])
        return
    await work.run(sa.update(t.campaign).where(t.campaign.c.id == int(job.key)).values(forgotten_at=work.now))
    work.announce(PROGRESS, int(job.key), None)
