"""The closed loop of seven stages: accept, file, dispatch, handle, report back, check, evaluate."""

from wangge_core.plugin import (
    REPORTER,
    Approval,
    Assignees,
    ByKind,
    Continuous,
    KindConfirmed,
    Level,
    Location,
    Move,
    Note,
    NotToWhoDid,
    NotWhoDid,
    Once,
    Photo,
    Reason,
    Referral,
    Score,
    Stage,
    Text,
    Within,
    Workflow,
    WorkingDays,
    community,
)
from wangge_urban.roles import CITY_MANAGEMENT_OFFICER

STAGES = (
    Stage(
        "accepting",
        zh="受理",
        en="Intake",
        by=(community.INTAKE_OFFICER,),
        clock=Continuous(minutes=15),
        level=Level.DISTRICT,
    ),
    Stage("verify_exists", zh="核实", en="Check that it exists", by=(community.GRID_WORKER,), clock=Continuous(minutes=30)),
    Stage("filing", zh="立案", by=(community.SHIFT_LEAD,), clock=Continuous(minutes=15), level=Level.DISTRICT),
    Stage(
        "dispatching",
        zh="派遣",
        en="Dispatch",
        by=(community.DISPATCHER,),
        clock=Continuous(minutes=15),
        level=Level.DISTRICT,
    ),
    Stage(
        "handling",
        zh="处理",
        by=(community.DEPARTMENT_SPECIALIST, CITY_MANAGEMENT_OFFICER),
        clock=ByKind(),
        level=Level.DISTRICT,
    ),
    Stage(
        "feedback",
        zh="反馈",
        en="Answer under review",
        by=(community.DISPATCHER,),
        clock=Continuous(minutes=30),
        level=Level.DISTRICT,
    ),
    Stage("verify_fixed", zh="核查", en="Check that it is done", by=(community.GRID_WORKER,), clock=Continuous(minutes=30)),
    Stage("evaluation", zh="综合评价", by=(community.SHIFT_LEAD,), clock=WorkingDays(1), level=Level.DISTRICT),
    Stage("closed", zh="已结案", final=True),
    Stage("not_filed", zh="不予立案", final=True),
    Stage("voided", zh="已作废", en="Void", final=True),
)

INTAKE = (
    Move(
        "ask_check",
        "accepting",
        "verify_exists",
        zh="派核实",
        en="Ask for a check",
        by=(community.INTAKE_OFFICER,),
        asks=(Assignees(zh="核实人员"),),
    ),
    Move("forward", "accepting", "filing", zh="转立案", by=(community.INTAKE_OFFICER,), asks=(KindConfirmed(),)),
    Move(
        "exists",
        "verify_exists",
        "filing",
        zh="属实",
        en="It exists",
        by=(community.GRID_WORKER,),
        asks=(Photo(), Location()),
    ),
    Move(
        "not_there",
        "verify_exists",
        "filing",
        zh="不属实",
        en="It does not exist",
        by=(community.GRID_WORKER,),
        asks=(Photo(), Note()),
    ),
    Move(
        "settle_on_the_spot",
        "accepting",
        "evaluation",
        zh="自行处置",
        by=(community.GRID_WORKER, CITY_MANAGEMENT_OFFICER),
        asks=(Photo("photo_before", zh="处置前照片"), Photo("photo_after", zh="处置后照片")),
    ),
)

FILING = (
    Move(
        "file",
        "filing",
        "dispatching",
        zh="立案",
        en="Open a case",
        by=(community.SHIFT_LEAD,),
        asks=(KindConfirmed(), Text("filing_condition", zh="立案条件", optional=True)),
    ),
    Move(
        "refuse",
        "filing",
        "not_filed",
        zh="不予立案",
        en="Refuse to file",
        by=(community.SHIFT_LEAD,),
        asks=(Reason(), Referral()),
    ),
    Move(
        "dispatch",
        "dispatching",
        "handling",
        zh="派遣",
        by=(community.DISPATCHER,),
        asks=(Assignees(),),
        guards=(NotToWhoDid("return"),),
    ),
    Move("back_to_filing", "dispatching", "filing", zh="退回立案", by=(community.DISPATCHER,), asks=(Reason(),)),
    Move(
        "void",
        ("accepting", "filing", "dispatching"),
        "voided",
        zh="作废",
        by=(community.SHIFT_LEAD,),
        asks=(Reason(),),
    ),
)

HANDLING = (
    Move("return", "handling", "dispatching", zh="回退", by=(community.DEPARTMENT_SPECIALIST,), asks=(Reason(),)),
    Move(
        "done",
        "handling",
        "feedback",
        zh="处理反馈",
        en="Report back",
        by=(community.DEPARTMENT_SPECIALIST, CITY_MANAGEMENT_OFFICER),
        asks=(Note(), Photo("photo_after", zh="处置后照片")),
    ),
    Move("send_back", "feedback", "handling", zh="退回补充", by=(community.DISPATCHER,), asks=(Reason(),)),
    Move(
        "ask_final_check",
        "feedback",
        "verify_fixed",
        zh="派核查",
        en="Ask for the final check",
        by=(community.DISPATCHER,),
        asks=(Assignees(zh="核查人员"),),
        guards=(NotToWhoDid("done"),),
    ),
)

RESULT = (
    Move(
        "verified",
        "verify_fixed",
        "evaluation",
        zh="核查通过",
        en="It is done",
        by=(community.GRID_WORKER,),
        asks=(Photo(), Location()),
        guards=(NotWhoDid("done"),),
    ),
    Move("rework", "verify_fixed", "handling", zh="返工", by=(community.GRID_WORKER,), asks=(Reason(), Photo())),
    Move(
        "force_close",
        ("dispatching", "handling"),
        "evaluation",
        zh="强制结案",
        en="Force-close",
        by=(community.SHIFT_LEAD,),
        asks=(Reason(), Approval()),
    ),
    Move("close", "evaluation", "closed", zh="结案", by=(community.SHIFT_LEAD,), asks=(Score(),)),
    Move(
        "reopen",
        "closed",
        "dispatching",
        zh="重新立案",
        by=(community.SHIFT_LEAD, REPORTER),
        asks=(Reason(),),
        guards=(Once(), Within(days=15)),
    ),
)

CLOSED_LOOP = Workflow(
    "closed_loop",
    zh="七步闭环",
    en="Closed loop of seven stages",
    stages=STAGES,
    moves=(*INTAKE, *FILING, *HANDLING, *RESULT),
)

WORKFLOWS = (CLOSED_LOOP,)
