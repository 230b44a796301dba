"""Delegations: who stands in for the holder of a post, from when until when. A substitute has the post's rights and cannot pass them on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import check_optional_text, check_text, only_right
from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal, refused
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.giving import check_given, holds, opens_office
from wangge_core.rights.viewers import Viewer, base_paths
from wangge_core.rights.visibility import account_rule, delegation_rule, post_rule
from wangge_core.writing import insert_accepted

MOST_DAYS = 92
"""For how long at most somebody stands in; who is needed for longer is given a post."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelegation:
    """A substitute to name. It starts now unless `starts_at` says otherwise, and always ends."""

    post_id: int
    account_id: int
    ends_at: datetime
    reason: str
    starts_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegationEnd:
    """A delegation to end now."""

    delegation_id: int
    reason: str | None = None


async def delegate_posts(work: Work, viewer: Viewer, requests: Sequence[NewDelegation]) -> list[Outcome]:
    """Name substitutes; for the holder of the post, and for who manages posts over its ground under a post of one's own."""
    posts = await _posts(work, viewer, [request.post_id for request in requests])
    account = t.account
    visible = account_rule(account, BoundViewer(viewer))
    accounts = await work.by_ids(
        (account.c.active, account.c.machine), account.c.id, [request.account_id for request in requests], visible
    )
    refusals = [
        only_right(list(_wrong(work, viewer, one, posts.get(one.post_id), accounts.get(one.account_id)))) for one in requests
    ]
    outcomes = await insert_accepted(work, t.delegation, requests, refusals, lambda one: _row(work, viewer, one))
    for request, outcome in zip(requests, outcomes, strict=True):
        if outcome.id is not None:
            post = posts[request.post_id]
            work.announce("delegation.given", outcome.id, post.grid_id, account=request.account_id, post=request.post_id)
    return outcomes


@dataclass(frozen=True, slots=True)
class _Post:
    id: int
    account_id: int
    grid_id: int
    ends_at: datetime | None
    ground: tuple[str, ...]
    role_id: str
    office_id: int | None


async def _posts(work: Work, viewer: Viewer, post_ids: Sequence[int]) -> dict[int, _Post]:
    """The posts that the viewer sees, with their ground."""
    post, grid = t.post, t.grid
    columns = (post.c.account_id, post.c.grid_id, post.c.ends_at, post.c.role_id, post.c.office_id)
    rows = await work.by_ids(columns, post.c.id, post_ids, post_rule(post, BoundViewer(viewer)))
    grids = await work.by_ids((grid.c.path, grid.c.layer_id), grid.c.id, [row.grid_id for row in rows.values()])
    overlays = await base_paths(work, [id for id, row in grids.items() if row.layer_id != BASE_LAYER])
    found: dict[int, _Post] = {}
    for id, row in rows.items():
        own = grids[row.grid_id]
        ground = (own.path,) if own.layer_id == BASE_LAYER else overlays.get(row.grid_id, ())
        found[id] = _Post(id, row.account_id, row.grid_id, row.ends_at, ground, row.role_id, row.office_id)
    return found


def _wrong(
    work: Work, viewer: Viewer, request: NewDelegation, post: _Post | None, account: sa.Row[Any] | None
) -> Sequence[Refusal]:
    found = list(check_text(request.reason, "reason", most=400))
    starts_at = request.starts_at or work.now
    if post is None:
        found.append(refusal("NOT_FOUND", "postId", what="Post", id=request.post_id))
    elif not _decides(viewer, post):
        found.append(refusal("NOT_ALLOWED", "postId"))
    elif post.ends_at is not None and post.ends_at <= starts_at:
        found.append(refusal("POST_ENDED", "postId"))
    elif viewer.account_id != post.account_id:
        found.extend(_check_given(work, viewer, request, post))
    if account is None or not account.active or account.machine:
        found.append(refusal("NOT_FOUND", "accountId", what="Account", id=request.account_id))
    elif post is not None and request.account_id == post.account_id:
        found.append(refusal("DELEGATION_TO_HOLDER", "accountId"))
    if request.ends_at <= max(starts_at, work.now):
        found.append(refusal("TERM_INVALID", "endsAt"))
    elif request.ends_at - starts_at > timedelta(days=MOST_DAYS):
        found.append(refusal("TERM_TOO_LONG", "endsAt", days=MOST_DAYS))
    return found


def _check_given(work: Work, viewer: Viewer, request: NewDelegation, post: _Post) -> list[Refusal]:
    """Who names a substitute for somebody else's post gives what is not in their own."""
    if post.office_id is not None and not opens_office(viewer, post.office_id):
        return [refusal("NOT_ALLOWED", "postId")]
    role = work.rules.registry.roles.get(post.role_id)
    return check_given(viewer, request.account_id, role.may if role else (), post.ground, "postId")


def _decides(viewer: Viewer, post: _Post) -> bool:
    """Whether the viewer holds the post, or manages posts over its whole ground; a right that one stands in for does not count."""
    if viewer.account_id is not None and viewer.account_id == post.account_id:
        return viewer.key_id is None
    return holds(viewer, Capability.MANAGE_POSTS, post.ground)


def _row(work: Work, viewer: Viewer, request: NewDelegation) -> dict[str, Any]:
    return {
        "post_id": request.post_id,
        "account_id": request.account_id,
        "starts_at": request.starts_at or work.now,
        "ends_at": request.ends_at,
        "reason": request.reason.strip(),
        "given_by_id": viewer.account_id,
        "created_at": work.now,
    }


async def end_delegations(work: Work, viewer: Viewer, requests: Sequence[DelegationEnd]) -> list[Outcome]:
    """End delegations now. The substitute's rights are gone from that moment."""
    return [await _end(work, viewer, request) for request in requests]


async def _end(work: Work, viewer: Viewer, request: DelegationEnd) -> Outcome:
    delegation = t.delegation
    query = sa.select(delegation).where(delegation.c.id == request.delegation_id, delegation_rule(delegation, BoundViewer(viewer)))
    row = await work.first(query if work.on_sqlite else query.with_for_update(of=delegation))
    if row is None:
        return refused("NOT_FOUND", "id", what="Delegation", id=request.delegation_id)
    post = (await _posts(work, viewer, [row.post_id])).get(row.post_id)
    if post is None or not _decides(viewer, post):
        return refused("NOT_ALLOWED", "id")
    found = list(check_optional_text(request.reason, "reason", most=400))
    if row.ends_at <= work.now:
        found.append(refusal("DELEGATION_ENDED", "id"))
    if found:
        return Outcome(refusals=tuple(found))
    values = {"ends_at": work.now, "starts_at": min(row.starts_at, work.now), "end_reason": request.reason}
    await work.run(sa.update(delegation).where(delegation.c.id == row.id).values(values))
    work.announce("delegation.ended", row.id, post.grid_id, account=row.account_id, post=row.post_id)
    return Outcome(id=row.id)
