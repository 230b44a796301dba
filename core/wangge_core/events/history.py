"""History: append-only entries of who did what with an event, under which post and when."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import auto
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.events.situations import Situation, Step
from wangge_core.plugin.declarations.labels import Choice
from wangge_core.plugin.definitions import RoleDefinition, WorkflowDefinition
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import event_rule

REPORT = "report"
"""What guards call the first entry."""


class HistoryEntryKind(Choice):
    """What an entry tells."""

    REPORTED = auto(), "上报"
    MOVED = auto(), "流转"
    COMMENTED = auto(), "备注"


def entry(
    event_id: int,
    sequence: int,
    kind: HistoryEntryKind,
    *,
    at: datetime,
    to_stage: str,
    from_stage: str | None = None,
    move: str | None = None,
    account_id: int | None = None,
    post_id: int | None = None,
    answers: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A row of the history."""
    return {
        "event_id": event_id,
        "sequence": sequence,
        "entry": kind.value,
        "move": move,
        "from_stage": from_stage,
        "to_stage": to_stage,
        "at": at,
        "account_id": account_id,
        "post_id": post_id,
        "answers": dict(answers or {}),
    }


async def locked_event(work: Work, viewer: Viewer, event_id: int) -> sa.Row[Any] | None:
    """The event with its grid's path, locked until the transaction ends; None when it is not there for this viewer."""
    event = t.event
    query = (
        sa.select(event, t.grid.c.path)
        .join(t.grid, t.grid.c.id == event.c.grid_id)
        .where(event.c.id == event_id, event_rule(event, BoundViewer(viewer)))
    )
    return await work.first(query if work.on_sqlite else query.with_for_update(of=event))


async def steps_of(work: Work, event_id: int) -> tuple[Step, ...]:
    """The history of an event in order."""
    entry, post = t.event_history, t.post
    rows = await work.rows(
        sa.select(entry, post.c.office_id)
        .outerjoin(post, post.c.id == entry.c.post_id)
        .where(entry.c.event_id == event_id)
        .order_by(entry.c.sequence)
    )
    return tuple(step(row._mapping) for row in rows)


def step(row: Mapping[Any, Any]) -> Step:
    """A step from a row of the history joined with the post's office; `at` may be text."""
    reported = row["entry"] == HistoryEntryKind.REPORTED.value
    at = row["at"]
    return Step(
        move=REPORT if reported else row["move"],
        from_stage=None if reported else row["from_stage"],
        to_stage=row["to_stage"],
        at=at if isinstance(at, datetime) else datetime.fromisoformat(at),
        account_id=row["account_id"],
        post_id=row["post_id"],
        office_id=row["office_id"],
    )


def situation_of(
    definition: WorkflowDefinition,
    *,
    stage: str,
    path: str,
    reporter_id: int | None,
    steps: tuple[Step, ...],
    assigned: Iterable[tuple[int | None, int | None]],
    roles: Mapping[str, RoleDefinition],
) -> Situation:
    """The situation of an event; `assigned` are the (post id, office id) pairs at work now."""
    pairs = list(assigned)
    return Situation(
        definition=definition,
        stage=stage,
        path=path,
        reporter_id=reporter_id,
        steps=steps,
        post_ids=frozenset(post for post, _ in pairs if post is not None),
        office_ids=frozenset(office for _, office in pairs if office is not None),
        roles=roles,
    )
