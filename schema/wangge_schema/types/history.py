"""The history of events, and what was answered to the questions of moves."""

from typing import Any, cast

import sqlalchemy as sa
import strawberry

from wangge_core.db import tables as t
from wangge_core.events.history import HistoryEntryKind
from wangge_core.rights.data_classes import DataClass
from wangge_schema.reading.declare import column, computed, need, planned, to_many, to_one
from wangge_schema.reading.enums import enum_type
from wangge_schema.reading.sources import Asking, Reader, Row, Scalar
from wangge_schema.scalars import JSON, DateTime
from wangge_schema.types.attachments import EventAttachment
from wangge_schema.types.rights import Account, Post
from wangge_schema.types.workflows import WorkflowStage

enum_type(HistoryEntryKind)


def _version_of_event(row: Row, _: Asking) -> sa.ColumnElement[Any]:
    return sa.select(t.event.c.workflow_version_id).where(t.event.c.id == row.c.event_id).correlate(row).scalar_subquery()


@strawberry.type(description="What somebody answered to one of a move's questions.")
class Answer:
    name: str = strawberry.field(description="What was asked, by name.")
    label: str = strawberry.field(description="What was asked, in the viewer's language.")
    value: JSON = strawberry.field(
        description="The answer: text, number, flag, position, or global ids of photographs, posts, offices, grids and assets."
    )


def _answers(needs: dict[str, Any], reader: Reader) -> list[Answer]:
    definition = reader.definitions[needs["version"]]
    move = definition.move(needs["move"] or "")
    labels: dict[str, str] = {ask.name: ask.label.in_language(reader.viewer.language) for ask in move.asks} if move else {}
    return [
        Answer(name=name, label=labels.get(name) or name, value=JSON(_shown(value))) for name, value in needs["answers"].items()
    ]


GLOBAL = ("attachment", "asset", "event", "grid", "office", "post")
"""What answers point at by key: the first letter is that of the type in capitals."""


def _shown(answer: Any) -> Any:
    """An answer with global ids in place of keys."""
    if isinstance(answer, list):
        items = cast("list[Any]", answer)
        return [_shown(one) for one in items]
    if isinstance(answer, dict):
        members = cast("dict[str, Any]", answer)
        return next((f"{sort.capitalize()}:{key}" for sort, key in members.items() if sort in GLOBAL), members)
    return answer


def _move_label(needs: dict[str, Any], reader: Reader) -> str | None:
    move = reader.definitions[needs["version"]].move(needs["move"] or "")
    return move.label.in_language(reader.viewer.language) if move else None


def _of_entry(entry: Row, on: Row, _: Asking) -> sa.ColumnElement[bool]:
    return sa.and_(on.c.event_id == entry.c.event_id, on.c.sequence == entry.c.sequence)


def _stage(name: str) -> Any:
    def join(entry: Row, stage: Row, asking: Asking) -> sa.ColumnElement[bool]:
        return sa.and_(stage.c.workflow_version_id == _version_of_event(entry, asking), stage.c.name == entry.c[name])

    return join


@planned(table=t.event_history, data_class=DataClass.STAFF)
class HistoryEntry:
    """One entry of an event's append-only history."""

    sequence: int = column("sequence", "Its number within the event, from 1.", form="number")
    entry: HistoryEntryKind = column("entry", "What it tells.")
    move: str | None = column("move", "The move that was made.")
    move_label: str | None = computed(
        "The move's label, in the viewer's language.", _move_label, move=need("move"), version=Scalar(_version_of_event, "number")
    )
    from_stage: WorkflowStage | None = to_one(_stage("from_stage"), "The stage before.")
    to_stage: WorkflowStage = to_one(_stage("to_stage"), "The stage after.")
    at: DateTime = column("at", "When.", form="moment")
    account: Account | None = to_one("account_id", "Who; null where the viewer may not see the account, or nobody was signed in.")
    post: Post | None = to_one("post_id", "Under which post.")
    answers: list[Answer] = computed(
        "What was entered.",
        _answers,
        answers=need("answers", "json"),
        move=need("move"),
        version=Scalar(_version_of_event, "number"),
    )
    attachments: list[EventAttachment] = to_many(_of_entry, "The photographs and files that came with it.", most=40)
