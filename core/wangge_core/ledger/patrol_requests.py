"""What is said of a patrol: its beginning, its track, the checkpoints passed, what it found, its end; and what of it fits together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from wangge_core.checking import check_optional_text, check_position
from wangge_core.errors import Refusal, refusal
from wangge_core.ledger.entries import MOST_KEY, CheckpointBy, PatrolKind
from wangge_core.ledger.opening import Finding
from wangge_core.ledger.participants import Participant
from wangge_core.ledger.tracks import TrackPoint

MOST_POINTS = 3000
"""In one call: a day of one point every half a minute."""
MOST_CHECKPOINTS = 500
MOST_FINDINGS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A place or an asset that was passed, and how that is known; on a video patrol the camera that was looked through."""

    passed_at: datetime
    how: CheckpointBy
    place_id: int | None = None
    asset_id: int | None = None
    longitude: float | None = None
    latitude: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPatrol:
    """A patrol that begins, or one that has ended and is told whole.

    `grid_id` is the grid of the post's ground that is walked, where it has several. `leader_post_id` leads a joint patrol: the own post
    unless it is one of the participants'.
    """

    what: PatrolKind
    started_at: datetime
    ended_at: datetime | None = None
    post_id: int | None = None
    grid_id: int | None = None
    duty_id: str | None = None
    route_id: int | None = None
    leader_post_id: int | None = None
    participants: tuple[Participant, ...] = ()
    points: tuple[TrackPoint, ...] = ()
    checkpoints: tuple[Checkpoint, ...] = ()
    findings: tuple[Finding, ...] = ()
    client_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PatrolPoints:
    """Points of the own track of a patrol. Those that are there already are not written again."""

    patrol_id: int
    points: tuple[TrackPoint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PatrolPass:
    """A checkpoint that was passed on a patrol."""

    patrol_id: int
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class PatrolEnd:
    """The end of a patrol, with what is left to tell of it."""

    patrol_id: int
    ended_at: datetime
    points: tuple[TrackPoint, ...] = ()
    findings: tuple[Finding, ...] = ()


def check_patrol(request: NewPatrol, duties: set[str], places: set[int], own_post_id: int) -> Iterator[Refusal]:
    """What does not fit together. `duties` and `places` are those that there are."""
    yield from check_optional_text(request.client_key, "key", most=MOST_KEY)
    if request.duty_id is not None and request.duty_id not in duties:
        yield refusal("NOT_FOUND", "dutyId", what="Duty", id=request.duty_id)
    if request.route_id is not None and request.route_id not in places:
        yield refusal("NOT_FOUND", "routeId", what="Place", id=request.route_id)
    posts = {one.post_id for one in request.participants if one.post_id is not None}
    if request.what is PatrolKind.JOINT_PATROL and not request.participants:
        yield refusal("REQUIRED", "participants")
    if request.participants and request.what is not PatrolKind.JOINT_PATROL:
        yield refusal("PARTICIPANTS_UNEXPECTED", "participants")
    if request.leader_post_id not in (None, own_post_id, *posts):
        yield refusal("NOT_FOUND", "leaderPostId", what="Post", id=request.leader_post_id)
    if request.ended_at is None and (request.points or request.checkpoints or request.findings):
        yield refusal("REQUIRED", "endedAt")
    yield from check_findings(request.findings)


def check_findings(findings: Sequence[Finding]) -> Iterator[Refusal]:
    """How many there are; of what each says the report itself is the judge."""
    if len(findings) > MOST_FINDINGS:
        yield refusal("TOO_MANY", "findings", most=MOST_FINDINGS)


def check_points(points: Sequence[TrackPoint], what: str, started_at: datetime, until: datetime) -> Iterator[Refusal]:
    """Each lies on the Earth and in the time of the patrol. There is no track of who sits at a screen."""
    if points and what == PatrolKind.VIDEO_PATROL.value:
        yield refusal("TRACK_UNEXPECTED", "points")
    if len(points) > MOST_POINTS:
        yield refusal("TOO_MANY", "points", most=MOST_POINTS)
        return
    for index, one in enumerate(points):
        yield from check_position(one.longitude, one.latitude, f"points.{index}")
        if not started_at <= one.at <= until:
            yield refusal("PATROL_MOMENT", f"points.{index}.at")
        if one.accuracy_metres is not None and not 0 <= one.accuracy_metres <= 100_000:
            yield refusal("OUT_OF_RANGE", f"points.{index}.accuracyMetres", least=0, most=100_000)
