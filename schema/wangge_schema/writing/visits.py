"""Recording visits, talks, inspections and all other work but patrols."""

from typing import Any

import strawberry

from wangge_core.errors import refusal
from wangge_core.ledger.checklists import Checklist, Facility, FacilityState, Hazard, HazardSeen, KindOfResident
from wangge_core.ledger.entries import VisitOutcome, WorkKind
from wangge_core.ledger.participants import Participant
from wangge_core.ledger.targets import Target, TargetSort
from wangge_core.ledger.visit_requests import NewVisit
from wangge_core.ledger.visits import record_visits
from wangge_core.people.homes import ResidenceKind
from wangge_schema.reading.enums import enum_type
from wangge_schema.scalars import DateTime
from wangge_schema.types.visits import Visit
from wangge_schema.writing.fields import Given, Mutation
from wangge_schema.writing.inputs import PositionInput, optional, position_of, required
from wangge_schema.writing.payloads import RefusedError, key_of, optional_key

for choice in (Facility, HazardSeen):
    enum_type(choice)
KEY = (
    "Made by the device for this entry, at most 80 characters; the same key again answers with the first entry and writes nothing."
)
POST = "Under which post, as it was held at the time; the first of one's own that fits, unless given."
SORTS = {one.value for one in TargetSort}
TIMES = ("IN_THE_FUTURE", "WORK_TOO_OLD", "WORK_TOO_LONG", "TERM_INVALID")
NAMED = ("POST_NOT_HELD", "DUPLICATE", "TOO_MANY", "POST_ENDED", "POST_NOT_STARTED", "PARTICIPANTS_UNEXPECTED", "POSITION_INVALID")
OPENED = ("KIND_UNKNOWN", "KIND_RETIRED", "GRID_ENDED", "GRID_OF_PLACE_DIFFERS", "REQUIRED", "OUT_OF_RANGE")
BACK = ("MOVED_OUT_ALREADY", "MOVED_OUT_BEFORE_IN", "VERSION_OUTDATED")


@strawberry.input(description="That a person of the household lives here for good or for a time.")
class KindOfResidentInput:
    person_id: strawberry.ID = required("The person.")
    kind: ResidenceKind = required("How.")


@strawberry.input(description="Whether a facility works. One that does not opens an event.")
class FacilityStateInput:
    facility: Facility = required("Which.")
    working: bool = required("Whether it works.")


@strawberry.input(description="A hazard that was seen. It opens an event.")
class HazardSeenInput:
    hazard: HazardSeen = required("What could do harm.")
    immediate_danger: bool | None = optional("Whether it threatens now; false unless given.")


@strawberry.input(
    description="What was learned: the four must-knows. What is left out was not asked. There is no field for free text."
)
class VisitChecklistInput:
    facts_confirmed: bool | None = optional(
        "Whether all that is kept of who lives there, or of the thing, is true; if so it is confirmed as of the visit."
    )
    contact_right: bool | None = optional("Whether the telephone is still right; if not nobody is confirmed.")
    moved_out: list[strawberry.ID] | None = optional(
        "Persons of the household who live there no more: they are moved out that day."
    )
    adults_moved_in: int | None = optional("How many adults have moved in; they open an event, so that they are served.")
    children_moved_in: int | None = optional("How many children.")
    kinds: list[KindOfResidentInput] | None = optional("Who lives here for good and who for a time.")
    facilities: list[FacilityStateInput] | None = optional("Which facilities were looked at.")
    hazards: list[HazardSeenInput] | None = optional("Which hazards were seen.")
    dispute_help: bool | None = optional(
        "True only where the resident agrees that a mediator comes: it opens an event. Nothing is kept of a dispute otherwise."
    )


@strawberry.input(description="What was done.")
class VisitRecordInput:
    what: WorkKind = required("What.")
    started_at: DateTime = required("From when, by the clock of the device: at most 31 days ago.")
    outcome: VisitOutcome | None = optional("What became of it; DONE unless given, which is not for households and persons.")
    ended_at: DateTime | None = optional("Until when, at most 24 hours later.")
    target_id: strawberry.ID | None = optional(
        "The global id of the household, person, unit, building, organisation, asset, place, event or grid; the grid of the post unless "
        "given."
    )
    post_id: strawberry.ID | None = optional(POST)
    duty_id: strawberry.ID | None = optional("The name of the duty that it was for.")
    position: PositionInput | None = optional("Where one was. Outside the post's grid the entry is kept and does not count.")
    checklist: VisitChecklistInput | None = optional("What was learned. Not after NOT_AT_HOME, DECLINED and MOVED_AWAY.")
    minutes: str | None = optional("Minutes of a meeting, an inspection, a drill or a roll call, at most 4,000 characters.")
    participants: list[strawberry.ID] | None = optional("Global ids of posts, offices and organisations that took part too.")
    key: str | None = optional(KEY)


def _target(id: str) -> Target:
    prefix = id.partition(":")[0]
    if prefix not in SORTS:
        raise RefusedError(refusal("ID_INVALID", "targetId", id=id[:80], what=", ".join(sorted(SORTS))))
    return Target(sort=TargetSort(prefix), id=key_of(id, prefix, "targetId"))


def participants_of(given: Given) -> tuple[Participant, ...]:
    """Who took part, of the ids in an input. Raises RefusedError."""
    names = {"Post": "post_id", "Office": "office_id", "Organization": "organization_id"}
    found: list[Participant] = []
    for index, id in enumerate(given.get("participants") or ()):
        prefix, field = id.partition(":")[0], f"participants.{index}"
        if prefix not in names:
            raise RefusedError(refusal("ID_INVALID", field, id=id[:80], what=", ".join(names)))
        found.append(Participant(**{names[prefix]: key_of(id, prefix, field)}))
    return tuple(found)


def _checklist(given: Given | None) -> Checklist | None:
    if given is None:
        return None
    kinds = enumerate(given.get("kinds") or ())
    return Checklist(
        facts_confirmed=given.get("facts_confirmed"),
        contact_right=given.get("contact_right"),
        moved_out=tuple(
            key_of(id, "Person", f"checklist.movedOut.{index}") for index, id in enumerate(given.get("moved_out") or ())
        ),
        adults_moved_in=given.get("adults_moved_in") or 0,
        children_moved_in=given.get("children_moved_in") or 0,
        kinds=tuple(
            KindOfResident(
                person_id=key_of(one["person_id"], "Person", f"checklist.kinds.{index}.personId"), kind=ResidenceKind(one["kind"])
            )
            for index, one in kinds
        ),
        facilities=tuple(
            FacilityState(facility=Facility(one["facility"]), working=one["working"]) for one in given.get("facilities") or ()
        ),
        hazards=tuple(
            Hazard(hazard=HazardSeen(one["hazard"]), immediate_danger=one.get("immediate_danger") or False)
            for one in given.get("hazards") or ()
        ),
        dispute_help=given.get("dispute_help") or False,
    )


def _visit(_: str, given: Given, __: Any) -> NewVisit:
    target = given.get("target_id")
    return NewVisit(
        what=WorkKind(given["what"]),
        started_at=given["started_at"],
        outcome=VisitOutcome(given.get("outcome") or VisitOutcome.DONE),
        ended_at=given.get("ended_at"),
        target=_target(target) if target else None,
        post_id=optional_key(given.get("post_id"), "Post", "postId"),
        duty_id=given.get("duty_id"),
        checklist=_checklist(given.get("checklist")),
        minutes=given.get("minutes"),
        participants=participants_of(given),
        client_key=given.get("key"),
        **position_of(given),
    )


MUTATIONS = [
    Mutation(
        name="visitRecord",
        description="Record a visit, a talk, an inspection, a check, a meeting, a roll call, a drill or a watch: once, with what was "
        "learned, which goes into the register and opens events. For RECORD_WORK at the time over the grid of the target; what is told of "
        "residents for REGISTER_PEOPLE.",
        thing="visit",
        type=Visit,
        input=VisitRecordInput,
        operation=record_visits,
        request=_visit,
        rename=lambda field, _: "targetId" if field == "target" else field,
        codes=(
            *TIMES,
            *NAMED,
            *OPENED,
            *BACK,
            "VISIT_MOVED_AWAY",
            "VISIT_MOVED_TO",
            "VISIT_TARGET",
            "VISIT_OUTCOME",
            "CHECKLIST_UNEXPECTED",
            "CHECKLIST_OF_PEOPLE",
            "MINUTES_UNEXPECTED",
            "GRID_OVERLAY",
            "ONE_OF",
        ),
    ),
]
