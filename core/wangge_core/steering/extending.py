"""Extension: whoever works on a stage asks the next level for a later deadline, once a stage."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from wangge_core.checking import check_text
from wangge_core.db import tables as t
from wangge_core.db.columns import instant_text
from wangge_core.db.work import Work
from wangge_core.deadlines.running import extend_clock
from wangge_core.errors import Outcome, Refusal, refusal, refused
from wangge_core.events.history import HistoryEntryKind
from wangge_core.events.stage_tasks import WITH_STAGE
from wangge_core.rights.viewers import Viewer
from wangge_core.steering.requests import Decision, RequestKind, RequestState, ask, decidable, decide, why_not_asked
from wangge_core.steering.steering import MOST_NOTE, Steered, Steering, check_later, stage_worker, steered, why_not_running
from wangge_core.tasks.giving import postpone_tasks


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionRequest(Steering):
    """Why more time is needed, and until when."""

    reason: str
    until: datetime


async def ask_extensions(work: Work, viewer: Viewer, requests: Sequence[ExtensionRequest]) -> list[Outcome]:
    """Ask for later deadlines; for who works on the present stage."""
    return [await _ask(work, viewer, request) for request in requests]


async def _ask(work: Work, viewer: Viewer, request: ExtensionRequest) -> Outcome:
    event = await steered(work, viewer, request)
    if isinstance(event, Outcome):
        return event
    post = stage_worker(event, viewer)
    if post is None:
        return refused("STAGE_WORKER_ONLY")
    stopped = why_not_running(event, emergency=False, deferred=False) or await why_not_asked(work, event, RequestKind.EXTENSION)
    if stopped or (stopped := await _why_not_extended(work, event)):
        return Outcome(refusals=(stopped,))
    found = list(check_text(request.reason, "reason", most=MOST_NOTE))
    found += check_later(request.until, work.now, "until", days=work.rules.most_deferral_days)
    if not found and request.until <= event.row.stage_due_at:
        found.append(refusal("MOMENT_NOT_LATER", "until", than=instant_text(event.row.stage_due_at)))
    if found:
        return Outcome(refusals=tuple(found))
    entry = HistoryEntryKind.EXTENSION_ASKED
    await ask(work, viewer, event, post, RequestKind.EXTENSION, entry, reason=request.reason, until=request.until)
    return Outcome(id=event.id)


async def _why_not_extended(work: Work, event: Steered) -> Refusal | None:
    if event.row.stage_due_at is None:
        return refusal("NO_DEADLINE")
    asked = t.event_request
    granted = sa.and_(
        asked.c.event_id == event.id,
        asked.c.kind == RequestKind.EXTENSION.value,
        asked.c.stage == event.row.stage,
        asked.c.state == RequestState.GRANTED.value,
    )
    return refusal("EXTENSION_ONCE") if await work.first(sa.select(asked.c.id).where(granted)) else None


async def decide_extensions(work: Work, viewer: Viewer, requests: Sequence[Decision]) -> list[Outcome]:
    """Grant or refuse later deadlines; for those who answer above the stage, and never for who asked."""
    return [await _decide(work, viewer, request) for request in requests]


async def _decide(work: Work, viewer: Viewer, request: Decision) -> Outcome:
    found = await decidable(work, viewer, RequestKind.EXTENSION, request)
    if isinstance(found, Outcome):
        return found
    event, values = found.event, {}
    if request.granted:
        until = found.request.until
        earliest = max(work.now, event.row.stage_due_at or work.now)  # which may have been put off since
        if until <= earliest:
            return refused("MOMENT_NOT_LATER", "granted", than=instant_text(earliest))
        due = await extend_clock(work, event.id, until, found.request.reason)
        await postpone_tasks(work, event.id, WITH_STAGE, due.stage_due_at)
        values = due._asdict() | {"times_extended": event.row.times_extended + 1}
    await decide(work, viewer, found, request, HistoryEntryKind.EXTENSION_DECIDED, values=values)
    return Outcome(id=event.id)
