"""Mutations of patrols, from their beginning to their end or whole."""

from typing import Any

import strawberry

from wangge_core.ledger.entries import CheckpointBy, PatrolKind
from wangge_core.ledger.opening import Finding
from wangge_core.ledger.patrol_requests import Checkpoint, NewPatrol, PatrolEnd, PatrolPass, PatrolPoints
from wangge_core.ledger.patrolling import add_patrol_points, end_patrols, pass_checkpoints
from wangge_core.ledger.patrols import record_patrols
from wangge_core.ledger.tracks import TrackPoint
from wangge_schema.scalars import DateTime
from wangge_schema.types.patrols import Patrol
from wangge_schema.writing.fields import Given, Mutation
from wangge_schema.writing.inputs import PositionInput, optional, position_of, required
from wangge_schema.writing.payloads import key_of, optional_key
from wangge_schema.writing.visits import KEY, NAMED, OPENED, POST, TIMES, participants_of

ON_PATROL = ("PATROL_MOMENT", "TRACK_UNEXPECTED", "POSITION_INVALID", "TOO_MANY", "OUT_OF_RANGE")
PASSED = ("CHECKPOINT_HOW", "CHECKPOINT_NO_CAMERA", "CHECKPOINT_FAR", "PATROL_MOMENT", "POSITION_INVALID", "ONE_OF")
FOUND = (*OPENED, "FINDING_OF_PERSON", "ALERT_NAMES_PERSON", "POSITION_INVALID", "DETAILS_INVALID")


@strawberry.input(description="Where one was on a patrol.")
class PatrolPointInput:
    at: DateTime = required("When, by the clock of the device.")
    position: PositionInput = required("Where.")
    accuracy_metres: float | None = optional("Within how many metres, as the device says.")


@strawberry.input(description="A checkpoint that was passed.")
class PatrolPassInput:
    place_id: strawberry.ID | None = optional("The place; or else an asset.")
    asset_id: strawberry.ID | None = optional("The asset; on a video patrol the public camera.")
    passed_at: DateTime = required("When, by the clock of the device.")
    how: CheckpointBy = required("How it is known; SEEN on video patrols and on no other.")
    position: PositionInput | None = optional("Where one was; needed for POSITION, within 150 metres. It is not kept.")


@strawberry.input(description="What a patrol found. It opens an event.")
class PatrolFindingInput:
    description: str = required("What it is, at most 4,000 characters; of a video patrol nothing that tells who somebody is.")
    kind_id: strawberry.ID | None = optional("The kind of matter; an alert to be checked unless given.")
    asset_id: strawberry.ID | None = optional("The asset that it is about.")
    position: PositionInput | None = optional("Where it is.")


@strawberry.input(description="A patrol that begins.")
class PatrolStartInput:
    what: PatrolKind = required("What sort of patrol.")
    started_at: DateTime = required("From when, by the clock of the device: at most 31 days ago.")
    post_id: strawberry.ID | None = optional(POST)
    grid_id: strawberry.ID | None = optional(
        "Which grid of the post's ground is walked, where it has several or one below is meant."
    )
    duty_id: strawberry.ID | None = optional("The name of the duty that it is for.")
    route_id: strawberry.ID | None = optional("The place that is its route.")
    participants: list[strawberry.ID] | None = optional(
        "Of a joint patrol: global ids of posts, offices and organisations that take part too."
    )
    leader_post_id: strawberry.ID | None = optional("The post that leads a joint patrol; one's own unless given.")
    key: str | None = optional(KEY)


@strawberry.input(description="A patrol that has ended, told whole.")
class PatrolRecordInput(PatrolStartInput):
    ended_at: DateTime = required("Until when, at most 24 hours later.")
    points: list[PatrolPointInput] | None = optional("One's track, at most 3,000 points.")
    checkpoints: list[PatrolPassInput] | None = optional("What was passed, at most 500.")
    findings: list[PatrolFindingInput] | None = optional("What was found, at most 50.")


@strawberry.input(description="Points of one's own track of a patrol.")
class PatrolAddPointsInput:
    points: list[PatrolPointInput] = required("At most 3,000 points; those that are there already are not written again.")


@strawberry.input(description="The end of a patrol.")
class PatrolEndInput:
    ended_at: DateTime = required("Until when, at most 24 hours after its start.")
    points: list[PatrolPointInput] | None = optional("What is left of one's track, at most 3,000 points.")
    findings: list[PatrolFindingInput] | None = optional("What was found, at most 50.")


def _points(given: Given) -> tuple[TrackPoint, ...]:
    points = given.get("points") or ()
    return tuple(TrackPoint(at=one["at"], accuracy_metres=one.get("accuracy_metres"), **one["position"]) for one in points)


def _checkpoint(given: Given, field: str = "") -> Checkpoint:
    return Checkpoint(
        passed_at=given["passed_at"],
        how=CheckpointBy(given["how"]),
        place_id=optional_key(given.get("place_id"), "Place", f"{field}placeId"),
        asset_id=optional_key(given.get("asset_id"), "Asset", f"{field}assetId"),
        **position_of(given),
    )


def _findings(given: Given) -> tuple[Finding, ...]:
    found: list[Finding] = []
    for index, one in enumerate(given.get("findings") or ()):
        asset = optional_key(one.get("asset_id"), "Asset", f"findings.{index}.assetId")
        kind = {"kind_id": one["kind_id"]} if one.get("kind_id") else {}
        found.append(Finding(description=one["description"], asset_id=asset, **kind, **position_of(one)))
    return tuple(found)


def _patrol(_: str, given: Given, __: Any) -> NewPatrol:
    return NewPatrol(
        what=PatrolKind(given["what"]),
        started_at=given["started_at"],
        ended_at=given.get("ended_at"),
        post_id=optional_key(given.get("post_id"), "Post", "postId"),
        grid_id=optional_key(given.get("grid_id"), "Grid", "gridId"),
        duty_id=given.get("duty_id"),
        route_id=optional_key(given.get("route_id"), "Place", "routeId"),
        leader_post_id=optional_key(given.get("leader_post_id"), "Post", "leaderPostId"),
        participants=participants_of(given),
        points=_points(given),
        checkpoints=tuple(_checkpoint(one, f"checkpoints.{index}.") for index, one in enumerate(given.get("checkpoints") or ())),
        findings=_findings(given),
        client_key=given.get("key"),
    )


def _id(id: str) -> int:
    return key_of(id, "Patrol", "id")


MUTATIONS = [
    Mutation(
        name="patrolStart",
        description="Begin a patrol. For RECORD_WORK at the time over its grid.",
        thing="patrol",
        type=Patrol,
        input=PatrolStartInput,
        operation=record_patrols,
        request=_patrol,
        codes=(*TIMES, *NAMED, "REQUIRED", "ONE_OF"),
    ),
    Mutation(
        name="patrolRecord",
        description="Record a patrol that has ended, whole. For RECORD_WORK at the time over its grid.",
        thing="patrol",
        type=Patrol,
        input=PatrolRecordInput,
        operation=record_patrols,
        request=_patrol,
        codes=(*TIMES, *NAMED, *ON_PATROL, *PASSED, *FOUND),
    ),
    Mutation(
        name="patrolAddPoints",
        description="Add points to one's own track, for who takes part; until seven days after the end, when the minutes are counted anew.",
        thing="patrol",
        type=Patrol,
        input=PatrolAddPointsInput,
        operation=add_patrol_points,
        request=lambda id, given, _: PatrolPoints(patrol_id=_id(id), points=_points(given)),
        codes=(*ON_PATROL, "PATROL_ENDED"),
        on="Patrol",
    ),
    Mutation(
        name="patrolPass",
        description="Say that a checkpoint was passed, for who takes part.",
        thing="patrol",
        type=Patrol,
        input=PatrolPassInput,
        operation=pass_checkpoints,
        request=lambda id, given, _: PatrolPass(patrol_id=_id(id), checkpoint=_checkpoint(given)),
        codes=(*PASSED, "PATROL_ENDED"),
        on="Patrol",
    ),
    Mutation(
        name="patrolEnd",
        description="End a patrol that one began. The minutes inside its grid are counted from the tracks.",
        thing="patrol",
        type=Patrol,
        input=PatrolEndInput,
        operation=end_patrols,
        request=lambda id, given, _: PatrolEnd(
            patrol_id=_id(id), ended_at=given["ended_at"], points=_points(given), findings=_findings(given)
        ),
        codes=(*TIMES, *ON_PATROL, *FOUND, "PATROL_ENDED"),
        on="Patrol",
    ),
]
