"""A lost visitor: a description and the family's contact, and no search by face."""

from wangge_core.plugin import (
    REPORTER,
    Continuous,
    Flag,
    Level,
    Location,
    Moment,
    Move,
    Note,
    Stage,
    Text,
    Workflow,
    community,
)
from wangge_scenic.roles import (
    AREA_ADMINISTRATOR,
    DESK_ATTENDANT,
    EMERGENCY_RESPONDER,
    ROUTE_PATROL_MEMBER,
    SITE_GUARD,
    SPOT_INFORMATION_OFFICER,
)

DESKS = (DESK_ATTENDANT, community.INFORMATION_OFFICER, community.DUTY_OFFICER)
DIRECTING = (community.INFORMATION_OFFICER, AREA_ADMINISTRATOR)
NEAR = (SITE_GUARD, SPOT_INFORMATION_OFFICER, ROUTE_PATROL_MEMBER)
ANYWHERE = ("reported", "searching_near", "searching_wide")

LOST_VISITOR = Workflow(
    "lost_visitor",
    zh="走失寻找",
    emergency=True,
    stages=(
        Stage("reported", zh="报失", by=DESKS, clock=Continuous(minutes=5), level=Level.GRID),
        # Whoever directs the search answers for it too: a grid may have neither guards nor patrols of its own.
        Stage(
            "searching_near",
            zh="就近查找",
            en="Searching near by",
            by=(*NEAR, community.INFORMATION_OFFICER),
            clock=Continuous(minutes=30),
            level=Level.GRID,
        ),
        Stage(
            "searching_wide",
            zh="扩大搜寻",
            by=(EMERGENCY_RESPONDER, AREA_ADMINISTRATOR),
            clock=Continuous(hours=2),
            level=Level.SUBDISTRICT,
        ),
        Stage("found", zh="已找到", final=True),
        Stage("handed_over", zh="移交公安", en="Handed to the police", final=True),
        Stage("withdrawn", zh="撤回", final=True),
    ),
    moves=(
        Move(
            "search",
            "reported",
            "searching_near",
            zh="就近查找",
            by=DESKS,
            asks=(
                Text("last_seen_where", zh="最后见到地点"),
                Moment("last_seen_at", zh="最后见到时间", may_precede=True),
                Flag("contact_kept", zh="家属联系方式是否已登记", en="The family's contact is on record"),
                Flag(
                    "police_told",
                    zh="是否已同时报警（十四岁以下儿童、失智人员必须）",
                    en="Police told (a must for children under 14)",
                ),
            ),
        ),
        Move("widen", "searching_near", "searching_wide", zh="扩大", by=DIRECTING, asks=(Note(),)),
        Move(
            "found",
            ANYWHERE,
            "found",
            zh="找到",
            by=(*NEAR, EMERGENCY_RESPONDER, DESK_ATTENDANT, community.INFORMATION_OFFICER),
            asks=(
                Location(),
                Flag("with_family", zh="是否已交家属或监护人（成年人由本人决定）", en="With family or guardian", must_be_yes=True),
            ),
        ),
        Move(
            "hand_over",
            ("searching_near", "searching_wide"),
            "handed_over",
            zh="移交公安",
            en="Hand to the police",
            by=(AREA_ADMINISTRATOR, community.INFORMATION_OFFICER),
            asks=(Note(),),
        ),
        Move("withdraw", ANYWHERE, "withdrawn", zh="撤回", by=(REPORTER,)),
    ),
)
