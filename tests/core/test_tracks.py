"""What a track tells: time between two points inside counts; long gaps, impossible points and what lies outside do not."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from wangge_core.ledger.tracks import Span, TrackPoint, impossible, joined, minutes, shifted, spans_inside, without

START = datetime(2026, 5, 1, 8, tzinfo=UTC)
END = START + timedelta(hours=1)
METRE = 1 / 111_195
"""Degrees of latitude."""
SPANS = some.lists(some.tuples(some.integers(0, 200), some.integers(0, 200)), max_size=6)


def point(minute: float, metres: float = 0, inside: bool | None = True) -> TrackPoint:
    return TrackPoint(at=START + timedelta(minutes=minute), longitude=114.3, latitude=30.5 + metres * METRE, inside=inside)


@pytest.mark.parametrize(
    ("points", "counted"),
    [
        pytest.param([], 0, id="no-points"),
        pytest.param([point(3)], 0, id="one-point"),
        pytest.param([point(0), point(5)], 5, id="a-gap-of-five-minutes"),
        pytest.param([point(0), point(5.1)], 0, id="a-longer-gap"),
        pytest.param([point(0), point(4), point(8, inside=False), point(12), point(16)], 8, id="outside-in-between"),
        pytest.param([point(0, inside=None), point(4, inside=None)], 4, id="no-boundary"),
        pytest.param([point(0), point(2, 9_000), point(4)], 4, id="an-impossible-point-is-left-out"),
        pytest.param([point(-4), point(0), point(58), point(62)], 0, id="before-the-start-and-after-the-end"),
    ],
)
def test_the_minutes_of_a_track(points: list[TrackPoint], counted: int) -> None:
    assert minutes(spans_inside(points, START, END)) == counted


def test_a_point_is_impossible_where_nobody_comes_in_the_time() -> None:
    assert impossible([point(0), point(1, 2_400), point(2, 9_000), point(3, 5_000)]) == [False, False, True, False]


def seconds(spans: list[Span]) -> set[int]:
    return {second for start, end in spans for second in range(start, end)}


@given(SPANS, SPANS)
def test_spans_are_sets_of_seconds(spans: list[Span], others: list[Span]) -> None:
    assert seconds(without(spans, others)) == seconds(spans) - seconds(others)
    assert seconds(joined(spans)) == seconds(spans)
    assert sum(end - start for start, end in joined(spans)) == len(seconds(spans))
    assert shifted(shifted(spans, 7), -7) == spans
