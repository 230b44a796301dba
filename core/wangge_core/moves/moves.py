"""Moving events from stage to stage. One event at a time: each decision looks at what went before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refused
from wangge_core.events.answers import Span, check_answers
from wangge_core.events.assignments import asked_assignees, given_before
from wangge_core.events.situations import why_blocked
from wangge_core.events.states import State, locked_state
from wangge_core.moves.decisions import Decided, check_kind, check_limit, check_named, check_opened
from wangge_core.moves.effects import make_move
from wangge_core.plugin.definitions import MoveDefinition
from wangge_core.rights.viewers import SYSTEM_VIEWER, Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class EventMoveRequest:
    """A move to make. `expected_version`, where given, is the version that the mover saw; another one is a conflict."""

    event_id: int
    move: str
    answers: Mapping[str, Any] = field(default_factory=dict[str, Any])
    expected_version: int | None = None


async def move_events(work: Work, viewer: Viewer, requests: Sequence[EventMoveRequest]) -> list[Outcome]:
    """Make moves in order. Each is made with all that it brings about, or refused with nothing written."""
    return [await _move(work, viewer, request) for request in requests]


async def move_events_as_system(work: Work, event_id: int, move: str, answers: Mapping[str, Any] | None = None) -> Outcome:
    """Make a move that a workflow lets the service itself make, as when a clock runs out. It is bound by every guard that is not the
    reporter's, and has no account and no post in the history."""
    (outcome,) = await move_events(work, SYSTEM_VIEWER, [EventMoveRequest(event_id=event_id, move=move, answers=answers or {})])
    return outcome


async def _move(work: Work, viewer: Viewer, request: EventMoveRequest) -> Outcome:
    state = await locked_state(work, viewer, request.event_id)
    if state is None:
        return refused("NOT_FOUND", "id", what="Event", id=request.event_id)
    if request.expected_version is not None and request.expected_version != state.row.version:
        stage = state.definition.stage(state.row.stage).label.in_language(viewer.language)
        return refused("EVENT_CHANGED", "expectedVersion", version=state.row.version, stage=stage)
    move = state.definition.move(request.move)
    if move is None:
        return refused("MOVE_UNKNOWN", "move", workflow=state.definition.id, move=request.move)
    if blocked := why_blocked(state.situation, move, viewer, work.now):
        return Outcome(refusals=(blocked,))
    decided, found = await _decide(work, viewer, state, move, request.answers)
    if found:
        return Outcome(refusals=tuple(found))
    await make_move(work, viewer, state, move, request.answers, decided)
    return Outcome(id=state.row.id)


async def _decide(
    work: Work, viewer: Viewer, state: State, move: MoveDefinition, answers: Mapping[str, Any]
) -> tuple[Decided, list[Refusal]]:
    """What the answers come to, or why they are refused."""
    row = state.row
    span = Span(occurred_at=row.occurred_at, reported_at=row.reported_at, zone=work.rules.zone)
    found = list(check_answers(move, answers, viewer.language, span))
    if found:
        return Decided(), found
    kind, of_kind = await check_kind(work, row, move, answers)
    limit, of_limit = await check_limit(work, row, move, answers, kind)
    giving, of_giving = await asked_assignees(work, state.situation, move, answers, kind.id if kind else row.kind_id, row)
    opened_kind, per, of_opened = await check_opened(work, move, answers)
    found = [*of_giving, *of_kind, *of_limit, *of_opened, *await check_named(work, viewer, move, answers)]
    if not found and not giving.given:
        giving = await given_before(work, row.id, state.situation, move)
    return Decided(giving=giving, kind=kind, limit=limit, opened_kind=opened_kind, opened_per=per), found
