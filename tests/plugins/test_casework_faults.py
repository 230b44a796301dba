"""Faults of clocks, limits, parts, what a move opens and what the service does by itself: each is told with its code, and no other."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

import pytest

from faulty import WORKER, codes_of, faults_of, kind, workflow
from wangge_core.plugin import (
    ASSET,
    HELPING,
    ORGANIZATION,
    STAFF,
    SYSTEM,
    Assets,
    Assignees,
    ByDetail,
    ByKind,
    ByPlan,
    CalendarDays,
    Continuous,
    EventKind,
    Involves,
    KindConfirmed,
    Level,
    Limit,
    Move,
    Note,
    Offices,
    Opens,
    PartsDone,
    Reason,
    Role,
    Stage,
    TaskKind,
    Text,
    Workflow,
    WorkingDays,
    WorkingHours,
    Zh,
    community,
    details,
)

OPEN = Stage("open", zh="开", by=(WORKER,), clock=Continuous(hours=1))
MIDDLE = Stage("middle", zh="中", by=(WORKER,), clock=Continuous(hours=1))
CLOSED = Stage("closed", zh="结", final=True)
ON, CLOSE = Move("on", "open", "middle", zh="进"), Move("close", "middle", "closed", zh="结")


def loop(*, stages: tuple[Stage, ...] = (OPEN, MIDDLE, CLOSED), moves: tuple[Move, ...] = (ON, CLOSE), **more: Any) -> Workflow:
    return Workflow("loop", zh="环", stages=stages, moves=moves, **more)


@details(data_class=STAFF)
class Planned:
    """When it is to be over."""

    until: Annotated[datetime, Zh("期限")]
    place: Annotated[str | None, Zh("地点")] = None


CALLED = kind("called", details=Planned)
SHIPPED_BOAT = kind("boat", involves=(Involves("vessel", ASSET, zh="船"),))


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (loop(whole=Continuous(hours=1, since=("nowhere",))), "STAGE_UNKNOWN"),
        (loop(whole=Continuous(hours=1, until=("nowhere",))), "STAGE_UNKNOWN"),
        (loop(whole=Continuous(hours=1, restarted_by=("never",))), "MOVE_UNKNOWN"),
        (loop(whole=ByPlan()), "CLOCK_OF_WHOLE_BY_PLAN"),
        (loop(whole=Continuous()), "CLOCK_EMPTY"),
        (loop(stages=(OPEN, replace(MIDDLE, clock=WorkingDays(0)), CLOSED)), "CLOCK_EMPTY"),
        (loop(stages=(OPEN, replace(MIDDLE, clock=WorkingDays(1, until=("closed",))), CLOSED)), "CLOCK_OF_STAGE_BOUNDED"),
        (loop(emergency=True, stages=(OPEN, replace(MIDDLE, clock=WorkingHours(1)), CLOSED)), "EMERGENCY_CLOCK_WAITS"),
        (loop(emergency=True, stages=(replace(OPEN, clock=CalendarDays(1)), MIDDLE, CLOSED)), "EMERGENCY_CLOCK_WAITS"),
        (loop(emergency=True, whole=WorkingDays(1)), "EMERGENCY_CLOCK_WAITS"),
        (loop(stages=(OPEN, replace(MIDDLE, task=TaskKind.ANSWER_CHASE), CLOSED)), "STAGE_TASK_UNFIT"),
        (loop(moves=(ON, replace(CLOSE, pauses_clock=True))), "PAUSE_WITHOUT_RETURN"),
        (loop(moves=(ON, replace(CLOSE, guards=(PartsDone(),)))), "PARTS_NEVER_GIVEN"),
        (loop(moves=(ON, replace(CLOSE, asks=(Assignees(nearest_on_duty=True),)))), "NEAREST_OF_NOBODY"),
        (loop(moves=(ON, replace(CLOSE, by=(WORKER, SYSTEM), asks=(Note(),)))), "SYSTEM_CANNOT_ANSWER"),
        (
            loop(moves=(ON, CLOSE, Move("again", "closed", "open", zh="再", by=(WORKER, SYSTEM), asks=(Reason(optional=True),)))),
            "SYSTEM_WITHOUT_CLOCK",
        ),
        (loop(moves=(ON, replace(CLOSE, opens=Opens()))), "OPENS_WITHOUT_KIND"),
        (loop(moves=(ON, replace(CLOSE, asks=(KindConfirmed(),), opens=Opens(per="boats")))), "OPENS_PER_UNKNOWN"),
        (loop(moves=(ON, replace(CLOSE, opens=Opens(lambda: kind("unknown"))))), "REFERENCE_UNDECLARED"),
        (loop(moves=(ON, replace(CLOSE, opens=Opens(lambda: community.GRID_WORKER)))), "REFERENCE_UNDECLARED"),
        (loop(moves=(ON, replace(CLOSE, opens=Opens(lambda: {}["kind"])))), "OPENS_RAISED"),
        (loop(moves=(ON, replace(CLOSE, opens=Opens(lambda: CALLED)))), "OPENS_INCOMPLETE"),
        (loop(moves=(ON, replace(CLOSE, opens=Opens(lambda: SHIPPED_BOAT)))), "OPENS_INCOMPLETE"),
        (
            loop(moves=(ON, replace(CLOSE, asks=(Assets("boats", zh="船"),), opens=Opens(lambda: community.HAZARD, per="boats")))),
            "OPENS_ROLE_UNKNOWN",
        ),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_a_workflow_with_a_fault_is_refused(broken: Workflow, code: str) -> None:
    found = {fault.code for fault in faults_of(workflows=[broken], event_kinds=[CALLED, SHIPPED_BOAT])}
    assert code in found
    assert found <= {code, "REASON_NOT_ASKED", "OPENS_INCOMPLETE"}


def test_a_pause_is_sound_where_the_event_comes_back() -> None:
    back = Move("back", "middle", "open", zh="回", asks=(Reason(),))
    assert codes_of(workflows=[loop(moves=(replace(ON, pauses_clock=True), back, CLOSE))]) == []


def test_parts_are_waited_for_where_a_move_gives_some() -> None:
    moves = (replace(ON, asks=(Offices(each_a_part=True),)), replace(CLOSE, guards=(PartsDone(),)))
    assert codes_of(workflows=[loop(moves=moves)]) == []


def test_an_emergency_counts_calendar_days_once_it_is_over() -> None:
    stages = (OPEN, replace(MIDDLE, clock=CalendarDays(3)), CLOSED)
    assert codes_of(workflows=[loop(emergency=True, stages=stages)]) == []


def test_what_is_asked_under_the_name_of_a_field_completes_what_is_opened() -> None:
    close = replace(CLOSE, asks=(Text("until", zh="期限"),), opens=Opens(lambda: CALLED))
    assert codes_of(workflows=[loop(moves=(ON, close))], event_kinds=[CALLED]) == []


BY_KIND = loop(stages=(OPEN, replace(MIDDLE, clock=ByKind()), CLOSED))
BY_DETAIL = loop(whole=ByDetail("until"))
USUAL = Limit("usual", WorkingDays(1), zh="一般")


def limited(*limits: Limit, through: Workflow = BY_KIND, **more: Any) -> EventKind:
    return kind("limited", workflow=through, limits=limits, **more)


@pytest.mark.parametrize(
    ("through", "broken", "code"),
    [
        (BY_KIND, limited(USUAL, USUAL), "NAME_TAKEN"),
        (BY_KIND, limited(replace(USUAL, name="Usual")), "NAME_NOT_SNAKE_CASE"),
        (BY_KIND, limited(replace(USUAL, zh=" ")), "LABEL_MISSING"),
        (BY_KIND, limited(replace(USUAL, clock=ByKind())), "LIMIT_NOT_COUNTED"),
        (BY_KIND, limited(replace(USUAL, clock=WorkingDays(1, until=("closed",)))), "LIMIT_NOT_COUNTED"),
        (BY_KIND, limited(replace(USUAL, clock=WorkingDays(0))), "CLOCK_EMPTY"),
        (BY_KIND, limited(), "KIND_WITHOUT_LIMITS"),
        (None, kind("limited", limits=(USUAL,)), "LIMITS_UNUSED"),
        (BY_DETAIL, kind("limited", workflow=BY_DETAIL), "CLOCK_DETAIL_UNKNOWN"),
        (loop(whole=ByDetail("place")), None, "CLOCK_DETAIL_UNKNOWN"),
        (
            None,
            kind("limited", open_to_public=True, involves=(Involves("shop", ORGANIZATION, zh="商户"),)),
            "KIND_OPEN_NEEDS_REGISTER",
        ),
        (
            None,
            kind("limited", workflow=community.SERVICE_COMPLAINT.workflow, hidden_from_grid=True, shown_to_public=True),
            "KIND_SHOWN_AND_HIDDEN",
        ),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_a_kind_with_a_fault_is_refused(through: Workflow | None, broken: EventKind | None, code: str) -> None:
    broken = broken or kind("limited", workflow=through or BY_KIND, details=Planned)
    assert codes_of(workflows=[through] if through else [], event_kinds=[broken]) == [code]


def test_a_kind_may_leave_its_limits_to_the_deployment() -> None:
    assert codes_of(workflows=[BY_KIND], event_kinds=[limited(limits_by_deployment=True)]) == []


def test_a_clock_follows_a_moment_of_the_details() -> None:
    assert codes_of(workflows=[BY_DETAIL], event_kinds=[kind("limited", workflow=BY_DETAIL, details=Planned)]) == []


HELPER = Role("helper", zh="帮手", level=Level.GRID, duty="Helps.", may=HELPING)


def helped(*asks: Any, at: str = "middle") -> Workflow:
    stages = tuple(replace(stage, by=(HELPER,)) if stage.name == at else stage for stage in (OPEN, MIDDLE, CLOSED))
    return loop(stages=stages, moves=(replace(ON, asks=asks), CLOSE))


def test_whoever_may_not_read_events_acts_on_what_was_given_or_reported() -> None:
    assert codes_of(roles=[HELPER], workflows=[helped()]) == ["ROLE_CANNOT_SEE"]
    assert codes_of(roles=[HELPER], workflows=[helped(Assignees())]) == []
    assert codes_of(roles=[HELPER], workflows=[helped(at="open")]) == []


def test_the_small_workflow_of_these_tests_is_sound() -> None:
    assert codes_of(workflows=[loop(), workflow("other")]) == []
