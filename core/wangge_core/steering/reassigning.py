"""Reassigning: the lead of a stage gives its work to others; the stage and its clock go on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from wangge_core.checking import check_optional_text
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.deadlines.running import Due
from wangge_core.errors import Outcome, Refusal, refusal, refused
from wangge_core.events.assignments import Given, Giving, asked_assignees, assign
from wangge_core.events.history import HistoryEntryKind
from wangge_core.events.situations import Situation
from wangge_core.events.stage_tasks import pass_tasks
from wangge_core.plugin.declarations.asks import AnswerType
from wangge_core.plugin.declarations.labels import Label
from wangge_core.plugin.definitions import AskDefinition, MoveDefinition
from wangge_core.rights.viewers import HeldPost, Viewer
from wangge_core.steering.chasing import pass_chases
from wangge_core.steering.steering import (
    MOST_NOTE,
    Steered,
    Steering,
    holders,
    new_task,
    record,
    stage_lead,
    steered,
    why_not_running,
)
from wangge_core.tasks.giving import give_tasks

MOST_ASSIGNEES = 20
LABEL = Label(zh="改派", en="Reassign")
ASSIGNEES = AskDefinition(name="assignees", type=AnswerType.ASSIGNEES, label=LABEL)
REASSIGN = MoveDefinition(name="reassign", label=LABEL, sources=(), by=(), asks=(ASSIGNEES,))
"""Reassigning as a move, so that whom an event may be given to is checked by one rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassignment(Steering):
    """To whom, as (post id, office id), the lead first."""

    assignees: tuple[Given, ...]
    note: str | None = None


async def reassign_events(work: Work, viewer: Viewer, requests: Sequence[Reassignment]) -> list[Outcome]:
    """Give events to others; for who leads the work at the present stage."""
    return [await _reassign(work, viewer, request) for request in requests]


async def _reassign(work: Work, viewer: Viewer, request: Reassignment) -> Outcome:
    event = await steered(work, viewer, request)
    if isinstance(event, Outcome):
        return event
    post = stage_lead(event, viewer)
    if post is None:
        return refused("STAGE_LEAD_ONLY")
    if stopped := why_not_running(event):
        return Outcome(refusals=(stopped,))
    found = list(check_optional_text(request.note, "note", most=MOST_NOTE))
    found += await check_assignees(work, event.situation, event.row.kind_id, request.assignees, row=event.row)
    if found:
        return Outcome(refusals=tuple(found))
    await give_to(work, viewer, event, post, HistoryEntryKind.REASSIGNED, request.assignees, {"note": request.note})
    return Outcome(id=event.id)


async def check_assignees(
    work: Work,
    situation: Situation,
    kind_id: str,
    assignees: Sequence[Given],
    field: str = "assignees",
    row: sa.Row[Any] | None = None,
) -> list[Refusal]:
    """What is wrong with giving an event's present stage to these: as for moves, and posts must do the work of the stage.

    What its parties may not settle by a move of its workflow is not given to them either; `row` is the event that they may be tied to.
    """
    if not assignees:
        return [refusal("REQUIRED", field)]
    if len(assignees) > MOST_ASSIGNEES:
        return [refusal("TOO_MANY", field, most=MOST_ASSIGNEES)]
    answers = {ASSIGNEES.name: [named(one) for one in assignees]}
    guards = {guard.kind: guard for move in situation.definition.moves for guard in move.guards}
    kept = tuple(guards[kind] for kind in ("NOT_INVOLVED",) if kind in guards)
    _, found = await asked_assignees(work, situation, msgspec.structs.replace(REASSIGN, guards=kept), answers, kind_id, row)
    wrong = [Refusal(one.code, field, one.values) for one in found]
    return wrong or await _check_roles(work, situation, assignees, field)


async def _check_roles(work: Work, situation: Situation, assignees: Sequence[Given], field: str) -> list[Refusal]:
    by, known = set(situation.definition.stage(situation.stage).by), situation.roles
    posts = await work.by_ids((t.post.c.role_id,), t.post.c.id, [post for post, _ in assignees if post is not None])
    of_stage = all(row.role_id in known and known[row.role_id].acts_as & by for row in posts.values())
    for_office = any(role in known and known[role].in_office for role in by)
    to_office = any(office is not None for _, office in assignees)
    return [] if of_stage and (for_office or not to_office) else [refusal("ASSIGNEE_ROLE", field)]


def named(given: Given) -> dict[str, int]:
    """An assignee as an answer names it."""
    post, office = given
    return {"post": post} if post is not None else {"office": office or 0}


async def give_to(
    work: Work,
    viewer: Viewer,
    event: Steered,
    post: HeldPost | None,
    kind: HistoryEntryKind,
    assignees: Sequence[Given],
    answers: Mapping[str, Any],
    values: Mapping[str, Any] | None = None,
) -> None:
    """Give the present stage to others, with its tasks, and note it in the history."""
    pairs = list(dict.fromkeys(assignees))
    given = await assign(work, event.id, event.sequence, pairs)
    lead = {"assignee_id": pairs[0][0], "assignee_office_id": pairs[0][1]}
    shown = {"assignees": [named(one) for one in pairs], **answers}
    await record(work, viewer, event, kind, post, answers=shown, values={**lead, **(values or {})}, given=given)
    giving = Giving(given=tuple(pairs), parts=len(pairs) > 1)
    due = Due(event.row.stage_due_at, event.row.whole_due_at)
    await pass_tasks(work, event.state, event.stage, giving, due, post.id if post else None)
    await pass_chases(work, event, pairs[0])


async def give_stage_task(work: Work, event: Steered, post: HeldPost | None, due_at: datetime | None) -> None:
    """The task of the present stage for who has the event."""
    await give_tasks(work, [new_task(event, post, kind=event.stage.task, due_at=due_at, **holders(event))])
