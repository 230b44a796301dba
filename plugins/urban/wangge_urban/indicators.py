"""What is counted of the urban workflows."""

from wangge_core.plugin import Counts, Milestones, Statistic, community
from wangge_urban.workflows import CLOSED_LOOP, STAGED_ENFORCEMENT

INDICATORS: tuple[Statistic, ...] = (
    # The limit of a case is that of its handling; closing it follows the check on site.
    Milestones(
        "closed_loop",
        zh="七步闭环",
        workflow=CLOSED_LOOP,
        closing=("closed",),
        due_stage="handling",
        counts=(
            Counts(community.ACCEPTED, moves=("forward", "exists", "not_there", "settle_on_the_spot")),
            Counts(community.NOT_ACCEPTED, stages=("not_filed", "voided")),
            Counts(community.FILED, moves=("file",)),
            Counts(community.DISPATCHED, moves=("dispatch",)),
            Counts(community.SETTLED_ON_THE_SPOT, moves=("settle_on_the_spot",)),
            Counts(community.REWORKED, moves=("rework",)),
            Counts(community.REOPENED, moves=("reopen",)),
        ),
    ),
    Milestones(
        "staged_enforcement",
        zh="分步处置",
        workflow=STAGED_ENFORCEMENT,
        closing=("closed",),
        due_stage="ordered_to_stop",
        counts=(
            Counts(community.ACCEPTED, moves=("order",)),
            Counts(community.NOT_ACCEPTED, stages=("unfounded",)),
            Counts(community.FILED, moves=("order",)),
            Counts(community.REWORKED, moves=("rework",)),
        ),
    ),
)
