"""Evidence that is added to a running event by whoever works on it, between its moves."""

from collections.abc import Sequence
from dataclasses import dataclass

from wangge_core.checking import check_optional_text
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, refusal, refused
from wangge_core.events.history import HistoryEntryKind
from wangge_core.evidence.attachments import attach, check_attachments
from wangge_core.rights.viewers import Viewer
from wangge_core.steering.steering import MOST_NOTE, Steering, assigned_post, record, stage_worker, steered, why_not_running

ROLE = "evidence"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceAddition(Steering):
    """Attachments by their ids, at least one, and a note on them."""

    attachments: tuple[int, ...]
    note: str | None = None


async def add_evidence(work: Work, viewer: Viewer, requests: Sequence[EvidenceAddition]) -> list[Outcome]:
    """Add photographs, files and notes to events; for whom an event was given to, and who works on its present stage."""
    return [await _add(work, viewer, request) for request in requests]


async def _add(work: Work, viewer: Viewer, request: EvidenceAddition) -> Outcome:
    event = await steered(work, viewer, request)
    if isinstance(event, Outcome):
        return event
    post = assigned_post(event, viewer) or stage_worker(event, viewer)
    if post is None:
        return refused("STAGE_WORKER_ONLY")
    if stopped := why_not_running(event):
        return Outcome(refusals=(stopped,))
    found = list(check_optional_text(request.note, "note", most=MOST_NOTE))
    found += await check_attachments(work, viewer, request.attachments, "attachments")
    if not request.attachments:
        found.append(refusal("REQUIRED", "attachments"))
    if found:
        return Outcome(refusals=tuple(found))
    await attach(work, event.id, event.sequence, request.attachments, ROLE)
    shown = [{"attachment": id} for id in dict.fromkeys(request.attachments)]
    await record(work, viewer, event, HistoryEntryKind.EVIDENCE, post, answers={"attachments": shown, "note": request.note})
    return Outcome(id=event.id)
