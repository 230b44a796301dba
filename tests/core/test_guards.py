"""Who may move an event when: properties of any walk through any shipped workflow, and each guard by itself."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faulty import WORKER, made, registry_of
from walks import GROUND, OFFICES, START, Attempt, asks_for_somebody, attempts, crew, ends, holder, refused, reported
from walks import made as after
from wangge_core.events.situations import Situation, why_blocked
from wangge_core.plugin import (
    REPORTER,
    CameFrom,
    Continuous,
    Move,
    NotStraightAfter,
    NotWhoDid,
    Once,
    Reason,
    Stage,
    Within,
    Workflow,
)
from wangge_core.plugin.loading import load_plugins
from wangge_core.rights.viewers import Viewer, anonymous, operator

SHIPPED = load_plugins(("urban", "scenic", "rural", "maritime"))
CREWS = {id: crew(SHIPPED, workflow) for id, workflow in SHIPPED.workflows.items()}
each_workflow = pytest.mark.parametrize("id", SHIPPED.workflows)


def walk(data: st.DataObject, id: str, most: int = 12) -> tuple[Situation, int]:
    """A random walk of moves that the core allows; the event, and the hours that it took."""
    people, hours = CREWS[id], 0
    event = reported(SHIPPED, SHIPPED.workflows[id], data.draw(st.sampled_from(people)))
    for _ in range(data.draw(st.integers(0, most))):
        hours += data.draw(st.sampled_from((0, 1, 24, 24 * 16)))
        allowed = [one for one in attempts(event, people) if refused(event, one, START + timedelta(hours=hours)) is None]
        if not allowed:
            break
        event = after(event, data.draw(st.sampled_from(allowed)), START + timedelta(hours=hours))
    return event, hours


@each_workflow
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_an_event_can_be_ended_wherever_a_walk_has_brought_it(id: str, data: st.DataObject) -> None:
    event, hours = walk(data, id)
    assert ends(event, CREWS[id], START + timedelta(hours=hours)), [step.move for step in event.steps]


@each_workflow
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_no_walk_contains_a_step_that_its_workflow_forbids(id: str, data: st.DataObject) -> None:
    event, _ = walk(data, id)
    people = {viewer.account_id: viewer for viewer in CREWS[id]}
    for index, step in enumerate(event.steps[1:], 1):
        move = event.definition.move(step.move or "")
        earlier = event.steps[:index]
        assert move and step.from_stage in move.sources
        assert step.from_stage == earlier[-1].to_stage
        roles = {role for post in people[step.account_id].posts for role in post.acts_as}
        assert roles & {*move.by} or (REPORTER.name in move.by and step.account_id == event.reporter_id)
        for guard in move.guards:
            named = [one for one in earlier if one.move in guard.moves]
            if guard.kind == "NOT_WHO_DID":
                assert not named or named[-1].account_id != step.account_id
            if guard.kind == "NOT_STRAIGHT_AFTER":
                assert [one for one in earlier if one.from_stage != one.to_stage][-1].move not in guard.moves
            if guard.kind == "ONCE" and step.account_id == event.reporter_id and step.post_id is None:
                assert not [one for one in earlier if one.move == step.move and one.account_id == step.account_id]


@each_workflow
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_whoever_holds_no_post_over_the_ground_moves_nothing(id: str, data: st.DataObject) -> None:
    event, hours = walk(data, id)
    elsewhere = [holder(900 + n, role, SHIPPED, path="1.2.30.") for n, role in enumerate(SHIPPED.roles)]
    for by in (*elsewhere, anonymous("en"), operator("en")):
        for move in event.definition.moves:
            blocked = why_blocked(event, move, by, START + timedelta(hours=hours))
            assert blocked and blocked.code in ("MOVE_NOT_FROM_STAGE", "MOVE_ROLE")


OPEN = Stage("open", zh="开", by=(WORKER,), clock=Continuous(hours=1))
CHECK = Stage("check", zh="查", by=(WORKER,), clock=Continuous(hours=1))
CLOSED = Stage("closed", zh="结", final=True)
LOOP = Workflow(
    "loop",
    zh="环",
    stages=(OPEN, CHECK, CLOSED),
    moves=(
        Move("done", "open", "check", zh="毕", guards=(NotStraightAfter("back"),)),
        Move("verify", "check", "closed", zh="核", guards=(NotWhoDid("done", "report"),)),
        Move("back", "check", CameFrom("done"), zh="退", asks=(Reason(),)),
        Move("remind", "open", "open", zh="催"),
        Move("close", "open", "closed", zh="结"),
        Move("reopen", "closed", "open", zh="重", by=(REPORTER, WORKER), asks=(Reason(),), guards=(Once(), Within(days=15))),
    ),
)
REGISTRY = registry_of(demo=made(workflows=[LOOP]))
ONE, TWO, THREE = (holder(number, "community.grid_worker", REGISTRY) for number in (11, 12, 13))
RESIDENT = Viewer(account_id=5, login="resident", language="en")


class Tried:
    """An event of the small loop, moved by hand."""

    def __init__(self, reporter: Viewer = RESIDENT) -> None:
        self.event = reported(REGISTRY, REGISTRY.workflows["demo.loop"], reporter)
        self.now = START

    def by(self, who: Viewer, *moves: str) -> str | None:
        """Make the moves; the code of the first that is refused."""
        for name in moves:
            move = self.event.definition.move(name)
            assert move
            if code := refused(self.event, Attempt(move, who), self.now):
                return code
            self.event = after(self.event, Attempt(move, who), self.now)
        return None


def test_whoever_did_the_work_does_not_verify_it() -> None:
    tried = Tried()
    assert tried.by(ONE, "done", "verify") == "MOVE_BY_DOER"
    assert tried.by(TWO, "verify") is None


def test_only_the_last_to_do_the_work_is_barred() -> None:
    tried = Tried()
    tried.by(ONE, "done")
    tried.by(TWO, "back", "close")
    tried.by(THREE, "reopen", "done")
    assert tried.by(ONE, "verify") is None


def test_whoever_reported_can_be_barred_too() -> None:
    tried = Tried(reporter=ONE)
    assert tried.event.last("done", "report") is tried.event.steps[0]
    tried.by(TWO, "done")
    assert tried.by(ONE, "verify") is None  # the work was done after the report, by another


def test_what_was_just_sent_back_is_not_pushed_on_not_even_after_a_reminder() -> None:
    tried = Tried()
    tried.by(ONE, "done", "back")
    assert tried.event.stage == "open"
    assert tried.by(TWO, "remind", "done") == "MOVE_STRAIGHT_BACK"
    assert tried.by(TWO, "close") is None


def test_a_reporter_reopens_once_and_others_as_often_as_they_must() -> None:
    tried = Tried()
    tried.by(ONE, "close")
    assert tried.by(RESIDENT, "reopen") is None
    tried.by(ONE, "close")
    assert tried.by(RESIDENT, "reopen") == "MOVE_ONCE"
    assert tried.by(TWO, "reopen", "close", "reopen") is None


def test_a_reporter_reopens_within_the_term_and_not_a_second_after() -> None:
    tried = Tried()
    tried.by(ONE, "close")
    tried.now = START + timedelta(days=15, seconds=1)
    assert tried.by(RESIDENT, "reopen") == "MOVE_TOO_LATE"
    tried.now = START + timedelta(days=15)
    assert tried.by(RESIDENT, "reopen") is None


def test_another_resident_is_no_reporter() -> None:
    tried = Tried()
    tried.by(ONE, "close")
    assert tried.by(Viewer(account_id=6, login="neighbour", language="en"), "reopen") == "MOVE_ROLE"


CLOSED_LOOP = SHIPPED.workflows["urban.closed_loop"]
DISPATCHER = holder(21, "community.dispatcher", SHIPPED)
ONE_OFFICE, SAME_OFFICE, OTHER_OFFICE = (
    holder(number, "community.department_specialist", SHIPPED, office=office)
    for number, office in ((31, OFFICES[0]), (32, OFFICES[0]), (33, OFFICES[1]))
)


def dispatched() -> Situation:
    """An urban case that one office has returned and that waits for another."""
    event = reported(SHIPPED, CLOSED_LOOP, RESIDENT)
    lead, intake = holder(22, "community.shift_lead", SHIPPED), holder(23, "community.intake_officer", SHIPPED)
    for name, by, to in (
        ("forward", intake, None),
        ("file", lead, None),
        ("dispatch", DISPATCHER, ONE_OFFICE),
        ("return", ONE_OFFICE, None),
    ):
        event = after(event, tried(event, name, by, to), START)
    return event


def tried(event: Situation, name: str, by: Viewer, to: Viewer | None = None) -> Attempt:
    move = event.definition.move(name)
    assert move and (to is not None) == asks_for_somebody(move)
    return Attempt(move, by, to)


def test_what_an_office_returned_goes_to_nobody_of_that_office() -> None:
    event = dispatched()
    for to in (ONE_OFFICE, SAME_OFFICE):
        assert refused(event, tried(event, "dispatch", DISPATCHER, to), START) == "MOVE_TO_RETURNER"
    assert refused(event, tried(event, "dispatch", DISPATCHER, OTHER_OFFICE), START) is None


def test_only_the_office_that_has_an_event_acts_on_it() -> None:
    event = after(dispatched(), tried(dispatched(), "dispatch", DISPATCHER, OTHER_OFFICE), START)
    assert event.path == GROUND
    assert refused(event, tried(event, "done", ONE_OFFICE), START) == "MOVE_NOT_ASSIGNED"
    assert refused(event, tried(event, "done", OTHER_OFFICE), START) is None
