"""Appeals: whoever had an overdue stage says why the delay is not theirs; where that is granted, appraisals leave it out."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from wangge_core.checking import check_text
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.deadlines.running import exempt_clock
from wangge_core.errors import Outcome, Refusal, refusal, refused
from wangge_core.events.history import HistoryEntryKind
from wangge_core.evidence.attachments import attach, check_attachments
from wangge_core.rights.viewers import HeldPost, Viewer
from wangge_core.steering.requests import Decision, RequestKind, ask, decidable, decide, why_not_asked
from wangge_core.steering.steering import MOST_NOTE, Steered, Steering, steered

APPRAISER = "community.appraiser"
ROLE = "appeal"
SCOPE = "STAGE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal(Steering):
    """Why a delay is not to be held against them, with evidence. `stage` is the present one unless named: a past one may be appealed
    against too, also after the event has ended."""

    reason: str
    stage: str | None = None
    attachments: tuple[int, ...] = ()


async def appeal_events(work: Work, viewer: Viewer, requests: Sequence[Appeal]) -> list[Outcome]:
    """Appeal against delays; for who may act in a role of the overdue stage, and was given the event where it was given to somebody."""
    return [await _appeal(work, viewer, request) for request in requests]


async def _appeal(work: Work, viewer: Viewer, request: Appeal) -> Outcome:
    event = await steered(work, viewer, request)
    if isinstance(event, Outcome):
        return event
    stage = request.stage or event.row.stage
    if stage not in {one.name for one in event.situation.definition.stages}:
        return refused("STAGE_UNKNOWN", "stage", stage=stage)
    post = await _who_had(work, event, stage, viewer)
    if post is None:
        return refused("STAGE_WORKER_ONLY")
    if stopped := await _why_not(work, event, stage):
        return Outcome(refusals=(stopped,))
    found = list(check_text(request.reason, "reason", most=MOST_NOTE))
    found += await check_attachments(work, viewer, request.attachments, "attachments")
    if found:
        return Outcome(refusals=tuple(found))
    await attach(work, event.id, event.sequence, request.attachments, ROLE)
    await ask(
        work,
        viewer,
        event,
        post,
        RequestKind.APPEAL,
        HistoryEntryKind.APPEALED,
        reason=request.reason,
        stage=stage,
        answers={"stage": stage, "attachments": [{"attachment": id} for id in dict.fromkeys(request.attachments)]},
        also_roles=(APPRAISER,),
    )
    return Outcome(id=event.id)


async def _why_not(work: Work, event: Steered, stage: str) -> Refusal | None:
    if event.situation.joined:
        return refusal("EVENT_JOINED")
    if event.situation.definition.emergency:
        return refusal("EMERGENCY")
    if not await _was_overdue(work, event, stage):
        return refusal("NOT_OVERDUE", "stage")
    return await why_not_asked(work, event, RequestKind.APPEAL)


async def _was_overdue(work: Work, event: Steered, stage: str) -> bool:
    """Whether the latest clock of the stage ran out, and nobody has exempted that yet."""
    clock = t.event_clock
    of_stage = sa.and_(clock.c.event_id == event.id, clock.c.scope == SCOPE, clock.c.stage == stage)
    row = await work.first(sa.select(clock).where(of_stage).order_by(clock.c.id.desc()).limit(1))
    if row is None or row.due_at is None or row.exempted_at is not None:
        return False
    return row.due_at <= work.now if row.stopped_at is None else row.due_at < row.stopped_at


async def _who_had(work: Work, event: Steered, stage: str, viewer: Viewer) -> HeldPost | None:
    """The post of the viewer, or of the viewer's office, that can act in the stage and has or had the event; any that can act there
    where the event was never given to anybody."""
    by, given = set(event.situation.definition.stage(stage).by), t.event_assignment
    rows = await work.rows(sa.select(given.c.post_id, given.c.office_id).where(given.c.event_id == event.id))
    had = {("post", row.post_id) for row in rows} | {("office", row.office_id) for row in rows if row.office_id is not None}
    able = [post for post in viewer.posts if post.acts_as & by and post.stands_over(event.situation.path)]
    mine = (post for post in able if not post.office_id or {("post", post.id), ("office", post.office_id)} & had)
    return next(mine, None)


async def decide_appeals(work: Work, viewer: Viewer, requests: Sequence[Decision]) -> list[Outcome]:
    """Exempt delays, or refuse it; for those who answer above the stage, for the appraiser, and never for who appealed."""
    return [await _decide(work, viewer, request) for request in requests]


async def _decide(work: Work, viewer: Viewer, request: Decision) -> Outcome:
    found = await decidable(work, viewer, RequestKind.APPEAL, request, APPRAISER)
    if isinstance(found, Outcome):
        return found
    if request.granted:
        await exempt_clock(work, found.event.id, stage=found.request.stage, because=found.request.reason)
    await decide(work, viewer, found, request, HistoryEntryKind.APPEAL_DECIDED)
    return Outcome(id=found.event.id)
