"""The recall before a storm ends only when every boat and everybody on a raft is accounted for, or has an event of its own."""

from wangge_core.plugin import (
    Assets,
    ByDetail,
    CalendarDays,
    Continuous,
    Flag,
    Grids,
    Integer,
    Level,
    Moment,
    Move,
    Note,
    Opens,
    Reason,
    Stage,
    Text,
    Workflow,
    community,
)
from wangge_maritime.roles import DUTY_WATCH, HARBOUR_OFFICER
from wangge_maritime.workflows.opened import vessel_overdue

CALLING = (DUTY_WATCH, community.SUBDISTRICT_ADMINISTRATOR)
COUNTING = (HARBOUR_OFFICER, DUTY_WATCH)

# The storm and the deadline stand in the event's details, where the clock over the whole reads them; they are not asked again.
STORM_RECALL = Workflow(
    "storm_recall",
    zh="防台召回",
    en="Recall before a storm",
    emergency=True,
    whole=ByDetail("deadline_at", until=("sheltering",)),
    stages=(
        Stage("warning", zh="预警", by=CALLING, clock=Continuous(minutes=30), level=Level.SUBDISTRICT),
        Stage("calling", zh="通知召回", en="Calling in", by=COUNTING, clock=Continuous(hours=12), level=Level.SUBDISTRICT),
        Stage("counting", zh="清点", by=COUNTING, clock=Continuous(hours=6), level=Level.SUBDISTRICT),
        Stage("sheltering", zh="避风值守", en="In shelter", by=COUNTING, clock=CalendarDays(3), level=Level.SUBDISTRICT),
        Stage("released", zh="解除", final=True),
        Stage("cancelled", zh="取消", final=True),
    ),
    moves=(
        Move(
            "start",
            "warning",
            "calling",
            zh="启动召回",
            by=CALLING,
            asks=(Grids("sea_grids", zh="海上网格"), Text("shelters", zh="避风港和锚地")),
        ),
        Move(
            "cancel",
            ("warning", "calling"),
            "cancelled",
            zh="取消",
            by=(community.SUBDISTRICT_ADMINISTRATOR,),
            asks=(Reason(),),
        ),
        Move("count", "calling", "counting", zh="开始清点", by=COUNTING),
        Move(
            "not_in",
            "counting",
            "calling",
            zh="发现未归",
            en="Boats missing",
            by=COUNTING,
            asks=(
                Reason(),
                Assets("boats", zh="未归船只"),
                Moment("last_heard_at", zh="最后联系时间", en="Last heard of at", may_precede=True),
            ),
            opens=Opens(vessel_overdue, per="boats", role="vessel"),
        ),
        Move(
            "all_in",
            "counting",
            "sheltering",
            zh="全部清点",
            en="All accounted for",
            by=(HARBOUR_OFFICER, community.SUBDISTRICT_ADMINISTRATOR),
            asks=(
                Integer("vessels", zh="归港船数"),
                Integer("rafts", zh="撤离渔排数"),
                Integer("people_ashore", zh="上岸人数"),
                Flag(
                    "all_accounted_for",
                    zh="名单是否全部核清（未归的均已另立事件）",
                    en="Nobody open on the list, or each has an event",
                    must_be_yes=True,
                ),
            ),
        ),
        Move(
            "somebody_left",
            "sheltering",
            "counting",
            zh="擅自离港",
            en="Somebody left again",
            by=COUNTING,
            asks=(Reason(),),
        ),
        Move("release", "sheltering", "released", zh="解除", by=(community.SUBDISTRICT_ADMINISTRATOR, DUTY_WATCH), asks=(Note(),)),
    ),
)
