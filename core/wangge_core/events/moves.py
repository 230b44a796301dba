"""Moving events from stage to stage, and commenting on them. One event at a time: each decision looks at what went before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import check_text, read_details
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal, refused
from wangge_core.events.answers import check_answers, stored
from wangge_core.events.deadlines import due_at
from wangge_core.events.history import HistoryEntryKind, entry, situation_of, steps_of
from wangge_core.events.kinds import kinds_in_use
from wangge_core.events.situations import Situation, is_reporter, performing_post, returned_by, why_blocked
from wangge_core.events.workflows import versions
from wangge_core.plugin.declarations.asks import AnswerType
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.definitions import MoveDefinition
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import event_rule


@dataclass(frozen=True, slots=True, kw_only=True)
class EventMoveRequest:
    """A move to make. `expected_version`, where given, is the version that the mover saw; another one is a conflict."""

    event_id: int
    move: str
    answers: Mapping[str, Any] = field(default_factory=dict[str, Any])
    expected_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCommentRequest:
    """A remark to add to an event's history."""

    event_id: int
    note: str


async def move_events(work: Work, viewer: Viewer, requests: Sequence[EventMoveRequest]) -> list[Outcome]:
    """Make moves in order."""
    return [await _move(work, viewer, request) for request in requests]


async def comment_events(work: Work, viewer: Viewer, requests: Sequence[EventCommentRequest]) -> list[Outcome]:
    """Add remarks; anyone who may see an event and comment in its grid, or to whom it was given, may."""
    return [await _comment(work, viewer, request) for request in requests]


async def _locked(work: Work, viewer: Viewer, event_id: int) -> sa.Row[Any] | None:
    """The event with its grid's path, locked until the transaction ends; None when it is not there for this viewer."""
    event = t.event
    query = (
        sa.select(event, t.grid.c.path)
        .join(t.grid, t.grid.c.id == event.c.grid_id)
        .where(event.c.id == event_id, event_rule(event, viewer))
    )
    return await work.first(query if work.on_sqlite else query.with_for_update(of=event))


async def _assigned(work: Work, event_id: int) -> list[tuple[int | None, int | None]]:
    """The (post id, office id) pairs at work on an event now."""
    given = t.event_assignment
    rows = await work.rows(sa.select(given.c.post_id, given.c.office_id).where(given.c.event_id == event_id, given.c.active))
    return [(row.post_id, row.office_id) for row in rows]


async def _situation(work: Work, row: sa.Row[Any]) -> Situation:
    version = (await versions(work, [row.workflow_version_id]))[row.workflow_version_id]
    return situation_of(
        version.definition,
        stage=row.stage,
        path=row.path,
        reporter_id=row.reporter_id,
        steps=await steps_of(work, row.id),
        assigned=await _assigned(work, row.id),
        roles=work.rules.registry.roles,
    )


async def _move(work: Work, viewer: Viewer, request: EventMoveRequest) -> Outcome:
    row = await _locked(work, viewer, request.event_id)
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
    given, found = await _assignees(work, situation, move, request.answers)
    kind_id, more = await _kind(work, row, move, request.answers)
    if found or more:
        return Outcome(refusals=(*found, *more))
    given = given or await _given_before(work, row.id, situation, move)
    await _write(work, viewer, row, situation, move, request.answers, given, kind_id)
    return Outcome(id=row.id)


async def _assignees(
    work: Work, situation: Situation, move: MoveDefinition, answers: Mapping[str, Any]
) -> tuple[list[tuple[int | None, int | None]], list[Refusal]]:
    """Who the move gives the event to, as (post id, office id), the lead first."""
    given: list[tuple[int | None, int | None]] = []
    found: list[Refusal] = []
    for ask in move.asks:
        if ask.type in (AnswerType.POSTS, AnswerType.OFFICES, AnswerType.ASSIGNEES) and isinstance(answers.get(ask.name), list):
            field_name = f"answers.{ask.name}"
            named: list[dict[str, int]] = answers[ask.name]
            pairs = [(one.get("post"), one.get("office")) for one in named]
            found.extend(await _check_assignees(work, situation, move, pairs, field_name))
            given.extend(pairs)
    return given, found


async def _check_assignees(
    work: Work, situation: Situation, move: MoveDefinition, pairs: Sequence[tuple[int | None, int | None]], field_name: str
) -> list[Refusal]:
    post = t.post
    posts = await work.by_ids((post.c.ends_at, post.c.office_id), post.c.id, [id for id, _ in pairs if id is not None])
    offices = await work.by_ids((), t.office.c.id, [id for _, id in pairs if id is not None])
    barred_posts, barred_offices = returned_by(situation, move)
    found: list[Refusal] = []
    for post_id, office_id in pairs:
        if post_id is not None:
            row = posts.get(post_id)
            if row is None:
                found.append(refusal("NOT_FOUND", field_name, what="Post", id=post_id))
            elif row.ends_at is not None and row.ends_at <= work.now:
                found.append(refusal("POST_ENDED", field_name))
            elif post_id in barred_posts or row.office_id in barred_offices:
                found.append(refusal("MOVE_TO_RETURNER", field_name))
        elif office_id not in offices:
            found.append(refusal("NOT_FOUND", field_name, what="Office", id=office_id))
        elif office_id in barred_offices:
            found.append(refusal("MOVE_TO_RETURNER", field_name))
    return found


async def _given_before(
    work: Work, event_id: int, situation: Situation, move: MoveDefinition
) -> list[tuple[int | None, int | None]]:
    """Whom the event was given to when it last left the stage that the move leads to: what is sent back to be done again goes back to
    whoever did it, and not to whoever checked it. Nobody where that is who has it already."""
    target = situation.target(move)
    left = [number for number, step in enumerate(situation.steps, 1) if step.from_stage == target != step.to_stage]
    if not left or target == situation.stage or situation.definition.stage(situation.stage).final:
        return []
    given, post = t.event_assignment, t.post
    then = sa.select(sa.func.max(given.c.sequence)).where(given.c.event_id == event_id, given.c.sequence < left[-1])
    in_term = sa.or_(post.c.id.is_(None), post.c.ends_at.is_(None), post.c.ends_at > work.now)
    rows = await work.rows(
        sa.select(given.c.post_id, given.c.office_id)
        .outerjoin(post, post.c.id == given.c.post_id)
        .where(given.c.event_id == event_id, given.c.sequence == then.scalar_subquery(), in_term)
        .order_by(given.c.id)
    )
    before = [(row.post_id, row.office_id) for row in rows]
    return [] if set(before) == set(await _assigned(work, event_id)) else before


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
    return wanted, list(found)


async def _write(
    work: Work,
    viewer: Viewer,
    row: sa.Row[Any],
    situation: Situation,
    move: MoveDefinition,
    answers: Mapping[str, Any],
    given: Sequence[tuple[int | None, int | None]],
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
        await _assign(work, row.id, sequence, given)
    await work.run(sa.update(t.event).where(t.event.c.id == row.id).values(values))
    post = None if is_reporter(situation, move, viewer) else performing_post(situation, move, viewer)
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


async def _assign(work: Work, event_id: int, sequence: int, given: Sequence[tuple[int | None, int | None]]) -> None:
    table = t.event_assignment
    await work.run(sa.update(table).where(table.c.event_id == event_id, table.c.active).values(active=False))
    rows = [
        {"event_id": event_id, "sequence": sequence, "post_id": post, "office_id": office, "lead": index == 0, "active": True}
        for index, (post, office) in enumerate(given)
    ]
    await work.insert(table, rows)


async def _comment(work: Work, viewer: Viewer, request: EventCommentRequest) -> Outcome:
    row = await _locked(work, viewer, request.event_id)
    if row is None:
        return refused("NOT_FOUND", "id", what="Event", id=request.event_id)
    found = list(check_text(request.note, "note", most=4000))
    involved = row.reporter_id == viewer.account_id or any(
        post in viewer.post_ids or office in viewer.office_ids for post, office in await _assigned(work, row.id)
    )
    if viewer.account_id is None or not (involved or viewer.may(Capability.COMMENT_EVENTS, row.path)):
        found.append(refusal("NOT_ALLOWED"))
    if found:
        return Outcome(refusals=tuple(found))
    sequence = row.version + 1
    await work.run(sa.update(t.event).where(t.event.c.id == row.id).values(version=sequence))
    post = next((post for post in viewer.posts if post.stands_over(row.path)), None)
    remark = entry(
        row.id,
        sequence,
        HistoryEntryKind.COMMENTED,
        at=work.now,
        from_stage=row.stage,
        to_stage=row.stage,
        account_id=viewer.account_id,
        post_id=post.id if post else None,
        answers={"note": request.note.strip()},
    )
    await work.insert(t.event_history, [remark])
    work.announce("event.commented", row.id, row.grid_id, kind=row.kind_id, stage=row.stage)
    return Outcome(id=row.id)
