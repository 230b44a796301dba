"""What is done with a running event beside its moves: chasing up, requests to the next level, projects."""

from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.events.history import HistoryEntryKind
from wangge_core.events.situations import PartState
from wangge_core.rights.data_classes import DataClass
from wangge_core.steering.requests import RequestKind, RequestState
from wangge_schema.reading.declare import column, expression, planned, to_many, to_one
from wangge_schema.reading.enums import enum_type
from wangge_schema.reading.sources import Asking, Row
from wangge_schema.reading.statement import JsonMember
from wangge_schema.scalars import Date, DateTime
from wangge_schema.types.declared import Role
from wangge_schema.types.rights import Account, Post
from wangge_schema.types.workflows import WorkflowStage

for choice in (RequestKind, RequestState, PartState):
    enum_type(choice)

FEN = "in fen; a whole number, of which there may be more than an Int holds"


def _role(of: str, description: str) -> Any:
    """The role of the post to which a column refers. Whoever works on an event is told as what somebody acts, if not who it is."""

    def join(row: Row, role: Row, _: Asking) -> sa.ColumnElement[bool]:
        post = t.post.alias()
        return role.c.id == sa.select(post.c.role_id).where(post.c.id == row.c[of]).correlate(row).scalar_subquery()

    return to_one(join, description)


@planned(table=t.event_chase, data_class=DataClass.STAFF)
class EventChase:
    """That an event was chased up: what was asked, and what was answered."""

    account: Account | None = to_one("account_id", "Who asked; null where the viewer may not see the account.")
    by: Post | None = to_one("post_id", "Under which post; null where the viewer may not see it, or the service itself asked.")
    by_role: Role | None = _role("post_id", "As what.")
    note: str = column("note", "What was asked.")
    at: DateTime = column("at", "When.", form="moment")
    answer_due_at: DateTime = column("answer_due_at", "By when an answer is owed.", form="moment")
    answer: str | None = column("answer", "What was answered; null as long as nothing was.")
    answered_at: DateTime | None = column("answered_at", "When it was answered.", form="moment")
    answered_by: Post | None = to_one("answered_by_id", "Under which post it was answered; null where the viewer may not see it.")
    answered_by_role: Role | None = _role("answered_by_id", "As what it was answered.")


def _stage_of_request(row: Row, stage: Row, _: Asking) -> sa.ColumnElement[bool]:
    event = t.event.alias()
    version = sa.select(event.c.workflow_version_id).where(event.c.id == row.c.event_id).correlate(row).scalar_subquery()
    return sa.and_(stage.c.workflow_version_id == version, stage.c.name == row.c.stage)


@planned(table=t.event_request, data_class=DataClass.STAFF)
class EventRequest:
    """What whoever works on an event has asked of the level above: more time, a rest, or that a delay is not held against them."""

    kind: RequestKind = column("kind", "What is asked.")
    stage: WorkflowStage = to_one(_stage_of_request, "For which stage.")
    account: Account | None = to_one("account_id", "Who asked; null where the viewer may not see the account.")
    by: Post | None = to_one("post_id", "Under which post; null where the viewer may not see it.")
    by_role: Role | None = _role("post_id", "As what.")
    reason: str = column("reason", "Why.")
    until: DateTime | None = column("until", "Until when; null for an appeal.", form="moment")
    at: DateTime = column("at", "When it was asked.", form="moment")
    state: RequestState = column("state", "What became of it.")
    decided_by: Post | None = to_one("decided_by_id", "Under which post it was decided; null where the viewer may not see it.")
    decided_by_role: Role | None = _role("decided_by_id", "As what it was decided.")
    note: str | None = column("note", "What was said to the decision.")
    decided_at: DateTime | None = column("decided_at", "When it was decided, or lapsed.", form="moment")


@planned(table=t.event, data_class=DataClass.STAFF)
class EventProgress:
    """How far another event is: all that whoever sees an event that was joined to it is told of it, whether or not they see it too."""

    number: str = column("number", "Its number.")
    stage: WorkflowStage = to_one(
        lambda row, stage, _: sa.and_(stage.c.workflow_version_id == row.c.workflow_version_id, stage.c.name == row.c.stage),
        "Where it stands.",
    )
    closed: bool = column("closed", "Whether it has ended.", form="boolean")
    closed_at: DateTime | None = column("closed_at", "When it ended.", form="moment")


@planned(table=t.project_step, data_class=DataClass.STAFF)
class ProjectStep:
    """A step of a project."""

    ordinal: int = column("ordinal", "Its number, from 1.", form="number")
    name: str = column("name", "What is done.")
    planned_on: Date | None = column("planned_on", "By the end of which day.")
    done_at: DateTime | None = column("done_at", "When it was done; null as long as it is not.", form="moment")


@planned(table=t.project, data_class=DataClass.STAFF)
class Project:
    """What an event costs and in which steps it is carried out."""

    budget: float | None = column("budget_fen", f"What it may cost, {FEN}.", form="number")
    cost: float | None = column("cost_fen", f"What it cost, {FEN}.", form="number")
    households: int | None = column("households", "How many households it serves.", form="number")
    contractor: str | None = column("contractor", "Who carries it out.")
    steps: list[ProjectStep] = to_many(
        lambda row, step, _: step.c.event_id == row.c.event_id, "Its steps, in order.", order="ordinal", most=50
    )


def rating() -> Any:
    """The last rating that its reporter gave an event."""

    def rated(row: Row, _: Asking) -> sa.ColumnElement[Any]:
        done = t.event_history.alias()
        given = JsonMember(done.c.answers, "rating")
        afterwards = sa.and_(done.c.entry == HistoryEntryKind.RATED.value, JsonMember(done.c.answers, "own").is_not(None))
        own = sa.or_(done.c.entry == HistoryEntryKind.MOVED.value, afterwards)
        return (
            sa.select(sa.cast(given, sa.Integer))
            .where(done.c.event_id == row.c.id, own, given.is_not(None))
            .order_by(done.c.sequence.desc())
            .limit(1)
            .correlate(row)
            .scalar_subquery()
        )

    return expression(
        rated,
        "The last rating of what was done, from 1 to 5, as its reporter gave it or told it to whoever noted it; null where there is none.",
        form="number",
    )


def project() -> Any:
    return to_one(
        lambda row, project, _: project.c.event_id == row.c.id, "What it costs and its steps; null where nothing was planned."
    )
