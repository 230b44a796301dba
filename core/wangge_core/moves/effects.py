"""Effects: all that a move which was not refused brings about, in the transaction in which it was decided."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from wangge_core.db.work import Work
from wangge_core.deadlines.clocks import ClockedEvent
from wangge_core.deadlines.moving import move_clocks
from wangge_core.deadlines.running import Due
from wangge_core.events.answers import pointed_at, stored
from wangge_core.events.assignments import assign
from wangge_core.events.history import HistoryEntryKind, record_entry
from wangge_core.events.situations import performing_post
from wangge_core.events.stage_tasks import is_left_behind, pass_tasks
from wangge_core.events.states import State, locked_state
from wangge_core.evidence.attachments import attach
from wangge_core.moves.closing import close_parts
from wangge_core.moves.decisions import Decided
from wangge_core.moves.opening import open_events
from wangge_core.plugin.declarations.asks import AnswerType
from wangge_core.plugin.definitions import MoveDefinition, StageDefinition
from wangge_core.rights.viewers import SYSTEM_VIEWER, Viewer
from wangge_core.steering.chasing import ask_chases_again
from wangge_core.steering.projects import plan_project, tells_of_project
from wangge_core.steering.requests import lapse
from wangge_core.steering.steering import Steered, clocked

OPENED = "opened"
"""In the changes that an entry of the history keeps: the ids of the events that the move opened."""
NOBODY: Mapping[str, Any] = {"assignee_id": None, "assignee_office_id": None}


async def make_move(
    work: Work, viewer: Viewer, state: State, move: MoveDefinition, answers: Mapping[str, Any], decided: Decided
) -> None:
    """Write the move: the project's plan, the clocks, who has the event, the event and its history, what it opens, its tasks."""
    row, giving = state.row, decided.giving
    stage = state.definition.stage(state.situation.target(move))
    if move.opens is None and any(tells_of_project(ask) and answers.get(ask.name) is not None for ask in move.asks):
        await plan_project(work, row.id, move, answers)
    due = await move_clocks(work, _clocked_after(state, decided), move, row.stage, stage.name)
    sequence, said = row.version + 1, dict[str, Any]()
    left_behind = not giving.given and is_left_behind(state, stage)
    if giving.given or left_behind:
        said |= await assign(work, row.id, sequence, giving.given, parts=giving.parts or None)
    if decided.opened_kind is not None:
        role = move.opens.role if move.opens else ""
        said[OPENED] = await open_events(
            work, viewer, row, decided.opened_kind, per=decided.opened_per, role=role, answers=stored(answers)
        )
    post = performing_post(state.situation, move, viewer)
    await record_entry(
        work,
        row,
        HistoryEntryKind.MOVED,
        viewer=viewer,
        post_id=post.id if post else None,
        move=move.name,
        to_stage=stage.name,
        answers=stored(answers),
        values={**_values(work, row, stage, decided, due), **(NOBODY if left_behind else {})},
        given=said,
    )
    for name, ids in pointed_at(answers, move, AnswerType.PHOTOS, "attachment"):
        await attach(work, row.id, sequence, ids, name)
    await pass_tasks(work, state, stage, giving, due, post.id if post else None)
    if stage.name != row.stage:
        await lapse(work, row.id)
    if row.times_chased and not stage.final and (stage.name != row.stage or giving.given):
        moved = await locked_state(work, SYSTEM_VIEWER, row.id)
        assert moved is not None, "it was there a statement ago"
        await ask_chases_again(work, Steered(moved))
    kind_id = decided.kind.id if decided.kind else row.kind_id
    work.announce("event.moved", row.id, row.grid_id, kind=kind_id, move=move.name, stage=stage.name)
    if stage.final and state.children:
        await close_parts(work, state)


def _clocked_after(state: State, decided: Decided) -> ClockedEvent:
    """The event as its clocks see it after what was decided."""
    row, given = state.row, decided.giving.given
    return replace(
        clocked(Steered(state)),
        kind_id=decided.kind.id if decided.kind else row.kind_id,
        limit=decided.limit,
        office_id=given[0][1] if given else row.assignee_office_id,
    )


def _values(work: Work, row: sa.Row[Any], stage: StageDefinition, decided: Decided, due: Due) -> dict[str, Any]:
    """The new values of the event's columns."""
    values: dict[str, Any] = {"stage_due_at": due.stage_due_at, "whole_due_at": due.whole_due_at}
    if stage.name != row.stage:
        values |= {"stage": stage.name, "entered_stage_at": work.now}
        if stage.final != row.closed:
            values |= {"closed": stage.final, "closed_at": work.now if stage.final else None}
    if decided.kind is not None:
        values |= {"kind_id": decided.kind.id, "kind_version": decided.kind.version}
    if decided.limit != row.filed_limit:
        values["filed_limit"] = decided.limit
    if decided.giving.given:
        post, office = decided.giving.given[0]
        values |= {"assignee_id": post, "assignee_office_id": office}
    return values
