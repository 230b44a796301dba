"""Events, what is involved in them, and who they were given to."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
import strawberry

from wangge_core.db import tables as t
from wangge_core.events.reports import EventSource, Timeliness
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.kinds import Priority
from wangge_core.plugin.drawing import flow_chart
from wangge_core.rights.data_classes import DataClass
from wangge_core.rights.visibility import event_rule
from wangge_schema.details import details_field
from wangge_schema.reading.declare import column, computed, need, planned, to_many, to_one
from wangge_schema.reading.enums import enum_type
from wangge_schema.reading.sources import Filter, Reader
from wangge_schema.scalars import DateTime
from wangge_schema.types.attachments import EventAttachment
from wangge_schema.types.available_moves import AvailableMove, available_moves
from wangge_schema.types.deadlines import Deadline, deadline, whole_deadline
from wangge_schema.types.grids import Grid
from wangge_schema.types.history import HistoryEntry
from wangge_schema.types.intake import EventReporter
from wangge_schema.types.kinds import EventKind
from wangge_schema.types.layers import MOST_OVER, overlays_of_event
from wangge_schema.types.lineage import grid_then
from wangge_schema.types.may import viewer_may
from wangge_schema.types.nodes import Node, node_id
from wangge_schema.types.people import Person
from wangge_schema.types.places import Asset, Building, Office, Organization, Place, Unit, latitude, longitude
from wangge_schema.types.rights import Account, Post
from wangge_schema.types.steering import EventChase, EventProgress, EventRequest, PartState, Project, project, rating
from wangge_schema.types.workflows import Workflow, WorkflowStage

if TYPE_CHECKING:
    from wangge_schema.details import EventDetails
    from wangge_schema.types.campaigns import Campaign
    from wangge_schema.types.tasks import Task

for choice in (EventSource, Timeliness):
    enum_type(choice)


def _mermaid(needs: dict[str, Any], reader: Reader) -> str:
    return flow_chart(reader.definitions[needs["version"]], reader.viewer.language, stands_at=needs["stage"])


def _timeliness(needs: dict[str, Any], reader: Reader) -> Timeliness:
    due, closed_at = needs["due"], needs["closed_at"]
    if due is None or (needs["closed"] and closed_at is None):
        return Timeliness.ON_TIME
    ended = reader.now if closed_at is None else datetime.fromisoformat(closed_at)
    return Timeliness.OVERDUE if ended > datetime.fromisoformat(due) else Timeliness.ON_TIME


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
    grid_then: Grid = to_one(grid_then, "The grid that it belonged to before any division of the ground took it to another.")
    overlay_grids: list[Grid] = to_many(
        overlays_of_event,
        "The grids of overlays, such as the police's, that are made of its grid or of one above it.",
        order="layer_id",
        most=MOST_OVER,
    )
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
    unit: Unit | None = to_one("unit_id", "The home or other unit that it is about, where it came of what was registered of one.")
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
    campaigns: "list[Campaign]" = to_many("event_id", "The campaigns that belong to it, such as the recall of all boats.")
    tasks: "list[Task]" = to_many("event_id", "What it asks of whom, open and ended.")
    history: list[HistoryEntry] = to_many("event_id", "All that happened with it, oldest first.", order="sequence", most=500)
    available_moves: list[AvailableMove] = available_moves()
