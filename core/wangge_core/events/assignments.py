"""Assignments: to whom an event is given — posts or offices, one of which leads — and what a move may ask of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Refusal, refusal
from wangge_core.events.situations import Situation, returned_by
from wangge_core.plugin.declarations.asks import AnswerType
from wangge_core.plugin.definitions import MoveDefinition
from wangge_core.rights.communities import posts_serving

Given = tuple[int | None, int | None]
"""To whom: (post id, office id), one of them None."""


async def assigned_to(work: Work, event_id: int) -> list[Given]:
    """The (post id, office id) pairs at work on an event now."""
    given = t.event_assignment
    rows = await work.rows(sa.select(given.c.post_id, given.c.office_id).where(given.c.event_id == event_id, given.c.active))
    return [(row.post_id, row.office_id) for row in rows]


async def asked_assignees(
    work: Work, situation: Situation, move: MoveDefinition, answers: Mapping[str, Any], kind_id: str
) -> tuple[list[Given], list[Refusal]]:
    """Who the move gives an event of this kind to, as (post id, office id), the lead first."""
    given: list[Given] = []
    found: list[Refusal] = []
    for ask in move.asks:
        if ask.type in (AnswerType.POSTS, AnswerType.OFFICES, AnswerType.ASSIGNEES) and isinstance(answers.get(ask.name), list):
            field_name = f"answers.{ask.name}"
            named: list[dict[str, int]] = answers[ask.name]
            pairs = list(dict.fromkeys((one.get("post"), one.get("office")) for one in named))
            found.extend(await _check(work, situation, move, pairs, field_name))
            found.extend(await _check_hidden(work, situation, kind_id, pairs, field_name))
            given.extend(pairs)
    return given, found


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


async def _check_hidden(work: Work, situation: Situation, kind_id: str, pairs: Sequence[Given], field_name: str) -> list[Refusal]:
    """What is kept from the event's own grid and community is not given to posts there."""
    post_ids = [id for id, _ in pairs if id is not None]
    hidden = sa.select(t.event_kind.c.hidden_from_grid).where(t.event_kind.c.id == kind_id)
    if not post_ids or not await work.value(hidden):
        return []
    serving = await posts_serving(work, situation.path, post_ids)
    return [refusal("ASSIGNEE_OF_GRID", field_name)] if serving else []


async def given_before(work: Work, event_id: int, situation: Situation, move: MoveDefinition) -> list[Given]:
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
    return [] if set(before) == set(await assigned_to(work, event_id)) else before


async def assign(work: Work, event_id: int, sequence: int, given: Sequence[Given]) -> None:
    table = t.event_assignment
    await work.run(sa.update(table).where(table.c.event_id == event_id, table.c.active).values(active=False))
    rows = [
        {"event_id": event_id, "sequence": sequence, "post_id": post, "office_id": office, "lead": index == 0, "active": True}
        for index, (post, office) in enumerate(given)
    ]
    await work.insert(table, rows)
