"""Mutations of a running event beside its moves: evidence, who has it, chasing up, requests to the next level, joining, splitting."""

from collections.abc import Callable
from typing import Any

from wangge_core.errors import refusal
from wangge_core.events.assignments import Given as Assignee
from wangge_core.steering.adding_evidence import EvidenceAddition, add_evidence
from wangge_core.steering.appeals import Appeal, appeal_events, decide_appeals
from wangge_core.steering.chasing import Chase, ChaseAnswer, answer_chases, chase_events
from wangge_core.steering.deferring import DeferralRequest, Resumption, ask_deferrals, decide_deferrals, resume_events
from wangge_core.steering.extending import ExtensionRequest, ask_extensions, decide_extensions
from wangge_core.steering.joining import Join, Separation, join_events, separate_events
from wangge_core.steering.parts import PartFinish, PartGivingUp, finish_parts, give_up_parts
from wangge_core.steering.projects import StepFinish, finish_steps
from wangge_core.steering.reassigning import Reassignment, reassign_events
from wangge_core.steering.requests import Decision
from wangge_schema.types.events import Event
from wangge_schema.writing.fields import Given, Mutation
from wangge_schema.writing.inputs import TEXT
from wangge_schema.writing.payloads import Operation, RefusedError, key_of
from wangge_schema.writing.steering_inputs import (
    EventAddEvidenceInput,
    EventAnswerChaseInput,
    EventAppealInput,
    EventChaseUpInput,
    EventDecideInput,
    EventFinishPartInput,
    EventFinishStepInput,
    EventGiveUpPartInput,
    EventJoinInput,
    EventNoteInput,
    EventPutOffInput,
    EventReassignInput,
)

STOPPED = ("EVENT_CHANGED", "EVENT_ENDED", "EVENT_JOINED")
ASKED = (
    *STOPPED,
    *TEXT,
    "STAGE_WORKER_ONLY",
    "EVENT_DEFERRED",
    "EMERGENCY",
    "REQUEST_WAITING",
    "MOMENT_NOT_LATER",
    "MOMENT_TOO_FAR",
)
DECIDED = (
    *STOPPED,
    *TEXT,
    "NEXT_LEVEL_ONLY",
    "REQUEST_NONE",
    "REQUEST_OWN",
    "EVENT_DEFERRED",
    "MOMENT_NOT_LATER",
    "MOMENT_TOO_FAR",
)
GIVEN_TO = ("REQUIRED", "TOO_MANY", "POST_ENDED", "POST_NOT_STARTED", "ASSIGNEE_OF_GRID", "ASSIGNEE_INVOLVED", "ASSIGNEE_ROLE")
DECIDES = "For a post that answers above the event's stage, and never for who asked."


def _keys(given: Given, name: str, prefix: str) -> tuple[int, ...]:
    return tuple(key_of(id, prefix, f"{name}.{index}") for index, id in enumerate(given.get(name, ())))


def assignees(given: Given, field: str = "assignees") -> tuple[Assignee, ...]:
    """Posts and offices as the core takes them. Raises RefusedError."""
    return tuple(_assignee(id, f"{field}.{index}") for index, id in enumerate(given.get("assignees", ())))


def _assignee(id: str, field: str) -> Assignee:
    prefix = id.partition(":")[0]
    if prefix not in ("Post", "Office"):
        raise RefusedError(refusal("ID_INVALID", field, id=id[:80], what="Post, Office"))
    key = key_of(id, prefix, field)
    return (key, None) if prefix == "Post" else (None, key)


def _as(make: Callable[..., Any], *names: str, **keys: Callable[[Given], Any]) -> Callable[[str, Given, Any], Any]:
    """What makes the core's request of an input: these of its fields as they are, where given, and others by a function."""

    def request(id: str, given: Given, _: Any) -> Any:
        values = {name: given[name] for name in (*names, "expected_version") if name in given}
        return make(event_id=key_of(id, "Event", "id"), **values, **{name: read(given) for name, read in keys.items()})

    return request


def _attachments(given: Given) -> tuple[int, ...]:
    return _keys(given, "attachments", "Attachment")


def steering_mutation(
    name: str, description: str, input: Any, operation: Operation[Any], request: Callable[[str, Given, Any], Any], *codes: str
) -> Mutation:
    """A mutation that answers with the event."""
    return Mutation(
        name=name,
        description=description,
        thing="event",
        type=Event,
        input=input,
        operation=operation,
        request=request,
        codes=codes,
        on="Event",
    )


MUTATIONS = [
    steering_mutation(
        "eventAddEvidence",
        "Add photographs or files to an event between its moves. For whom it was given to, and who works on its stage.",
        EventAddEvidenceInput,
        add_evidence,
        _as(EvidenceAddition, "note", attachments=_attachments),
        *(*STOPPED, *TEXT, "STAGE_WORKER_ONLY", "REQUIRED", "TOO_MANY"),
    ),
    steering_mutation(
        "eventReassign",
        "Give an event's present stage to others, with its tasks; its clock goes on. For who leads the work at that stage.",
        EventReassignInput,
        reassign_events,
        _as(Reassignment, "note", assignees=assignees),
        *(*STOPPED, *TEXT, *GIVEN_TO, "STAGE_LEAD_ONLY"),
    ),
    steering_mutation(
        "eventFinishPart",
        "Finish one's part of a joint handling. For the post that has it, or a member of the office that has it.",
        EventFinishPartInput,
        finish_parts,
        _as(PartFinish, "note", attachments=_attachments),
        *(*STOPPED, *TEXT, "PARTNER_ONLY", "TOO_MANY"),
    ),
    steering_mutation(
        "eventGiveUpPart",
        "Give up one's part of a joint handling, with a reason. For the post that has it, or a member of the office that has it.",
        EventGiveUpPartInput,
        give_up_parts,
        _as(PartGivingUp, "reason"),
        *(*STOPPED, *TEXT, "PARTNER_ONLY"),
    ),
    steering_mutation(
        "eventChaseUp",
        "Ask why nothing happened; whoever has the event owes an answer. For a post that answers above its stage, and for the "
        "information officer over its grid.",
        EventChaseUpInput,
        chase_events,
        _as(Chase, "note", "answer_due_at"),
        *(*STOPPED, *TEXT, "NEXT_LEVEL_ONLY", "MOMENT_NOT_LATER", "MOMENT_TOO_FAR", "TOO_MANY"),
    ),
    steering_mutation(
        "eventAnswerChase",
        "Answer all that was chased up and waits for an answer. For whom the event was given to, and who works on its stage.",
        EventAnswerChaseInput,
        answer_chases,
        _as(ChaseAnswer, "answer"),
        *("EVENT_CHANGED", *TEXT, "STAGE_WORKER_ONLY", "CHASE_NONE"),
    ),
    steering_mutation(
        "eventAskExtension",
        "Ask the next level for a later deadline of the present stage, which is put off once. For who works on that stage; not in an "
        "emergency.",
        EventPutOffInput,
        ask_extensions,
        _as(ExtensionRequest, "reason", "until"),
        *(*ASKED, "EXTENSION_ONCE", "NO_DEADLINE"),
    ),
    steering_mutation(
        "eventDecideExtension",
        f"Grant or refuse the later deadline that was asked for. {DECIDES}",
        EventDecideInput,
        decide_extensions,
        _as(Decision, "granted", "note"),
        *DECIDED,
    ),
    steering_mutation(
        "eventDefer",
        "Propose to the next level that an event rests until a date: its clocks wait, and it makes no move. For who works on its stage; "
        "not in an emergency.",
        EventPutOffInput,
        ask_deferrals,
        _as(DeferralRequest, "reason", "until"),
        *ASKED,
    ),
    steering_mutation(
        "eventDecideDeferral",
        f"Let an event rest as was proposed, or refuse it. On its date it goes on by itself. {DECIDES}",
        EventDecideInput,
        decide_deferrals,
        _as(Decision, "granted", "note"),
        *DECIDED,
    ),
    steering_mutation(
        "eventResume",
        "Let a deferred event go on before its date. For who works on its stage, and for a post that answers above it.",
        EventNoteInput,
        resume_events,
        _as(Resumption, "note"),
        *("EVENT_CHANGED", *TEXT, "STAGE_WORKER_ONLY", "EVENT_NOT_DEFERRED"),
    ),
    steering_mutation(
        "eventJoin",
        "Join events that tell of the same matter to this one. They end as joined, keep their numbers and are answered with it. For the "
        "desk of the level of each, or of a level above; not in an emergency.",
        EventJoinInput,
        join_events,
        _as(Join, "note", events=lambda given: _keys(given, "events", "Event")),
        *(*STOPPED, *TEXT, "DESK_ONLY", "EMERGENCY", "REQUIRED", "TOO_MANY"),
        *("JOIN_TO_ITSELF", "JOIN_HAS_OTHERS", "JOIN_HAS_PARTS", "JOIN_HIDDEN"),
    ),
    steering_mutation(
        "eventSeparate",
        "Let an event go on by itself that was joined to another. For the desk of its level, or of a level above.",
        EventNoteInput,
        separate_events,
        _as(Separation, "note"),
        *("EVENT_CHANGED", *TEXT, "DESK_ONLY", "EVENT_NOT_JOINED"),
    ),
    steering_mutation(
        "eventAppeal",
        "Ask that the delay of a stage is not held against whoever had the event there. For them; also after the event has ended.",
        EventAppealInput,
        appeal_events,
        _as(Appeal, "reason", "stage", attachments=_attachments),
        *("EVENT_CHANGED", "EVENT_JOINED", *TEXT, "STAGE_WORKER_ONLY", "EMERGENCY", "REQUEST_WAITING", "TOO_MANY"),
        *("STAGE_UNKNOWN", "NOT_OVERDUE"),
    ),
    steering_mutation(
        "eventDecideAppeal",
        f"Exempt the delay that was appealed against, or refuse it. {DECIDES} For the appraiser too.",
        EventDecideInput,
        decide_appeals,
        _as(Decision, "granted", "note"),
        *("EVENT_CHANGED", *TEXT, "NEXT_LEVEL_ONLY", "REQUEST_NONE", "REQUEST_OWN"),
    ),
    steering_mutation(
        "eventFinishStep",
        "Note that a step of the event's project is done; a deadline that goes by the plan follows the next step. For who works on its "
        "stage.",
        EventFinishStepInput,
        finish_steps,
        _as(StepFinish, "step", "note"),
        *(*STOPPED, *TEXT, "STAGE_WORKER_ONLY", "EVENT_DEFERRED", "PROJECT_NONE", "STEP_UNKNOWN", "STEP_DONE"),
    ),
]
