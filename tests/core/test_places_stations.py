"""Places: opening hours that are checked and say when a place is open, services with their papers, and how to reach it."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operating import announced, done, row_of, tried
from towns import GRIDS, Town
from wangge_core.db import tables as t
from wangge_core.places.opening_hours import (
    DateSpans,
    OpeningHours,
    Span,
    Weekday,
    WeekdaySpan,
    check_opening_hours,
    is_open,
    stored_hours,
)
from wangge_core.places.places import NewPlace, PlaceChange, change_places, register_places
from wangge_core.places.services import Service

MONDAY, SUNDAY = Weekday.MONDAY, Weekday.SUNDAY
HOLIDAY = date(2026, 10, 1)


def week(*spans: tuple[Weekday, str, str, bool], exceptions: tuple[DateSpans, ...] = ()) -> OpeningHours:
    weekly = (WeekdaySpan(weekday=day, opens=opens, closes=closes, next_day=next_day) for day, opens, closes, next_day in spans)
    return OpeningHours(weekly=tuple(weekly), exceptions=exceptions)


def at(day: int, time: str) -> datetime:
    """A moment of November 2026, whose sixteenth, twenty-third and thirtieth are Mondays."""
    return datetime.fromisoformat(f"2026-11-{day:02}T{time}:00+08:00")


def wrong(hours: OpeningHours) -> list[str]:
    return [f"{one.field.removeprefix('openingHours.')}: {one.code}" for one in check_opening_hours(hours)]


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        pytest.param(week((MONDAY, "08:30", "12:00", False), (MONDAY, "14:00", "17:30", False)), [], id="two spans a day"),
        pytest.param(week((MONDAY, "08:30", "12:00", False), (MONDAY, "12:00", "17:30", False)), [], id="one after the other"),
        pytest.param(week((MONDAY, "00:00", "24:00", False)), [], id="a whole day"),
        pytest.param(week((MONDAY, "22:00", "06:00", True)), [], id="over midnight, said so"),
        pytest.param(week((MONDAY, "22:00", "06:00", False)), ["weekly.0: SPAN_INVALID"], id="over midnight, not said"),
        pytest.param(week((MONDAY, "08:00", "08:00", False)), ["weekly.0: SPAN_INVALID"], id="no time at all"),
        pytest.param(week((MONDAY, "08:00", "09:00", True)), ["weekly.0: SPAN_INVALID"], id="more than a day"),
        pytest.param(
            week((MONDAY, "08:00", "12:00", False), (MONDAY, "11:59", "17:00", False)), ["weekly.1: SPANS_OVERLAP"], id="overlap"
        ),
        pytest.param(
            week((MONDAY, "05:00", "12:00", False), (SUNDAY, "22:00", "06:00", True)),
            ["weekly.0: SPANS_OVERLAP"],
            id="overlap from Sunday into Monday",
        ),
        pytest.param(
            week((MONDAY, "8:00", "25:00", False), (MONDAY, "08:60", "aa:bb", False), (MONDAY, "24:00", "24:00", False)),
            [
                "weekly.0.opens: TIME_OF_DAY_INVALID",
                "weekly.0.closes: TIME_OF_DAY_INVALID",
                "weekly.1.opens: TIME_OF_DAY_INVALID",
                "weekly.1.closes: TIME_OF_DAY_INVALID",
                "weekly.2.opens: TIME_OF_DAY_INVALID",
            ],
            id="no times of day",
        ),
        pytest.param(
            week(exceptions=(DateSpans(on=HOLIDAY), DateSpans(on=HOLIDAY, note=" "))),
            ["exceptions.1.on: DUPLICATE", "exceptions.1.note: BLANK"],
            id="a date twice",
        ),
        pytest.param(
            week(
                exceptions=(
                    DateSpans(on=HOLIDAY, spans=(Span(opens="09:00", closes="12:00"), Span(opens="10:00", closes="11:00"))),
                )
            ),
            ["exceptions.0.spans.1: SPANS_OVERLAP"],
            id="overlap on a date",
        ),
    ],
)
def test_opening_hours_are_checked(hours: OpeningHours, expected: list[str]) -> None:
    assert wrong(hours) == expected


def test_a_date_that_differs_takes_the_place_of_its_weekday() -> None:
    closed, short = DateSpans(on=date(2026, 11, 23)), DateSpans(on=date(2026, 11, 30), spans=(Span(opens="10:00", closes="11:00"),))
    hours = stored_hours(week((MONDAY, "08:30", "17:00", False), exceptions=(short, closed)))
    open_at = [at(16, "08:30"), at(16, "16:59"), at(30, "10:59")]
    closed_at = [
        at(16, "08:29"),
        at(16, "17:00"),
        at(23, "09:00"),
        at(30, "09:00"),
    ]
    assert [is_open(hours, moment) for moment in (*open_at, *closed_at)] == [True] * 3 + [False] * 4


def test_a_night_lasts_into_the_next_day_whatever_that_day_is() -> None:
    hours = stored_hours(week((MONDAY, "22:00", "06:00", True), exceptions=(DateSpans(on=date(2026, 11, 24)),)))
    moments = [
        at(23, "21:59"),
        at(23, "22:00"),
        at(24, "05:59"),
        at(24, "06:00"),
    ]
    assert [is_open(hours, moment) for moment in moments] == [False, True, True, False]


times = st.integers(0, 1439).map(lambda minute: f"{minute // 60:02}:{minute % 60:02}")
spans = st.builds(WeekdaySpan, weekday=st.sampled_from(Weekday), opens=times, closes=times, next_day=st.booleans())


@settings(deadline=None, max_examples=60)
@given(st.lists(spans, max_size=6))
def test_a_week_that_is_taken_is_open_for_as_long_as_its_spans(weekly: list[WeekdaySpan]) -> None:
    hours = OpeningHours(weekly=tuple(weekly))
    if wrong(hours):
        return
    start, stored = at(16, "00:00"), stored_hours(hours)
    open_minutes = sum(is_open(stored, start + timedelta(minutes=minute)) for minute in range(7 * 1440))
    assert open_minutes == sum(length(span) for span in weekly)


def length(span: Span) -> int:
    opens, closes = (int(text[:2]) * 60 + int(text[3:]) for text in (span.opens, span.closes))
    return closes - opens + (1440 if span.next_day else 0)


@pytest.mark.anyio
async def test_services_are_checked(town: Town) -> None:
    lists: list[tuple[Service, ...]] = [
        (Service(name="Card", papers=("Passport", "Photo"), fee_fen=0),),
        (Service(name="Card"), Service(name=" Card ")),
        (Service(name="", papers=("",), fee_fen=-1, note=""),),
    ]
    requests = [
        NewPlace(grid_id=town.grids[GRIDS["urban"]], kind_id="community.shelter", name="P", contact="000-1", services=one)
        for one in lists
    ]
    assert await tried(town, register_places, *requests) == [
        "",
        "services.1.name: NAME_TAKEN",
        "services.0.name: BLANK, services.0.papers.0: BLANK, services.0.feeFen: OUT_OF_RANGE, services.0.note: BLANK",
    ]


@pytest.mark.anyio
async def test_a_place_is_changed_and_what_is_left_out_stays(town: Town) -> None:
    hours = week((MONDAY, "08:30", "17:00", False))
    new = NewPlace(
        grid_id=town.grids[GRIDS["urban"]],
        kind_id="community.shelter",
        name="P",
        contact="000-1",
        opening_hours=hours,
        services=(Service(name="Card"),),
    )
    (id,) = await done(town, register_places, new)
    await done(town, change_places, PlaceChange(id=id, contact=None, expected_version=1))
    row = await row_of(town, t.place, id)
    assert (row.contact, row.opening_hours, [one["name"] for one in row.services]) == (None, stored_hours(hours), ["Card"])
    await done(town, change_places, PlaceChange(id=id, opening_hours=hours, services=(), name="Q"))
    row = await row_of(town, t.place, id)
    assert (row.name, row.opening_hours, row.services, row.version) == ("Q", stored_hours(hours), None, 3)
    assert [one.content["fields"] for one in await announced(town, "place.changed")] == [["contact"], ["name", "services"]]
    wrong_hours = PlaceChange(id=id, opening_hours=week((MONDAY, "09:00", "08:00", False)), contact=" ", expected_version=2)
    assert await tried(town, change_places, wrong_hours) == ["expectedVersion: VERSION_OUTDATED"]
    wrong_hours = PlaceChange(id=id, opening_hours=week((MONDAY, "09:00", "08:00", False)), contact=" ")
    assert await tried(town, change_places, wrong_hours) == ["contact: BLANK, openingHours.weekly.0: SPAN_INVALID"]
