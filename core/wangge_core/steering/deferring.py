"""Deferral: an event that cannot be worked on rests until a date, never longer; its clocks wait, and it makes no move."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from wangge_core.checking import check_optional_text, check_text
from wangge_core.db.work import Work
from wangge_core.deadlines.running import pause_clocks, resume_clocks
from wangge_core.errors import Outcome, refused
from wangge_core.events.history import HistoryEntryKind
from wangge_core.events.levels import superior_post
from wangge_core.events.stage_tasks import WITH_STAGE
from wangge_core.rights.viewers import SYSTEM_VIEWER, HeldPost, Viewer
from wangge_core.steering.requests import Decision, RequestKind, ask, decidable, decide, lapse, why_not_asked
from wangge_core.steering.steering import (
    MOST_NOTE,
    Steered,
    Steering,
    check_later,
    record,
    stage_worker,
    steered,
    why_not_running,
)
from wangge_core.tasks.giving import postpone_tasks


@dataclass(frozen=True, slots=True, kw_only=True)
class DeferralRequest(Steering):
    """Why the event must rest, and until when."""

    reason: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumption(Steering):
    """That the event goes on before its date."""

    note: str | None = None


async def ask_deferrals(work: Work, viewer: Viewer, requests: Sequence[DeferralRequest]) -> list[Outcome]:
    """Propose that events rest; for who works on the present stage."""
    return [await _ask(work, viewer, request) for request in requests]


async def _ask(work: Work, viewer: Viewer, request: DeferralRequest) -> Outcome:
    event = await steered(work, viewer, request)
    if isinstance(event, Outcome):
        return event
    post = stage_worker(event, viewer)
    if post is None:
        return refused("STAGE_WORKER_ONLY")
    stopped = why_not_running(event, emergency=False, deferred=False) or await why_not_asked(work, event, RequestKind.DEFERRAL)
    if stopped:
        return Outcome(refusals=(stopped,))
    found = list(check_text(request.reason, "reason", most=MOST_NOTE))
    found += check_later(request.until, work.now, "until", days=work.rules.most_deferral_days)
    if found:
        return Outcome(refusals=tuple(found))
    entry = HistoryEntryKind.DEFERRAL_ASKED
    await ask(work, viewer, event, post, RequestKind.DEFERRAL, entry, reason=request.reason, until=request.until)
    return Outcome(id=event.id)


async def decide_deferrals(work: Work, viewer: Viewer, requests: Sequence[Decision]) -> list[Outcome]:
    """Let events rest, or refuse it; for those who answer above the stage, and never for who proposed it."""
    return [await _decide(work, viewer, request) for request in requests]


async def _decide(work: Work, viewer: Viewer, request: Decision) -> Outcome:
    found = await decidable(work, viewer, RequestKind.DEFERRAL, request)
    if isinstance(found, Outcome):
        return found
    event, values = found.event, {}
    if request.granted:
        until = found.request.until
        if wrong := check_later(until, work.now, "granted", days=work.rules.most_deferral_days):
            return Outcome(refusals=tuple(wrong))
        due = await pause_clocks(work, event.id, found.request.reason, until)
        await postpone_tasks(work, event.id, WITH_STAGE, due.stage_due_at)
        await lapse(work, event.id, [RequestKind.EXTENSION])
        values = due._asdict() | {"deferred_until": until}
    await decide(work, viewer, found, request, HistoryEntryKind.DEFERRAL_DECIDED, values=values)
    return Outcome(id=event.id)


async def resume_events(work: Work, viewer: Viewer, requests: Sequence[Resumption]) -> list[Outcome]:
    """Let deferred events go on; for who works on the present stage and for those who answer above it."""
    return [await _resume(work, viewer, request) for request in requests]


async def _resume(work: Work, viewer: Viewer, request: Resumption) -> Outcome:
    event = await steered(work, viewer, request)
    if isinstance(event, Outcome):
        return event
    post = stage_worker(event, viewer) or superior_post(event.situation, viewer)
    if post is None:
        return refused("STAGE_WORKER_ONLY")
    if event.row.deferred_until is None:
        return refused("EVENT_NOT_DEFERRED")
    if found := tuple(check_optional_text(request.note, "note", most=MOST_NOTE)):
        return Outcome(refusals=found)
    await _go_on(work, viewer, event, post, request.note)
    return Outcome(id=event.id)


async def resume_when_due(work: Work, event_id: int) -> bool:
    """The service itself lets an event go on whose date has come; False where it goes on already, or rests longer now."""
    event = await steered(work, SYSTEM_VIEWER, Steering(event_id=event_id))
    if isinstance(event, Outcome) or event.row.deferred_until is None or event.row.deferred_until > work.now:
        return False
    await _go_on(work, None, event, None, None)
    return True


async def _go_on(work: Work, viewer: Viewer | None, event: Steered, post: HeldPost | None, note: str | None) -> None:
    due = await resume_clocks(work, event.id)
    await postpone_tasks(work, event.id, WITH_STAGE, due.stage_due_at)
    values = due._asdict() | {"deferred_until": None}
    await record(work, viewer, event, HistoryEntryKind.RESUMED, post, answers={"note": note}, values=values)
