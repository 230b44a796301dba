"""The proof of staffing: whoever must be there brings every event to an end, and nobody verifies the own work for want of another."""

from dataclasses import replace

from faulty import Told, codes_of, faults_of, kind, made, registry_of
from wangge_core.plugin import (
    HELPING,
    REPORTER,
    Assignees,
    Continuous,
    GridType,
    Level,
    Move,
    NotWhoDid,
    Position,
    Role,
    Staffing,
    Stage,
    Workflow,
    community,
)
from wangge_core.plugin.checks.staffing import Proof, holders
from wangge_core.plugin.collecting import collect
from wangge_core.plugin.community.plugin import plugin as community_plugin
from wangge_scenic import staffing as scenic_staffing
from wangge_scenic.plugin import plugin as scenic_plugin

DOER, CHECKER, RESERVE = (Role(name, zh="人", level=Level.GRID, duty="Works.") for name in ("doer", "checker", "reserve"))
HELPER = Role("helper", zh="人", level=Level.GRID, duty="Works.", may=HELPING)
BOTH = Role("both", zh="兼", level=Level.GRID, duty="Works.", acts_as=(DOER, CHECKER))
ROLES = (DOER, CHECKER, RESERVE, HELPER, BOTH)
DO = Move("do", "open", "check", zh="办", by=(DOER,))
VERIFY = Move("verify", "check", "closed", zh="核", by=(CHECKER,), guards=(NotWhoDid("do"),))


def codes(*positions: Position, stages: tuple[Stage, ...] | None = None, moves: tuple[Move, ...] = (DO, VERIFY)) -> list[str]:
    """The faults of a grid type with these positions, whose desks hold every general role, for a loop of doing and verifying."""
    clock = Continuous(hours=1)
    usual = (
        Stage("open", zh="开", by=(DOER,), clock=clock),
        Stage("check", zh="查", by=(CHECKER,), clock=clock),
        Stage("closed", zh="结", final=True),
    )
    loop = Workflow("loop", zh="环", stages=stages or usual, moves=moves)
    team = Staffing("team", positions, zh="队")
    desk = Staffing("desk", tuple(Position(role, least=2, most=None) for role in GENERAL), zh="台")
    grid_type = GridType("grid", zh="格", staffing=(team,), desks=(desk,))
    return codes_of(roles=ROLES, grid_types=[grid_type], workflows=[loop], event_kinds=[kind("matter", workflow=loop)])


GENERAL = tuple(community_plugin.roles())


def test_a_doer_and_a_checker_are_enough() -> None:
    assert codes(Position(DOER), Position(CHECKER)) == []


def test_a_post_that_may_be_empty_counts_for_nothing() -> None:
    assert codes(Position(DOER), Position(CHECKER, least=0)) == ["STAGE_UNSTAFFED"]


def test_somebody_who_does_and_verifies_alone_is_told() -> None:
    assert codes(Position(BOTH)) == ["SECOND_PERSON_MISSING"]
    assert codes(Position(BOTH, least=2)) == []
    assert codes(Position(BOTH), Position(CHECKER)) == []


def test_a_move_that_nobody_can_make_is_told() -> None:
    give_up = Move("give_up", "open", "closed", zh="弃", by=(RESERVE,))
    assert codes(Position(DOER), Position(CHECKER), moves=(DO, VERIFY, give_up)) == ["MOVE_UNSTAFFED"]
    by_reporter = replace(give_up, by=(RESERVE, REPORTER))
    assert codes(Position(DOER), Position(CHECKER), moves=(DO, VERIFY, by_reporter)) == []


def test_a_stage_that_only_the_reporter_could_end_is_told() -> None:
    ended = replace(VERIFY, by=(REPORTER,), guards=())
    assert codes(Position(DOER), Position(CHECKER), moves=(DO, ended)) == ["STAGE_STUCK", "STAGE_STUCK"]


def test_whoever_sees_only_what_is_given_counts_where_it_is_given() -> None:
    clock = Continuous(hours=1)
    stages = (
        Stage("open", zh="开", by=(DOER,), clock=clock),
        Stage("check", zh="查", by=(HELPER,), clock=clock),
        Stage("closed", zh="结", final=True),
    )
    verify = replace(VERIFY, by=(HELPER,))
    assert codes(Position(DOER), Position(HELPER), stages=stages, moves=(replace(DO, asks=(Assignees(),)), verify)) == []
    assert set(codes(Position(DOER), Position(HELPER), stages=stages, moves=(DO, verify))) == {"ROLE_CANNOT_SEE", "STAGE_UNSTAFFED"}


def test_in_an_old_town_one_chief_alone_could_not_verify_without_the_communitys_staff() -> None:
    """As the workflow was before staff of the community verified too."""
    collection = collect({"community": community_plugin, "scenic": scenic_plugin})
    crew = list(holders(collection, scenic_staffing.ONE_PLUS_SIX, scenic_staffing.AREA_DESK, community.THIRD_LOOP))
    assert list(Proof(collection, community.THREE_LOOPS, crew).faults()) == []
    narrow = tuple(
        replace(move, by=(community.GRID_WORKER, community.ADVISER)) if move.name in {"verified", "rework"} else move
        for move in community.THREE_LOOPS.moves
    )
    found = list(Proof(collection, replace(community.THREE_LOOPS, moves=narrow), crew).faults())
    assert [code for code, _, _ in found] == ["SECOND_PERSON_MISSING"]
    assert "community.grid_chief" in found[0][1]


def test_the_fault_names_the_template_and_the_way_to_mend_it() -> None:
    loop = Workflow(
        "loop",
        zh="环",
        stages=(Stage("open", zh="开", by=(DOER,), clock=Continuous(hours=1)), Stage("closed", zh="结", final=True)),
        moves=(Move("end", "open", "closed", zh="结", by=(RESERVE,)),),
    )
    desk = Staffing("desk", tuple(Position(role, least=2, most=None) for role in GENERAL), zh="台")
    grid_type = GridType("grid", zh="格", staffing=(Staffing("team", (Position(DOER),), zh="队"),), desks=(desk,))
    declared = made(roles=ROLES, grid_types=[grid_type], workflows=[loop], event_kinds=[kind("matter", workflow=loop)])
    found = faults_of(demo=declared)
    assert {fault.code for fault in found} == {"MOVE_UNSTAFFED", "STAGE_STUCK"}
    (unstaffed,) = (fault for fault in found if fault.code == "MOVE_UNSTAFFED")
    assert unstaffed.thing == "demo.grid with demo.team"
    assert "demo.reserve" in unstaffed.hint
    try:
        registry_of(demo=declared)
    except Told as error:
        assert len(error.faults) == len(found)
