"""Tracks: from the points of a track the stretches of time that were spent inside, in whole seconds since the start. Knows no database.

Between two points the time counts when both lie inside and at most five minutes lie between them. A point to which nobody comes in the
time is marked and left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from wangge_core.tasks.duty import distance

MOST_GAP = timedelta(minutes=5)
FASTEST_METRES_A_SECOND = 40.0
"""144 km/h: a patrol by car on a motorway is slower."""
UNSURE_METRES = 100.0
"""By how much two positions may be wrong together: so far apart they tell of no speed."""
Span = tuple[int, int]
"""From one second since the start of a patrol to another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackPoint:
    """Where somebody claims to have been at a moment. `inside` is None where the ground has no boundary: nothing speaks against it."""

    at: datetime
    longitude: float
    latitude: float
    accuracy_metres: float | None = None
    inside: bool | None = None


def impossible(points: Sequence[TrackPoint]) -> list[bool]:
    """For each point, in order of time, whether nobody can have come there from the last one that was possible."""
    marks: list[bool] = []
    last: TrackPoint | None = None
    for point in points:
        marks.append(last is not None and not _reachable(last, point))
        last = last if marks[-1] else point
    return marks


def _reachable(one: TrackPoint, other: TrackPoint) -> bool:
    metres = distance(one.longitude, one.latitude, other.longitude, other.latitude)
    return metres <= UNSURE_METRES + FASTEST_METRES_A_SECOND * (other.at - one.at).total_seconds()


def spans_inside(points: Sequence[TrackPoint], started_at: datetime, ended_at: datetime) -> list[Span]:
    """When a track was inside, of points in order of time; what lies before the start or after the end does not count."""
    marks = impossible(points)
    good = [one for one, marked in zip(points, marks, strict=True) if not marked and started_at <= one.at <= ended_at]
    found: list[Span] = []
    for one, other in pairwise(good):
        if one.inside is not False and other.inside is not False and other.at - one.at <= MOST_GAP:
            found.append((_seconds(started_at, one.at), _seconds(started_at, other.at)))
    return joined(found)


def whole(started_at: datetime, ended_at: datetime) -> list[Span]:
    """All the time between two moments."""
    return joined([(0, _seconds(started_at, ended_at))])


def _seconds(since: datetime, at: datetime) -> int:
    return int((at - since).total_seconds())


def joined(spans: Sequence[Span]) -> list[Span]:
    """The same time as spans in order that do not touch."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if end <= start:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def without(spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """The time of the first that is not in the others."""
    left = joined(spans)
    for start, end in joined(others):
        left = [
            piece for one in left for piece in ((one[0], min(one[1], start)), (max(one[0], end), one[1])) if piece[0] < piece[1]
        ]
    return left


def shifted(spans: Sequence[Span], seconds: int) -> list[Span]:
    """The same time, counted from another start."""
    return [(start + seconds, end + seconds) for start, end in spans]


def minutes(spans: Sequence[Span]) -> int:
    """Whole minutes of all of it."""
    return sum(end - start for start, end in spans) // 60
