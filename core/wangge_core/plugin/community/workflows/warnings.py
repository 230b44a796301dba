"""Warnings: of a fraud, which is about a scheme and its channel and never about people; and alerts that a person must look at first."""

from wangge_core.plugin.community.choices import FraudChannel, FraudScheme
from wangge_core.plugin.community.roles import (
    COMMUNITY_POLICE_OFFICER,
    DUTY_OFFICER,
    GRID_WORKER,
    INFORMATION_OFFICER,
    PUBLIC_ORDER_OFFICER,
    SUBDISTRICT_ADMINISTRATOR,
)
from wangge_core.plugin.declarations.asks import (
    Assignees,
    Grids,
    Integer,
    KindConfirmed,
    Location,
    Note,
    Offices,
    Option,
    Photo,
    Reason,
    Text,
)
from wangge_core.plugin.declarations.clocks import CalendarDays, Continuous, WorkingHours
from wangge_core.plugin.declarations.roles import Level
from wangge_core.plugin.declarations.tasks import TaskKind
from wangge_core.plugin.declarations.workflows import Move, Opens, Stage, Workflow

FRAUD_WARNING = Workflow(
    "fraud_warning",
    zh="防诈预警",
    stages=(
        Stage("noticed", zh="发现线索", by=(GRID_WORKER, INFORMATION_OFFICER), clock=Continuous(hours=2), level=Level.GRID),
        Stage(
            "assessing",
            zh="研判",
            by=(PUBLIC_ORDER_OFFICER, COMMUNITY_POLICE_OFFICER, SUBDISTRICT_ADMINISTRATOR),
            clock=WorkingHours(4),
            level=Level.SUBDISTRICT,
        ),
        Stage("warning", zh="预警宣传", en="Warning households", by=(GRID_WORKER,), clock=CalendarDays(3), level=Level.GRID),
        Stage("closed", zh="已办结", final=True),
        Stage("handed_over", zh="移交主管部门", en="Handed to the authority", final=True),
        Stage("unfounded", zh="不属实", final=True),
    ),
    moves=(
        Move(
            "submit",
            "noticed",
            "assessing",
            zh="上报",
            by=(GRID_WORKER, INFORMATION_OFFICER),
            asks=(
                Option("scheme", of=FraudScheme, zh="手法"),
                Option("channel", of=FraudChannel, zh="渠道"),
                Photo(optional=True),
            ),
        ),
        Move(
            "warn",
            "assessing",
            "warning",
            zh="发布预警",
            by=(SUBDISTRICT_ADMINISTRATOR, COMMUNITY_POLICE_OFFICER),
            asks=(Text("text", zh="预警内容"), Grids()),
        ),
        Move(
            "hand_over",
            ("assessing", "warning"),
            "handed_over",
            zh="移交",
            by=(COMMUNITY_POLICE_OFFICER, SUBDISTRICT_ADMINISTRATOR),
            asks=(Reason(), Offices(zh="主管部门", en="Authority")),
        ),
        Move(
            "dismiss",
            ("noticed", "assessing"),
            "unfounded",
            zh="排除",
            by=(PUBLIC_ORDER_OFFICER, SUBDISTRICT_ADMINISTRATOR, INFORMATION_OFFICER),
            asks=(Reason(),),
        ),
        Move(
            "finish",
            "warning",
            "closed",
            zh="宣传完成",
            by=(GRID_WORKER, SUBDISTRICT_ADMINISTRATOR),
            asks=(Note(), Integer("households_reached", zh="已告知户数")),
        ),
    ),
)

ALERT = Workflow(
    "alert",
    zh="预警核实",
    en="Alert check",
    stages=(
        Stage(
            "received",
            zh="待核实",
            by=(DUTY_OFFICER, INFORMATION_OFFICER),
            clock=Continuous(minutes=30),
            level=Level.SUBDISTRICT,
        ),
        Stage(
            "checking",
            zh="现场核实",
            en="Check on site",
            by=(GRID_WORKER,),
            clock=Continuous(minutes=30),
            level=Level.GRID,
            task=TaskKind.VERIFY_EXISTS,
        ),
        Stage("confirmed", zh="属实转办", final=True),
        Stage("unfounded", zh="不属实", final=True),
    ),
    moves=(
        Move(
            "send_to_check",
            "received",
            "checking",
            zh="派核实",
            en="Send somebody to look",
            by=(DUTY_OFFICER, INFORMATION_OFFICER),
            asks=(Assignees(zh="核实人员", nearest_on_duty=True),),
        ),
        Move(
            "confirm_at_desk",
            "received",
            "confirmed",
            zh="值班确认",
            en="Confirm at the desk",
            by=(DUTY_OFFICER,),
            asks=(KindConfirmed(), Note()),
            opens=Opens(),
        ),
        Move(
            "dismiss_at_desk",
            "received",
            "unfounded",
            zh="值班排除",
            en="Dismiss at the desk",
            by=(DUTY_OFFICER,),
            asks=(Reason(),),
        ),
        Move(
            "found",
            "checking",
            "confirmed",
            zh="属实",
            by=(GRID_WORKER,),
            asks=(KindConfirmed(), Photo(), Location()),
            opens=Opens(),
        ),
        Move("not_found", "checking", "unfounded", zh="不属实", by=(GRID_WORKER,), asks=(Note(), Photo())),
    ),
)
