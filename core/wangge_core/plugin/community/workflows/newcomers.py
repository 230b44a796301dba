"""Newcomers: a service, not a screening. No origin, no reason for coming, no check of the person; offices work side by side."""

from wangge_core.plugin.community.outcomes import Residence
from wangge_core.plugin.community.roles import COMMUNITY_OFFICER, DEPARTMENT_SPECIALIST, GRID_WORKER
from wangge_core.plugin.declarations.asks import Note, Offices, Option, Reason
from wangge_core.plugin.declarations.clocks import CalendarDays, WorkingDays
from wangge_core.plugin.declarations.guards import PartsDone
from wangge_core.plugin.declarations.roles import REPORTER, Level
from wangge_core.plugin.declarations.workflows import Move, Stage, Workflow

STAGES = (
    Stage("noticed", zh="发现入住", en="Moved in", by=(GRID_WORKER,), clock=CalendarDays(3), level=Level.GRID),
    Stage(
        "visiting",
        zh="上门服务",
        en="First visit",
        by=(GRID_WORKER, COMMUNITY_OFFICER),
        clock=CalendarDays(7),
        level=Level.GRID,
    ),
    Stage(
        "offices",
        zh="部门联办",
        en="Offices at work",
        by=(COMMUNITY_OFFICER, DEPARTMENT_SPECIALIST),
        clock=WorkingDays(3),
        level=Level.COMMUNITY,
    ),
    Stage("follow_up", zh="回访", en="Follow-up", by=(GRID_WORKER,), clock=CalendarDays(30), level=Level.GRID),
    Stage("settled_in", zh="服务完成", final=True),
    Stage("declined", zh="不需要服务", en="No help wanted", final=True),
    Stage("nobody_there", zh="无人入住", en="Nobody lives there", final=True),
)

MOVES = (
    Move("visit", "noticed", "visiting", zh="上门", by=(GRID_WORKER,), asks=(Note(),)),
    Move("nobody", ("noticed", "visiting"), "nobody_there", zh="核实无人", en="Nobody there", by=(GRID_WORKER,), asks=(Note(),)),
    Move("decline", "visiting", "declined", zh="不需要", en="No help wanted", by=(GRID_WORKER, REPORTER)),
    Move(
        "start",
        "visiting",
        "offices",
        zh="联办",
        en="Start the checklist",
        by=(COMMUNITY_OFFICER, GRID_WORKER),
        asks=(Offices(each_a_part=True),),
    ),
    Move(
        "more",
        "offices",
        "visiting",
        zh="补件",
        en="Something is missing",
        by=(DEPARTMENT_SPECIALIST, COMMUNITY_OFFICER),
        asks=(Reason(),),
    ),
    Move("all_done", "offices", "follow_up", zh="办齐", by=(COMMUNITY_OFFICER,), asks=(Note(),), guards=(PartsDone(),)),
    Move(
        "register_only",
        "visiting",
        "settled_in",
        zh="仅登记",
        en="Nothing further",
        by=(GRID_WORKER,),
        asks=(Option("residence", of=Residence, zh="居住类别", en="Kind of residence"),),
    ),
    Move("close", "follow_up", "settled_in", zh="回访完成", by=(GRID_WORKER,), asks=(Note(),)),
)

NEWCOMER = Workflow(
    "newcomer",
    zh="新居民服务",
    whole=WorkingDays(3, since=("offices",), until=("follow_up",)),
    stages=STAGES,
    moves=MOVES,
)
