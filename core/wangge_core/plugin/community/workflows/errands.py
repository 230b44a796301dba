"""Errands: a service of the station's list is obtained for a resident who has given a mandate for it."""

from wangge_core.plugin.community.roles import COMMUNITY_OFFICER, DEPARTMENT_SPECIALIST, GRID_WORKER
from wangge_core.plugin.declarations.asks import Flag, Note, Offices, Rating, Reason, Referral, Text
from wangge_core.plugin.declarations.clocks import WorkingDays, WorkingHours
from wangge_core.plugin.declarations.roles import REPORTER, Level
from wangge_core.plugin.declarations.workflows import Move, Stage, Workflow

RUNNERS = (GRID_WORKER, COMMUNITY_OFFICER)
AT_THE_OFFICE = (DEPARTMENT_SPECIALIST, COMMUNITY_OFFICER)

STAGES = (
    Stage("asked", zh="待接单", by=RUNNERS, clock=WorkingHours(4), level=Level.COMMUNITY),
    Stage("papers", zh="收件", en="Collecting papers", by=RUNNERS, clock=WorkingDays(2), level=Level.COMMUNITY),
    Stage("with_office", zh="部门办理", en="With the office", by=AT_THE_OFFICE, clock=WorkingDays(5), level=Level.DISTRICT),
    Stage("delivering", zh="送达", by=RUNNERS, clock=WorkingDays(1), level=Level.COMMUNITY),
    Stage("done", zh="已办好", final=True),
    Stage("not_possible", zh="无法办理", final=True),
    Stage("withdrawn", zh="撤回", final=True),
)

MOVES = (
    Move(
        "take",
        "asked",
        "papers",
        zh="接单",
        by=RUNNERS,
        asks=(
            Text("service", zh="服务事项"),
            Flag("mandate_given", zh="是否有书面或录音授权", en="Written or recorded mandate", must_be_yes=True),
        ),
    ),
    Move("hand_in", "papers", "with_office", zh="递交", by=RUNNERS, asks=(Offices(),)),
    # While papers are missing the office waits, and so does its clock.
    Move(
        "ask_more",
        "with_office",
        "papers",
        zh="补件",
        en="Ask for more papers",
        by=AT_THE_OFFICE,
        asks=(Reason(), Text("papers_missing", zh="缺少的材料")),
        pauses_clock=True,
    ),
    Move("result", "with_office", "delivering", zh="办结取件", en="Result ready", by=AT_THE_OFFICE, asks=(Note(),)),
    Move(
        "deliver",
        "delivering",
        "done",
        zh="送达",
        by=RUNNERS,
        asks=(Flag("received", zh="委托人是否已签收", en="Receipt signed", must_be_yes=True), Rating(optional=True)),
    ),
    Move("do_at_once", ("asked", "papers"), "done", zh="当场办好", en="Do it at once", by=RUNNERS, asks=(Note(),)),
    Move(
        "cannot",
        ("asked", "papers", "with_office"),
        "not_possible",
        zh="无法办理",
        en="Cannot be done",
        by=(COMMUNITY_OFFICER, DEPARTMENT_SPECIALIST),
        asks=(Reason(), Referral()),
    ),
    Move("withdraw", ("asked", "papers", "with_office"), "withdrawn", zh="撤回", by=(REPORTER, GRID_WORKER)),
)

ERRAND = Workflow("errand", zh="代办", stages=STAGES, moves=MOVES)
