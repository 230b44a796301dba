"""What is counted of the rural workflows."""

from wangge_core.plugin import Counts, Milestones, Statistic, community
from wangge_rural.workflows import HAZARD_WATCH, SMALL_WORKS, VILLAGE_MATTER

INDICATORS: tuple[Statistic, ...] = (
    Milestones(
        "village_matter",
        zh="村级事务上报",
        workflow=VILLAGE_MATTER,
        closing=("told", "closed"),
        due_stage="at_township",
        counts=(
            Counts(community.ACCEPTED, moves=("take_to_village", "settle_in_group")),
            Counts(community.NOT_ACCEPTED, stages=("not_accepted",)),
            Counts(community.SETTLED_ON_THE_SPOT, moves=("settle_in_group",)),
            Counts(community.REWORKED, moves=("object",)),
        ),
    ),
    Milestones(
        "small_works",
        zh="小型公益工程",
        workflow=SMALL_WORKS,
        closing=("notice", "closed"),
        counts=(
            Counts(community.ACCEPTED, moves=("put_to_vote",)),
            Counts(community.FILED, moves=("approve",)),
            Counts(community.NOT_ACCEPTED, stages=("rejected", "withdrawn")),
            Counts(community.REWORKED, moves=("mend", "object")),
        ),
    ),
    Milestones(
        "hazard_watch",
        zh="灾害隐患监测",
        workflow=HAZARD_WATCH,
        closing=("ended",),
        due_stage="measures",
        counts=(
            Counts(community.ACCEPTED, moves=("make_safe",)),
            Counts(community.NOT_ACCEPTED, stages=("unfounded",)),
            Counts(community.DISPATCHED, moves=("call_experts",)),
        ),
    ),
)
