"""Rescue: the first responder is on the spot within ten minutes of the alarm. Nothing waits for approval; papers follow."""

from wangge_core.plugin import (
    Assignees,
    CalendarDays,
    Continuous,
    Level,
    Location,
    Move,
    Note,
    Offices,
    Option,
    Photo,
    Stage,
    Workflow,
    community,
)
from wangge_scenic.outcomes import RescueOutcome
from wangge_scenic.roles import (
    AREA_ADMINISTRATOR,
    EMERGENCY_RESPONDER,
    FIRE_SAFETY_OFFICER,
    FIRST_AIDER,
    SPOT_INFORMATION_OFFICER,
)

RESPONDERS = (EMERGENCY_RESPONDER, community.PUBLIC_ORDER_OFFICER, FIRE_SAFETY_OFFICER, FIRST_AIDER)

RESCUE = Workflow(
    "rescue",
    zh="应急救援",
    emergency=True,
    whole=Continuous(minutes=10, until=("on_the_spot",)),
    stages=(
        Stage(
            "alarm",
            zh="接警",
            by=(community.INFORMATION_OFFICER, community.DUTY_OFFICER, SPOT_INFORMATION_OFFICER),
            clock=Continuous(minutes=1),
            level=Level.GRID,
        ),
        Stage("on_the_way", zh="赶赴现场", by=RESPONDERS, clock=Continuous(minutes=9), level=Level.GRID),
        Stage(
            "on_the_spot",
            zh="现场救助",
            by=(EMERGENCY_RESPONDER, FIRST_AIDER, community.PUBLIC_ORDER_OFFICER),
            clock=Continuous(hours=2),
            level=Level.GRID,
        ),
        Stage(
            "joint_rescue",
            zh="联动救援",
            by=(AREA_ADMINISTRATOR, community.DEPARTMENT_SPECIALIST),
            clock=Continuous(hours=6),
            level=Level.SUBDISTRICT,
        ),
        Stage(
            "after_care",
            zh="后续",
            en="After-care",
            by=(community.INFORMATION_OFFICER, AREA_ADMINISTRATOR),
            clock=CalendarDays(3),
            level=Level.SUBDISTRICT,
        ),
        Stage("closed", zh="已办结", final=True),
        Stage("false_alarm", zh="误报", final=True),
    ),
    moves=(
        Move(
            "send",
            "alarm",
            "on_the_way",
            zh="派出",
            by=(community.INFORMATION_OFFICER, community.DUTY_OFFICER),
            asks=(Assignees(zh="派出人员", nearest_on_duty=True),),
        ),
        Move(
            "help_at_once",
            "alarm",
            "on_the_spot",
            zh="就近施救",
            by=(SPOT_INFORMATION_OFFICER, community.PUBLIC_ORDER_OFFICER, FIRST_AIDER),
            asks=(Location(),),
        ),
        Move("arrive", "on_the_way", "on_the_spot", zh="到达", by=RESPONDERS, asks=(Location(),)),
        Move(
            "call_in",
            ("on_the_way", "on_the_spot"),
            "joint_rescue",
            zh="请求联动",
            en="Call in help",
            by=(EMERGENCY_RESPONDER, community.PUBLIC_ORDER_OFFICER, AREA_ADMINISTRATOR),
            asks=(Offices(zh="联动部门"),),
        ),
        Move(
            "hand_over",
            ("on_the_spot", "joint_rescue"),
            "after_care",
            zh="送医移交",
            by=(EMERGENCY_RESPONDER, FIRST_AIDER, AREA_ADMINISTRATOR, community.DEPARTMENT_SPECIALIST),
            asks=(Note(), Photo(zh="照片（不得辨认出人）", en="Photo (nobody recognisable)", optional=True)),
        ),
        Move(
            "stand_down",
            ("alarm", "on_the_way"),
            "false_alarm",
            zh="误报解除",
            en="False alarm",
            by=(community.INFORMATION_OFFICER, community.DUTY_OFFICER, EMERGENCY_RESPONDER),
            asks=(Note(),),
        ),
        Move(
            "close",
            "after_care",
            "closed",
            zh="办结",
            by=(community.INFORMATION_OFFICER, AREA_ADMINISTRATOR),
            asks=(Option("outcome", of=RescueOutcome, zh="处置结果"), Note()),
        ),
    ),
)
