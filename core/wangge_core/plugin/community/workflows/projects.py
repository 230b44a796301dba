"""Neighbourhood projects: matters that need money and a plan, and those that are mended at once after all."""

from wangge_core.plugin.community.roles import (
    COMMUNITY_HEAD,
    DEPARTMENT_SPECIALIST,
    DISTRICT_ADMINISTRATOR,
    GRID_CHIEF,
    GRID_WORKER,
    SUBDISTRICT_ADMINISTRATOR,
)
from wangge_core.plugin.declarations.asks import Integer, Money, Note, Photo, Rating, Reason, Steps, Text
from wangge_core.plugin.declarations.clocks import ByPlan, CalendarDays, WorkingDays
from wangge_core.plugin.declarations.guards import NotWhoDid
from wangge_core.plugin.declarations.roles import REPORTER, SYSTEM, Level
from wangge_core.plugin.declarations.workflows import Move, Stage, Workflow

# A grid's chief accepts too: over a scenic grid one administrator stands for community and subdistrict, and may have fixed it alone.
ACCEPTING = (SUBDISTRICT_ADMINISTRATOR, COMMUNITY_HEAD, GRID_CHIEF)
AFTER = Photo("photo_after", zh="完工后照片")

STAGES = (
    Stage(
        "proposed",
        zh="提出",
        by=(COMMUNITY_HEAD, SUBDISTRICT_ADMINISTRATOR),
        clock=WorkingDays(10),
        level=Level.COMMUNITY,
    ),
    Stage(
        "survey",
        zh="踏勘",
        by=(SUBDISTRICT_ADMINISTRATOR, DEPARTMENT_SPECIALIST),
        clock=CalendarDays(30),
        level=Level.SUBDISTRICT,
    ),
    Stage(
        "budgeting",
        zh="预算立项",
        en="Budget and plan",
        by=(DISTRICT_ADMINISTRATOR, DEPARTMENT_SPECIALIST),
        clock=CalendarDays(90),
        level=Level.DISTRICT,
    ),
    Stage("building", zh="实施", en="Being built", by=(DEPARTMENT_SPECIALIST,), clock=ByPlan(), level=Level.DISTRICT),
    Stage("acceptance", zh="验收", by=ACCEPTING, clock=CalendarDays(15), level=Level.SUBDISTRICT),
    Stage("in_use", zh="使用回访", by=(GRID_WORKER, COMMUNITY_HEAD), clock=CalendarDays(30), level=Level.COMMUNITY),
    Stage("completed", zh="已完成", final=True),
    Stage("rejected", zh="未立项", final=True),
)

PLANNING = (
    Move(
        "fix_at_once",
        ("proposed", "survey"),
        "acceptance",
        zh="立行立改",
        by=(COMMUNITY_HEAD, SUBDISTRICT_ADMINISTRATOR, DEPARTMENT_SPECIALIST),
        asks=(Note(), AFTER),
    ),
    Move("take_up", "proposed", "survey", zh="列入踏勘", by=(SUBDISTRICT_ADMINISTRATOR,), asks=(Note(),)),
    Move(
        "reject",
        ("proposed", "survey", "budgeting"),
        "rejected",
        zh="不予立项",
        by=(SUBDISTRICT_ADMINISTRATOR, DISTRICT_ADMINISTRATOR),
        asks=(Reason(),),
    ),
    Move(
        "cost",
        "survey",
        "budgeting",
        zh="测算",
        en="Cost it",
        by=(DEPARTMENT_SPECIALIST, SUBDISTRICT_ADMINISTRATOR),
        asks=(
            Money("rough_cost_fen", zh="测算费用（分）", en="Rough cost (fen)"),
            Integer("households", zh="受益户数"),
            Text("plan", zh="实施方案"),
        ),
    ),
    Move(
        "survey_again",
        "budgeting",
        "survey",
        zh="重新踏勘",
        by=(DISTRICT_ADMINISTRATOR, DEPARTMENT_SPECIALIST),
        asks=(Reason(),),
    ),
    Move(
        "fund",
        "budgeting",
        "building",
        zh="批准立项",
        en="Approve",
        by=(DISTRICT_ADMINISTRATOR,),
        asks=(
            Money("budget_fen", zh="预算（分）", en="Budget (fen)"),
            Steps(),
            Text("contractor", zh="施工单位", optional=True),
        ),
    ),
)

BUILDING = (
    Move(
        "finish",
        "building",
        "acceptance",
        zh="完工",
        by=(DEPARTMENT_SPECIALIST,),
        asks=(AFTER, Money("cost_fen", zh="实际费用（分）", en="Cost (fen)")),
    ),
    Move("mend", "acceptance", "building", zh="整改", en="Mend faults", by=ACCEPTING, asks=(Reason(),)),
    Move(
        "accept_work",
        "acceptance",
        "in_use",
        zh="验收合格",
        en="Accept",
        by=ACCEPTING,
        asks=(Note(),),
        guards=(NotWhoDid("finish", "fix_at_once"),),
    ),
    Move(
        "fault",
        "in_use",
        "acceptance",
        zh="使用问题",
        en="Fault in use",
        by=(GRID_WORKER, REPORTER),
        asks=(Reason(), Photo()),
    ),
    Move("complete", "in_use", "completed", zh="完成", by=(COMMUNITY_HEAD, SYSTEM), asks=(Rating(optional=True),)),
)

PROJECT = Workflow("project", zh="民生项目", en="Neighbourhood project", stages=STAGES, moves=(*PLANNING, *BUILDING))
