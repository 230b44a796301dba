"""The public of the fictional town: residents and visitors who report without an account, and follow what becomes of it."""

from random import Random

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome
from wangge_core.events.reports import EventReport, EventSource
from wangge_core.intake.asking import ReporterAnswer, ReporterQuestion, answer_questions, ask_reporters
from wangge_core.intake.contacts import Contact
from wangge_core.intake.reporting import NewPublicReport, submit_reports
from wangge_core.intake.showing import Shown, reporter_of
from wangge_core.intake.steps import AGAIN, BACK, RATING, ReporterAct, ReporterStep, act_as_reporters
from wangge_core.plugin.definitions import MoveDefinition
from wangge_core.rights.viewers import Viewer
from wangge_server.demo.answers import STARS
from wangge_server.demo.matters import Matter
from wangge_server.demo.names import person_name
from wangge_server.demo.plans import Plan
from wangge_server.demo.town import accepted

SOURCES = (EventSource.RESIDENT, EventSource.VISITOR)
WITHOUT_ACCOUNT = 0.4
NAMED, ASKED, ANSWERED = 0.6, 0.08, 0.8
MUCH_SEEN = 0.12
"""The part of such matters that several report."""
TIMES = (1, 3)
QUESTIONS = ("请问具体在几单元？", "方便补充一下发生的时间吗？")
ANSWERS = ("在二单元门口。", "昨天傍晚开始的。")
SEEN_TOO = ("我也看到了，就在这里。", "同样的问题，希望尽快处理。")
DISSATISFIED = "问题又出现了。"
ANYBODY = Viewer(language="zh")


def is_public(plan: Plan, source: EventSource, dice: Random) -> bool:
    """Whether a matter is reported by somebody without an account."""
    bound = any(not tie.optional for tie in plan.kind.involves)
    return plan.kind.open_to_public and source in SOURCES and not bound and dice.random() < WITHOUT_ACCOUNT


async def submit(work: Work, dice: Random, report: EventReport, grid_code: str) -> tuple[int, Shown]:
    """Report a matter; its event, and what it is followed by."""
    contact = Contact(name=person_name(dice)) if dice.random() < NAMED else Contact(unnamed=True)
    request = NewPublicReport(
        description=report.description,
        kind_id=report.kind_id,
        grid_code=grid_code,
        building_id=report.building_id,
        place_id=report.place_id,
        longitude=report.longitude,
        latitude=report.latitude,
        visiting=report.source is EventSource.VISITOR,
        details=report.details,
        contact=contact,
    )
    (outcome,) = await submit_reports(work, ANYBODY, [request])
    return await _shown(work, outcome)


async def _shown(work: Work, outcome: Outcome) -> tuple[int, Shown]:
    report = t.public_report
    found = await work.first(sa.select(report.c.number, report.c.event_id).where(report.c.id == accepted(outcome)))
    assert found is not None, "it was written in this transaction"
    return found.event_id, Shown(number=found.number, secret=outcome.secret or "")


async def report_again(work: Work, dice: Random, matter: Matter) -> None:
    """Let some others report the same matter."""
    for _ in range(dice.randint(*TIMES)):
        again = NewPublicReport(description=dice.choice(SEEN_TOO), same_as=matter.id, contact=Contact(name=person_name(dice)))
        accepted((await submit_reports(work, ANYBODY, [again]))[0])


async def ask(work: Work, dice: Random, matter: Matter, asker: Viewer) -> None:
    """Ask whoever reported the matter, who mostly answers."""
    question = ReporterQuestion(event_id=matter.id, text=dice.choice(QUESTIONS))
    accepted((await ask_reporters(work, asker, [question]))[0])
    if matter.shown is None or dice.random() > ANSWERED:
        return
    asked, report = t.public_question, t.public_report
    query = sa.select(sa.func.max(asked.c.id)).join(report, report.c.id == asked.c.report_id)
    id = await work.value(query.where(report.c.number == matter.shown.number))
    answer = ReporterAnswer(shown=matter.shown, question_id=id, text=dice.choice(ANSWERS))
    accepted((await answer_questions(work, ANYBODY, [answer]))[0])


def step_of(move: MoveDefinition) -> ReporterStep | None:
    """The step by which whoever reported without an account makes a move; None where there is none."""
    if any(ask.name == RATING for ask in move.asks):
        return ReporterStep.RATE
    return ReporterStep.REOPEN if move.name in AGAIN else ReporterStep.WITHDRAW if move.name in BACK else None


async def act(work: Work, dice: Random, matter: Matter, step: ReporterStep) -> Outcome:
    """Make a step of the reporter with number and secret."""
    assert matter.shown is not None, "only who reported without an account acts so"
    rating = dice.choice(STARS) if step is ReporterStep.RATE else None
    words = DISSATISFIED if step is ReporterStep.REOPEN else None
    (outcome,) = await act_as_reporters(work, ANYBODY, [ReporterAct(shown=matter.shown, step=step, rating=rating, words=words)])
    return outcome


def reporter(event_id: int) -> Viewer:
    """Who acts for whoever reported a matter so."""
    return reporter_of(event_id, "zh")
