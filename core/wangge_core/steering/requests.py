"""Requests: what the workers of a stage ask of the next level — more time, a rest, or that a delay is not held against them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import auto
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import check_optional_text, check_text
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal, refused
from wangge_core.events.history import HistoryEntryKind
from wangge_core.events.levels import next_level, superior_post
from wangge_core.plugin.declarations.labels import Choice
from wangge_core.plugin.declarations.tasks import TaskKind
from wangge_core.rights.viewers import HeldPost, Viewer
from wangge_core.steering.steering import MOST_NOTE, Steered, Steering, new_task, record, steered, why_not_running
from wangge_core.tasks.giving import end_tasks, give_tasks


class RequestKind(Choice):
    """What is asked."""

    EXTENSION = auto(), "延期"
    DEFERRAL = auto(), "挂账"
    APPEAL = auto(), "申诉"


class RequestState(Choice):
    """What became of it. It lapses when the event leaves the stage for which it was asked."""

    WAITING = auto(), "待审批"
    GRANTED = auto(), "同意"
    REFUSED = auto(), "不同意"
    LAPSED = auto(), "失效"


DECIDING: Mapping[RequestKind, TaskKind] = {
    RequestKind.EXTENSION: TaskKind.DECIDE_EXTENSION,
    RequestKind.DEFERRAL: TaskKind.DECIDE_DEFERRAL,
    RequestKind.APPEAL: TaskKind.DECIDE_APPEAL,
}
OF_STAGE = (RequestKind.EXTENSION, RequestKind.DEFERRAL)
"""What is asked for the present stage, and lapses with it; a delay may be appealed against afterwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(Steering):
    """Granted or not; a refusal says why."""

    granted: bool
    note: str | None = None


async def why_not_asked(work: Work, event: Steered, kind: RequestKind) -> Refusal | None:
    """One request of a kind waits at a time."""
    return refusal("REQUEST_WAITING") if await _waiting(work, event, kind) else None


async def _waiting(work: Work, event: Steered, kind: RequestKind) -> sa.Row[Any] | None:
    asked = t.event_request
    waiting = sa.and_(asked.c.event_id == event.id, asked.c.kind == kind.value, asked.c.state == RequestState.WAITING.value)
    return await work.first(sa.select(asked).where(waiting))


async def ask(
    work: Work,
    viewer: Viewer,
    event: Steered,
    post: HeldPost,
    kind: RequestKind,
    entry: HistoryEntryKind,
    *,
    reason: str,
    stage: str | None = None,
    until: datetime | None = None,
    answers: Mapping[str, Any] | None = None,
    also_roles: tuple[str, ...] = (),
) -> None:
    """Write the request, ask the next level to decide it, and note it in the history."""
    row = {
        "event_id": event.id,
        "sequence": event.sequence,
        "kind": kind.value,
        "stage": stage or event.row.stage,
        "account_id": viewer.account_id,
        "post_id": post.id,
        "reason": reason.strip(),
        "until": until,
        "at": work.now,
        "state": RequestState.WAITING.value,
    }
    await work.insert(t.event_request, [row])
    above = await next_level(work, event.situation)
    roles = (*above.role_ids, *also_roles)
    await give_tasks(work, [new_task(event, post, kind=DECIDING[kind], role_ids=roles, note=reason.strip())])
    given = {"reason": reason, "until": until, **(answers or {})}
    await record(work, viewer, event, entry, post, answers=given)


@dataclass(frozen=True, slots=True)
class Decidable:
    """A request that waits, its event, and the post under which the viewer decides it."""

    event: Steered
    request: sa.Row[Any]
    post: HeldPost


async def decidable(work: Work, viewer: Viewer, kind: RequestKind, decision: Decision, *more: str) -> Decidable | Outcome:
    """The request that waits; refused where it is not for this viewer, nothing waits, a refusal gives no reason, or what would be granted
    is of a stage at which the event does not run now."""
    event = await steered(work, viewer, decision)
    if isinstance(event, Outcome):
        return event
    post = superior_post(event.situation, viewer, *more)
    if post is None:
        return refused("NEXT_LEVEL_ONLY")
    request = await _waiting(work, event, kind)
    if request is None:
        return refused("REQUEST_NONE")
    if request.account_id == viewer.account_id:
        return refused("REQUEST_OWN")
    found = tuple(check_optional_text(decision.note, "note", most=MOST_NOTE))
    if not decision.granted and decision.note is None:
        found = tuple(check_text("", "note", most=MOST_NOTE))
    if not found and decision.granted and kind in OF_STAGE and (stopped := why_not_running(event, deferred=False)):
        found = (stopped,)
    return Outcome(refusals=found) if found else Decidable(event, request, post)


async def decide(
    work: Work,
    viewer: Viewer,
    found: Decidable,
    decision: Decision,
    entry: HistoryEntryKind,
    *,
    values: Mapping[str, Any] | None = None,
) -> None:
    """Write the decision, end its task, and note it in the history with what it changes of the event."""
    state = RequestState.GRANTED if decision.granted else RequestState.REFUSED
    asked = t.event_request
    await work.run(
        sa.update(asked)
        .where(asked.c.id == found.request.id)
        .values(
            state=state.value,
            decided_by_account_id=viewer.account_id,
            decided_by_id=found.post.id,
            note=decision.note.strip() if decision.note else None,
            decided_at=work.now,
        )
    )
    await end_tasks(work, found.event.id, [DECIDING[RequestKind(found.request.kind)]], done=True)
    answers = {"granted": decision.granted, "until": found.request.until if decision.granted else None, "note": decision.note}
    await record(work, viewer, found.event, entry, found.post, answers=answers, values=values)


async def lapse(work: Work, event_id: int, kinds: Iterable[RequestKind] = OF_STAGE) -> None:
    """The event left the stage for which these were asked: they need no decision any more."""
    wanted, asked = list(kinds), t.event_request
    await work.run(
        sa.update(asked)
        .where(
            asked.c.event_id == event_id,
            asked.c.kind.in_([kind.value for kind in wanted]),
            asked.c.state == RequestState.WAITING.value,
        )
        .values(state=RequestState.LAPSED.value, decided_at=work.now)
    )
    await end_tasks(work, event_id, [DECIDING[kind] for kind in wanted], done=False)
