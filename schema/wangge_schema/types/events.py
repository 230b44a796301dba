"""Events, what is involved in them, who they were given to, and their history."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa
import strawberry

from wangge_core.db import tables as t
from wangge_core.deadlines.counting import Ground
from wangge_core.deadlines.known import calendars_at
from wangge_core.deadlines.reading import revision
from wangge_core.events.history import HistoryEntryKind, situation_of, step
from wangge_core.events.relations import is_party, viewer_is_related
from wangge_core.events.reports import EventSource, Timeliness
from wangge_core.events.situations import Tie, counts_working_time, why_blocked
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.kinds import Priority
from wangge_core.plugin.drawing import flow_chart
from wangge_core.refusals import message
from wangge_core.rights.data_classes import DataClass
from wangge_core.rights.visibility import event_rule
from wangge_schema.details import details_field
from wangge_schema.reading.declare import column, computed, need, planned, to_many, to_one
from wangge_schema.reading.enums import enum_type
from wangge_schema.reading.sources import Asking, Filter, Gather, Reader, Row, Scalar
from wangge_schema.scalars import JSON, DateTime
from wangge_schema.types.attachments import EventAttachment
from wangge_schema.types.deadlines import Deadline, deadline, whole_deadline
from wangge_schema.types.declared import EventKind, MoveAsk, Workflow, WorkflowStage, asks_of, shown_limits
from wangge_schema.types.grids import Grid
from wangge_schema.types.intake import EventReporter
from wangge_schema.types.may import viewer_may
from wangge_schema.types.nodes import Node, node_id
from wangge_schema.types.people import Person
from wangge_schema.types.places import Asset, Building, Office, Organization, Place, latitude, longitude
from wangge_schema.types.rights import Account, Post
from wangge_schema.types.steering import EventChase, EventProgress, EventRequest, PartState, Project, project, rating

if TYPE_CHECKING:
    from wangge_schema.details import EventDetails
    from wangge_schema.types.tasks import Task

for choice in (EventSource, Timeliness, HistoryEntryKind):
    enum_type(choice)


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


def _mermaid(needs: dict[str, Any], reader: Reader) -> str:
    return flow_chart(reader.definitions[needs["version"]], reader.viewer.language, stands_at=needs["stage"])


def _timeliness(needs: dict[str, Any], reader: Reader) -> Timeliness:
    due, closed_at = needs["due"], needs["closed_at"]
    if due is None or (needs["closed"] and closed_at is None):
        return Timeliness.ON_TIME
    ended = reader.now if closed_at is None else datetime.fromisoformat(closed_at)
    return Timeliness.OVERDUE if ended > datetime.fromisoformat(due) else Timeliness.ON_TIME


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


def _version_of_event(row: Row, _: Asking) -> sa.ColumnElement[Any]:
    return sa.select(t.event.c.workflow_version_id).where(t.event.c.id == row.c.event_id).correlate(row).scalar_subquery()


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


@planned(table=t.involvement, data_class=DataClass.STAFF)
class Involvement:
    """What ties a person, an organisation or an asset to an event. Each is null where it is another sort, or not for this viewer."""

    role: str = column("role", "In which role, as the event's kind declares it.")
    person: Person | None = to_one("person_id", "The person.")
    organization: Organization | None = to_one("organization_id", "The organisation.")
    asset: Asset | None = to_one("asset_id", "The asset.")


@planned(table=t.event_assignment, data_class=DataClass.STAFF)
class EventAssignment:
    """That an event was given to a post or an office."""

    post: Post | None = to_one("post_id", "The post.")
    office: Office | None = to_one("office_id", "The office.")
    lead: bool = column("lead", "Whether it leads the work.", form="boolean")
    active: bool = column("active", "Whether it still has the event.", form="boolean")
    part_state: PartState | None = column(
        "part_state", "How far its part of a joint handling is; null where it has none of its own."
    )
    part_note: str | None = column("part_note", "What was said when the part was done, or why it was given up.")


@planned(
    table=t.event,
    rule=event_rule,
    prefix="Event",
    orders=("reported_at", "number", "id"),
    filters={
        "number": Filter("text", lambda row: row.c.number, "By number."),
        "kind": Filter("text", lambda row: row.c.kind_id, "By kind."),
        "stage": Filter("text", lambda row: row.c.stage, "By the name of the stage."),
        "closed": Filter("boolean", lambda row: row.c.closed, "Whether it has ended."),
        "priority": Filter("enum", lambda row: row.c.priority, "By priority.", Priority),
        "source": Filter("enum", lambda row: row.c.source, "By source.", EventSource),
        "reported_at": Filter("moment", lambda row: row.c.reported_at, "By when it was reported."),
        "stage_due_at": Filter("moment", lambda row: row.c.stage_due_at, "By when its stage is due.", through="id"),
        "whole_due_at": Filter("moment", lambda row: row.c.whole_due_at, "By when the whole is due.", through="id"),
        "deferred_until": Filter("moment", lambda row: row.c.deferred_until, "By until when it rests.", through="id"),
        "recorded_timeliness": Filter(
            "enum", lambda row: row.c.recorded_timeliness, "By what imported records say of its timeliness.", Timeliness
        ),
        "source_name": Filter("text", lambda row: row.c.source_name, "By the other system that it came from."),
        "source_key": Filter("text", lambda row: row.c.source_key, "By its number there."),
        "description": Filter("search", lambda row: row.c.description, "By its description."),
        "subtree": Filter("subtree", lambda row: row.c.grid_id, "In the grid of this code or below it."),
    },
    data_class=DataClass.STAFF,
)
class Event(Node):
    """A matter to settle. Seen with READ_EVENTS over its grid, by whom it was given to, and by its reporter."""

    id: strawberry.ID = node_id("Event")
    number: str = column("number", "The number that people quote.")
    kind: EventKind = to_one("kind_id", "What sort of matter it is.")
    grid: Grid = to_one("grid_id", "The grid of the base layer that it belongs to.")
    workflow: Workflow = to_one(
        lambda row, workflow, _: (
            workflow.c.id
            == sa.select(t.workflow_version.c.workflow_id)
            .where(t.workflow_version.c.id == row.c.workflow_version_id)
            .correlate(row)
            .scalar_subquery()
        ),
        "The workflow that it goes through, as it is now; the event keeps the version that it started under.",
    )
    mermaid: str = computed(
        "A drawing of the workflow version that it runs under, in Mermaid's language, labelled for the viewer, its stage marked.",
        _mermaid,
        version=need("workflow_version_id", "number"),
        stage=need("stage"),
    )
    stage: WorkflowStage = to_one(
        lambda row, stage, _: sa.and_(stage.c.workflow_version_id == row.c.workflow_version_id, stage.c.name == row.c.stage),
        "Where it stands.",
    )
    closed: bool = column("closed", "Whether it has ended.", form="boolean")
    priority: Priority = column("priority", "How soon it must be looked at.")
    source: EventSource = column("source", "How it became known.")
    description: str = column("description", "What was reported.")
    details: "EventDetails | None" = details_field("event", "kind_id", "What its kind adds; null where it adds nothing.")
    reporter: Account | None = to_one("reporter_id", "Who reported it; null where the viewer may not see the account.")
    involvements: list[Involvement] = to_many("event_id", "Who and what is involved.")
    building: Building | None = to_one("building_id", "The building that it is about.")
    place: Place | None = to_one("place_id", "The place that it is about.")
    longitude: float | None = longitude()
    latitude: float | None = latitude()
    assignee: Post | None = to_one("assignee_id", "The post that leads the work now.")
    assignee_office: Office | None = to_one("assignee_office_id", "The office that leads the work now.")
    assignments: list[EventAssignment] = to_many("event_id", "All to whom it was given, in order.")
    filed_limit: str | None = column(
        "filed_limit", "The limit of its kind that it was filed under; null where it has none, or none was chosen yet."
    )
    opened_by: "Event | None" = to_one(
        "opened_by_event_id", "The event by whose move it was opened; null where the viewer may not see that."
    )
    opened: "list[Event]" = to_many("opened_by_event_id", "The events that its moves have opened.")
    part_of: "Event | None" = to_one("part_of_id", "The event that it was split from; null where the viewer may not see that.")
    parts: "list[Event]" = to_many("part_of_id", "The events that it was split into.")
    joined_to: "Event | None" = to_one("joined_to_id", "The event that it was joined to; null where the viewer may not see that.")
    joined: "list[Event]" = to_many("joined_to_id", "The events that were joined to it.")
    answered_with: EventProgress | None = to_one(
        "joined_to_id", "How far the event is that it was joined to, and is answered with."
    )
    times_reported: int = column("times_reported", "How often the matter was reported, with what was joined to it.", form="number")
    times_chased: int = column("times_chased", "How often it was chased up.", form="number")
    chases: list[EventChase] = to_many("event_id", "What was asked when it was chased up, oldest first.", order="sequence")
    times_extended: int = column("times_extended", "How often a deadline of a stage was put off.", form="number")
    requests: list[EventRequest] = to_many(
        "event_id", "What whoever works on it has asked of the level above, oldest first.", order="sequence"
    )
    deferred_until: DateTime | None = column(
        "deferred_until", "Until when it rests: its clocks wait and it makes no move. Null where it does not.", form="moment"
    )
    project: Project | None = project()
    rating: int | None = rating()
    occurred_at: DateTime | None = column("occurred_at", "When it happened.", form="moment")
    reported_at: DateTime = column("reported_at", "When it was reported.", form="moment")
    entered_stage_at: DateTime = column("entered_stage_at", "When it came to its present stage.", form="moment")
    stage_due_at: DateTime | None = column(
        "stage_due_at",
        "When its stage is due; null where the stage has no deadline, while that waits, and where it cannot be told.",
        form="moment",
    )
    whole_due_at: DateTime | None = column(
        "whole_due_at",
        "When the whole is, or was, due; null where it has no deadline, while that waits, and where it cannot be told.",
        form="moment",
    )
    deadline: Deadline | None = deadline()
    whole_deadline: Deadline | None = whole_deadline()
    closed_at: DateTime | None = column(
        "closed_at", "When it ended; null while open, and where imported records do not say.", form="moment"
    )
    recorded_timeliness: Timeliness | None = column("recorded_timeliness", "What imported records say: settled in time or not.")
    timeliness: Timeliness = computed(
        "Whether the whole was, or still is, in time: overdue when its deadline passed before it ended. Without a deadline it is on time.",
        _timeliness,
        due=need("whole_due_at", "moment"),
        closed=need("closed", "boolean"),
        closed_at=need("closed_at", "moment"),
    )
    kind_version: int | None = column(
        "kind_version",
        "The version of its kind when it was reported; null for events from before kinds had versions.",
        form="number",
    )
    source_name: str | None = column("source_name", "The other system that it came from.")
    source_key: str | None = column("source_key", "Its number there.")
    version: int = column("version", "Counts its history; give it as `expectedVersion` to move what you saw.", form="number")
    viewer_may: list[Capability] = viewer_may()
    attachments: list[EventAttachment] = to_many(
        "event_id", "The photographs and files on it, in the order in which they came.", order="sequence"
    )
    reporters: list[EventReporter] = to_many("event_id", "Residents and visitors who reported it without being staff.")
    tasks: "list[Task]" = to_many("event_id", "What it asks of whom, open and ended.")
    history: list[HistoryEntry] = to_many("event_id", "All that happened with it, oldest first.", order="sequence", most=500)
    available_moves: list[AvailableMove] = computed(
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
