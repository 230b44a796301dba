"""Three loops: settled in the grid and its community, else at the subdistrict, else at the district."""

from wangge_core.plugin.community.roles import (
    ADVISER,
    COMMUNITY_HEAD,
    COMMUNITY_OFFICER,
    DEPARTMENT_SPECIALIST,
    DISTRICT_ADMINISTRATOR,
    DUTY_OFFICER,
    GRID_CHIEF,
    GRID_WORKER,
    INFORMATION_OFFICER,
    PUBLIC_ORDER_OFFICER,
    SUBDISTRICT_ADMINISTRATOR,
)
from wangge_core.plugin.declarations.asks import (
    Approval,
    Assignees,
    DueDate,
    KindConfirmed,
    Location,
    Note,
    Photo,
    Rating,
    Reason,
    Referral,
)
from wangge_core.plugin.declarations.clocks import CalendarDays, WorkingDays, WorkingHours
from wangge_core.plugin.declarations.guards import NotStraightAfter, NotToWhoDid, NotWhoDid, Once, PartsDone, Within
from wangge_core.plugin.declarations.roles import REPORTER, SYSTEM, Level
from wangge_core.plugin.declarations.tasks import TaskKind
from wangge_core.plugin.declarations.workflows import CameFrom, Move, Stage, Workflow

STAGES = (
    Stage(
        "reported",
        zh="已上报",
        by=(GRID_WORKER, INFORMATION_OFFICER, DUTY_OFFICER),
        clock=WorkingHours(2),
        level=Level.GRID,
    ),
    Stage(
        "at_grid",
        zh="网格办理",
        en="With the grid",
        by=(GRID_WORKER, GRID_CHIEF, PUBLIC_ORDER_OFFICER),
        clock=WorkingDays(1),
        level=Level.GRID,
    ),
    Stage(
        "at_community",
        zh="社区办理",
        en="With the community",
        by=(COMMUNITY_HEAD, COMMUNITY_OFFICER),
        clock=WorkingDays(2),
        level=Level.COMMUNITY,
    ),
    Stage(
        "at_subdistrict",
        zh="街道办理",
        en="With the subdistrict",
        by=(SUBDISTRICT_ADMINISTRATOR,),
        clock=WorkingDays(3),
        level=Level.SUBDISTRICT,
    ),
    Stage(
        "at_district",
        zh="区级办理",
        en="With the district",
        by=(DISTRICT_ADMINISTRATOR,),
        clock=WorkingDays(5),
        level=Level.DISTRICT,
    ),
    # A specialist is sent work straight from any level, so the level that sent it goes on answering.
    Stage("with_specialist", zh="专干办理", en="With a specialist", by=(DEPARTMENT_SPECIALIST,), clock=WorkingDays(5)),
    # Staff of the community verify too: an old town's grid has one chief and no worker, who would be left to verify the own work.
    Stage(
        "check",
        zh="核查",
        en="Check on site",
        by=(GRID_WORKER, ADVISER, COMMUNITY_OFFICER),
        clock=WorkingDays(1),
        task=TaskKind.VERIFY_FIXED,
    ),
    Stage(
        "answered",
        zh="答复评价",
        en="Answered, rating open",
        by=(COMMUNITY_HEAD, INFORMATION_OFFICER),
        clock=CalendarDays(7),
    ),
    Stage("closed", zh="已办结", final=True),
    Stage("not_accepted", zh="不予受理", final=True),
    Stage("voided", zh="已作废", en="Void", final=True),
)

INTAKE = (
    Move(
        "accept",
        "reported",
        "at_grid",
        zh="受理",
        by=(GRID_WORKER, INFORMATION_OFFICER, DUTY_OFFICER),
        asks=(KindConfirmed(),),
    ),
    Move(
        "decline",
        "reported",
        "not_accepted",
        zh="不予受理",
        by=(COMMUNITY_HEAD,),
        asks=(Reason(), Referral()),
        guards=(NotWhoDid("report"),),
    ),
    Move(
        "settle_on_the_spot",
        ("reported", "at_grid"),
        "answered",
        zh="现场办结",
        by=(GRID_WORKER, GRID_CHIEF, PUBLIC_ORDER_OFFICER),
        asks=(Note(), Photo(optional=True)),
    ),
    Move(
        "void",
        ("reported", "at_grid", "at_community"),
        "voided",
        zh="作废",
        by=(COMMUNITY_HEAD,),
        asks=(Reason(),),
    ),
)

UPWARD = (
    Move(
        "raise_to_community",
        "at_grid",
        "at_community",
        zh="上报社区",
        en="Raise to the community",
        by=(GRID_WORKER, GRID_CHIEF),
        asks=(Note(zh="超出网格能力的情况"),),
        guards=(NotStraightAfter("hand_down_to_grid"),),
    ),
    Move(
        "raise_to_subdistrict",
        "at_community",
        "at_subdistrict",
        zh="上报街道",
        en="Raise to the subdistrict",
        by=(COMMUNITY_HEAD, GRID_CHIEF),
        asks=(Note(),),
        guards=(NotStraightAfter("hand_down_to_community"),),
    ),
    Move(
        "raise_to_district",
        "at_subdistrict",
        "at_district",
        zh="上报区级",
        en="Raise to the district",
        by=(SUBDISTRICT_ADMINISTRATOR,),
        asks=(Note(),),
        guards=(NotStraightAfter("send_back", "hand_down_to_subdistrict"),),
    ),
    Move(
        "dispute_responsibility",
        ("at_community", "at_subdistrict"),
        "at_district",
        zh="权责争议裁定",
        en="Ask whose it is",
        by=(COMMUNITY_HEAD, SUBDISTRICT_ADMINISTRATOR),
        asks=(Reason(),),
        guards=(NotStraightAfter("hand_down_to_subdistrict"),),
    ),
)

DOWNWARD = (
    Move(
        "hand_down_to_subdistrict",
        "at_district",
        "at_subdistrict",
        zh="交办街道",
        en="Hand down to the subdistrict",
        by=(DISTRICT_ADMINISTRATOR,),
        asks=(Reason(), DueDate()),
    ),
    Move(
        "hand_down_to_community",
        ("at_district", "at_subdistrict"),
        "at_community",
        zh="交办社区",
        en="Hand down to the community",
        by=(DISTRICT_ADMINISTRATOR, SUBDISTRICT_ADMINISTRATOR),
        asks=(Reason(), DueDate()),
    ),
    Move(
        "hand_down_to_grid",
        ("at_district", "at_subdistrict", "at_community"),
        "at_grid",
        zh="交办网格",
        en="Hand down to the grid",
        by=(DISTRICT_ADMINISTRATOR, SUBDISTRICT_ADMINISTRATOR, COMMUNITY_HEAD),
        asks=(Reason(), DueDate()),
    ),
)

SPECIALIST = (
    Move(
        "send_direct",
        ("at_grid", "at_community", "at_subdistrict", "at_district"),
        "with_specialist",
        zh="直派专干",
        en="Send straight to a specialist",
        by=(GRID_WORKER, GRID_CHIEF, COMMUNITY_HEAD, SUBDISTRICT_ADMINISTRATOR, DISTRICT_ADMINISTRATOR),
        asks=(Assignees(),),
        guards=(NotToWhoDid("send_back"),),
    ),
    Move(
        "send_back",
        "with_specialist",
        "at_subdistrict",
        zh="退回",
        by=(DEPARTMENT_SPECIALIST,),
        asks=(Reason(),),
        guards=(Within(working_days=1),),
    ),
)

RESULT = (
    Move(
        "done",
        ("at_grid", "at_community", "at_subdistrict", "at_district", "with_specialist"),
        "check",
        zh="处理完毕",
        en="Report done",
        by=(
            GRID_WORKER,
            GRID_CHIEF,
            COMMUNITY_OFFICER,
            COMMUNITY_HEAD,
            SUBDISTRICT_ADMINISTRATOR,
            DISTRICT_ADMINISTRATOR,
            DEPARTMENT_SPECIALIST,
        ),
        asks=(Note(), Photo("photo_after", zh="处置后照片")),
        guards=(PartsDone(or_lead=True),),
    ),
    Move(
        "verified",
        "check",
        "answered",
        zh="核查通过",
        en="Found in order",
        by=(GRID_WORKER, ADVISER, COMMUNITY_OFFICER),
        asks=(Photo(), Location()),
        guards=(NotWhoDid("done"),),
    ),
    Move(
        "rework",
        "check",
        CameFrom("done"),
        zh="返工",
        by=(GRID_WORKER, ADVISER, COMMUNITY_OFFICER),
        asks=(Reason(), Photo()),
    ),
    Move(
        "force_done",
        ("at_district", "with_specialist"),
        "answered",
        zh="强制办结",
        en="Close without a result",
        by=(DISTRICT_ADMINISTRATOR,),
        asks=(Reason(), Approval()),
    ),
    Move("rate", "answered", "closed", zh="评价", by=(REPORTER,), asks=(Rating(), Note(optional=True))),
    Move(
        "close_unrated",
        "answered",
        "closed",
        zh="到期办结",
        en="Close without a rating",
        by=(COMMUNITY_HEAD, INFORMATION_OFFICER, SYSTEM),
    ),
    Move(
        "reopen",
        "closed",
        "at_community",
        zh="重新办理",
        by=(REPORTER, COMMUNITY_HEAD),
        asks=(Reason(),),
        guards=(Once(), Within(days=15)),
    ),
)

THREE_LOOPS = Workflow(
    "three_loops",
    zh="三级闭环办理",
    whole=CalendarDays(15, until=("answered",), restarted_by=("raise_to_community", "raise_to_subdistrict", "raise_to_district")),
    stages=STAGES,
    moves=(*INTAKE, *UPWARD, *DOWNWARD, *SPECIALIST, *RESULT),
)
