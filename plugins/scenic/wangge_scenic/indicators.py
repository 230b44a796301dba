"""What is counted of the scenic workflows, and how often somebody was there within ten minutes."""

from wangge_core.plugin import Counts, Indicator, Measure, Milestones, Reports, Statistic, StepsMade, community
from wangge_scenic.workflows import CLOSURE, CROWD, LOST_VISITOR, ON_SITE, RESCUE, VISITOR_COMPLAINT

RESCUES = Measure("rescues", zh="救援数", way=Reports(), workflows=(RESCUE,))
FALSE_ALARMS = Measure("false_alarms", zh="误报数", way=StepsMade(by_report=True), workflows=(RESCUE,))
ARRIVED_IN_TEN = Measure(
    "arrived_in_ten",
    zh="十分钟内到场数",
    en="Arrived within ten minutes",
    way=StepsMade(within_minutes=10, by_report=True),
    workflows=(RESCUE,),
)

INDICATORS: tuple[Statistic, ...] = (
    RESCUES,
    FALSE_ALARMS,
    ARRIVED_IN_TEN,
    Indicator(
        "rescue_in_ten",
        zh="十分钟到场率",
        en="Rescues reached within ten minutes",
        numerator=ARRIVED_IN_TEN,
        denominator=RESCUES - FALSE_ALARMS,
        formula="rescues with somebody on the spot within 10 minutes of the alarm / rescues less false alarms, by the day of the alarm",
        source="S3",
    ),
    Milestones(
        "rescue",
        zh="应急救援",
        workflow=RESCUE,
        closing=("after_care", "closed"),
        due_stage="on_the_spot",
        counts=(
            Counts(community.ACCEPTED, moves=("send", "help_at_once")),
            Counts(community.DISPATCHED, moves=("send",)),
            Counts(community.NOT_ACCEPTED, stages=("false_alarm",)),
            Counts(FALSE_ALARMS, stages=("false_alarm",)),
            Counts(ARRIVED_IN_TEN, stages=("on_the_spot", "joint_rescue")),
        ),
    ),
    Milestones("lost_visitor", zh="走失寻找", workflow=LOST_VISITOR, closing=("found", "handed_over"), due_stage="searching_wide"),
    Milestones(
        "on_site",
        zh="景区现场处置",
        workflow=ON_SITE,
        closing=("closed",),
        counts=(
            Counts(community.ACCEPTED, moves=("go",)),
            Counts(community.DISPATCHED, moves=("go",)),
            Counts(community.NOT_ACCEPTED, stages=("not_accepted", "unfounded")),
            Counts(community.REWORKED, moves=("rework",)),
        ),
    ),
    Milestones(
        "visitor_complaint",
        zh="游客投诉",
        workflow=VISITOR_COMPLAINT,
        closing=("answered", "closed"),
        counts=(Counts(community.NOT_ACCEPTED, stages=("withdrawn",)),),
    ),
    Milestones(
        "crowd",
        zh="客流管控",
        workflow=CROWD,
        closing=("back_to_normal",),
        counts=(Counts(community.NOT_ACCEPTED, stages=("no_action",)),),
    ),
    Milestones(
        "closure",
        zh="恶劣天气闭园",
        workflow=CLOSURE,
        closing=("reopened",),
        counts=(Counts(community.NOT_ACCEPTED, stages=("withdrawn",)),),
    ),
)
