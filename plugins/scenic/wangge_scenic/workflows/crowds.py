"""Crowds, of which only the number of people is known, and closing the area before a storm comes."""

from wangge_core.plugin import (
    Assignees,
    CalendarDays,
    Continuous,
    Integer,
    Level,
    Move,
    Note,
    PartsDone,
    Reason,
    Stage,
    Text,
    Workflow,
    community,
)
from wangge_scenic.roles import AREA_ADMINISTRATOR

ADMINISTRATION = (AREA_ADMINISTRATOR,)
DESK = (community.DUTY_OFFICER, AREA_ADMINISTRATOR)
COUNT = Integer("count", zh="现场人数", en="People there")
NOTICE = Text("notice", zh="游客告知", en="Notice to visitors")
ROUTES = Text("routes", zh="涉及线路")

CROWD = Workflow(
    "crowd",
    zh="客流管控",
    en="Crowd control",
    stages=(
        Stage("watch", zh="预警", by=DESK, clock=Continuous(minutes=10), level=Level.SUBDISTRICT),
        Stage("limiting", zh="限流", by=ADMINISTRATION, clock=Continuous(hours=1), level=Level.SUBDISTRICT),
        Stage("diverting", zh="分流", by=ADMINISTRATION, clock=Continuous(hours=2), level=Level.SUBDISTRICT),
        Stage("back_to_normal", zh="恢复正常", final=True),
        Stage("no_action", zh="无需处置", final=True),
    ),
    moves=(
        Move(
            "limit",
            "watch",
            "limiting",
            zh="限流",
            en="Limit entry",
            by=DESK,
            asks=(COUNT, Integer("capacity", zh="承载量"), NOTICE),
        ),
        Move("divert", ("watch", "limiting"), "diverting", zh="分流", by=ADMINISTRATION, asks=(ROUTES, NOTICE)),
        Move("ease", "diverting", "limiting", zh="转为限流", by=ADMINISTRATION, asks=(Reason(),)),
        Move(
            "normal",
            ("limiting", "diverting"),
            "back_to_normal",
            zh="解除",
            en="Back to normal",
            by=ADMINISTRATION,
            asks=(COUNT,),
        ),
        Move("dismiss", "watch", "no_action", zh="无需处置", by=DESK, asks=(Note(),)),
    ),
)

# Each route is a part of its own: nobody counts the area as closed, or opens it, before every route was reported clear, or checked.
CLOSURE = Workflow(
    "closure",
    zh="恶劣天气闭园",
    en="Closure for weather",
    whole=Continuous(hours=2, until=("closed_to_visitors",)),
    stages=(
        Stage("proposed", zh="提出", by=ADMINISTRATION, clock=Continuous(minutes=15), level=Level.SUBDISTRICT),
        Stage("clearing", zh="清场", by=ADMINISTRATION, clock=Continuous(minutes=90), level=Level.SUBDISTRICT),
        Stage("closed_to_visitors", zh="已闭园", by=ADMINISTRATION, clock=CalendarDays(1), level=Level.SUBDISTRICT),
        Stage(
            "checking",
            zh="开园检查",
            en="Check before opening",
            by=ADMINISTRATION,
            clock=Continuous(hours=2),
            level=Level.SUBDISTRICT,
        ),
        Stage("reopened", zh="已开园", final=True),
        Stage("withdrawn", zh="撤销", final=True),
    ),
    moves=(
        Move(
            "clear",
            "proposed",
            "clearing",
            zh="清场",
            by=ADMINISTRATION,
            asks=(
                Reason(),
                ROUTES,
                NOTICE,
                Assignees("routes_to", zh="各线路负责人", en="Who clears each route", each_a_part=True),
            ),
        ),
        Move("withdraw", "proposed", "withdrawn", zh="撤销", by=ADMINISTRATION, asks=(Note(),)),
        Move(
            "all_clear",
            "clearing",
            "closed_to_visitors",
            zh="清场完毕",
            by=ADMINISTRATION,
            asks=(Integer("visitors_left", zh="剩余游客人数"),),
            guards=(PartsDone(),),
        ),
        Move(
            "check",
            "closed_to_visitors",
            "checking",
            zh="开园检查",
            by=ADMINISTRATION,
            asks=(Assignees("checkers", zh="检查人员", each_a_part=True),),
        ),
        Move("hold", "checking", "closed_to_visitors", zh="继续闭园", en="Stay closed", by=ADMINISTRATION, asks=(Reason(),)),
        Move("open", "checking", "reopened", zh="开园", by=ADMINISTRATION, asks=(Note(),), guards=(PartsDone(),)),
    ),
)
