"""What is counted of the maritime workflows, and how many boats and rafts are accounted for before a storm."""

from wangge_core.plugin import Counts, Indicator, Measure, Milestones, Statistic, Supplied, community
from wangge_maritime.workflows import DISTRESS, LIVELIHOOD, RECTIFICATION, STORM_RECALL, VESSEL_OVERDUE

BOATS_LISTED = Measure("boats_listed", zh="名单船只数", way=Supplied("campaign_targets"), workflows=(STORM_RECALL,))
BOATS_ACCOUNTED = Measure("boats_accounted_for", zh="已清点船只数", way=Supplied("campaign_accounted"), workflows=(STORM_RECALL,))

INDICATORS: tuple[Statistic, ...] = (
    BOATS_LISTED,
    BOATS_ACCOUNTED,
    Indicator(
        "boats_accounted",
        zh="船只清点率",
        en="Boats accounted for",
        numerator=BOATS_ACCOUNTED,
        denominator=BOATS_LISTED,
        formula="boats and rafts accounted for / on the frozen lists of the recalls that were started in the period",
    ),
    Milestones(
        "distress",
        zh="海上遇险",
        workflow=DISTRESS,
        closing=("ashore", "safe", "handed_over", "search_ended"),
        counts=(
            Counts(community.ACCEPTED, moves=("alert",)),
            Counts(community.DISPATCHED, moves=("search",)),
            Counts(community.NOT_ACCEPTED, stages=("false_alarm",)),
        ),
    ),
    Milestones(
        "storm_recall",
        zh="防台召回",
        workflow=STORM_RECALL,
        closing=("sheltering", "released"),
        counts=(Counts(community.NOT_ACCEPTED, stages=("cancelled",)), Counts(community.REOPENED, moves=("somebody_left",))),
    ),
    Milestones("vessel_overdue", zh="渔船逾期失联", workflow=VESSEL_OVERDUE, closing=("returned", "in_touch", "became_distress")),
    Milestones(
        "rectification",
        zh="隐患整改",
        workflow=RECTIFICATION,
        closing=("mended", "handed_over"),
        due_stage="ordered",
        counts=(
            Counts(community.ACCEPTED, moves=("order", "mend_at_once")),
            Counts(community.NOT_ACCEPTED, stages=("unfounded",)),
            Counts(community.SETTLED_ON_THE_SPOT, moves=("mend_at_once",)),
            Counts(community.REWORKED, moves=("not_good",)),
        ),
    ),
    Milestones(
        "livelihood",
        zh="渔民生计帮扶",
        workflow=LIVELIHOOD,
        closing=("follow_up", "helped"),
        due_stage="checklist",
        counts=(
            Counts(community.ACCEPTED, moves=("start",)),
            Counts(community.NOT_ACCEPTED, stages=("not_possible", "declined")),
            Counts(community.REOPENED, moves=("again",)),
        ),
    ),
)
