"""Workflows that cannot be proved."""

import pytest

from faulty import WORKER, codes_of
from wangge_core.plugin import (
    CameFrom,
    Continuous,
    Move,
    NotWhoDid,
    Reason,
    Stage,
    Text,
    Workflow,
)

STAGES = (Stage("open", zh="开", by=(WORKER,), clock=Continuous(hours=1)), Stage("closed", zh="结", final=True))
CLOSE = Move("close", "open", "closed", zh="结")


@pytest.mark.parametrize(
    ("stages", "moves", "code"),
    [
        ((), (), "WORKFLOW_EMPTY"),
        (STAGES, (CLOSE, Move("lose", "open", "nowhere", zh="失")), "STAGE_UNKNOWN"),
        (STAGES, (CLOSE, Move("lose", "nowhere", "open", zh="失")), "STAGE_UNKNOWN"),
        (STAGES, (Move("close", "open", "closed", zh="结", guards=(NotWhoDid("opened"),)),), "MOVE_UNKNOWN"),
        (STAGES, (CLOSE, Move("back", "closed", CameFrom("shut"), zh="回", asks=(Reason(),))), "MOVE_UNKNOWN"),
        (STAGES, (CLOSE, CLOSE), "NAME_TAKEN"),
        ((*STAGES, STAGES[1]), (CLOSE,), "NAME_TAKEN"),
        (STAGES, (CLOSE, Move("back", "closed", "open", zh="回", asks=(Reason(optional=True),))), "REASON_NOT_ASKED"),
        (STAGES, (CLOSE, Move("back", "closed", CameFrom("close"), zh="回", asks=(Text("why", zh="为何"),))), "REASON_NOT_ASKED"),
        ((Stage("open", zh="开", clock=Continuous(hours=1)), STAGES[1]), (CLOSE,), "STAGE_WITHOUT_ROLE"),
    ],
)
def test_a_workflow_that_cannot_be_proved_is_refused(stages: tuple[Stage, ...], moves: tuple[Move, ...], code: str) -> None:
    assert codes_of(workflows=[Workflow("loop", zh="环", stages=stages, moves=moves)]) == [code]


def test_a_whole_clock_runs_until_a_stage_that_there_is() -> None:
    whole = Workflow("loop", zh="环", stages=STAGES, moves=(CLOSE,), whole=Continuous(hours=1, until=("nowhere",)))
    assert codes_of(workflows=[whole]) == ["STAGE_UNKNOWN"]
