"""Indicators and milestones that may not be declared as they are."""

from collections.abc import Sequence

import pytest

from faulty import faults_of
from wangge_core.plugin import (
    Continuous,
    Counts,
    Indicator,
    Measure,
    Milestones,
    Move,
    Note,
    Reports,
    Responses,
    Stage,
    Statistic,
    StepsMade,
    Unit,
    Workflow,
    community,
)
from wangge_core.plugin.registry import Registry

WORKFLOW = Workflow(
    "short",
    zh="简易流程",
    stages=(
        Stage("begun", zh="开始", by=(community.GRID_WORKER,), clock=Continuous(hours=1)),
        Stage("ended", zh="结束", final=True),
    ),
    moves=(Move("end", "begun", "ended", zh="办结", asks=(Note(),)),),
)
ENDED = Measure("ended_count", zh="办结数", way=StepsMade())
ALL = Measure("all_count", zh="全部", way=Reports())
MINUTES = Measure("minutes_count", zh="用时", way=Responses())


def milestones(name: str = "short_milestones", **more: object) -> Milestones:
    usual: dict[str, object] = {"workflow": WORKFLOW, "closing": ("ended",), "counts": (Counts(ENDED, moves=("end",)),)}
    return Milestones(name, zh="简易流程", **(usual | more))  # type: ignore[arg-type]


WRONG: Sequence[tuple[tuple[Statistic, ...], str]] = (
    ((ENDED, milestones(closing=("finished",))), "MILESTONE_UNKNOWN"),
    ((ENDED, milestones(counts=(Counts(ENDED, moves=("stop",)),))), "MILESTONE_UNKNOWN"),
    ((ENDED, milestones(due_stage="handling")), "MILESTONE_UNKNOWN"),
    ((ENDED, milestones(), milestones("short_again")), "MILESTONES_TWICE"),
    ((ALL, milestones(counts=(Counts(ALL, moves=("end",)),))), "MEASURE_NOT_OF_STEPS"),
    ((ENDED, Indicator("rate", zh="率", numerator=ENDED)), "FORMULA_UNFIT"),
    ((ENDED, ALL, Indicator("number", zh="数", numerator=ENDED, denominator=ALL, unit=Unit.COUNT)), "FORMULA_UNFIT"),
    ((MINUTES, ALL, Indicator("share", zh="比", numerator=MINUTES, denominator=ALL)), "FORMULA_UNFIT"),
    ((ENDED, Indicator("rate", zh="率", numerator=ENDED, denominator=ALL)), "REFERENCE_UNDECLARED"),
    ((milestones(),), "REFERENCE_UNDECLARED"),
)


@pytest.mark.parametrize(("declared", "code"), WRONG, ids=[f"{code}-{number}" for number, (_, code) in enumerate(WRONG)])
def test_what_cannot_be_counted_is_a_fault(declared: tuple[Statistic, ...], code: str) -> None:
    assert [fault.code for fault in faults_of(workflows=[WORKFLOW], indicators=declared)] == [code]


def test_what_can_be_counted_is_none() -> None:
    rate = Indicator("rate", zh="率", numerator=ENDED, denominator=ALL - ENDED)
    assert faults_of(workflows=[WORKFLOW], indicators=[ENDED, ALL, MINUTES, milestones(), rate]) == []


def test_every_shipped_workflow_has_milestones(registry: Registry) -> None:
    assert registry.workflows.keys() == registry.milestones.keys()
    moves = {id: {move.name for move in one.moves} for id, one in registry.workflows.items()}
    assert all(names <= moves[id] for id, one in registry.milestones.items() for names in one.moves.values())
