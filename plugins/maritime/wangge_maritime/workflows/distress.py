"""Distress at sea: minutes count, and the maritime search-and-rescue centre leads once it has taken over."""

from wangge_core.plugin import (
    Approval,
    CalendarDays,
    Continuous,
    Flag,
    Integer,
    Level,
    Location,
    Moment,
    Move,
    Note,
    Option,
    Reason,
    Stage,
    Text,
    Workflow,
    community,
)
from wangge_maritime.choices import DistressNature
from wangge_maritime.roles import DUTY_WATCH, FAMILY_LIAISON, FLEET_LEADER, HARBOUR_OFFICER, RESCUE_VOLUNTEER

RESCUERS = (FLEET_LEADER, RESCUE_VOLUNTEER, community.DEPARTMENT_SPECIALIST)

STAGES = (
    Stage("alarm", zh="接警", by=(DUTY_WATCH,), clock=Continuous(minutes=5), level=Level.SUBDISTRICT),
    Stage("alerting", zh="通报", by=(DUTY_WATCH,), clock=Continuous(minutes=10), level=Level.SUBDISTRICT),
    Stage(
        "searching",
        zh="搜救",
        en="Search and rescue",
        by=RESCUERS,
        clock=Continuous(hours=6),
        level=Level.SUBDISTRICT,
    ),
    Stage(
        "assisting",
        zh="救助拖带",
        en="Assistance and tow",
        by=RESCUERS,
        clock=Continuous(hours=24),
        level=Level.SUBDISTRICT,
    ),
    Stage(
        "ashore",
        zh="上岸安置",
        by=(FAMILY_LIAISON, HARBOUR_OFFICER),
        clock=CalendarDays(3),
        level=Level.COMMUNITY,
    ),
    Stage("safe", zh="已获救", final=True),
    Stage("false_alarm", zh="误报", final=True),
    Stage("handed_over", zh="移交搜救中心", en="Handed to the rescue centre", final=True),
    Stage("search_ended", zh="搜救终止", final=True),
)

RAISING = (
    # Nobody waits for coordinates: the position as the caller gives it is enough to go on.
    Move(
        "alert",
        "alarm",
        "alerting",
        zh="通报",
        by=(DUTY_WATCH,),
        asks=(
            Text("vessel", zh="遇险船"),
            Text("position_as_given", zh="报告的方位"),
            Location(zh="坐标", en="Coordinates", optional=True),
            Integer("people_on_board", zh="船上人数"),
            Option("nature", of=DistressNature, zh="险情"),
        ),
    ),
    Move(
        "stand_down",
        ("alarm", "alerting"),
        "false_alarm",
        zh="误报解除",
        en="False alarm",
        by=(DUTY_WATCH,),
        asks=(Note(), Flag("confirmed_by_skipper", zh="船老大是否已确认", must_be_yes=True)),
    ),
    Move(
        "search",
        "alerting",
        "searching",
        zh="组织搜救",
        by=(DUTY_WATCH, community.DEPARTMENT_SPECIALIST),
        asks=(
            Text("boats_sent", zh="派出船只"),
            Moment("centre_informed_at", zh="通报搜救中心时间", en="Rescue centre informed at"),
        ),
    ),
)

AT_SEA = (
    Move(
        "reach",
        ("alerting", "searching"),
        "assisting",
        zh="到达遇险船",
        en="Reach the boat",
        by=RESCUERS,
        asks=(Location(), Integer("people_found", zh="找到人数")),
    ),
    Move(
        "lost_again",
        "assisting",
        "searching",
        zh="再次失联",
        by=(FLEET_LEADER, DUTY_WATCH),
        asks=(Reason(),),
    ),
    Move(
        "hand_over",
        ("alerting", "searching", "assisting"),
        "handed_over",
        zh="移交",
        by=(DUTY_WATCH, community.DEPARTMENT_SPECIALIST),
        asks=(Text("handed_to", zh="移交对象"), Note()),
    ),
    Move(
        "end_search",
        "searching",
        "search_ended",
        zh="终止搜救",
        en="End the search",
        by=(community.DEPARTMENT_SPECIALIST,),
        asks=(
            Text("decision", zh="搜救中心的决定", en="The rescue centre's decision"),
            Flag("family_told", zh="是否已先告知家属", en="The family was told first", must_be_yes=True),
            Reason(),
            Approval(),
        ),
    ),
)

ASHORE = (
    Move(
        "land",
        "assisting",
        "ashore",
        zh="上岸",
        by=(FLEET_LEADER, RESCUE_VOLUNTEER, HARBOUR_OFFICER, community.DEPARTMENT_SPECIALIST),
        asks=(Integer("people_landed", zh="上岸人数"), Integer("hurt", zh="受伤人数")),
    ),
    Move("close", "ashore", "safe", zh="办结", by=(FAMILY_LIAISON, HARBOUR_OFFICER), asks=(Note(),)),
)

DISTRESS = Workflow(
    "distress",
    zh="海上遇险",
    en="Distress at sea",
    emergency=True,
    whole=Continuous(minutes=15, until=("searching", "assisting")),
    stages=STAGES,
    moves=(*RAISING, *AT_SEA, *ASHORE),
)
