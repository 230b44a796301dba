"""Complaints about the service, which go past the grid and community complained about, and residents' rights over their own data."""

from wangge_core.plugin.community.outcomes import ComplaintOutcome
from wangge_core.plugin.community.roles import DATA_OFFICER, DISTRICT_ADMINISTRATOR, SUBDISTRICT_ADMINISTRATOR
from wangge_core.plugin.declarations.asks import Assignees, Note, Option, Rating, Reason, Referral, Text
from wangge_core.plugin.declarations.clocks import CalendarDays, WorkingDays
from wangge_core.plugin.declarations.guards import NotWhoDid, Once, Within
from wangge_core.plugin.declarations.roles import REPORTER, SYSTEM, Level
from wangge_core.plugin.declarations.workflows import ClosingParts, Move, Stage, Workflow

ABOVE = (SUBDISTRICT_ADMINISTRATOR, DISTRICT_ADMINISTRATOR)

SERVICE_COMPLAINT = Workflow(
    "service_complaint",
    zh="对服务的投诉",
    en="Complaint about the service",
    whole=CalendarDays(15, until=("answered",)),
    closing_parts=ClosingParts.SETTLE,
    stages=(
        Stage("received", zh="收到", by=(SUBDISTRICT_ADMINISTRATOR,), clock=WorkingDays(1), level=Level.SUBDISTRICT),
        Stage("looking_into", zh="调查", en="Looking into it", by=ABOVE, clock=CalendarDays(10), level=Level.SUBDISTRICT),
        Stage("answered", zh="答复", by=ABOVE, clock=CalendarDays(7), level=Level.SUBDISTRICT),
        Stage("closed", zh="已办结", final=True),
        Stage("not_accepted", zh="不予受理", final=True),
    ),
    moves=(
        Move("accept", "received", "looking_into", zh="受理", by=(SUBDISTRICT_ADMINISTRATOR,), asks=(Assignees(),)),
        Move(
            "decline",
            "received",
            "not_accepted",
            zh="不予受理",
            by=(DISTRICT_ADMINISTRATOR,),
            asks=(Reason(), Referral()),
        ),
        # Whoever answered does not answer the objection: with one administrator a level, the next level does.
        Move(
            "answer",
            "looking_into",
            "answered",
            zh="答复",
            by=ABOVE,
            asks=(Note(), Option("outcome", of=ComplaintOutcome, zh="调查结论")),
            guards=(NotWhoDid("answer"),),
        ),
        Move(
            "object",
            "answered",
            "looking_into",
            zh="不满意",
            en="Not satisfied",
            by=(REPORTER,),
            asks=(Reason(),),
            guards=(Once(),),
        ),
        Move("close", "answered", "closed", zh="办结", by=(REPORTER, SYSTEM, *ABOVE), asks=(Rating(optional=True),)),
    ),
)

# Fifteen days for the answer is what residents are promised, holidays or not: Personal Information Protection Law of the PRC, articles
# 46 and 50, ask for a prompt answer, and this is a usual term for it. A refusal can be objected to once.
CORRECTION = Workflow(
    "correction",
    zh="个人信息更正",
    en="Correction of personal data",
    whole=CalendarDays(15, until=("corrected", "refused", "withdrawn")),
    stages=(
        Stage("received", zh="收到", by=(DATA_OFFICER,), clock=WorkingDays(2), level=Level.DISTRICT),
        Stage("checking", zh="核对", by=(DATA_OFFICER,), clock=WorkingDays(10), level=Level.DISTRICT),
        Stage("corrected", zh="已更正", final=True),
        Stage("refused", zh="不予更正", final=True),
        Stage("withdrawn", zh="撤回", final=True),
    ),
    moves=(
        Move("check", "received", "checking", zh="核对", asks=(Assignees(optional=True),)),
        Move("correct", ("received", "checking"), "corrected", zh="更正", asks=(Note(),)),
        Move(
            "refuse",
            ("received", "checking"),
            "refused",
            zh="不予更正",
            asks=(Reason(), Text("how_to_object", zh="如何提出异议")),
        ),
        Move("withdraw", ("received", "checking"), "withdrawn", zh="撤回", by=(REPORTER,)),
        Move(
            "object",
            "refused",
            "checking",
            zh="有异议",
            by=(REPORTER,),
            asks=(Reason(),),
            guards=(Once(), Within(days=15)),
        ),
    ),
)
