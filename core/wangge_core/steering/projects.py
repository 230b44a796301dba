"""Projects: what an event costs and in which steps it is carried out, by the plan that a move was answered with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import check_optional_text
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.deadlines.running import replan_clocks
from wangge_core.errors import Outcome, refused
from wangge_core.events.history import HistoryEntryKind
from wangge_core.events.stage_tasks import WITH_STAGE
from wangge_core.plugin.declarations.asks import AnswerType
from wangge_core.plugin.definitions import AskDefinition, MoveDefinition
from wangge_core.rights.viewers import Viewer
from wangge_core.steering.steering import MOST_NOTE, Steering, clocked, record, stage_worker, steered, why_not_running
from wangge_core.tasks.giving import postpone_tasks

BUDGET, AMOUNT, COST = "budget", "amount", "cost"
"""Names of asks for money, with or without `_fen` behind them: all that begin with the first make up the budget, or the amount that is
approved with the steps; and what it cost in the end."""
HOUSEHOLDS, CONTRACTOR = "households", "contractor"
"""Names of the asks for how many households it serves and who carries it out."""


def tells_of_project(ask: AskDefinition) -> bool:
    """Whether the answer to what a move asks is kept with the event's project."""
    return ask.type in (AnswerType.STEPS, AnswerType.MONEY) or ask.name in (HOUSEHOLDS, CONTRACTOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFinish(Steering):
    """Which step is done, by its number from 1."""

    step: int
    note: str | None = None


async def plan_project(work: Work, event_id: int, move: MoveDefinition, answers: Mapping[str, Any]) -> None:
    """Keep what a move was answered of money and steps; new steps take the place of all earlier ones. To be called before its clocks
    are moved, which follow the plan."""
    asks = {ask.name: ask.type for ask in move.asks if answers.get(ask.name) is not None}
    steps = next((answers[name] for name, type in asks.items() if type is AnswerType.STEPS), None)
    values = _money(asks, answers, planned=steps is not None)
    values |= {name: answers[name] for name in (HOUSEHOLDS, CONTRACTOR) if name in asks}
    if steps is not None:
        await _write_steps(work, event_id, steps)
    if values or steps is not None:
        await _write_project(work, event_id, values)


def _money(asks: Mapping[str, AnswerType], answers: Mapping[str, Any], *, planned: bool) -> dict[str, Any]:
    money = {name.removesuffix("_fen"): int(answers[name]) for name, type in asks.items() if type is AnswerType.MONEY}
    budgets = [fen for name, fen in money.items() if name == BUDGET or name.startswith(f"{BUDGET}_")]
    approved = [money[AMOUNT]] if planned and AMOUNT in money else []
    budget = {"budget_fen": sum(budgets or approved)} if budgets or approved else {}
    return budget | ({"cost_fen": money[COST]} if COST in money else {})


async def _write_project(work: Work, event_id: int, values: Mapping[str, Any]) -> None:
    project = t.project
    if await work.first(sa.select(project.c.id).where(project.c.event_id == event_id)) is None:
        await work.insert(project, [{"event_id": event_id, **values}])
    elif values:
        await work.run(sa.update(project).where(project.c.event_id == event_id).values(values))


async def _write_steps(work: Work, event_id: int, steps: Sequence[Mapping[str, Any]]) -> None:
    step = t.project_step
    await work.run(sa.delete(step).where(step.c.event_id == event_id))
    rows = [
        {"event_id": event_id, "ordinal": ordinal, "name": one["name"].strip(), "planned_on": _day(one.get("planned_on"))}
        for ordinal, one in enumerate(steps, 1)
    ]
    await work.insert(step, rows)


def _day(planned_on: Any) -> date | None:
    return date.fromisoformat(planned_on) if isinstance(planned_on, str) else planned_on


async def finish_steps(work: Work, viewer: Viewer, requests: Sequence[StepFinish]) -> list[Outcome]:
    """Note that steps of projects are done; for who works on the present stage. The deadline follows the next step."""
    return [await _finish(work, viewer, request) for request in requests]


async def _finish(work: Work, viewer: Viewer, request: StepFinish) -> Outcome:
    event = await steered(work, viewer, request)
    if isinstance(event, Outcome):
        return event
    post = stage_worker(event, viewer)
    if post is None:
        return refused("STAGE_WORKER_ONLY")
    if stopped := why_not_running(event, deferred=False):
        return Outcome(refusals=(stopped,))
    step = t.project_step
    steps = {row.ordinal: row for row in await work.rows(sa.select(step).where(step.c.event_id == event.id))}
    if not steps:
        return refused("PROJECT_NONE")
    if request.step not in steps:
        return refused("STEP_UNKNOWN", "step", ordinal=request.step)
    if steps[request.step].done_at is not None:
        return refused("STEP_DONE", "step")
    if found := tuple(check_optional_text(request.note, "note", most=MOST_NOTE)):
        return Outcome(refusals=found)
    await work.run(sa.update(step).where(step.c.id == steps[request.step].id).values(done_at=work.now))
    due = await replan_clocks(work, clocked(event))
    await postpone_tasks(work, event.id, WITH_STAGE, due.stage_due_at)
    answers = {"step": request.step, "name": steps[request.step].name, "note": request.note}
    await record(work, viewer, event, HistoryEntryKind.STEP_DONE, post, answers=answers, values=due._asdict())
    return Outcome(id=event.id)
