"""States: an event with all that decides about its moves, locked and read in two statements however long its history is."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.columns import Id
from wangge_core.db.work import Work
from wangge_core.deadlines.reading import ground_of
from wangge_core.events.history import locked_event, situation_of, step
from wangge_core.events.relations import tie_of
from wangge_core.events.situations import Situation, Tie, asks_for_tie, counts_working_time
from wangge_core.events.workflows import definition_of
from wangge_core.plugin.definitions import WorkflowDefinition
from wangge_core.rights.viewers import Viewer


@dataclass(frozen=True, slots=True)
class State:
    """An event as a move finds it. `at_work` are the rows of the posts and offices that have it, each with the role of the post.

    `children` are the keys of the events that it was split into and that have not ended.
    """

    row: sa.Row[Any]
    situation: Situation
    at_work: tuple[sa.Row[Any], ...]
    children: tuple[int, ...]

    @property
    def definition(self) -> WorkflowDefinition:
        return self.situation.definition


async def locked_state(work: Work, viewer: Viewer, event_id: int) -> State | None:
    """The event, locked until the transaction ends; None when it is not there for this viewer."""
    row = await locked_event(work, viewer, event_id)
    return None if row is None else await state_of(work, viewer, row)


async def state_of(work: Work, viewer: Viewer, row: sa.Row[Any]) -> State:
    """The state of an event that was read with its grid's path and its workflow's hash. Where it is to be changed it was locked before: so
    what others wrote before is read here."""
    definition = await definition_of(work, row.workflow_version_id, row.workflow_hash)
    rows = (await work.connection.execute(AROUND, {"event_id": row.id})).all()
    at_work = tuple(sorted((one for one in rows if one.what == "given"), key=lambda one: one.sequence))
    children = tuple(sorted(one.sequence for one in rows if one.what == "child"))
    steps = sorted((one for one in rows if one.what == "step"), key=lambda one: one.sequence)
    situation = situation_of(
        definition,
        stage=row.stage,
        path=row.path,
        reporter_id=row.reporter_id,
        steps=tuple(step(one._mapping) for one in steps),
        at_work=[one._mapping for one in at_work],
        roles=work.rules.registry.roles,
        deferred_until=row.deferred_until,
        joined=row.joined_to_id is not None,
        open_children=len(children),
        tie=await tie_of(work, viewer, row.id) if asks_for_tie(definition, row.stage) else Tie(),
        ground=await ground_of(work, row.assignee_office_id) if counts_working_time(definition, row.stage) else None,
    )
    return State(row, situation, at_work, children)


def _around() -> sa.Executable:
    """The history of the event `event_id`, who has it, and its open parts, as rows of one shape."""
    done, given, post, held, child = t.event_history, t.event_assignment, t.post, t.post.alias(), t.event
    event_id = sa.bindparam("event_id", type_=Id)
    nothing, no = sa.null(), sa.false()
    steps = (
        sa.select(
            sa.literal("step").label("what"),
            sa.cast(done.c.sequence, sa.BigInteger).label("sequence"),
            done.c.entry,
            done.c.move,
            done.c.from_stage,
            done.c.to_stage,
            done.c.at,
            done.c.account_id,
            done.c.post_id,
            post.c.office_id,
            sa.cast(nothing, sa.String).label("role_id"),
            sa.cast(nothing, sa.String).label("part_state"),
            no.label("lead"),
        )
        .outerjoin(post, post.c.id == done.c.post_id)
        .where(done.c.event_id == event_id)
    )
    assigned = (
        sa.select(
            sa.literal("given"), given.c.id, nothing, nothing, nothing, nothing, nothing, nothing,
            given.c.post_id, given.c.office_id, held.c.role_id, given.c.part_state, given.c.lead,
        )
        .outerjoin(held, held.c.id == given.c.post_id)
        .where(given.c.event_id == event_id, given.c.active)
    )  # fmt: skip
    parts = sa.select(
        sa.literal("child"), child.c.id, nothing, nothing, nothing, nothing, nothing, nothing,
        nothing, nothing, nothing, nothing, no,
    ).where(child.c.part_of_id == event_id, sa.not_(child.c.closed))  # fmt: skip
    return sa.union_all(steps, assigned, parts)


AROUND = _around()
"""Made once: it is read at every move, and making it takes longer than reading it."""
