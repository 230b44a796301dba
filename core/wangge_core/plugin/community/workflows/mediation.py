"""Mediation, voluntary throughout: either party may refuse the mediator or stop.

What was withdrawn, referred or handed over ends apart from what was not settled, so that nobody is pressed to agree for a figure.
"""

from wangge_core.plugin.community.outcomes import AgreementForm, Direction, MediationOutcome
from wangge_core.plugin.community.roles import GRID_CHIEF, MEDIATOR, PUBLIC_ORDER_OFFICER, SUBDISTRICT_ADMINISTRATOR
from wangge_core.plugin.declarations.asks import Assignees, Flag, Note, Option, Reason, Referral
from wangge_core.plugin.declarations.clocks import CalendarDays, WorkingDays
from wangge_core.plugin.declarations.guards import NotInvolved
from wangge_core.plugin.declarations.roles import PARTY, Level
from wangge_core.plugin.declarations.workflows import ClosingParts, Move, Stage, Workflow

TRYING = ("mediating", "at_higher_committee")
OUTCOME = Option("outcome", of=MediationOutcome, zh="调解结果")
AGREEMENT = Option("agreement", of=AgreementForm, zh="协议形式", en="Form of the agreement")
CONFIRMED = Flag("both_confirmed", zh="双方当事人是否确认", en="Both parties confirm it", must_be_yes=True)
DIRECTION = Option("direction", of=Direction, zh="引导途径", en="Where to")

STAGES = (
    Stage("registered", zh="登记", by=(GRID_CHIEF, MEDIATOR), clock=WorkingDays(1), level=Level.GRID),
    Stage("mediating", zh="调解", by=(MEDIATOR, GRID_CHIEF), clock=CalendarDays(30), level=Level.GRID),
    Stage(
        "at_higher_committee",
        zh="上级调解",
        en="With a higher committee",
        by=(SUBDISTRICT_ADMINISTRATOR, MEDIATOR),
        clock=CalendarDays(30),
        level=Level.SUBDISTRICT,
    ),
    Stage(
        "performing",
        zh="履行",
        en="Agreement being carried out",
        by=(MEDIATOR, GRID_CHIEF),
        clock=CalendarDays(30),
        level=Level.GRID,
    ),
    Stage("settled", zh="调解成功", final=True),
    Stage("not_settled", zh="调解不成", final=True),
    Stage("referred", zh="引导其他途径", final=True),
    Stage("withdrawn", zh="撤回", final=True),
    Stage("handed_over", zh="移交公安", en="Handed to the police", final=True),
)

TAKING_UP = (
    Move(
        "settle_on_the_spot",
        "registered",
        "settled",
        zh="现场化解",
        by=(GRID_CHIEF, MEDIATOR),
        asks=(OUTCOME, Note()),
        guards=(NotInvolved(),),
    ),
    Move(
        "take_up",
        "registered",
        "mediating",
        zh="受理调解",
        by=(MEDIATOR, GRID_CHIEF),
        asks=(
            Assignees("mediator", zh="调解员"),
            Flag("both_consent", zh="双方当事人是否同意", en="Both parties consent", must_be_yes=True),
        ),
        guards=(NotInvolved(),),
    ),
    Move("raise", "mediating", "at_higher_committee", zh="上报", by=(MEDIATOR, GRID_CHIEF), asks=(Note(),)),
)

AGREEING = (
    Move(
        "agree",
        TRYING,
        "performing",
        zh="达成协议",
        by=(MEDIATOR,),
        asks=(AGREEMENT, CONFIRMED),
        guards=(NotInvolved(),),
    ),
    Move(
        "agree_at_once",
        TRYING,
        "settled",
        zh="即时履行",
        en="Agree and carry out at once",
        by=(MEDIATOR,),
        asks=(AGREEMENT, CONFIRMED, OUTCOME),
        guards=(NotInvolved(),),
    ),
    Move("performed", "performing", "settled", zh="履行完毕", en="Carried out", by=(MEDIATOR, GRID_CHIEF), asks=(Note(),)),
    Move("breach", "performing", "mediating", zh="未履行", en="Not carried out", by=(MEDIATOR, PARTY), asks=(Reason(),)),
)

ENDING = (
    Move(
        "refer",
        ("registered", *TRYING),
        "referred",
        zh="引导",
        en="Refer elsewhere",
        by=(MEDIATOR, GRID_CHIEF, SUBDISTRICT_ADMINISTRATOR),
        asks=(Reason(), DIRECTION, Referral()),
    ),
    Move("fail", TRYING, "not_settled", zh="调解不成", en="No agreement", by=(MEDIATOR,), asks=(Reason(), DIRECTION, Referral())),
    Move("withdraw", ("registered", *TRYING), "withdrawn", zh="撤回", by=(PARTY, MEDIATOR)),
    Move(
        "hand_over",
        ("registered", *TRYING, "performing"),
        "handed_over",
        zh="移交公安",
        en="Hand to the police",
        by=(PUBLIC_ORDER_OFFICER, GRID_CHIEF),
        asks=(Reason(),),
    ),
)

MEDIATION = Workflow(
    "mediation",
    zh="矛盾纠纷调解",
    stages=STAGES,
    moves=(*TAKING_UP, *AGREEING, *ENDING),
    closing_parts=ClosingParts.RELEASE,
)
