"""Clocks against a plain count, minute by minute, over two years with the real holidays and days worked instead."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wangge_core.deadlines.counting import Ground, Timing, Wait, due_at, remaining, segments, used, warn_at
from wangge_core.deadlines.notices import CalendarYearMissingError, announced, shipped_years
from wangge_core.deadlines.working_time import DayOut, Season, UncoveredYearError, Why, WorkingCalendar, read_spans, write_spans

SHANGHAI, BOSTON, LORD_HOWE = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")
OFFICE = ((510, 720), (840, 1050))
WEEK = (*([OFFICE] * 5), (), ())
NIGHTS = tuple(((0, 360), (1320, 1440)) for _ in range(7))
MINUTE = timedelta(minutes=1)


def calendar(zone: ZoneInfo = SHANGHAI, hours: tuple = WEEK, **more) -> WorkingCalendar:
    days = more.pop("days", shipped_years()[2025] | shipped_years()[2026])
    years = more.pop("years", frozenset({2025, 2026}))
    return WorkingCalendar(id=1, name="test", zone=zone, hours=hours, days=days, years=years, **more)


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def ground(zone: ZoneInfo = SHANGHAI, **more) -> Ground:
    return Ground(zone, calendar(zone, **more))


# ---- the plain count


class PlainCount:
    """Walks minute by minute with the library's facts, and shares no code with what it is compared with."""

    def __init__(self, zone: ZoneInfo, hours: tuple) -> None:
        self.zone, self.hours = zone, hours

    def works(self, minute: datetime) -> bool:
        local = minute.astimezone(self.zone)
        spans = self.spans(local.date())
        return any(start <= local.hour * 60 + local.minute < stop for start, stop in spans)

    def spans(self, day: date) -> tuple:
        holidays, workdays = chinese_calendar.constants.holidays, chinese_calendar.constants.workdays
        if day in workdays:
            return next((spans for spans in self.hours if spans), ())
        return () if day in holidays else self.hours[day.weekday()]

    def due(self, kind: str, amount: int, start: datetime, waits: list[tuple[datetime, datetime]]) -> datetime:
        minute, counted, first = start, 0, start.astimezone(self.zone).date()
        while True:
            end = minute + MINUTE
            if not any(begin <= minute < stop for begin, stop in waits):
                counted += self.worth(kind, minute, end, first)
                if counted >= amount * (60 if kind == "WORKING_HOURS" else 1):
                    return end
            minute = end

    def worth(self, kind: str, minute: datetime, end: datetime, first: date) -> int:
        if kind == "CONTINUOUS":
            return 1
        if kind == "WORKING_HOURS":
            return int(self.works(minute))
        day = minute.astimezone(self.zone).date()
        if day == first:
            return 0
        if kind == "CALENDAR_DAYS":
            return int(end.astimezone(self.zone).date() != day)
        return int(self.works(minute) and not any(self.works(later) for later in self.rest_of(end, day)))

    def rest_of(self, minute: datetime, day: date) -> Iterator[datetime]:
        while minute.astimezone(self.zone).date() == day:
            yield minute
            minute += MINUTE


CLOCKS = st.one_of(
    st.tuples(st.just("CONTINUOUS"), st.integers(1, 3_000)),
    st.tuples(st.just("WORKING_HOURS"), st.integers(1, 20)),
    st.tuples(st.just("WORKING_DAYS"), st.integers(1, 6)),
    st.tuples(st.just("CALENDAR_DAYS"), st.integers(1, 6)),
)
BUSY = ("2025-01-24", "2025-02-06", "2025-03-07", "2025-04-25", "2025-09-26", "2025-10-30", "2025-12-30",
        "2026-01-02", "2026-02-12", "2026-02-27", "2026-04-03", "2026-05-08", "2026-09-18", "2026-10-09")  # fmt: skip
MINUTES = st.one_of(
    st.integers(0, 650 * 1440),
    st.tuples(st.sampled_from(BUSY), st.integers(0, 3 * 1440)).map(
        lambda found: (date.fromisoformat(found[0]) - date(2025, 1, 1)).days * 1440 + found[1]
    ),
)
ZONES = st.sampled_from((SHANGHAI, BOSTON, LORD_HOWE))
WAITS = st.lists(st.tuples(st.integers(0, 3_000), st.integers(1, 4_000)), max_size=3)


@settings(max_examples=200, deadline=None)
@given(clock=CLOCKS, minute=MINUTES, zone=ZONES, hours=st.sampled_from((WEEK, NIGHTS)), gaps=WAITS)
def test_a_clock_runs_out_when_the_plain_count_says(clock, minute, zone, hours, gaps) -> None:
    kind, amount = clock
    start = at("2025-01-01", zone) + minute * MINUTE
    waits, moment = [], start
    for gap, length in gaps:
        waits.append((moment + gap * MINUTE, moment + (gap + length) * MINUTE))
        moment = waits[-1][1]
    expected = PlainCount(zone, hours).due(kind, amount, start, waits)
    seconds = {"CONTINUOUS": 60, "WORKING_HOURS": 3600}.get(kind, 1) * amount
    timing = Timing(kind=kind, amount=seconds, started_at=start, waits=tuple(Wait(*one, "asked") for one in waits))
    place = ground(zone, hours=hours)
    due = due_at(timing, place)
    assert due == expected
    assert_explained(timing, place, due)


def assert_explained(timing: Timing, place: Ground, due: datetime) -> None:
    """The stretches follow each other without gaps, and what counts of them is the clock's amount."""
    found = segments(timing, place, due)
    assert (found[0].start, found[-1].end) == (timing.started_at, due)
    assert all(one.end == other.start for one, other in pairwise(found))
    amount = timing.amount if timing.in_days else timing.amount * 1000
    assert sum(one.counted for one in found) == amount == used(timing, place, due)
    assert remaining(timing, place, due) == 0
    assert timing.started_at <= warn_at(timing, place, due, 0.8) <= due


# ---- a table of examples

EXAMPLES = [
    # continuous: day and night
    ("CONTINUOUS", 15 * 60, "2026-02-16 23:50", "2026-02-17 00:05"),
    ("CONTINUOUS", 2 * 3600, "2026-02-14 17:00", "2026-02-14 19:00"),
    # working hours: over lunch, over night, over a weekend, over the Spring Festival, into a Saturday that is worked
    ("WORKING_HOURS", 2 * 3600, "2026-03-02 11:00", "2026-03-02 15:00"),
    ("WORKING_HOURS", 2 * 3600, "2026-03-02 16:30", "2026-03-03 09:30"),
    ("WORKING_HOURS", 4 * 3600, "2026-03-06 16:30", "2026-03-09 11:30"),
    ("WORKING_HOURS", 2 * 3600, "2026-02-13 16:30", "2026-02-14 09:30"),
    ("WORKING_HOURS", 2 * 3600, "2026-02-14 16:30", "2026-02-24 09:30"),
    # a clock that is full when the working hours end is due then, not the next morning
    ("WORKING_HOURS", 1 * 3600, "2026-03-02 16:30", "2026-03-02 17:30"),
    # one that starts outside of working hours waits for them
    ("WORKING_HOURS", 1 * 3600, "2026-03-07 12:00", "2026-03-09 09:30"),
    # working days: the day of the start does not count, and the last one ends with its working hours
    ("WORKING_DAYS", 1, "2026-03-02 08:00", "2026-03-03 17:30"),
    ("WORKING_DAYS", 1, "2026-03-06 16:00", "2026-03-09 17:30"),
    ("WORKING_DAYS", 1, "2026-03-07 12:00", "2026-03-09 17:30"),
    ("WORKING_DAYS", 1, "2026-02-13 16:00", "2026-02-14 17:30"),
    ("WORKING_DAYS", 2, "2026-02-13 16:00", "2026-02-24 17:30"),
    ("WORKING_DAYS", 5, "2025-09-26 10:00", "2025-10-10 17:30"),
    # calendar days: every day counts, to its end
    ("CALENDAR_DAYS", 1, "2026-02-14 10:00", "2026-02-16 00:00"),
    ("CALENDAR_DAYS", 15, "2026-03-01 00:00", "2026-03-17 00:00"),
]


@pytest.mark.parametrize(("kind", "amount", "start", "due"), EXAMPLES, ids=[f"{one[0]}-{one[1]}-{one[2]}" for one in EXAMPLES])
def test_examples(kind: str, amount: int, start: str, due: str) -> None:
    assert due_at(Timing(kind=kind, amount=amount, started_at=at(start)), ground()) == at(due)


def test_a_clock_that_waits_goes_on_with_what_remains() -> None:
    waits = (Wait(at("2026-03-02 10:30"), at("2026-03-04 16:30"), "papers missing"),)
    timing = Timing(kind="WORKING_HOURS", amount=4 * 3600, started_at=at("2026-03-02 08:30"), waits=waits)
    assert due_at(timing, ground()) == at("2026-03-05 09:30")
    found = segments(timing, ground(), at("2026-03-04 12:00"))
    assert [(one.why, one.counted) for one in found] == [
        (Why.WORKING_TIME, 2 * 3_600_000),
        (Why.WAITING, 0),
        (Why.WORKING_TIME, 3_600_000),
        (Why.OFF_HOURS, 0),
        (Why.WORKING_TIME, 3_600_000),
    ]


def test_a_clock_that_still_waits_is_due_at_no_time() -> None:
    waits = (Wait(at("2026-03-02 10:30"), None, "a court decides"),)
    timing = Timing(kind="WORKING_HOURS", amount=4 * 3600, started_at=at("2026-03-02 08:30"), waits=waits)
    assert due_at(timing, ground()) is None
    assert remaining(timing, ground(), at("2026-06-01 12:00")) == 2 * 3_600_000
    assert segments(timing, ground(), at("2026-06-01 12:00"))[-1].note == "a court decides"


def test_a_clock_that_ran_out_before_it_waited_stays_overdue() -> None:
    waits = (Wait(at("2026-03-02 12:00"), at("2026-03-20 12:00")),)
    timing = Timing(kind="CONTINUOUS", amount=3600, started_at=at("2026-03-02 08:30"), waits=waits)
    assert due_at(timing, ground()) == at("2026-03-02 09:30")


def test_a_day_counts_when_the_clock_runs_as_its_working_hours_end() -> None:
    lunch = (Wait(at("2026-03-03 12:00"), at("2026-03-03 13:00")),)
    over_night = (Wait(at("2026-03-03 12:00"), at("2026-03-04 09:00")),)
    start = at("2026-03-02 10:00")
    assert due_at(Timing(kind="WORKING_DAYS", amount=1, started_at=start, waits=lunch), ground()) == at("2026-03-03 17:30")
    assert due_at(Timing(kind="WORKING_DAYS", amount=1, started_at=start, waits=over_night), ground()) == at("2026-03-04 17:30")


def test_days_are_explained_day_by_day() -> None:
    timing = Timing(kind="WORKING_DAYS", amount=2, started_at=at("2026-02-13 16:00"))
    found = segments(timing, ground(), at("2026-02-25 09:00"))
    assert [(one.why, one.note, one.counted) for one in found] == [
        (Why.FIRST_DAY, "", 0),
        (Why.WORKED_INSTEAD, "春节", 1),
        (Why.HOLIDAY, "春节", 0),
        (Why.WORKING_TIME, "", 1),
        (Why.OVERDUE, "", 0),
    ]


def test_an_extension_wins_and_moves_on_with_what_was_waited_after_it() -> None:
    start, fixed = at("2026-03-02 08:30"), at("2026-03-10 12:00")
    before = Wait(at("2026-03-02 09:00"), at("2026-03-02 10:00"))
    after = Wait(at("2026-03-04 09:00"), at("2026-03-05 09:00"))
    timing = Timing(
        kind="WORKING_HOURS",
        amount=60,
        started_at=start,
        waits=(before, after),
        fixed_due_at=fixed,
        fixed_at=at("2026-03-03 09:00"),
    )
    assert due_at(timing, ground()) == fixed + timedelta(days=1)


def test_a_due_time_on_record_may_have_passed_before_the_clock_started() -> None:
    start, fixed = at("2026-03-02 08:30"), at("2026-03-01 12:00")
    timing = Timing(kind="FIXED", amount=0, started_at=start, fixed_due_at=fixed, fixed_at=start)
    assert due_at(timing, ground()) == fixed
    assert [one.why for one in segments(timing, ground(), at("2026-03-03 08:30"))] == [Why.OVERDUE]


def test_the_hour_that_comes_twice_is_worked_twice_and_the_one_that_is_left_out_is_not() -> None:
    nights = calendar(BOSTON, NIGHTS, days={})
    long, short = nights.instants(date(2026, 11, 1)), nights.instants(date(2026, 3, 8))
    assert sum((end - start for start, end in long), timedelta()) == timedelta(hours=9)
    assert sum((end - start for start, end in short), timedelta()) == timedelta(hours=7)


def test_a_year_that_the_calendar_does_not_cover_is_an_error_and_no_guess() -> None:
    timing = Timing(kind="WORKING_DAYS", amount=3, started_at=at("2026-12-30 10:00"))
    with pytest.raises(UncoveredYearError) as error:
        due_at(timing, ground())
    assert error.value.year == 2027
    assert due_at(Timing(kind="CALENDAR_DAYS", amount=3, started_at=at("2026-12-30 10:00")), ground()) == at("2027-01-03 00:00")
    assert due_at(Timing(kind="WORKING_DAYS", amount=1, started_at=at("2026-12-30 10:00")), ground()) == at("2026-12-31 17:30")


def test_a_season_has_hours_of_its_own_and_the_holidays_of_the_year() -> None:
    summer = Season(date(2026, 6, 1), date(2026, 9, 30), (*([((510, 720), (900, 1080))] * 5), (), ()))
    place = ground(seasons=(summer,))
    assert due_at(Timing(kind="WORKING_DAYS", amount=1, started_at=at("2026-06-18 10:00")), place) == at("2026-06-22 18:00")
    assert due_at(Timing(kind="WORKING_HOURS", amount=3600, started_at=at("2026-05-29 17:00")), place) == at("2026-06-01 09:00")


def test_a_day_worked_instead_may_have_hours_of_its_own() -> None:
    days = {date(2026, 3, 7): DayOut(True, "Open day", ((540, 600),))}
    place = Ground(SHANGHAI, calendar(days=days))
    assert due_at(Timing(kind="WORKING_DAYS", amount=1, started_at=at("2026-03-06 10:00")), place) == at("2026-03-07 10:00")


@pytest.mark.parametrize("year", [2025, 2026])
def test_the_shipped_years_are_those_of_the_library(year: int) -> None:
    shipped, library = shipped_years()[year], announced(year)
    assert {day: out.worked for day, out in shipped.items()} == {day: out.worked for day, out in library.items()}


def test_the_library_does_not_guess_a_year() -> None:
    with pytest.raises(CalendarYearMissingError, match="2090"):
        announced(2090)


def test_hours_are_read_as_they_are_written() -> None:
    assert write_spans(read_spans([["08:30", "12:00"], ["14:00", "24:00"]])) == [["08:30", "12:00"], ["14:00", "24:00"]]


@pytest.mark.parametrize(
    "wrong",
    [[["12:00", "08:00"]], [["08:00", "12:00"], ["11:00", "13:00"]], [["8:00", "9:00"]], [["00:00", "24:01"]]],
)
def test_hours_that_cannot_be_are_refused(wrong: list[list[str]]) -> None:
    with pytest.raises(ValueError, match=r"time of day|overlap"):
        read_spans(wrong)
