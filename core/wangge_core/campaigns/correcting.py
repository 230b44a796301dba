"""Correcting: an outcome that was wrong is set anew, or taken back. What it was before is kept beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from wangge_core.campaigns.outcomes import ExceptionReason, TargetState
from wangge_core.campaigns.tallies import shift
from wangge_core.campaigns.targets import NewOutcome, locked_targets, over_at, write_outcomes
from wangge_core.changing import Change
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal, refused
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction(Change):
    """The outcome that a target has from now on; OPEN takes a check-in back."""

    state: TargetState
    reason: ExceptionReason | None = None


async def correct_targets(work: Work, viewer: Viewer, requests: Sequence[Correction]) -> list[Outcome]:
    """Correct outcomes while the campaign runs. For who checked in, with RECORD_WORK over the grid, and for MANAGE_WORK there."""
    return [await _correct(work, viewer, request) for request in requests]


async def _correct(work: Work, viewer: Viewer, request: Correction) -> Outcome:
    rows = await locked_targets(work, t.campaign_target.c.id, [request.id])
    row = rows[0] if rows else None
    if row is None or not viewer.may(Capability.READ_WORK, row.path):
        return refused("NOT_FOUND", "id", what="CampaignTarget", id=request.id)
    own = row.account_id is not None and row.account_id == viewer.account_id and viewer.may(Capability.RECORD_WORK, row.path)
    if not own and not viewer.may(Capability.MANAGE_WORK, row.path):
        return refused("NOT_ALLOWED", "id")
    campaign = await work.first(sa.select(t.campaign).where(t.campaign.c.id == row.campaign_id))
    assert campaign is not None
    found = _wrong(request, row.version)
    if over_at(campaign) <= work.now:
        found.append(refusal("CAMPAIGN_ENDED", "id"))
    if found:
        return Outcome(refusals=tuple(found))
    reason = request.reason and request.reason.value
    if (row.state, row.reason) != (request.state.value, reason):
        at = None if request.state is TargetState.OPEN else work.now
        new = NewOutcome(row=row, state=request.state.value, reason=reason, checked_at=at, client_key=None)
        await write_outcomes(work, viewer, [new])
        await shift(work, campaign.id, campaign.grid_id, [new.shift])
    return Outcome(id=row.id)


def _wrong(request: Correction, version: int) -> list[Refusal]:
    found: list[Refusal] = []
    if request.expected_version not in (None, version):
        found.append(refusal("VERSION_OUTDATED", "expectedVersion", version=version))
    if request.state is TargetState.EXCEPTION and request.reason is None:
        found.append(refusal("REQUIRED", "reason"))
    if request.state is not TargetState.EXCEPTION and request.reason is not None:
        found.append(refusal("CHECK_IN_REASON", "reason"))
    return found
