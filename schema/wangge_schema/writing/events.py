"""Mutations of events: report, move, comment."""

from collections.abc import Sequence
from typing import Any

import strawberry

from wangge_core.errors import refusal
from wangge_core.events.comments import EventCommentRequest, comment_events
from wangge_core.events.involvements import Involved
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport, EventSource
from wangge_core.moves.moves import EventMoveRequest, move_events
from wangge_core.plugin.declarations.kinds import Involvable, Priority
from wangge_core.plugin.registry import Registry
from wangge_schema.details import DetailsTypes, definitions
from wangge_schema.scalars import Date, DateTime
from wangge_schema.types.events import Event
from wangge_schema.writing.fields import Given, Mutation, with_details
from wangge_schema.writing.inputs import (
    DETAILS,
    IN_GRID,
    TEXT,
    PositionInput,
    details_for,
    in_details,
    optional,
    position_of,
    required,
)
from wangge_schema.writing.payloads import RefusedError, key_of, optional_key

REPORT_CODES = (
    *TEXT,
    *DETAILS,
    "REQUIRED",
    "POSITION_INVALID",
    "POSITION_IN_NO_GRID",
    "IN_THE_FUTURE",
    *IN_GRID,
    "GRID_OF_PLACE_DIFFERS",
    "KIND_UNKNOWN",
    "KIND_RETIRED",
    "INVOLVEMENT_UNKNOWN",
    "INVOLVEMENT_SORT",
    "INVOLVEMENT_REQUIRED",
    "INVOLVEMENT_ONE",
    "TOO_MANY",
    "EVENT_DUPLICATE",
    "ALERT_NAMES_PERSON",
    "DUPLICATE",
    "OUT_OF_RANGE",
)
MOVE_CODES = (
    *TEXT,
    "MOVE_UNKNOWN",
    "MOVE_NOT_FROM_STAGE",
    "MOVE_ROLE",
    "MOVE_NOT_ASSIGNED",
    "MOVE_BY_DOER",
    "MOVE_STRAIGHT_BACK",
    "MOVE_TO_RETURNER",
    "ASSIGNEE_OF_GRID",
    "MOVE_ONCE",
    "MOVE_TOO_LATE",
    "MOVE_TIME_UNKNOWN",
    "MOVE_PARTS_OPEN",
    "MOVE_PART_EVENTS_OPEN",
    "MOVE_INVOLVED",
    "ASSIGNEE_INVOLVED",
    "NOBODY_ON_DUTY",
    "ANSWER_CHOICE",
    "ANSWER_MUST_BE_YES",
    "BEFORE_THE_EVENT",
    "STEP_WITHOUT_DATE",
    "LIMIT_UNKNOWN",
    "LIMIT_REQUIRED",
    *IN_GRID,
    "EVENT_DEFERRED",
    "EVENT_JOINED",
    "TOO_MANY",
    "EVENT_CHANGED",
    "ANSWER_REQUIRED",
    "ANSWER_UNEXPECTED",
    "ANSWER_TYPE",
    "ANSWER_TOO_FEW",
    "ANSWER_AMBIGUOUS",
    "OUT_OF_RANGE",
    "POSITION_INVALID",
    "POST_ENDED",
    "POST_NOT_STARTED",
    "KIND_UNKNOWN",
    "KIND_OTHER_WORKFLOW",
    "INVOLVEMENT_REQUIRED",
    "INVOLVEMENT_ONE",
    *DETAILS,
)
POINTS_AT = {"photos": "Attachment", "grids": "Grid", "assets": "Asset"}
"""What answers that are lists of global ids point at."""
INVOLVABLE = {"Person": Involvable.PERSON, "Organization": Involvable.ORGANIZATION, "Asset": Involvable.ASSET}


@strawberry.input(description="Ties something to an event.")
class InvolvedInput:
    role: str = required("The role, as the event's kind declares it.")
    id: strawberry.ID = required("The global id of a person, organisation or asset.")


@strawberry.input
class EventReportFields:
    """An event to report. Name the grid, or a building, place or position in it."""

    kind_id: strawberry.ID = required("What sort of matter it is, such as `community.hazard`.")
    description: str = required("What was seen or asked for, at most 4,000 characters.")
    grid_id: strawberry.ID | None = optional(
        "The grid of the base layer that it belongs to; unless given that of the building, the place, or the position."
    )
    building_id: strawberry.ID | None = optional("The building that it is about.")
    place_id: strawberry.ID | None = optional("The place that it is about.")
    position: PositionInput | None = optional("Where it is.")
    occurred_at: DateTime | None = optional("When it happened, not in the future.")
    source: EventSource | None = optional("How it became known; WORKER unless given.")
    priority: Priority | None = optional("The kind's own unless given.")
    involved: list[InvolvedInput] | None = optional("Who and what is involved.")
    photos: list[strawberry.ID] | None = optional(
        "Photographs and files: global ids of what was sent to `POST /files` before, at most 20."
    )
    source_name: str | None = optional("The other system that it comes from.")
    source_key: str | None = optional("Its number there; taken once.")
    person_reported: bool | None = optional(
        "Whether a person reported it to the other system. What a machine claims by an API key starts as `community.alert` otherwise."
    )


@strawberry.input(description="A step of a project.")
class ProjectStepInput:
    name: str = required("What is done in it, at most 200 characters.")
    planned_on: Date | None = optional("By which day; every step needs one.")


@strawberry.input(
    description="An answer to one of a move's questions: its name and one value, in the form that the ask's type names."
)
class AnswerInput:
    name: str = required("What was asked, by name.")
    text: str | None = optional("For TEXT, and the id of the kind for EVENT_KIND.")
    integer: int | None = optional("For INTEGER.")
    flag: bool | None = optional("For FLAG.")
    date: Date | None = optional("For DATE.")
    date_time: DateTime | None = optional("For DATE_TIME.")
    position: PositionInput | None = optional("For POSITION.")
    photos: list[strawberry.ID] | None = optional("For PHOTOS: global ids of what was sent to `POST /files` before, at most 20.")
    choice: str | None = optional("For CHOICE: the name of one of the ask's options.")
    money: float | None = optional("For MONEY: an amount in fen, a whole number of which there may be more than an Int holds.")
    steps: list[ProjectStepInput] | None = optional("For STEPS: at most 50.")
    limit: str | None = optional("For LIMIT: the name of one of the ask's limits.")
    grids: list[strawberry.ID] | None = optional("For GRIDS: global ids of grids of the base layer, at most 20.")
    assets: list[strawberry.ID] | None = optional("For ASSETS: global ids, at most 20.")
    assignees: list[strawberry.ID] | None = optional(
        "For POSTS, OFFICES and ASSIGNEES: global ids of posts and offices, the lead first."
    )


@strawberry.input(description="A move to make.")
class EventMoveInput:
    move: str = required("Its name, from `availableMoves`.")
    answers: list[AnswerInput] | None = optional("What it asks for.")
    expected_version: int | None = optional("The event's version that you saw; another one is refused with EVENT_CHANGED.")


@strawberry.input(description="A remark.")
class EventCommentInput:
    note: str = required("What to say, at most 4,000 characters.")


def _involved(index: int, given: Given) -> Involved:
    prefix = str(given["id"]).partition(":")[0]
    field = f"involved.{index}.id"
    if prefix not in INVOLVABLE:
        raise RefusedError(refusal("ID_INVALID", field, id=str(given["id"])[:80], what="Person, Organization, Asset"))
    return Involved(role=given["role"], sort=INVOLVABLE[prefix], id=key_of(given["id"], prefix, field))


def _answers(given: Given) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for one in given.get("answers", ()):
        name = one["name"]
        values = [value for key, value in one.items() if key != "name"]
        if len(values) != 1 or name in answers:
            raise RefusedError(refusal("ANSWER_AMBIGUOUS", f"answers.{name}", name=name))
        (form,) = (key for key in one if key != "name")
        answers[name] = _answer(name, form, values[0])
    return answers


def _answer(name: str, form: str, value: Any) -> Any:
    """An answer as the core takes it: global ids as keys, an amount as a whole number."""
    if form == "assignees":
        return [_assignee(name, id) for id in value]
    if form in POINTS_AT:
        prefix = POINTS_AT[form]
        return [{prefix.lower(): key_of(id, prefix, f"answers.{name}")} for id in value]
    if form == "money":
        return int(value) if value == value // 1 else value
    return value


def _assignee(name: str, id: str) -> dict[str, int]:
    prefix = id.partition(":")[0]
    if prefix not in ("Post", "Office"):
        raise RefusedError(refusal("ID_INVALID", f"answers.{name}", id=id[:80], what="Post, Office"))
    return {prefix.lower(): key_of(id, prefix, f"answers.{name}")}


def _move(id: str, given: Given, _: Any) -> EventMoveRequest:
    return EventMoveRequest(
        event_id=key_of(id, "Event", "id"),
        move=given["move"],
        answers=_answers(given),
        expected_version=given.get("expected_version"),
    )


def _report(kinds: Sequence[str], given: Given, input: Any) -> EventReport:
    return EventReport(
        kind_id=given["kind_id"],
        description=given["description"],
        grid_id=optional_key(given.get("grid_id"), "Grid", "gridId"),
        building_id=optional_key(given.get("building_id"), "Building", "buildingId"),
        place_id=optional_key(given.get("place_id"), "Place", "placeId"),
        **position_of(given),
        occurred_at=given.get("occurred_at"),
        source=EventSource(given.get("source", EventSource.WORKER)),
        priority=Priority(given["priority"]) if given.get("priority") else None,
        details=details_for(input, given["kind_id"], kinds),
        involved=tuple(_involved(index, one) for index, one in enumerate(given.get("involved", ()))),
        source_name=given.get("source_name"),
        source_key=given.get("source_key"),
        photos=tuple(key_of(id, "Attachment", "photos") for id in given.get("photos") or ()),
        person_reported=bool(given.get("person_reported")),
    )


def mutations(registry: Registry, details: DetailsTypes) -> list[Mutation]:
    """The mutations of this module."""
    kinds = tuple(definitions(registry, "event"))

    return [
        Mutation(
            name="eventReport",
            description="Report an event; it starts at the first stage of its kind's workflow. For REPORT_EVENTS anywhere: a matter seen "
            "outside one's own grid is taken too and belongs to the grid where it is.",
            thing="event",
            type=Event,
            input=with_details(EventReportFields, details.inputs.get("event"), "event"),
            operation=report_events,
            request=lambda _, given, input: _report(kinds, given, input),
            codes=REPORT_CODES,
            rename=lambda field, input: in_details(input.kind_id, field),
        ),
        Mutation(
            name="eventMove",
            description="Make one of the event's available moves, under a post that the move names or as its reporter.",
            thing="event",
            type=Event,
            input=EventMoveInput,
            operation=move_events,
            request=_move,
            codes=MOVE_CODES,
            on="Event",
        ),
        Mutation(
            name="eventComment",
            description="Add a remark to an event's history. For COMMENT_EVENTS over its grid, to whom it was given, and its reporter.",
            thing="event",
            type=Event,
            input=EventCommentInput,
            operation=comment_events,
            request=lambda id, given, _: EventCommentRequest(event_id=key_of(id, "Event", "id"), note=given["note"]),
            codes=TEXT,
            on="Event",
        ),
    ]
