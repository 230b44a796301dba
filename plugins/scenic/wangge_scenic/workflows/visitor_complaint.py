"""A visitor's complaint: visitors leave, so the first answer is due within half an hour, and the rest goes on by telephone."""

from wangge_core.plugin import (
    REPORTER,
    SYSTEM,
    Assignees,
    CalendarDays,
    Continuous,
    Level,
    Money,
    Move,
    Note,
    Once,
    Option,
    Rating,
    Reason,
    Stage,
    Text,
    Workflow,
    WorkingDays,
    community,
)
from wangge_scenic.choices import TourismElement
from wangge_scenic.outcomes import ComplaintOutcome
from wangge_scenic.roles import AREA_ADMINISTRATOR, DESK_ATTENDANT, ENFORCEMENT_OFFICER

DESK = (DESK_ATTENDANT, community.DUTY_OFFICER)
SETTLING = (community.PUBLIC_ORDER_OFFICER, community.MEDIATOR, ENFORCEMENT_OFFICER)
OFFICE = (community.DEPARTMENT_SPECIALIST, AREA_ADMINISTRATOR)
OUTCOME = Option("outcome", of=ComplaintOutcome, zh="处理结果")

VISITOR_COMPLAINT = Workflow(
    "visitor_complaint",
    zh="游客投诉",
    en="Visitor's complaint",
    whole=CalendarDays(7, until=("answered",)),
    stages=(
        Stage("received", zh="收到", by=DESK, clock=Continuous(minutes=30), level=Level.GRID),
        Stage(
            "on_the_spot",
            zh="现场调解",
            en="Settling on the spot",
            by=SETTLING,
            clock=Continuous(hours=4),
            level=Level.GRID,
        ),
        Stage("with_office", zh="部门办理", en="With an office", by=OFFICE, clock=WorkingDays(5), level=Level.DISTRICT),
        Stage(
            "answered",
            zh="答复",
            by=(AREA_ADMINISTRATOR, DESK_ATTENDANT),
            clock=CalendarDays(3),
            level=Level.SUBDISTRICT,
        ),
        Stage("closed", zh="已办结", final=True),
        Stage("withdrawn", zh="撤回", final=True),
    ),
    moves=(
        Move(
            "take",
            "received",
            "on_the_spot",
            zh="受理",
            en="Take up",
            by=DESK,
            asks=(Option("element", of=TourismElement, zh="要素"), Text("organization", zh="被投诉单位", optional=True)),
        ),
        Move(
            "settle",
            "on_the_spot",
            "answered",
            zh="现场解决",
            by=SETTLING,
            asks=(OUTCOME, Money("refund_fen", zh="退款金额（分）", en="Refund (fen)", optional=True)),
        ),
        Move(
            "pass_on",
            "on_the_spot",
            "with_office",
            zh="转部门",
            by=(community.PUBLIC_ORDER_OFFICER, ENFORCEMENT_OFFICER),
            asks=(Assignees(),),
        ),
        Move("answer", "with_office", "answered", zh="答复", by=OFFICE, asks=(Note(), OUTCOME)),
        Move(
            "object",
            "answered",
            "with_office",
            zh="不满意",
            en="Not satisfied",
            by=(REPORTER,),
            asks=(Reason(),),
            guards=(Once(),),
        ),
        Move(
            "close",
            "answered",
            "closed",
            zh="办结",
            by=(REPORTER, SYSTEM, AREA_ADMINISTRATOR, DESK_ATTENDANT),
            asks=(Rating(optional=True),),
        ),
        Move("withdraw", ("received", "on_the_spot", "with_office"), "withdrawn", zh="撤回", by=(REPORTER,)),
    ),
)
