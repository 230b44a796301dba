"""Posts: role × grid × term, held by an account. They are given and ended, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import check_optional_text, only_right
from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal, refused
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.staff import PostEndGround, StaffSource
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.giving import check_given, holds, opens_office
from wangge_core.rights.trained import lacking_courses
from wangge_core.rights.viewers import Viewer, base_paths
from wangge_core.rights.visibility import post_rule
from wangge_core.writing import grids_of, insert_accepted


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPost:
    """A post to give. It starts now unless `starts_at` says otherwise; members of an office name it."""

    account_id: int
    role_id: str
    grid_id: int
    office_id: int | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    source: StaffSource | None = None
    untrained_reason: str | None = None
    """Why it is given to somebody without a course that its role requires."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostEnd:
    """A post to end, now unless `at` says otherwise. A ground that is none of the others needs the reason."""

    post_id: int
    reason: str | None = None
    at: datetime | None = None
    ground: PostEndGround | None = None


async def assign_posts(work: Work, viewer: Viewer, requests: Sequence[NewPost]) -> list[Outcome]:
    """Give posts, in base grids and overlays alike, to others.

    The giver must manage posts over the whole ground of the post, and have there what the post gives: see `giving`.
    """
    grids = await grids_of(work, [request.grid_id for request in requests])
    accounts = await work.by_ids((), t.account.c.id, [request.account_id for request in requests])
    offices = await work.by_ids((), t.office.c.id, [one.office_id for one in requests if one.office_id is not None])
    overlays = await base_paths(work, [id for id, grid in grids.items() if grid.layer_id != BASE_LAYER])
    untrained = await lacking_courses(work, [(one.account_id, one.role_id, one.starts_at) for one in requests])
    refusals: list[list[Refusal]] = []
    for request, lacking in zip(requests, untrained, strict=True):
        found: list[Refusal] = list(check_optional_text(request.untrained_reason, "untrainedReason", most=400))
        if lacking and request.untrained_reason is None:
            found.append(refusal("TRAINING_MISSING", "accountId", courses=", ".join(lacking)))
        grid = grids.get(request.grid_id)
        if grid is None:
            found.append(refusal("NOT_FOUND", "gridId", what="Grid", id=request.grid_id))
        else:
            ground = [grid.path] if grid.layer_id == BASE_LAYER else overlays.get(request.grid_id, ())
            found.extend(_check_giver(work, viewer, request, ground))
            if grid.ended_at is not None:
                found.append(refusal("GRID_ENDED", "gridId", code=grid.code))
        if request.account_id not in accounts:
            found.append(refusal("NOT_FOUND", "accountId", what="Account", id=request.account_id))
        if request.office_id is not None and request.office_id not in offices:
            found.append(refusal("NOT_FOUND", "officeId", what="Office", id=request.office_id))
        if request.role_id not in work.rules.registry.roles:
            found.append(refusal("ROLE_UNKNOWN", "roleId", id=request.role_id))
        if request.ends_at is not None and request.ends_at <= (request.starts_at or work.now):
            found.append(refusal("TERM_INVALID", "endsAt"))
        refusals.append(found)
    outcomes = await insert_accepted(work, t.post, requests, refusals, lambda one: _row(work, one))
    for request, outcome in zip(requests, outcomes, strict=True):
        if outcome.id is not None:
            work.announce("post.assigned", outcome.id, request.grid_id, account=request.account_id)
    return outcomes


def _check_giver(work: Work, viewer: Viewer, request: NewPost, ground: Sequence[str]) -> list[Refusal]:
    if not holds(viewer, Capability.MANAGE_POSTS, ground):
        return [refusal("NOT_ALLOWED", "gridId")]
    if request.office_id is not None and not opens_office(viewer, request.office_id):
        return [refusal("NOT_ALLOWED", "officeId")]
    role = work.rules.registry.roles.get(request.role_id)
    return check_given(viewer, request.account_id, role.may if role else (), ground, "roleId")


def _manages(viewer: Viewer, path: str, layer: str, parts: Sequence[str]) -> bool:
    """Whether the viewer manages posts over the whole ground: the grid's own, or every base grid of an overlay's."""
    ground = [path] if layer == BASE_LAYER else parts
    return bool(ground) and all(viewer.may(Capability.MANAGE_POSTS, one) for one in ground)


def _row(work: Work, request: NewPost) -> dict[str, Any]:
    return {
        "account_id": request.account_id,
        "source": request.source and request.source.value,
        "untrained_reason": request.untrained_reason and request.untrained_reason.strip(),
        "role_id": request.role_id,
        "grid_id": request.grid_id,
        "office_id": request.office_id,
        "starts_at": request.starts_at or work.now,
        "ends_at": request.ends_at,
        "created_at": work.now,
    }


async def end_posts(work: Work, viewer: Viewer, requests: Sequence[PostEnd]) -> list[Outcome]:
    """End posts, one after the other. The holder's rights are gone from that moment; a term is never made longer."""
    return [await _end(work, viewer, request) for request in requests]


async def _end(work: Work, viewer: Viewer, request: PostEnd) -> Outcome:
    post, grid = t.post, t.grid
    query = (
        sa.select(post.c.id, post.c.starts_at, post.c.ends_at, post.c.grid_id, post.c.account_id, grid.c.path, grid.c.layer_id)
        .join(grid, grid.c.id == post.c.grid_id)
        .where(post.c.id == request.post_id, post_rule(post, BoundViewer(viewer)))
    )
    row = await work.first(query if work.on_sqlite else query.with_for_update(of=post))
    if row is None:
        return refused("NOT_FOUND", "id", what="Post", id=request.post_id)
    at = request.at or work.now
    found = list(check_optional_text(request.reason, "reason", most=400))
    if request.ground is PostEndGround.OTHER and request.reason is None:
        found.append(refusal("REQUIRED", "reason"))
    overlay = {} if row.layer_id == BASE_LAYER else await base_paths(work, [row.grid_id])
    if not _manages(viewer, row.path, row.layer_id, overlay.get(row.grid_id, ())):
        found.append(refusal("NOT_ALLOWED", "id"))
    if row.ends_at is not None and row.ends_at <= work.now:
        found.append(refusal("POST_ENDED", "id"))
    elif at < row.starts_at or (row.ends_at is not None and at > row.ends_at):
        found.append(refusal("TERM_INVALID", "at"))
    if found:
        return Outcome(refusals=only_right(found))
    values = {"ends_at": at, "end_reason": request.reason, "end_ground": request.ground and request.ground.value}
    await work.run(sa.update(t.post).where(t.post.c.id == row.id).values(values))
    work.announce("post.ended", row.id, row.grid_id, account=row.account_id)
    return Outcome(id=row.id)
