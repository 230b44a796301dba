"""What duties ask for at a moment: periods of the calendar at the place, occasions, changes of the deployment, and the load ahead."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wangge_core.deadlines.working_time import UncoveredYearError
from wangge_core.duties.asking import Ask, asks_of
from wangge_core.duties.due import DutyFigures
from wangge_core.duties.forecasting import spread
from wangge_core.duties.periods import period_of, regular_window
from wangge_core.duties.settings import Change, Settings, Term, parts_of
from wangge_core.plugin.declarations.duties import DutyWork, Period
from wangge_core.plugin.declarations.labels import Label
from wangge_core.plugin.declarations.weekdays import Weekday
from wangge_core.plugin.definitions import DutyDefinition, FrequencyDefinition, TargetDefinition

SHANGHAI = ZoneInfo("Asia/Shanghai")
LONG_AGO = datetime(2029, 1, 1, tzinfo=UTC)
WEDNESDAY = datetime(2031, 11, 5, 4, tzinfo=UTC)
WEEKLY = FrequencyDefinition("TIMES", 1, Period.WEEK)
DAILY_IN_STORMS = FrequencyDefinition("TIMES", 1, Period.DAY, None, "community.storm_warning")
EVERY_FOUR_HOURS_IN_RAIN = FrequencyDefinition("EVERY_HOURS", 4, occasion="community.heavy_rain")


def local(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def works(day: date) -> bool:
    return day.weekday() < 5


def duty(*frequencies: FrequencyDefinition, sort: str = "ASSET", minutes: int = 10) -> DutyDefinition:
    return DutyDefinition(
        id="urban.round",
        plugin="urban",
        label=Label("检查", "Round"),
        who=("community.grid_worker",),
        does=DutyWork.INSPECTION,
        minutes=minutes,
        targets=(TargetDefinition(sort),),
        frequencies=frequencies,
        grid_types=None,
    )


def asked(
    one: DutyDefinition, *, changes: Sequence[Change] = (), terms: Sequence[Term] = (), now: datetime = WEDNESDAY
) -> list[Ask]:
    """What the duty asks for below the path `1.`."""
    settings = Settings(
        duties={one.id: one}, since={one.id: LONG_AGO}, changes={one.id: tuple(changes)} if changes else {}, terms=tuple(terms)
    )
    return list(asks_of(parts_of(settings, ["1."]), now, SHANGHAI, works).asks)


def storm(path: str, *, hours: float = -1, occasion: str = "community.storm_warning", lasts: float = 24) -> Term:
    starts_at = WEDNESDAY + timedelta(hours=hours)
    return Term(occasion=occasion, path=path, starts_at=starts_at, ends_at=starts_at + timedelta(hours=lasts))


@pytest.mark.parametrize(
    ("frequency", "begin", "end", "due_by", "before"),
    [
        (FrequencyDefinition("TIMES", 1, Period.DAY), "2031-11-05 00:00", "2031-11-06 00:00", "2031-11-06 00:00", None),
        (
            FrequencyDefinition("TIMES", 1, Period.WEEK),
            "2031-11-03 00:00",
            "2031-11-10 00:00",
            "2031-11-10 00:00",
            "2031-10-27 00:00",
        ),
        (
            FrequencyDefinition("TIMES", 1, Period.MONTH),
            "2031-11-01 00:00",
            "2031-12-01 00:00",
            "2031-12-01 00:00",
            "2031-10-01 00:00",
        ),
        (
            FrequencyDefinition("TIMES", 1, Period.QUARTER),
            "2031-10-01 00:00",
            "2032-01-01 00:00",
            "2032-01-01 00:00",
            "2031-07-01 00:00",
        ),
        (
            FrequencyDefinition("TIMES", 1, Period.YEAR),
            "2031-01-01 00:00",
            "2032-01-01 00:00",
            "2032-01-01 00:00",
            "2030-01-01 00:00",
        ),
        (
            FrequencyDefinition("TIMES", 1, Period.WEEK, Weekday.FRIDAY),
            "2031-11-03 00:00",
            "2031-11-10 00:00",
            "2031-11-08 00:00",
            None,
        ),
        (FrequencyDefinition("EVERY_HOURS", 4), "2031-11-05 12:00", "2031-11-05 16:00", "2031-11-05 16:00", None),
        (FrequencyDefinition("MINUTES", 120, Period.WORKING_DAY), "2031-11-05 00:00", "2031-11-06 00:00", "2031-11-06 00:00", None),
    ],
    ids=["day", "week", "month", "quarter", "year", "friday", "every-hours", "working-day"],
)
def test_a_period_is_one_of_the_calendar_at_the_place(
    frequency: FrequencyDefinition, begin: str, end: str, due_by: str, before: str | None
) -> None:
    window = regular_window(frequency, WEDNESDAY, SHANGHAI, works)
    assert window is not None
    assert (local(window.begin), local(window.end), local(window.due_by)) == (begin, end, due_by)
    assert (window.before and local(window.before)) == before


@given(st.dates(date(1971, 1, 1), date(2199, 12, 31)), st.sampled_from(list(Period)))
def test_periods_follow_each_other_without_a_gap(day: date, period: Period) -> None:
    first, after = period_of(period, day)
    assert first <= day < after
    assert period_of(period, first) == (first, after) == period_of(period, after - timedelta(days=1))
    assert period_of(period, after)[0] == after


def test_nothing_is_asked_for_on_a_day_off_and_nothing_is_guessed_of_an_unknown_year() -> None:
    daily, sunday = FrequencyDefinition("MINUTES", 120, Period.WORKING_DAY), WEDNESDAY + timedelta(days=4)
    assert regular_window(daily, sunday, SHANGHAI, works) is None

    def unknown(day: date) -> bool:
        raise UncoveredYearError("default", day.year)

    settings = Settings(duties={"urban.round": duty(daily)}, since={"urban.round": LONG_AGO}, changes={}, terms=())
    found = asks_of(parts_of(settings, ["1."]), WEDNESDAY, SHANGHAI, unknown)
    assert (found.asks, found.unknown) == ((), ("urban.round",))


def test_an_occasion_asks_for_more_on_its_ground_while_it_holds_and_the_last_named_counts() -> None:
    one = duty(WEEKLY, DAILY_IN_STORMS, EVERY_FOUR_HOURS_IN_RAIN)
    rain = storm("1.2.3.", occasion="community.heavy_rain")
    found = {ask.path: (ask.frequency, ask.without) for ask in asked(one, terms=[storm("1.2."), rain])}
    assert found == {
        "1.": (WEEKLY, ("1.2.",)),
        "1.2.": (DAILY_IN_STORMS, ("1.2.3.",)),
        "1.2.3.": (EVERY_FOUR_HOURS_IN_RAIN, ()),
    }
    assert {ask.path: ask.frequency for ask in asked(one, terms=[storm("1.2.", hours=-30)])}["1.2."] == WEEKLY
    assert [ask.frequency for ask in asked(one, terms=[storm("9.")])] == [WEEKLY]


def test_the_beginning_of_an_occasion_asks_for_something_once_and_so_do_the_days_before() -> None:
    soon = FrequencyDefinition("PROMPTLY", 6 * 3600, occasion="community.heavy_rain")
    before = FrequencyDefinition("BEFORE", 30, occasion="community.heavy_rain")
    rain = storm("1.", occasion="community.heavy_rain", hours=-2)
    (ask,) = asked(duty(soon), terms=[rain])
    assert ask.window is not None
    assert (ask.window.begin, ask.window.due_by) == (rain.starts_at, rain.starts_at + timedelta(hours=6))
    assert asked(duty(soon), terms=[storm("1.", occasion="community.heavy_rain", hours=2)]) == []
    ahead = storm("1.", occasion="community.heavy_rain", hours=24 * 20)
    (ask,) = asked(duty(before), terms=[ahead])
    assert ask.window is not None
    assert (ask.window.begin, ask.window.due_by) == (ahead.starts_at - timedelta(days=30), ahead.starts_at)


def test_a_change_holds_below_its_grid_until_another_one_further_down() -> None:
    twice = (FrequencyDefinition("TIMES", 2, Period.WEEK),)

    def change(path: str, *, in_force: bool = True, frequencies: tuple[FrequencyDefinition, ...] | None = None) -> Change:
        return Change(path=path, in_force=in_force, frequencies=frequencies, who=None, at=WEDNESDAY)

    changes = [change("", frequencies=twice), change("1.2.", in_force=False), change("1.2.3.")]
    found = {ask.path: (ask.frequency, ask.without, ask.since) for ask in asked(duty(WEEKLY), changes=changes)}
    assert found == {"1.": (twice[0], ("1.2.",), WEDNESDAY), "1.2.3.": (WEEKLY, (), WEDNESDAY)}


def test_the_load_ahead_spreads_what_is_missing_over_the_days_that_are_left() -> None:
    figures = DutyFigures(duty_id="urban.round", targets=70, done=20, due=50, overdue=0, declined=0, needed=70, made=20)
    found = spread(asked(duty(WEEKLY)), [figures], WEDNESDAY, SHANGHAI, works, weeks=3)
    assert [(one.starts_on, one.items, one.minutes) for one in found.weeks] == [
        (date(2031, 11, 5), 50, 500),
        (date(2031, 11, 10), 70, 700),
        (date(2031, 11, 17), 70, 700),
    ]
    monthly = duty(FrequencyDefinition("TIMES", 1, Period.MONTH))
    found = spread(asked(monthly), [figures], WEDNESDAY, SHANGHAI, works, weeks=5)
    assert [one.items for one in found.weeks[:3]] == [round(50 * days / 26, 1) for days in (5, 7, 7)]
    assert found.weeks[4].items == round(70 * 7 / 31, 1)
    once = duty(FrequencyDefinition("PROMPTLY", 3600, occasion="community.heavy_rain"))
    found = spread(
        asked(once, terms=[storm("1.", occasion="community.heavy_rain")]), [figures], WEDNESDAY, SHANGHAI, works, weeks=2
    )
    assert [one.items for one in found.weeks] == [50, 0]
