"""Publishing: somebody who works on an event decides that a photograph on it may be seen by everybody. Nothing else makes one public."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import check_optional_text, only_right
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.logs.change_log import Action
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.allowing import allowed
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import attachment_rule

MOST_REASON = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Publishing:
    """An attachment to make public, or to make it so no more."""

    attachment_id: int
    public: bool
    reason: str | None = None


async def publish_attachments(work: Work, viewer: Viewer, requests: Sequence[Publishing]) -> list[Outcome]:
    """Make attachments public or not. For COMMENT_EVENTS over the grid of every event that the attachment is on.

    The log of changes says who did it. What is so already stays as it is, and is no refusal.
    """
    ids = [one.attachment_id for one in requests]
    seen, paths = await allowed(work, viewer, attachment_rule, t.attachment, ids), await _paths(work, ids)
    outcomes: list[Outcome] = []
    for request in requests:
        found = _check(viewer, request, seen, paths.get(request.attachment_id, []))
        if not found:
            await _set(work, viewer, request)
        outcomes.append(Outcome(refusals=only_right(found)) if found else Outcome(id=request.attachment_id))
    return outcomes


def _check(viewer: Viewer, request: Publishing, seen: set[int], paths: Sequence[str]) -> list[Refusal]:
    if request.attachment_id not in seen:
        return [refusal("NOT_FOUND", "id", what="Attachment", id=request.attachment_id)]
    able = bool(paths) and all(viewer.may(Capability.COMMENT_EVENTS, path) for path in paths)
    found = list(check_optional_text(request.reason, "reason", most=MOST_REASON))
    return found if able else [refusal("NOT_ALLOWED", "id"), *found]


async def _paths(work: Work, ids: Sequence[int]) -> dict[int, list[str]]:
    """The paths of the grids of the events that attachments are on."""
    on, event, grid = t.event_attachment, t.event, t.grid
    joined = on.join(event, event.c.id == on.c.event_id).join(grid, grid.c.id == event.c.grid_id)
    found: dict[int, list[str]] = {}
    query = sa.select(on.c.attachment_id, grid.c.path).select_from(joined).where(on.c.attachment_id.in_(set(ids)))
    for row in await work.rows(query.distinct()):
        found.setdefault(row.attachment_id, []).append(row.path)
    return found


async def _set(work: Work, viewer: Viewer, request: Publishing) -> None:
    attachment = t.attachment
    values = {
        "public": request.public,
        "published_at": work.now if request.public else None,
        "published_by_id": viewer.account_id if request.public else None,
    }
    other = sa.not_(attachment.c.public) if request.public else attachment.c.public
    if await work.run(sa.update(attachment).where(attachment.c.id == request.attachment_id, other).values(values)):
        fields: list[tuple[Any, ...]] = [("public", not request.public, request.public)]
        fields += [("reason", None, request.reason)] if request.reason else []
        work.record(Action.CHANGED, "Attachment", request.attachment_id, *fields)
