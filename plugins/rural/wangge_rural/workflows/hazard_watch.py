"""Hazards of slope, stream, reservoir and old house: first make people safe, then assess, then treat."""

from wangge_core.plugin import (
    Assignees,
    CalendarDays,
    Continuous,
    Integer,
    Level,
    Move,
    Note,
    Offices,
    Option,
    Photo,
    Reason,
    Stage,
    Text,
    Workflow,
    WorkingDays,
    community,
)
from wangge_rural.outcomes import HazardMeasure
from wangge_rural.roles import HAZARD_WATCHER, VILLAGE_SAFETY_OFFICER

VILLAGE = (community.COMMUNITY_HEAD, VILLAGE_SAFETY_OFFICER)
EXPERTS = (community.DEPARTMENT_SPECIALIST,)
FINDING = Text("finding", zh="核查结论")

HAZARD_WATCH = Workflow(
    "hazard_watch",
    zh="灾害隐患监测",
    en="Hazard watch",
    stages=(
        Stage(
            "spotted",
            zh="发现",
            by=(HAZARD_WATCHER, community.GRID_WORKER, VILLAGE_SAFETY_OFFICER),
            clock=Continuous(hours=1),
            level=Level.GRID,
        ),
        Stage("measures", zh="临时措施", en="First measures", by=VILLAGE, clock=Continuous(hours=4), level=Level.COMMUNITY),
        Stage(
            "assessing",
            zh="专业核查",
            en="Assessed by experts",
            by=EXPERTS,
            clock=WorkingDays(2),
            level=Level.DISTRICT,
        ),
        Stage(
            "treating",
            zh="治理监测",
            en="Treated or watched",
            by=(community.SUBDISTRICT_ADMINISTRATOR, HAZARD_WATCHER),
            clock=CalendarDays(90),
            level=Level.SUBDISTRICT,
        ),
        Stage("ended", zh="隐患消除", final=True),
        Stage("unfounded", zh="不属实", final=True),
    ),
    moves=(
        Move(
            "make_safe",
            "spotted",
            "measures",
            zh="先行避险",
            by=(community.COMMUNITY_HEAD, VILLAGE_SAFETY_OFFICER, HAZARD_WATCHER, community.GRID_WORKER),
            asks=(Option("measures", of=HazardMeasure, zh="避险措施"), Integer("people_moved", zh="转移人数", optional=True)),
        ),
        Move(
            "nothing",
            ("spotted", "measures"),
            "unfounded",
            zh="排除",
            en="Nothing there",
            by=VILLAGE,
            asks=(Note(), Photo()),
        ),
        Move(
            "call_experts",
            "measures",
            "assessing",
            zh="请专业核查",
            by=(community.COMMUNITY_HEAD, community.SUBDISTRICT_ADMINISTRATOR),
            asks=(Offices(),),
        ),
        Move(
            "treat",
            "assessing",
            "treating",
            zh="治理监测",
            en="Treat or watch",
            by=EXPERTS,
            asks=(
                FINDING,
                Text("plan", zh="治理方案"),
                Text("watch_rule", zh="监测要求"),
                Assignees("watchers", zh="监测人", optional=True),
            ),
        ),
        Move(
            "worse",
            ("assessing", "treating"),
            "measures",
            zh="险情加重",
            en="It got worse",
            by=(HAZARD_WATCHER, community.DEPARTMENT_SPECIALIST, community.GRID_WORKER),
            asks=(Reason(), Photo(optional=True)),
        ),
        Move("no_danger", "assessing", "unfounded", zh="无危险", by=EXPERTS, asks=(FINDING,)),
        Move(
            "end",
            "treating",
            "ended",
            zh="销号",
            by=(community.DEPARTMENT_SPECIALIST, community.SUBDISTRICT_ADMINISTRATOR),
            asks=(FINDING, Photo()),
        ),
    ),
)
