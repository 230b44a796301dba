"""Extending: a campaign that runs ends later. Until when before, why and by whom stays beside it; its list stays as it was frozen."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from wangge_core.campaigns.ending import locked_campaign
from wangge_core.campaigns.starting import END, LONGEST, MOST_TEXT
from wangge_core.campaigns.targets import over_at
from wangge_core.changing import Change
from wangge_core.checking import check_text
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal, refused
from wangge_core.jobs.scheduling import NewJob, schedule
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignExtend(Change):
    """A campaign that runs until `ends_at` instead, and why."""

    ends_at: datetime
    reason: str


async def extend_campaigns(work: Work, viewer: Viewer, requests: Sequence[CampaignExtend]) -> list[Outcome]:
    """Have campaigns end later. For MANAGE_WORK over the ground."""
    return [await _extend(work, viewer, request) for request in requests]


async def _extend(work: Work, viewer: Viewer, request: CampaignExtend) -> Outcome:
    row = await locked_campaign(work, request.id)
    if row is None or not viewer.may(Capability.MANAGE_WORK, row.path):
        return refused("NOT_FOUND", "id", what="Campaign", id=request.id)
    if request.expected_version not in (None, row.version):
        return refused("VERSION_OUTDATED", "expectedVersion", version=row.version)
    if over_at(row) <= work.now:
        return refused("CAMPAIGN_ENDED", "id")
    if found := tuple(_wrong(request, row)):
        return Outcome(refusals=found)
    said = {"campaign_id": row.id, "ended_before": row.ends_at, "ends_at": request.ends_at, "reason": request.reason.strip()}
    await work.insert(t.campaign_extension, [said | {"account_id": viewer.account_id, "at": work.now}])
    await work.change(t.campaign, row.id, {"ends_at": request.ends_at, "version": row.version + 1})
    await schedule(work, [NewJob(name=END, key=str(row.id), run_at=request.ends_at)])
    work.announce("campaign.extended", row.id, row.grid_id)
    return Outcome(id=row.id)


def _wrong(request: CampaignExtend, row: sa.Row[Any]) -> Iterator[Refusal]:
    yield from check_text(request.reason, "reason", most=MOST_TEXT)
    if request.ends_at <= row.ends_at:
        yield refusal("CAMPAIGN_NOT_LATER", "endsAt")
    elif request.ends_at > row.started_at + LONGEST:
        yield refusal("CAMPAIGN_TERM", "endsAt", days=LONGEST.days)
