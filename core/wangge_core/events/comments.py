"""Comments: remarks in an event's history that change no stage."""

from collections.abc import Sequence
from dataclasses import dataclass

from wangge_core.checking import check_text
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, refusal, refused
from wangge_core.events.assignments import assigned_to
from wangge_core.events.history import HistoryEntryKind, locked_event, record_entry
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCommentRequest:
    """A remark to add to an event's history."""

    event_id: int
    note: str


async def comment_events(work: Work, viewer: Viewer, requests: Sequence[EventCommentRequest]) -> list[Outcome]:
    """Add remarks; anyone who may see an event and comment in its grid, or to whom it was given, may."""
    return [await _comment(work, viewer, request) for request in requests]


async def _comment(work: Work, viewer: Viewer, request: EventCommentRequest) -> Outcome:
    row = await locked_event(work, viewer, request.event_id)
    if row is None:
        return refused("NOT_FOUND", "id", what="Event", id=request.event_id)
    found = list(check_text(request.note, "note", most=4000))
    involved = row.reporter_id == viewer.account_id or any(
        post in viewer.post_ids or office in viewer.office_ids for post, office in await assigned_to(work, row.id)
    )
    if viewer.account_id is None or not (involved or viewer.may(Capability.COMMENT_EVENTS, row.path)):
        found.append(refusal("NOT_ALLOWED"))
    if found:
        return Outcome(refusals=tuple(found))
    post = next((post for post in viewer.posts if post.stands_over(row.path)), None)
    said = {"note": request.note.strip()}
    await record_entry(work, row, HistoryEntryKind.COMMENTED, viewer=viewer, post_id=post.id if post else None, answers=said)
    work.announce("event.commented", row.id, row.grid_id, kind=row.kind_id, stage=row.stage)
    return Outcome(id=row.id)
