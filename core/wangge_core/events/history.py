"""History: append-only entries of who did what with an event, under which post and when."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import auto
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.columns import Id, instant_text
from wangge_core.db.work import Work
from wangge_core.deadlines.counting import Ground
from wangge_core.events.situations import Part, PartState, Situation, Step, Tie
from wangge_core.plugin.declarations.labels import Choice
from wangge_core.plugin.definitions import RoleDefinition, WorkflowDefinition
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.by_shape import ByShape
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import event_rule

NO_TIE = Tie()
REPLAYED = frozenset(
    {
        # what is set when an event begins, or by moves
        "kind_id", "kind_version", "grid_id", "priority", "closed", "closed_at", "entered_stage_at", "filed_limit", "opened_by_event_id",
        "assignee_id", "assignee_office_id",
        # what is set by what happens to an event beside its moves
        "part_of_id", "joined_to_id", "deferred_until", "times_reported", "times_chased", "times_extended",
    }
)  # fmt: skip
"""Columns of the event whose new values each entry of the history keeps, so that the present state can be rebuilt from them."""

REPORT = "report"
"""What guards call the first entry."""


class HistoryEntryKind(Choice):
    """What an entry tells."""

    REPORTED = auto(), "上报"
    MOVED = auto(), "流转"
    COMMENTED = auto(), "备注"
    EVIDENCE = auto(), "补充材料"
    REASSIGNED = auto(), "改派"
    CHASED = auto(), "督办"
    CHASE_ANSWERED = auto(), "督办答复"
    PART_DONE = auto(), "分项办结"
    PART_GIVEN_UP = auto(), "退出分项"
    EXTENSION_ASKED = auto(), "申请延期"
    EXTENSION_DECIDED = auto(), "延期审批"
    DEFERRAL_ASKED = auto(), "申请挂账"
    DEFERRAL_DECIDED = auto(), "挂账审批"
    RESUMED = auto(), "恢复办理"
    STEP_DONE = auto(), "步骤完成"
    SEPARATED = auto(), "撤销并案"
    JOINED = auto(), "并案"
    SPLIT = auto(), "拆分"
    RELEASED = auto(), "分项独立"
    APPEALED = auto(), "申诉"
    APPEAL_DECIDED = auto(), "申诉裁定"
    REPORTED_AGAIN = auto(), "再次上报"
    QUESTION_ASKED = auto(), "询问"
    QUESTION_ANSWERED = auto(), "答复询问"
    REPORTER_TOLD = auto(), "告知上报人"
    RATED = auto(), "评价"
    WARNED = auto(), "预警"
    OVERDUE = auto(), "超期"
    ESCALATED = auto(), "升级"
    RECALCULATED = auto(), "重算时限"
    REDIVIDED = auto(), "区划调整"


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
    changes: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A row of the history. `changes` are new values of the event's columns in `REPLAYED`, and what `given` says of assignments."""
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
        "changes": {name: _plain(value) for name, value in changes.items()} if changes else None,
    }


def _plain(value: Any) -> Any:
    return instant_text(value) if isinstance(value, datetime) else value


async def record_entry(
    work: Work,
    row: sa.Row[Any],
    kind: HistoryEntryKind,
    *,
    viewer: Viewer | None = None,
    values: Mapping[str, Any] | None = None,
    given: Mapping[str, Any] | None = None,
    to_stage: str | None = None,
    move: str | None = None,
    post_id: int | None = None,
    answers: Mapping[str, Any] | None = None,
) -> int:
    """Change an event that `locked_event` gave, and say so in its history; the sequence of the entry, which is the new version.

    `values` are new values of the event's columns. Those in `REPLAYED` are kept in the entry, together with `given`, which
    `assignments.assign` and `assignments.part_changes` return. Without a viewer the service itself did it.
    """
    sequence = row.version + 1
    new = dict(values or {})
    await work.run(sa.update(t.event).where(t.event.c.id == row.id).values(new | {"version": sequence}))
    kept = {name: value for name, value in new.items() if name in REPLAYED}
    written = entry(
        row.id,
        sequence,
        kind,
        at=work.now,
        from_stage=row.stage,
        to_stage=to_stage or row.stage,
        move=move,
        account_id=viewer.account_id if viewer else None,
        post_id=post_id,
        answers=answers,
        changes=kept | dict(given or {}),
    )
    await work.insert(t.event_history, [written])
    return sequence


def _event_seen(viewer: BoundViewer) -> sa.Select[Any]:
    event, version = t.event, t.workflow_version
    seen = sa.true() if viewer.viewer.is_system else event_rule(event, viewer)
    return (
        sa.select(event, t.grid.c.path, version.c.hash.label("workflow_hash"))
        .join(t.grid, t.grid.c.id == event.c.grid_id)
        .join(version, version.c.id == event.c.workflow_version_id)
        .where(event.c.id == sa.bindparam("event_id", type_=Id), seen)
        .with_for_update(of=event)  # SQLite, which knows none, locks the whole database for a write
    )


_SEEN = ByShape(_event_seen)


async def locked_event(work: Work, viewer: Viewer, event_id: int) -> sa.Row[Any] | None:
    """The event with its grid's path and its workflow's hash, locked until the transaction ends; None when it is not there for this
    viewer."""
    query, values = _SEEN.of(viewer)
    return await work.first(query, values | {"event_id": event_id})


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
    roles: Mapping[str, RoleDefinition],
    deferred_until: datetime | None = None,
    joined: bool = False,
    at_work: Iterable[Mapping[Any, Any]] = (),
    open_children: int = 0,
    tie: Tie = NO_TIE,
    ground: Ground | None = None,
) -> Situation:
    """The situation of an event; `at_work` are the rows of the posts and offices that have it now."""
    rows = list(at_work)
    parts = tuple(
        Part(post_id=row["post_id"], office_id=row["office_id"], lead=bool(row["lead"]), state=PartState(row["part_state"]))
        for row in rows
        if row["part_state"] is not None
    )
    return Situation(
        definition=definition,
        stage=stage,
        path=path,
        reporter_id=reporter_id,
        steps=steps,
        post_ids=frozenset(row["post_id"] for row in rows if row["post_id"] is not None),
        office_ids=frozenset(row["office_id"] for row in rows if row["office_id"] is not None),
        roles=roles,
        deferred_until=deferred_until,
        joined=joined,
        parts=parts,
        open_children=open_children,
        tie=tie,
        ground=ground,
    )
