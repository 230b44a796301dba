"""Duties that may not be declared as they are."""

from typing import Any

import pytest

from faulty import faults_of
from wangge_core.plugin import (
    Before,
    Different,
    Duty,
    DutyWork,
    EachAsked,
    EachAsset,
    EachBuilding,
    EachEvent,
    EachHousehold,
    EachPerson,
    EveryHours,
    Minutes,
    Occasion,
    Period,
    Promptly,
    Role,
    Share,
    TaskKind,
    Times,
    Weekday,
    WholeGrid,
    community,
)
from wangge_core.plugin.declarations.roles import Level

DAILY = Times(1, per=Period.DAY)


def duty(name: str = "round", *, zh: str = "巡查", **more: Any) -> Duty:
    usual: dict[str, Any] = {"who": (community.GRID_WORKER,), "does": DutyWork.INSPECTION, "of": EachBuilding(), "every": DAILY}
    return Duty(name, zh=zh, **(usual | more))


CROSSING = [
    duty("petition"),
    duty("visit", zh="社区矫正走访"),
    duty("visit", zh="重点人员管控"),
    duty("visit", zh="稳控对象走访"),
    duty("watch_suspects"),
    duty(of=EachPerson(need=(community.HARDSHIP,))),
    duty(of=EachHousehold()),
    duty(does=DutyWork.VIDEO_PATROL, of=EachHousehold()),
    duty(does=DutyWork.VISIT, of=EachPerson(need=())),
]


@pytest.mark.parametrize("one", CROSSING, ids=range(len(CROSSING)))
def test_no_duty_is_to_watch_anybody(one: Duty) -> None:
    ours = {fault.code: fault.warning for fault in faults_of(name="rural", duties=[one])}
    theirs = {fault.code: fault.warning for fault in faults_of(name="demo", duties=[one])}
    assert ours
    assert set(ours) <= {"RED_LINE", "DUTY_CROSSES_LINE", "DUTY_WATCHES_PEOPLE"}
    assert not any(ours.values())
    assert theirs == dict.fromkeys(ours, True)


@pytest.mark.parametrize(
    ("one", "code"),
    [
        (duty(who=()), "DUTY_OF_NOBODY"),
        (duty(who=(Role("stranger", zh="生人", level=Level.GRID, duty="Nothing."),)), "REFERENCE_UNDECLARED"),
        (duty(of=()), "DUTY_TARGET_MISSING"),
        (duty(minutes=0), "DUTY_MINUTES_INVALID"),
        (duty(every=()), "DUTY_FREQUENCY_MISSING"),
        (duty(every=(DAILY, Times(1, per=Period.WEEK))), "DUTY_FREQUENCY_UNFIT"),
        (duty(every=Times(0, per=Period.DAY)), "DUTY_AMOUNT_INVALID"),
        (duty(every=Times(51, per=Period.DAY)), "DUTY_AMOUNT_INVALID"),
        (duty(every=Times(2, per=Period.WEEK, on=Weekday.FRIDAY)), "DUTY_AMOUNT_INVALID"),
        (duty(every=Times(1, per=Period.MONTH, on=Weekday.FRIDAY)), "DUTY_AMOUNT_INVALID"),
        (duty(every=Share(101, per=Period.WEEK)), "DUTY_AMOUNT_INVALID"),
        (duty(every=EveryHours(5)), "DUTY_AMOUNT_INVALID"),
        (duty(every=Promptly(of=community.HEAVY_RAIN)), "DUTY_AMOUNT_INVALID"),
        (duty(every=Before(community.WET_SEASON, days=0)), "DUTY_AMOUNT_INVALID"),
        (duty(every=Before(Occasion("unheard_of", zh="未声明"), days=3)), "REFERENCE_UNDECLARED"),
        (duty(every=Minutes(30, per=Period.DAY)), "DUTY_FREQUENCY_UNFIT"),
        (duty(every=Different(20, per=Period.MONTH)), "DUTY_FREQUENCY_UNFIT"),
        (duty(every=Promptly(hours=1)), "DUTY_FREQUENCY_UNFIT"),
        (duty(of=WholeGrid(), every=Share(4, per=Period.WEEK)), "DUTY_FREQUENCY_UNFIT"),
        (duty(does=DutyWork.PATROL, of=EachAsset()), "DUTY_TARGET_UNFIT"),
        (duty(does=DutyWork.PATROL, of=WholeGrid(), every=Minutes(1441, per=Period.DAY)), "DUTY_AMOUNT_INVALID"),
        (duty(of=EachEvent(), every=DAILY), "DUTY_FREQUENCY_UNFIT"),
        (duty(of=EachEvent(one_in=0), every=Promptly(hours=1)), "DUTY_AMOUNT_INVALID"),
        (duty(of=EachAsked(tasks=()), every=Promptly(hours=1)), "DUTY_TARGET_MISSING"),
        (duty(of=EachAsked(tasks=(TaskKind.HANDLE,)), every=Promptly(hours=1, of=community.HEAVY_RAIN)), "DUTY_FREQUENCY_UNFIT"),
        (duty(zh=" "), "LABEL_MISSING"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_nobody_can_do_or_mean_is_a_fault(one: Duty, code: str) -> None:
    assert code in [fault.code for fault in faults_of(duties=[one]) if not fault.warning]


def test_a_duty_of_a_strangers_plugin_goes_by_the_occasions_of_the_community() -> None:
    sound = duty(every=(DAILY, Promptly(hours=6, of=community.HEAVY_RAIN)))
    assert faults_of(duties=[sound], occasions=[Occasion("flea_market", zh="集市日")]) == []
