"""What is counted of an event, when, and how periods and formulas deal with it. No database is needed for that."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from wangge_core.indicators.deriving import Due, Entry, EventFacts, facts_of
from wangge_core.indicators.facts import CARRIED, Counted, Doer, Fact, packed, unpacked
from wangge_core.indicators.periods import Compared, Days, Every, before, cut
from wangge_core.indicators.plans import plan_of
from wangge_core.indicators.tallies import bucket
from wangge_core.indicators.values import change, counts_of, median
from wangge_core.plugin.registry import Registry

ZONE = ZoneInfo("Asia/Shanghai")
REPORTED = datetime(2026, 3, 30, 2, tzinfo=UTC)
OFFICE = Doer(7, "community.department_specialist", 70)
LOOP = (("forward", "accepting", "filing"), ("file", "filing", "dispatching"), ("dispatch", "dispatching", "handling"))
DONE = (
    ("done", "handling", "feedback"),
    ("ask_final_check", "feedback", "verify_fixed"),
    ("verified", "verify_fixed", "evaluation"),
)
CLOSE = ("close", "evaluation", "closed")


def entry(move: tuple[str, str, str], at: datetime, **more: object) -> Entry:
    name, source, target = move
    return Entry(entry="MOVED", move=name, from_stage=source, to_stage=target, at=at, by_person=True, **more)  # type: ignore[arg-type]


def closed_loop(
    *moves: tuple[str, str, str], due: datetime | None, hours: int = 24, ended: bool = False, **more: object
) -> EventFacts:
    """An event of the closed loop that makes a move every so many hours."""
    first = Entry(entry="REPORTED", to_stage="accepting", at=REPORTED)
    made = [entry(move, REPORTED + timedelta(hours=hours) * n) for n, move in enumerate(moves, 1)]
    dues = () if due is None else ((None, Due(at=due)),)
    moments: dict[str, Any] = {"reported_at": REPORTED, "closed": ended, "closed_at": None}
    return EventFacts(**moments, entries=(first, *made), handler=OFFICE, dues=dues, **more)  # type: ignore[arg-type]


def counted(registry: Registry, event: EventFacts, workflow: str = "urban.closed_loop") -> list[Fact]:
    return list(facts_of(event, plan_of(registry, workflow), ZONE))


def within(facts: Iterable[Fact], days: Days) -> Counter[str]:
    """The numbers of measures in a period, with what is carried over into it."""
    found = Counter[str]()
    for fact in facts:
        if fact.measure.endswith(CARRIED):
            found[fact.measure.removesuffix(CARRIED)] += fact.number if fact.day < days.first else 0
        elif fact.day in days:
            found[fact.measure.removeprefix("community.")] += fact.number
            if fact.measure == "community.due_to_close":
                found[fact.measure] += fact.number
    return found


MARCH, APRIL, MAY = cut(Days(date(2026, 3, 1), date(2026, 5, 31)), Every.MONTH)


def due_and_closed(facts: Iterable[Fact], days: Days) -> tuple[int, int, int]:
    found = within(facts, days)
    return found["community.due_to_close"], found["closed"], found["closed_in_time"]


@pytest.mark.parametrize(
    ("hours", "due_on", "months"),
    [
        pytest.param(2, 20, [(1, 1, 1), (0, 0, 0), (0, 0, 0)], id="closed before it was due"),
        pytest.param(24, 10, [(0, 0, 0), (1, 1, 1), (0, 0, 0)], id="closed in the month in which it was due, in time"),
        pytest.param(72, 10, [(0, 0, 0), (1, 1, 0), (0, 0, 0)], id="closed in the month in which it was due, late"),
        pytest.param(24 * 6, 10, [(0, 0, 0), (1, 0, 0), (1, 1, 0)], id="carried over and closed the month after"),
    ],
)
def test_an_event_is_due_once_a_month_until_it_is_closed(
    registry: Registry, hours: int, due_on: int, months: list[tuple[int, int, int]]
) -> None:
    due = REPORTED.replace(month=4, day=due_on)
    facts = counted(registry, closed_loop(*LOOP, *DONE, CLOSE, due=due, hours=hours, ended=True))
    assert [due_and_closed(facts, month) for month in (MARCH, APRIL, MAY)] == months


def test_what_is_never_closed_is_carried_over_for_good(registry: Registry) -> None:
    facts = counted(registry, closed_loop(*LOOP, due=REPORTED.replace(day=31)))
    assert [due_and_closed(facts, month) for month in (MARCH, APRIL, MAY)] == [(1, 0, 0)] * 3
    thing = Counted(thing="event", id=1, grid_id=1, path="1.", facts=tuple(facts))
    assert thing.days == (date(2026, 3, 30), date.max)


def test_steps_are_those_that_the_milestones_name(registry: Registry) -> None:
    facts = counted(registry, closed_loop(*LOOP, *DONE, ("rework", "verify_fixed", "handling"), due=None))
    names = Counter(fact.measure.removeprefix("community.") for fact in facts)
    assert names == {"reported": 1, "accepted": 1, "filed": 1, "dispatched": 1, "reworked": 1, "response_minutes": 1}
    (response,) = [fact for fact in facts if fact.minutes is not None]
    assert (response.minutes, response.day) == (24 * 60, date(2026, 3, 31))


def test_an_event_that_was_refused_was_not_due(registry: Registry) -> None:
    refused = closed_loop(LOOP[0], ("refuse", "filing", "not_filed"), due=REPORTED, ended=True)
    names = {fact.measure.removeprefix("community.") for fact in counted(registry, refused)}
    assert names == {"reported", "accepted", "not_accepted", "response_minutes"}


def test_a_reopened_event_is_due_again_from_that_day(registry: Registry) -> None:
    again = ("reopen", "closed", "dispatching")
    facts = counted(registry, closed_loop(*LOOP, *DONE, CLOSE, again, due=REPORTED.replace(month=4, day=10), hours=100))
    closed_on = (REPORTED + timedelta(hours=700)).astimezone(ZONE).date()
    opened_on = (REPORTED + timedelta(hours=800)).astimezone(ZONE).date()
    assert [fact.day for fact in facts if fact.measure == "community.closed"] == [closed_on]
    assert [fact.day for fact in facts if fact.measure == "community.due_to_close"] == [date(2026, 4, 10), opened_on]
    assert [fact.day for fact in facts if fact.measure == "community.reopened"] == [opened_on]


def test_reopening_is_measured_by_all_that_was_closed_with_a_deadline_or_without(registry: Registry) -> None:
    again = ("reopen", "closed", "dispatching")
    events = [closed_loop(*LOOP, *DONE, CLOSE, *moves, due=None) for moves in ((again,), ())]
    counts = Counter(fact.measure for event in events for fact in counted(registry, event))
    found = counts_of(registry.indicators["community.reopening_rate"], counts, {})
    assert (found.numerator, found.denominator, found.value) == (1, 2, 50)


def test_what_was_closed_late_stays_so_when_it_is_opened_again(registry: Registry) -> None:
    """What a published month says of it does not change, and each closing is measured by the deadline that held then."""
    moves = (*LOOP, *DONE, CLOSE)
    closed = closed_loop(*moves, due=None, hours=100)
    first, again = (None, Due(at=REPORTED.replace(month=4, day=10))), REPORTED + timedelta(hours=800)
    reopened = closed_loop(*moves, ("reopen", "closed", "dispatching"), due=None, hours=100)
    second = (again, Due(at=again + timedelta(days=30)))
    before, after = (
        counted(registry, replace(event, dues=dues)) for event, dues in ((closed, (first,)), (reopened, (first, second)))
    )
    assert [due_and_closed(after, month) for month in (MARCH, APRIL)] == [due_and_closed(before, month) for month in (MARCH, APRIL)]
    assert due_and_closed(after, APRIL) == (1, 1, 0)
    assert [fact.day for fact in after if fact.measure == "community.overdue"] == [date(2026, 4, 10)]
    met = replace(reopened, dues=((None, Due(at=REPORTED.replace(month=5))), second))
    assert due_and_closed(counted(registry, met), APRIL) == (1, 1, 1)


@pytest.mark.parametrize(
    ("due", "overdue"),
    [
        pytest.param(Due(at=REPORTED), [date(2026, 3, 30)], id="open, and told at its very moment"),
        pytest.param(Due(at=REPORTED - timedelta(days=1)), [date(2026, 3, 29)], id="open, and told"),
        pytest.param(Due(at=REPORTED + timedelta(days=9)), [], id="extended after it was told"),
        pytest.param(Due(at=REPORTED - timedelta(days=1), exempted=True), [], id="excused"),
        pytest.param(Due(at=REPORTED, stopped_at=REPORTED), [], id="met by the clock"),
        pytest.param(Due(at=REPORTED, stopped_at=REPORTED + timedelta(days=1)), [date(2026, 3, 30)], id="stopped late"),
    ],
)
def test_a_missed_deadline_counts_on_its_day(registry: Registry, due: Due, overdue: list[date]) -> None:
    told = Entry(entry="OVERDUE", to_stage="handling", at=REPORTED)
    event = closed_loop(*LOOP, due=None)
    event = replace(event, entries=(*event.entries, told), dues=((None, due),))
    assert [fact.day for fact in counted(registry, event) if fact.measure == "community.overdue"] == overdue


def test_every_chase_up_counts(registry: Registry) -> None:
    event = closed_loop(*LOOP, due=None)
    chased = [Entry(entry="CHASED", to_stage="handling", at=REPORTED + timedelta(days=n)) for n in (1, 2)]
    facts = [
        one for one in counted(registry, replace(event, entries=(*event.entries, *chased))) if one.measure == "community.chased"
    ]
    assert [(one.day.day, one.by) for one in facts] == [(31, OFFICE), (1, OFFICE)]


def test_parts_are_counted_with_the_whole_and_joined_events_as_reports_alone(registry: Registry) -> None:
    assert counted(registry, closed_loop(*LOOP, due=REPORTED, is_part=True)) == []
    joined = counted(registry, closed_loop(*LOOP, due=REPORTED, is_joined=True))
    assert [fact.measure for fact in joined] == ["community.reported"]


@pytest.mark.parametrize(("minutes", "arrived"), [(10, 1), (11, 0)])
def test_a_rescue_counts_as_reached_up_to_ten_minutes_after_the_alarm(registry: Registry, minutes: int, arrived: int) -> None:
    there = entry(("arrive", "on_the_way", "on_the_spot"), REPORTED + timedelta(minutes=minutes))
    sent = entry(("send", "alarm", "on_the_way"), REPORTED + timedelta(minutes=1))
    event = EventFacts(reported_at=REPORTED, closed=False, closed_at=None, entries=(sent, there))
    names = Counter(fact.measure for fact in counted(registry, event, "scenic.rescue"))
    assert (names["scenic.rescues"], names["scenic.arrived_in_ten"]) == (1, arrived)


def test_an_imported_record_counts_by_what_it_says_of_itself(registry: Registry) -> None:
    event = EventFacts(reported_at=REPORTED, closed=True, closed_at=None, entries=(), recorded_timeliness="OVERDUE")
    assert [fact.measure for fact in counted(registry, event, "community.three_loops")] == [
        "community.reported",
        "community.result_known",
    ]


def test_facts_come_back_as_they_were_packed() -> None:
    facts = (
        Fact("a", date(2026, 1, 1)),
        Fact("b", date(2026, 1, 2), OFFICE, -1),
        Fact("c", date(2026, 1, 3), Doer(None, "r", 5), 1, 90),
    )
    assert unpacked(packed(facts)) == facts


@pytest.mark.parametrize(
    ("days", "previous", "year_before"),
    [
        pytest.param((3, 1, 3, 31), (2, 1, 2, 28), (3, 1, 3, 31), id="a month"),
        pytest.param((4, 1, 6, 30), (1, 1, 3, 31), (4, 1, 6, 30), id="a quarter"),
        pytest.param((3, 9, 3, 15), (3, 2, 3, 8), (3, 9, 3, 15), id="a week"),
    ],
)
def test_a_period_is_compared_with_one_of_its_kind(
    days: tuple[int, int, int, int], previous: tuple[int, int, int, int], year_before: tuple[int, int, int, int]
) -> None:
    def of(year: int, found: tuple[int, int, int, int]) -> Days:
        return Days(date(year, *found[:2]), date(year, *found[2:]))

    assert before(of(2026, days), Compared.PREVIOUS_PERIOD) == of(2026, previous)
    assert before(of(2026, days), Compared.YEAR_BEFORE) == of(2025, year_before)


def test_a_leap_day_has_a_year_before() -> None:
    assert before(Days(date(2028, 2, 1), date(2028, 2, 29)), Compared.YEAR_BEFORE) == Days(date(2027, 2, 1), date(2027, 2, 28))
    assert before(Days(date(2027, 2, 1), date(2027, 2, 28)), Compared.PREVIOUS_PERIOD) == Days(date(2027, 1, 1), date(2027, 1, 31))


def test_days_are_cut_at_the_ends_of_weeks_and_quarters() -> None:
    days = Days(date(2026, 3, 28), date(2026, 4, 7))
    assert [(one.first.day, one.last.day) for one in cut(days, Every.WEEK)] == [(28, 29), (30, 5), (6, 7)]
    assert [(one.first.day, one.last.day) for one in cut(days, Every.QUARTER)] == [(28, 31), (1, 7)]


def test_the_change_is_computed_from_the_counts(registry: Registry) -> None:
    """One published report prints −19.6 % beside these counts."""
    assert change(496, 656) == -24.39
    assert change(1, 0) is None
    assert change(None, 5) is None


def test_what_divides_by_nothing_has_no_value(registry: Registry) -> None:
    found = counts_of(registry.indicators["community.closing_rate"], {}, {})
    assert (found.numerator, found.denominator, found.value) == (0, 0, None)


def test_a_completion_rate_leaves_out_what_was_not_accepted(registry: Registry) -> None:
    counts = {"community.completed": 265, "community.reported": 270, "community.not_accepted": 4}
    found = counts_of(registry.indicators["community.completion_rate"], counts, {})
    assert (found.numerator, found.denominator, found.value) == (265, 266, 99.62)


def test_a_median_is_taken_of_values_and_how_often_they_were() -> None:
    assert median({5: 1, 7: 1}) == 6
    assert median({5: 2, 60: 1}) == 5
    assert median({}) is None
    assert [bucket(one) for one in (0, 119, 120, 129, 1234, 1250)] == [0, 119, 120, 130, 1200, 1300]
