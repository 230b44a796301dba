"""Moving events from stage to stage. One event at a time: each decision looks at what went before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import read_details
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal, refused
from wangge_core.events.answers import check_answers, stored
from wangge_core.events.assignments import Given, asked_assignees, assign, assigned_to, given_before
from wangge_core.events.deadlines import due_at
from wangge_core.events.history import HistoryEntryKind, entry, locked_event, situation_of, steps_of
from wangge_core.events.involvements import check_roles
from wangge_core.events.kinds import kinds_in_use
from wangge_core.events.situations import Situation, performing_post, why_blocked
from wangge_core.events.workflows import versions
from wangge_core.plugin.declarations.asks import AnswerType
from wangge_core.plugin.definitions import MoveDefinition
from wangge_core.rights.viewers import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class EventMoveRequest:
    """A move to make. `expected_version`, where given, is the version that the mover saw; another one is a conflict."""

    event_id: int
    move: str
    answers: Mapping[str, Any] = field(default_factory=dict[str, Any])
    expected_version: int | None = None


async def move_events(work: Work, viewer: Viewer, requests: Sequence[EventMoveRequest]) -> list[Outcome]:
    """Make moves in order."""
    return [await _move(work, viewer, request) for request in requests]


async def _situation(work: Work, row: sa.Row[Any]) -> Situation:
    version = (await versions(work, [row.workflow_version_id]))[row.workflow_version_id]
    return situation_of(
        version.definition,
        stage=row.stage,
        path=row.path,
        reporter_id=row.reporter_id,
        steps=await steps_of(work, row.id),
        assigned=await assigned_to(work, row.id),
        roles=work.rules.registry.roles,
    )


async def _move(work: Work, viewer: Viewer, request: EventMoveRequest) -> Outcome:
    row = await locked_event(work, viewer, request.event_id)
    if row is None:
        return refused("NOT_FOUND", "id", what="Event", id=request.event_id)
    situation = await _situation(work, row)
    if request.expected_version is not None and request.expected_version != row.version:
        stage = situation.definition.stage(row.stage).label.in_language(viewer.language)
        return refused("EVENT_CHANGED", "expectedVersion", version=row.version, stage=stage)
    move = situation.definition.move(request.move)
    if move is None:
        return refused("MOVE_UNKNOWN", "move", workflow=situation.definition.id, move=request.move)
    if blocked := why_blocked(situation, move, viewer, work.now):
        return Outcome(refusals=(blocked,))
    if wrong := tuple(check_answers(move, request.answers, viewer.language)):
        return Outcome(refusals=wrong)
    given, found = await asked_assignees(work, situation, move, request.answers, row.kind_id)
    kind_id, more = await _kind(work, row, move, request.answers)
    if found or more:
        return Outcome(refusals=(*found, *more))
    given = given or await given_before(work, row.id, situation, move)
    await _write(work, viewer, row, situation, move, request.answers, given, kind_id)
    return Outcome(id=row.id)


async def _kind(work: Work, row: sa.Row[Any], move: MoveDefinition, answers: Mapping[str, Any]) -> tuple[str, list[Refusal]]:
    """The kind that the event has after the move. It may only change to one with the same workflow whose details fit."""
    ask = next((one for one in move.asks if one.type is AnswerType.EVENT_KIND), None)
    wanted = answers.get(ask.name) if ask else None
    if ask is None or not isinstance(wanted, str) or wanted == row.kind_id:
        return row.kind_id, []
    field_name = f"answers.{ask.name}"
    kinds = await kinds_in_use(work, [wanted, row.kind_id])
    if wanted not in kinds or not kinds[wanted].available:
        return row.kind_id, [refusal("KIND_UNKNOWN", field_name, id=wanted)]
    if kinds[wanted].workflow != kinds[row.kind_id].workflow:
        return row.kind_id, [refusal("KIND_OTHER_WORKFLOW", field_name, id=wanted)]
    declared = work.rules.registry.event_kinds.get(wanted)
    _, found = read_details(wanted, declared.details if declared else None, row.details, field_name)
    roles = await work.rows(sa.select(t.involvement.c.role).where(t.involvement.c.event_id == row.id))
    more = check_roles((tie.role for tie in roles), declared.involves if declared else (), field_name)
    return wanted, [*found, *more]


async def _write(
    work: Work,
    viewer: Viewer,
    row: sa.Row[Any],
    situation: Situation,
    move: MoveDefinition,
    answers: Mapping[str, Any],
    given: Sequence[Given],
    kind_id: str,
) -> None:
    stage = situation.definition.stage(situation.target(move))
    sequence = row.version + 1
    values: dict[str, Any] = {"version": sequence, "kind_id": kind_id}
    if stage.name != row.stage:
        values |= {
            "stage": stage.name,
            "closed": stage.final,
            "closed_at": work.now if stage.final else None,
            "entered_stage_at": work.now,
            "stage_due_at": due_at(stage.clock, work.now),
        }
    if given:
        values |= {"assignee_id": given[0][0], "assignee_office_id": given[0][1]}
        await assign(work, row.id, sequence, given)
    await work.run(sa.update(t.event).where(t.event.c.id == row.id).values(values))
    post = performing_post(situation, move, viewer)
    await work.insert(
        t.event_history,
        [
            entry(
                row.id,
                sequence,
                HistoryEntryKind.MOVED,
                at=work.now,
                move=move.name,
                from_stage=row.stage,
                to_stage=stage.name,
                account_id=viewer.account_id,
                post_id=post.id if post else None,
                answers=stored(answers),
            )
        ],
    )
    work.announce("event.moved", row.id, row.grid_id, kind=kind_id, move=move.name, stage=stage.name)
