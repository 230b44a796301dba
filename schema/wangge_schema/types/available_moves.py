"""Moves that leave an event's present stage: what the viewer may do now, with what input, and why not the rest."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
import strawberry

from wangge_core.db import tables as t
from wangge_core.deadlines.counting import Ground
from wangge_core.deadlines.known import calendars_at
from wangge_core.deadlines.reading import revision
from wangge_core.events.history import situation_of, step
from wangge_core.events.relations import is_party, viewer_is_related
from wangge_core.events.situations import Tie, counts_working_time, why_blocked
from wangge_core.refusals import message
from wangge_schema.reading.declare import computed, need
from wangge_schema.reading.sources import Asking, Gather, Reader, Row, Scalar
from wangge_schema.types.limits import shown_limits
from wangge_schema.types.workflows import MoveAsk, asks_of


@strawberry.type(description="Why something cannot be done now.")
class Blocked:
    code: str = strawberry.field(description="A stable code.")
    message: str = strawberry.field(description="What to show, in the viewer's language.")


@strawberry.type(description="A move that leaves the event's present stage: draw a button from it.")
class AvailableMove:
    move: str = strawberry.field(description="Its name; give it to `eventMove`.")
    label: str = strawberry.field(description="What to show, in the viewer's language.")
    to: str = strawberry.field(description="The stage that it leads to now.")
    to_label: str = strawberry.field(description="That stage's label, in the viewer's language.")
    asks: list[MoveAsk] = strawberry.field(description="What it asks for.")
    blocked_because: Blocked | None = strawberry.field(description="Why this viewer may not make it now; null when it may be made.")


def _available_moves(needs: dict[str, Any], reader: Reader) -> list[AvailableMove]:
    definition = reader.definitions[needs["version"]]
    situation = situation_of(
        definition,
        stage=needs["stage"],
        path=needs["path"],
        reporter_id=needs["reporter"],
        steps=tuple(map(step, needs["history"])),
        at_work=[one for one in needs["assigned"] if one["active"]],
        roles=reader.registry.roles,
        deferred_until=datetime.fromisoformat(needs["deferred_until"]) if needs["deferred_until"] else None,
        joined=needs["joined_to"] is not None,
        open_children=needs["open_parts"],
        tie=Tie(party=bool(needs["party"]), related=bool(needs["related"])),
        ground=_ground(needs, reader) if counts_working_time(definition, needs["stage"]) else None,
    )
    language = reader.viewer.language
    limits = shown_limits(needs["limits"], language)
    moves: list[AvailableMove] = []
    for move in definition.moves:
        if situation.stage not in move.sources:
            continue
        blocked = why_blocked(situation, move, reader.viewer, reader.now)
        target = definition.stage(situation.target(move))
        moves.append(
            AvailableMove(
                move=move.name,
                label=move.label.in_language(language),
                to=target.name,
                to_label=target.label.in_language(language),
                asks=asks_of(move, language, limits),
                blocked_because=Blocked(code=blocked.code, message=message(blocked, language)) if blocked else None,
            )
        )
    return moves


def _ground(needs: dict[str, Any], reader: Reader) -> Ground | None:
    """What the working time of whoever has the event is counted by."""
    calendar = calendars_at(reader.kept, needs["revision"]).for_office(needs["office"])
    return None if calendar is None else Ground(calendar.zone, calendar)


def _path_of_grid(row: Row, _: Asking) -> sa.ColumnElement[Any]:
    return sa.select(t.grid.c.path).where(t.grid.c.id == row.c.grid_id).correlate(row).scalar_subquery()


def _limits_of_kind(row: Row, _: Asking) -> sa.ColumnElement[Any]:
    return sa.select(t.event_kind.c.limits).where(t.event_kind.c.id == row.c.kind_id).correlate(row).scalar_subquery()


def _open_parts(row: Row, _: Asking) -> sa.ColumnElement[Any]:
    part = t.event.alias()
    count = sa.select(sa.func.count()).select_from(part)
    return count.where(part.c.part_of_id == row.c.id, sa.not_(part.c.closed)).correlate(row).scalar_subquery()


def _office_of_post(row: Row, _: Asking) -> sa.ColumnElement[Any]:
    return sa.select(t.post.c.office_id).where(t.post.c.id == row.c.post_id).correlate(row).scalar_subquery()


_history = Gather(
    t.event_history,
    lambda event, entry, _: entry.c.event_id == event.c.id,
    "sequence",
    {name: need(name) for name in ("entry", "move", "from_stage", "to_stage")}
    | {"at": need("at", "moment"), "account_id": need("account_id", "number"), "post_id": need("post_id", "number")}
    | {"office_id": Scalar(_office_of_post, "number")},
)
_assigned = Gather(
    t.event_assignment,
    lambda event, given, _: given.c.event_id == event.c.id,
    "id",
    {"post_id": need("post_id", "number"), "office_id": need("office_id", "number"), "active": need("active", "boolean")}
    | {"part_state": need("part_state"), "lead": need("lead", "boolean")},
)


def available_moves() -> Any:
    return computed(
        "The moves that leave its present stage: what this viewer may do now, with what input, and why not the rest.",
        _available_moves,
        version=need("workflow_version_id", "number"),
        stage=need("stage"),
        path=Scalar(_path_of_grid, "text"),
        reporter=need("reporter_id", "number"),
        history=_history,
        assigned=_assigned,
        office=need("assignee_office_id", "number"),
        deferred_until=need("deferred_until", "moment"),
        joined_to=need("joined_to_id", "number"),
        open_parts=Scalar(_open_parts, "number"),
        party=Scalar(lambda row, asking: is_party(row, asking.viewer), "boolean"),
        related=Scalar(lambda row, asking: viewer_is_related(row, asking.viewer), "boolean"),
        revision=Scalar(lambda _, __: revision().scalar_subquery(), "number"),
        limits=Scalar(_limits_of_kind, "json"),
    )
