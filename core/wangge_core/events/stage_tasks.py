"""Stage tasks: what a stage asks, and of whom. Those of the stage before end with it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from wangge_core.db.work import Work
from wangge_core.deadlines.running import Due
from wangge_core.events.assignments import Given, Giving
from wangge_core.events.situations import PartState
from wangge_core.events.states import State
from wangge_core.plugin.declarations.kinds import Priority
from wangge_core.plugin.declarations.tasks import OF_STAGES, TaskKind
from wangge_core.plugin.definitions import StageDefinition
from wangge_core.tasks.giving import NewTask, end_tasks, give_tasks, postpone_tasks, readdress_tasks

WITH_STAGE = (*OF_STAGES, TaskKind.DO_PART)
"""Tasks that belong to a stage and end with it; all others end with the event."""
WITH_EVENT = tuple(kind for kind in TaskKind if kind is not TaskKind.DECIDE_APPEAL)
"""Tasks that end with the event: a delay is appealed against, and decided on, afterwards too."""


async def pass_tasks(work: Work, state: State, stage: StageDefinition, giving: Giving, due: Due, post_id: int | None) -> None:
    """End the tasks of the stage that was left and give those of the one that was reached, or of who has the event from now on, who
    looks at what its reporters have answered, too.

    `post_id` is the post that put them on. Where nothing of that changed, the tasks have the stage's time.
    """
    row = state.row
    if stage.name == row.stage and not giving.given:
        if due.stage_due_at != row.stage_due_at:
            await postpone_tasks(work, row.id, WITH_STAGE, due.stage_due_at)
        return
    await end_tasks(work, row.id, WITH_EVENT if stage.final else WITH_STAGE, done=stage.name != row.stage)
    if stage.final:
        return
    rule = f"{state.definition.id}.{stage.name}"
    shared: dict[str, Any] = {
        "event_id": row.id,
        "grid_id": row.grid_id,
        "path": row.path,
        "rule": rule,
        "asked_by_post_id": post_id,
        "due_at": due.stage_due_at,
        "acknowledged": row.priority == Priority.URGENT.value,
    }
    lead = NewTask(kind=stage.task, **shared, **_receivers(state, stage, giving))
    partners = _partners(giving) if giving.given else _open_parts(state, stage)
    await give_tasks(work, [lead, *(NewTask(kind=TaskKind.DO_PART, **shared, **_to(one)) for one in partners)])
    await readdress_tasks(work, lead, [TaskKind.ANSWER_QUESTION])


async def give_part_tasks(work: Work, state: State, due_at: datetime | None, post_id: int | None) -> None:
    """Ask those for their parts again whose parts are open, after the event did not run for a while."""
    row, stage = state.row, state.definition.stage(state.row.stage)
    shared: dict[str, Any] = {"event_id": row.id, "grid_id": row.grid_id, "path": row.path, "due_at": due_at}
    shared |= {"rule": f"{state.definition.id}.{stage.name}", "asked_by_post_id": post_id}
    await give_tasks(work, [NewTask(kind=TaskKind.DO_PART, **shared, **_to(one)) for one in _open_parts(state, stage)])


def _partners(giving: Giving) -> Sequence[Given]:
    """Who is asked for a part of a joint handling: all but the lead, and whoever is alone with a part."""
    if not giving.parts:
        return ()
    return giving.given[0 if len(giving.given) == 1 else 1 :]


def _open_parts(state: State, stage: StageDefinition) -> Sequence[Given]:
    """Whose parts are open still, where those who have the event go on with it at this stage."""
    open_now = [one for one in state.at_work if one.part_state == PartState.OPEN.value]
    leads = [one for one in state.at_work if one.lead]
    if not open_now or not any(_can_do(state, stage, one) for one in leads):
        return ()
    return [(one.post_id, one.office_id) for one in open_now if not one.lead or len(state.at_work) == 1]


def _to(given: Given) -> dict[str, Any]:
    post, office = given
    return {"post_ids": (post,)} if post is not None else {"office_ids": (office or 0,)}


def _receivers(state: State, stage: StageDefinition, giving: Giving) -> dict[str, Any]:
    """Who is asked to do a stage: the lead of those whom the event was given to, or who has it already and can do the stage, or else
    whoever holds one of its roles."""
    if giving.given:
        return _to(giving.given[0])
    able = (one for one in state.at_work if _can_do(state, stage, one))
    return next((_to((one.post_id, one.office_id)) for one in able), {"role_ids": stage.by})


def is_left_behind(state: State, stage: StageDefinition) -> bool:
    """Whether a stage is for offices alone, and the posts that have the event are of none: it lies with nobody then, so that any office
    may take it up."""
    roles = state.situation.roles
    for_offices = bool(stage.by) and all(role in roles and roles[role].in_office for role in stage.by)
    return for_offices and bool(state.at_work) and not any(_can_do(state, stage, one) for one in state.at_work)


def _can_do(state: State, stage: StageDefinition, one: sa.Row[Any]) -> bool:
    """Whether a post or office that has the event can act in a role of a stage."""
    roles, by = state.situation.roles, set(stage.by)
    if one.post_id is not None:
        return one.role_id in roles and bool(roles[one.role_id].acts_as & by)
    return any(role in roles and roles[role].in_office for role in by)
