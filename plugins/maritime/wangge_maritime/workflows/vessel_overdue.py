"""A vessel overdue or out of touch: no answer at a roll call, or not back when expected."""

from wangge_core.plugin import (
    Continuous,
    Integer,
    Level,
    Location,
    Moment,
    Move,
    Note,
    Opens,
    Option,
    Stage,
    Text,
    Workflow,
    community,
)
from wangge_maritime.choices import DistressNature
from wangge_maritime.roles import DUTY_WATCH, FAMILY_LIAISON, FLEET_LEADER, HARBOUR_OFFICER
from wangge_maritime.workflows.opened import distress

OUT = ("noticed", "contacting", "looking")
WATCH = (DUTY_WATCH, FLEET_LEADER)
WHEN = Moment("at", zh="时间")

VESSEL_OVERDUE = Workflow(
    "vessel_overdue",
    zh="渔船逾期失联",
    en="Vessel overdue or out of touch",
    emergency=True,
    stages=(
        Stage("noticed", zh="发现", by=WATCH, clock=Continuous(minutes=30), level=Level.SUBDISTRICT),
        Stage(
            "contacting",
            zh="多方联络",
            en="Trying to reach it",
            by=(*WATCH, FAMILY_LIAISON),
            clock=Continuous(hours=2),
            level=Level.SUBDISTRICT,
        ),
        Stage(
            "looking",
            zh="海上查找",
            en="Looking at sea",
            by=(FLEET_LEADER, community.DEPARTMENT_SPECIALIST),
            clock=Continuous(hours=6),
            level=Level.SUBDISTRICT,
        ),
        Stage("returned", zh="已归港", final=True),
        Stage("in_touch", zh="已联系上", final=True),
        Stage("became_distress", zh="转遇险", en="Became a distress case", final=True),
    ),
    moves=(
        Move(
            "try",
            "noticed",
            "contacting",
            zh="联络",
            en="Try to reach it",
            by=WATCH,
            asks=(
                Moment("last_heard_at", zh="最后联系时间", may_precede=True),
                Text("position_as_given", zh="最后报告的方位"),
                Location(zh="坐标", en="Coordinates", optional=True),
            ),
        ),
        Move(
            "reached",
            OUT,
            "in_touch",
            zh="已联系",
            by=(*WATCH, FAMILY_LIAISON, community.DEPARTMENT_SPECIALIST),
            asks=(
                Text("position_as_given", zh="报告的方位"),
                Location(zh="坐标", en="Coordinates", optional=True),
                WHEN,
            ),
        ),
        Move("back", OUT, "returned", zh="已归港", by=(HARBOUR_OFFICER, DUTY_WATCH), asks=(WHEN,)),
        Move(
            "look",
            "contacting",
            "looking",
            zh="海上查找",
            by=(DUTY_WATCH,),
            asks=(Text("boats_asked", zh="请求协助的船只"),),
        ),
        Move(
            "distress",
            OUT,
            "became_distress",
            zh="转遇险",
            en="Treat as distress",
            by=(DUTY_WATCH,),
            asks=(
                Note(),
                Option("nature", of=DistressNature, zh="险情"),
                Integer("people_on_board", zh="船上人数"),
            ),
            opens=Opens(distress),
        ),
    ),
)
