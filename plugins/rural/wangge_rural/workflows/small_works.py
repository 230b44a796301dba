"""Small works: asked by villagers, voted, costed, built, accepted with the overseers, and the money shown on the board."""

from wangge_core.plugin import (
    REPORTER,
    SYSTEM,
    ByPlan,
    CalendarDays,
    Integer,
    Level,
    Money,
    Move,
    NotWhoDid,
    Photo,
    Reason,
    Stage,
    Steps,
    Text,
    Workflow,
    WorkingDays,
    community,
)
from wangge_rural.roles import AFFAIRS_OVERSEER, WORKS_OFFICER

APPROVERS = (community.DEPARTMENT_SPECIALIST, community.SUBDISTRICT_ADMINISTRATOR)

VOTE = (
    Integer("present", zh="到会人数"),
    Integer("votes_for", zh="赞成人数"),
    Integer("votes_against", zh="反对人数"),
)

STAGES = (
    Stage("proposed", zh="提出", by=(community.COMMUNITY_HEAD,), clock=WorkingDays(5), level=Level.COMMUNITY),
    Stage("survey", zh="踏勘", by=(WORKS_OFFICER,), clock=CalendarDays(15), level=Level.SUBDISTRICT),
    Stage(
        "vote",
        zh="村民议决",
        en="Villagers' vote",
        by=(community.COMMUNITY_HEAD,),
        clock=CalendarDays(20),
        level=Level.COMMUNITY,
    ),
    Stage("budgeting", zh="预算", en="Budget", by=(WORKS_OFFICER,), clock=CalendarDays(30), level=Level.SUBDISTRICT),
    Stage("approval", zh="审批立项", by=APPROVERS, clock=WorkingDays(20), level=Level.SUBDISTRICT),
    Stage("building", zh="施工", en="Being built", by=(WORKS_OFFICER,), clock=ByPlan(), level=Level.SUBDISTRICT),
    Stage(
        "acceptance",
        zh="验收",
        by=(WORKS_OFFICER, AFFAIRS_OVERSEER),
        clock=CalendarDays(15),
        level=Level.SUBDISTRICT,
    ),
    Stage(
        "notice",
        zh="公示",
        en="Public notice",
        by=(community.COMMUNITY_HEAD, AFFAIRS_OVERSEER),
        clock=CalendarDays(7),
        level=Level.COMMUNITY,
    ),
    Stage("closed", zh="已完成", en="Completed", final=True),
    Stage("rejected", zh="未立项", final=True),
    Stage("withdrawn", zh="撤回", final=True),
)

DECIDING = (
    Move(
        "survey",
        "proposed",
        "survey",
        zh="踏勘",
        by=(community.COMMUNITY_HEAD,),
        asks=(Text("place", zh="工程地点"), Integer("households", zh="受益户数")),
    ),
    Move(
        "reject",
        ("survey", "approval"),
        "rejected",
        zh="不予立项",
        by=(WORKS_OFFICER, *APPROVERS),
        asks=(Reason(),),
    ),
    Move(
        "put_to_vote",
        "survey",
        "vote",
        zh="提交议决",
        en="Put to the vote",
        by=(WORKS_OFFICER,),
        asks=(
            Money("rough_cost_fen", zh="估算费用（分）", en="Rough cost (fen)"),
            Photo("sketch", zh="草图或照片", en="Sketch or photo"),
        ),
    ),
    Move(
        "voted_for",
        "vote",
        "budgeting",
        zh="议决通过",
        by=(community.COMMUNITY_HEAD,),
        asks=(*VOTE, Text("minutes", zh="会议记录")),
    ),
    Move("voted_down", "vote", "withdrawn", zh="议决未通过", by=(community.COMMUNITY_HEAD,), asks=VOTE),
)

FUNDING = (
    Move(
        "submit",
        "budgeting",
        "approval",
        zh="报批",
        by=(WORKS_OFFICER,),
        asks=(
            Money("state_funds_fen", zh="财政资金（分）", en="State funds (fen)"),
            Money("village_funds_fen", zh="村集体资金（分）", en="Village funds (fen)"),
            Money("villagers_share_fen", zh="村民筹资投劳和捐赠（分）", en="Villagers' labour and gifts (fen)"),
        ),
    ),
    Move("rework_budget", "approval", "budgeting", zh="退回修改", en="Send back", by=APPROVERS, asks=(Reason(),)),
    Move(
        "approve",
        "approval",
        "building",
        zh="批准",
        by=APPROVERS,
        asks=(
            Money("amount_fen", zh="批准金额（分）", en="Amount (fen)"),
            Steps(),
            Text("contractor", zh="施工单位"),
        ),
    ),
)

BUILDING = (
    Move(
        "finish",
        "building",
        "acceptance",
        zh="完工",
        by=(WORKS_OFFICER,),
        asks=(
            Photo("photo_before", zh="施工前照片"),
            Photo("photo_after", zh="完工后照片"),
            Money("cost_fen", zh="实际费用（分）", en="Cost (fen)"),
        ),
    ),
    Move(
        "mend",
        "acceptance",
        "building",
        zh="整改",
        en="Mend faults",
        by=(AFFAIRS_OVERSEER, WORKS_OFFICER),
        asks=(Reason(),),
    ),
    # An overseer may accept too: where the township has one works officer, nobody else could accept what that officer finished.
    Move(
        "accept_work",
        "acceptance",
        "notice",
        zh="验收合格",
        en="Accept",
        by=(WORKS_OFFICER, AFFAIRS_OVERSEER),
        asks=(Photo("signed_acceptance", zh="监督委员会成员签字的验收单", en="Acceptance signed by an overseer"),),
        guards=(NotWhoDid("finish"),),
    ),
    Move(
        "object",
        "notice",
        "acceptance",
        zh="公示异议",
        en="Objection",
        by=(REPORTER, AFFAIRS_OVERSEER),
        asks=(Reason(),),
    ),
    Move("complete", "notice", "closed", zh="完成", by=(community.COMMUNITY_HEAD, SYSTEM)),
)

SMALL_WORKS = Workflow(
    "small_works",
    zh="小型公益工程",
    stages=STAGES,
    moves=(*DECIDING, *FUNDING, *BUILDING),
)
