"""Assignments: to whom an event is given — posts or offices, one of which leads — and what a move may ask of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Refusal, refusal
from wangge_core.events.relations import related_posts
from wangge_core.events.situations import PartState, Situation, returned_by
from wangge_core.plugin.declarations.asks import AnswerType
from wangge_core.plugin.definitions import MoveDefinition
from wangge_core.rights.communities import posts_serving
from wangge_core.tasks.duty import nearest_on_duty

Given = tuple[int | None, int | None]
"""To whom: (post id, office id), one of them None."""
GIVEN, PARTS = "given", "parts"
"""In the changes that an entry of the history keeps: [post id, office id, state of the part] of each that has the event from then on,
the lead first; and of those whose part has come to another state."""


async def assigned_to(work: Work, event_id: int) -> list[Given]:
    """The (post id, office id) pairs at work on an event now."""
    given = t.event_assignment
    rows = await work.rows(sa.select(given.c.post_id, given.c.office_id).where(given.c.event_id == event_id, given.c.active))
    return [(row.post_id, row.office_id) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Giving:
    """Whom a move gives an event to, the lead first; `parts`: whether each of them has a part of their own to finish."""

    given: tuple[Given, ...] = ()
    parts: bool = False


async def asked_assignees(
    work: Work,
    situation: Situation,
    move: MoveDefinition,
    answers: Mapping[str, Any],
    kind_id: str,
    row: sa.Row[Any] | None = None,
) -> tuple[Giving, list[Refusal]]:
    """Whom the move gives an event of this kind to. Where that may be left out, the nearest on duty to the event's `row` is given it."""
    given: list[Given] = []
    found: list[Refusal] = []
    parts = False
    for ask in move.asks:
        if ask.type not in (AnswerType.POSTS, AnswerType.OFFICES, AnswerType.ASSIGNEES):
            continue
        field_name = f"answers.{ask.name}"
        named: list[dict[str, int]] = answers.get(ask.name) or []
        pairs = list(dict.fromkeys((one.get("post"), one.get("office")) for one in named))
        if not pairs and ask.nearest_on_duty and row is not None:
            pairs, missing = await _nearest(work, row, situation, move, field_name)
            found.extend(missing)
        if pairs:
            found.extend(await _check(work, situation, move, pairs, field_name))
            found.extend(await _check_hidden(work, situation, kind_id, pairs, field_name))
            found.extend(await _check_related(work, row, move, pairs, field_name) if row is not None else [])
        given.extend(pairs)
        parts = parts or ask.each_a_part
    return Giving(given=tuple(given), parts=bool(given) and (parts or len(given) > 1)), found


async def _nearest(
    work: Work, row: sa.Row[Any], situation: Situation, move: MoveDefinition, field_name: str
) -> tuple[list[Given], list[Refusal]]:
    """The post on duty whose holder is nearest to the event, of a role of the stage that the move leads to."""
    roles = situation.definition.stage(situation.target(move)).by
    post = await nearest_on_duty(work, roles, row.path, row.longitude, row.latitude)
    return ([], [refusal("NOBODY_ON_DUTY", field_name)]) if post is None else ([(post, None)], [])


async def _check(work: Work, situation: Situation, move: MoveDefinition, pairs: Sequence[Given], field_name: str) -> list[Refusal]:
    post = t.post
    posts = await work.by_ids(
        (post.c.starts_at, post.c.ends_at, post.c.office_id), post.c.id, [id for id, _ in pairs if id is not None]
    )
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
            elif row.starts_at > work.now:
                found.append(refusal("POST_NOT_STARTED", field_name))
            elif post_id in barred_posts or row.office_id in barred_offices:
                found.append(refusal("MOVE_TO_RETURNER", field_name))
        elif office_id not in offices:
            found.append(refusal("NOT_FOUND", field_name, what="Office", id=office_id))
        elif office_id in barred_offices:
            found.append(refusal("MOVE_TO_RETURNER", field_name))
    return found


async def _check_related(
    work: Work, row: sa.Row[Any], move: MoveDefinition, pairs: Sequence[Given], field_name: str
) -> list[Refusal]:
    """What its parties and their households may not settle is not given to them either."""
    if not any(guard.kind == "NOT_INVOLVED" for guard in move.guards):
        return []
    related = await related_posts(work, row.id, [post for post, _ in pairs if post is not None])
    return [refusal("ASSIGNEE_INVOLVED", field_name)] if related else []


async def _check_hidden(work: Work, situation: Situation, kind_id: str, pairs: Sequence[Given], field_name: str) -> list[Refusal]:
    """What is kept from the event's own grid and community is not given to posts there."""
    post_ids = [id for id, _ in pairs if id is not None]
    hidden = sa.select(t.event_kind.c.hidden_from_grid).where(t.event_kind.c.id == kind_id)
    if not post_ids or not await work.value(hidden):
        return []
    serving = await posts_serving(work, situation.path, post_ids)
    return [refusal("ASSIGNEE_OF_GRID", field_name)] if serving else []


async def given_before(work: Work, event_id: int, situation: Situation, move: MoveDefinition) -> Giving:
    """Whom the event was given to when it last left the stage that the move leads to: what is sent back to be done again goes back to
    whoever did it, with parts where they had parts, and not to whoever checked it. Nobody where that is who has it already."""
    target = situation.target(move)
    left = [number for number, step in enumerate(situation.steps, 1) if step.from_stage == target != step.to_stage]
    if not left or target == situation.stage or situation.definition.stage(situation.stage).final:
        return Giving()
    given, post = t.event_assignment, t.post
    then = sa.select(sa.func.max(given.c.sequence)).where(given.c.event_id == event_id, given.c.sequence < left[-1])
    in_term = sa.or_(post.c.id.is_(None), post.c.ends_at.is_(None), post.c.ends_at > work.now)
    rows = await work.rows(
        sa.select(given.c.post_id, given.c.office_id, given.c.part_state)
        .outerjoin(post, post.c.id == given.c.post_id)
        .where(given.c.event_id == event_id, given.c.sequence == then.scalar_subquery(), in_term)
        .order_by(given.c.id)
    )
    before = [(row.post_id, row.office_id) for row in rows]
    now = {(post, None) for post in situation.post_ids} | {(None, office) for office in situation.office_ids}
    if not before or set(before) == now:
        return Giving()
    return Giving(given=tuple(before), parts=len(before) > 1 or any(row.part_state for row in rows))


async def assign(
    work: Work, event_id: int, sequence: int, given: Sequence[Given], *, parts: bool | None = None
) -> dict[str, list[list[Any]]]:
    """Give an event to posts and offices, the lead first, by the entry of its history with this sequence; nobody else has it then.

    Each has a part to finish where there are `parts`; without a word on it, where they are several. What is returned is for the
    entry's `given`, so that it can be replayed.
    """
    table, have_parts = t.event_assignment, len(given) > 1 if parts is None else parts
    state = PartState.OPEN.value if have_parts else None
    await work.run(sa.update(table).where(table.c.event_id == event_id, table.c.active).values(active=False))
    rows = [
        {
            "event_id": event_id,
            "sequence": sequence,
            "post_id": post,
            "office_id": office,
            "lead": index == 0,
            "active": True,
            "part_state": state,
        }
        for index, (post, office) in enumerate(given)
    ]
    await work.insert(table, rows)
    return {GIVEN: [[post, office, state] for post, office in given]}


async def part_changes(work: Work, event_id: int) -> dict[str, list[list[Any]]]:
    """How far the parts of a joint handling are now, for the `given` of the entry that tells of a change of one."""
    table = t.event_assignment
    of_event = (table.c.event_id == event_id, table.c.active, table.c.part_state.is_not(None))
    rows = await work.rows(sa.select(table.c.post_id, table.c.office_id, table.c.part_state).where(*of_event).order_by(table.c.id))
    return {PARTS: [[row.post_id, row.office_id, row.part_state] for row in rows]}
