"""Grants of an emergency ("break glass"): rights that somebody opens alone, for a short time and with a reason.

Each is announced and logged at once, seen by who reads the access log over the grid, and has to be reviewed by one of them.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import check_optional_text, check_text, only_right
from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal, refused
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.viewers import HeldPost, Viewer
from wangge_core.rights.visibility import access_grant_rule
from wangge_core.writing import grids_of, insert_accepted

log = logging.getLogger("wangge.rights")
LEAST_REASON = 10
"""How many characters a reason has at least."""
OPENED = frozenset(
    {
        Capability.READ_EVENTS,
        Capability.READ_PLACES,
        Capability.READ_PEOPLE,
        Capability.READ_PRIVATE,
        Capability.READ_NEEDS,
    }
)
"""What is opened where nothing is named."""
CAN_BE_OPENED = OPENED | {Capability.REVEAL_SEALED}
"""What can be opened at all; sealed values only where they are asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccessGrant:
    """Rights to open over a grid, now and for so many minutes."""

    grid_id: int
    reason: str
    minutes: int = 60
    capabilities: tuple[Capability, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessGrantClose:
    """A grant to end before its time."""

    grant_id: int
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessGrantReview:
    """What the review of a grant found."""

    grant_id: int
    finding: str


async def open_access_grants(work: Work, viewer: Viewer, requests: Sequence[NewAccessGrant]) -> list[Outcome]:
    """Open rights over any grid of the base layer; for people with BREAK_GLASS anywhere, never for machines."""
    grids = await grids_of(work, [request.grid_id for request in requests])
    post = next((held for held in viewer.posts if Capability.BREAK_GLASS in held.may), None)
    refusals = [only_right(_wrong(work, viewer, one, post, grids.get(one.grid_id))) for one in requests]
    outcomes = await insert_accepted(work, t.access_grant, requests, refusals, lambda one: _row(work, viewer, one, post))
    for request, outcome in zip(requests, outcomes, strict=True):
        if outcome.id is not None:
            _alarm(work, viewer, request, outcome.id)
    return outcomes


def _wrong(
    work: Work, viewer: Viewer, request: NewAccessGrant, post: HeldPost | None, grid: sa.Row[Any] | None
) -> Sequence[Refusal]:
    found = list(check_text(request.reason, "reason", most=400))
    if not found and len(request.reason.strip()) < LEAST_REASON:
        found.append(refusal("REASON_TOO_SHORT", "reason", least=LEAST_REASON))
    if viewer.account_id is None or viewer.key_id is not None or post is None:
        found.append(refusal("NOT_ALLOWED"))
    if grid is None:
        found.append(refusal("NOT_FOUND", "gridId", what="Grid", id=request.grid_id))
    elif grid.layer_id != BASE_LAYER:
        found.append(refusal("GRID_OVERLAY", "gridId", code=grid.code))
    elif grid.ended_at is not None:
        found.append(refusal("GRID_ENDED", "gridId", code=grid.code))
    if not set(request.capabilities) <= CAN_BE_OPENED:
        found.append(refusal("CAPABILITY_NOT_OPENED", "capabilities"))
    most = work.rules.most_grant_hours * 60
    if not 1 <= request.minutes <= most:
        found.append(refusal("OUT_OF_RANGE", "minutes", least=1, most=most))
    return found


def _row(work: Work, viewer: Viewer, request: NewAccessGrant, post: HeldPost | None) -> dict[str, Any]:
    return {
        "account_id": viewer.account_id,
        "grid_id": request.grid_id,
        "post_id": post.id if post else None,
        "capabilities": sorted(one.value for one in _opened(request)),
        "reason": request.reason.strip(),
        "starts_at": work.now,
        "ends_at": work.now + timedelta(minutes=request.minutes),
        "reviewed": False,
        "created_at": work.now,
    }


def _opened(request: NewAccessGrant) -> frozenset[Capability]:
    return frozenset(request.capabilities) or OPENED


def _alarm(work: Work, viewer: Viewer, request: NewAccessGrant, grant_id: int) -> None:
    """Tells of a grant at once; the reason, which may name somebody, stands in the grant alone."""
    opened = sorted(one.value for one in _opened(request))
    work.announce(
        "access_grant.opened",
        grant_id,
        request.grid_id,
        account=viewer.account_id,
        minutes=request.minutes,
        capabilities=opened,
    )
    log.warning(
        "Rights were opened in an emergency: grant %s by account %s over grid %s for %s minutes (%s). It must be reviewed.",
        grant_id,
        viewer.account_id,
        request.grid_id,
        request.minutes,
        ", ".join(opened),
    )


async def close_access_grants(work: Work, viewer: Viewer, requests: Sequence[AccessGrantClose]) -> list[Outcome]:
    """End grants before their time; for who opened them, and for who reads the access log there."""
    return [await _close(work, viewer, request) for request in requests]


async def _close(work: Work, viewer: Viewer, request: AccessGrantClose) -> Outcome:
    row = await _locked(work, viewer, request.grant_id)
    if row is None:
        return refused("NOT_FOUND", "id", what="AccessGrant", id=request.grant_id)
    found = list(check_optional_text(request.reason, "reason", most=400))
    if row.ends_at <= work.now:
        found.append(refusal("GRANT_ENDED", "id"))
    if found:
        return Outcome(refusals=tuple(found))
    grant = t.access_grant
    await work.run(sa.update(grant).where(grant.c.id == row.id).values(ends_at=work.now, end_reason=request.reason))
    work.announce("access_grant.closed", row.id, row.grid_id, account=row.account_id)
    return Outcome(id=row.id)


async def review_access_grants(work: Work, viewer: Viewer, requests: Sequence[AccessGrantReview]) -> list[Outcome]:
    """Say what a review found, once the grant has ended; for who reads the access log over its grid, never for who opened it."""
    return [await _review(work, viewer, request) for request in requests]


async def _review(work: Work, viewer: Viewer, request: AccessGrantReview) -> Outcome:
    row = await _locked(work, viewer, request.grant_id)
    if row is None:
        return refused("NOT_FOUND", "id", what="AccessGrant", id=request.grant_id)
    found = list(check_text(request.finding, "finding", most=400))
    if viewer.account_id is None or row.account_id == viewer.account_id or not viewer.may(Capability.READ_ACCESS_LOG, row.path):
        found.append(refusal("NOT_ALLOWED", "id"))
    if row.ends_at > work.now:
        found.append(refusal("GRANT_RUNNING", "id"))
    if row.reviewed:
        found.append(refusal("GRANT_REVIEWED", "id"))
    if found:
        return Outcome(refusals=only_right(found))
    grant = t.access_grant
    values = {"reviewed": True, "reviewed_at": work.now, "reviewed_by_id": viewer.account_id, "finding": request.finding.strip()}
    await work.run(sa.update(grant).where(grant.c.id == row.id).values(values))
    work.announce("access_grant.reviewed", row.id, row.grid_id, account=row.account_id)
    return Outcome(id=row.id)


async def _locked(work: Work, viewer: Viewer, grant_id: int) -> sa.Row[Any] | None:
    """A grant with its grid's path, locked until the transaction ends; None when it is not there for this viewer."""
    grant = t.access_grant
    query = (
        sa.select(grant, t.grid.c.path)
        .join(t.grid, t.grid.c.id == grant.c.grid_id)
        .where(grant.c.id == grant_id, access_grant_rule(grant, BoundViewer(viewer)))
    )
    return await work.first(query if work.on_sqlite else query.with_for_update(of=grant))
