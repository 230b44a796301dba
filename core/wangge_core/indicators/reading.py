"""Reading: events and entries of the ledger with all that facts are derived from, many at a time, in a handful of statements."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.deadlines.clocks import ClockScope
from wangge_core.events.history import HistoryEntryKind
from wangge_core.indicators.deriving import Due, Entry, EventFacts, facts_of
from wangge_core.indicators.facts import NOBODY, Counted, Doer, Fact
from wangge_core.indicators.plans import WorkflowPlan, plan_of
from wangge_core.plugin.declarations.indicators import Patrols, Visits, Way
from wangge_core.plugin.measuring import MeasureDefinition

Within = Callable[[sa.ColumnElement[int]], sa.ColumnElement[bool]]
"""Which things are read, as a condition on the column that refers to them."""
EVENT = "event"
RATING = "rating"
SAYING = (HistoryEntryKind.EXTENSION_DECIDED.value, HistoryEntryKind.RATED.value)
BARE = (HistoryEntryKind.REPORTED, HistoryEntryKind.MOVED, HistoryEntryKind.OVERDUE, HistoryEntryKind.CHASED)
TOLD = (*(one.value for one in BARE), *SAYING)
"""Entries of the history of which anything is counted."""


@dataclass(frozen=True, slots=True)
class _Given:
    """To whom an event was given, and the stage in which it stood then."""

    stage: str | None
    to: Doer


@dataclass(frozen=True, slots=True)
class _Beside:
    """What belongs to the events that are read, by event."""

    entries: Mapping[int, Sequence[Entry]]
    clocks: Mapping[int, Sequence[sa.Row[Any]]]
    handlers: Mapping[int, Sequence[_Given]]
    then: Mapping[int, tuple[int, str]]


async def read_events(work: Work, within: Within) -> list[Counted]:
    """What is counted of these events."""
    event, version, grid = t.event, t.workflow_version, t.grid
    columns = ("id", "grid_id", "kind_id", "source", "reported_at", "closed", "closed_at", "whole_due_at", "recorded_timeliness")
    more = ("part_of_id", "joined_to_id", "assignee_id", "assignee_office_id")
    rows = await work.rows(
        sa.select(*(event.c[name] for name in (*columns, *more)), version.c.workflow_id, grid.c.path)
        .join(version, version.c.id == event.c.workflow_version_id)
        .join(grid, grid.c.id == event.c.grid_id)
        .where(within(event.c.id))
        .order_by(event.c.id)
    )
    if not rows:
        return []
    plans = {id: plan_of(work.rules.registry, id) for id in {row.workflow_id for row in rows}}
    doers = await doers_of(work)
    beside = _Beside(
        await _entries(work, within, doers),
        await _clocks(work, within, {plan.due_stage for plan in plans.values() if plan.due_stage}),
        await _handlers(work, within, doers),
        await _then(work, within),
    )
    return [_counted(work, row, plans[row.workflow_id], beside, doers) for row in rows]


def _counted(work: Work, row: sa.Row[Any], plan: WorkflowPlan, beside: _Beside, doers: Mapping[int, Doer]) -> Counted:
    handled = (one.to for one in reversed(beside.handlers.get(row.id, ())) if one.stage not in plan.verifying)
    handler = next(handled, None) or doers.get(row.assignee_id) or Doer(row.assignee_office_id)
    event = EventFacts(
        reported_at=row.reported_at,
        closed=row.closed,
        closed_at=row.closed_at,
        entries=beside.entries.get(row.id, ()),
        handler=handler,
        dues=_dues(row, plan, beside.clocks.get(row.id, ())),
        recorded_timeliness=row.recorded_timeliness,
        is_part=row.part_of_id is not None,
        is_joined=row.joined_to_id is not None,
    )
    then_grid_id, then_path = beside.then.get(row.id, (row.grid_id, None))
    elsewhere = then_grid_id != row.grid_id
    return Counted(
        thing=EVENT,
        id=row.id,
        grid_id=row.grid_id,
        path=row.path,
        then_grid_id=then_grid_id if elsewhere else None,
        then_path=then_path if elsewhere else None,
        kind_id=row.kind_id,
        source=row.source,
        facts=facts_of(event, plan, work.rules.zone),
    )


def _dues(row: sa.Row[Any], plan: WorkflowPlan, clocks: Sequence[sa.Row[Any]]) -> Sequence[tuple[datetime | None, Due | None]]:
    """The deadlines of an event: those of the stage that its milestones name, each time that it stood there, else those of the whole."""
    if plan.due_stage is not None:
        own = [one for one in clocks if one.stage == plan.due_stage]
        if own or plan.has_whole:
            return [(one.started_at, _due(one, one.due_at)) for one in own]
    whole = [one for one in clocks if one.scope == ClockScope.WHOLE.value]
    if not whole:
        return () if row.whole_due_at is None else ((None, Due(at=row.whole_due_at)),)
    times = [*(one.due_at for one in whole[:-1]), row.whole_due_at]
    return [(one.started_at, _due(one, due_at)) for one, due_at in zip(whole, times, strict=True)]


def _due(clock: sa.Row[Any], due_at: datetime | None) -> Due | None:
    if due_at is None:
        return None
    return Due(at=due_at, stopped_at=clock.stopped_at, exempted=clock.exempted_at is not None)


async def doers_of(work: Work) -> Mapping[int, Doer]:
    """Every post with its role and office."""
    rows = await work.rows(sa.select(t.post.c.id, t.post.c.role_id, t.post.c.office_id))
    return {row.id: Doer(row.office_id, row.role_id, row.id) for row in rows}


async def _entries(work: Work, within: Within, doers: Mapping[int, Doer]) -> Mapping[int, Sequence[Entry]]:
    done = t.event_history
    names = ("event_id", "entry", "move", "from_stage", "to_stage", "at", "post_id", "account_id")
    rows = await work.rows(
        sa.select(*(done.c[name] for name in names), _said().label("said"))
        .where(within(done.c.event_id), done.c.entry.in_(TOLD))
        .order_by(done.c.event_id, done.c.sequence)
    )
    found = defaultdict[int, list[Entry]](list)
    for row in rows:
        found[row.event_id].append(_entry(row, doers))
    return found


def _said() -> sa.ColumnElement[Any]:
    """The answers of an entry where something is counted of them; the others are many, and long."""
    done = t.event_history
    rates = sa.cast(done.c.answers, sa.Text).contains(f'"{RATING}"')
    return sa.case((sa.or_(done.c.entry.in_(SAYING), rates), done.c.answers))


def _entry(row: sa.Row[Any], doers: Mapping[int, Doer]) -> Entry:
    said: dict[str, Any] = row.said or {}
    own = row.entry == HistoryEntryKind.MOVED.value or bool(said.get("own"))
    return Entry(
        entry=row.entry,
        move=row.move,
        from_stage=row.from_stage,
        to_stage=row.to_stage,
        at=row.at,
        by=doers.get(row.post_id, NOBODY),
        by_person=row.account_id is not None,
        granted=bool(said.get("granted")),
        rating=said.get(RATING) if own else None,
    )


async def _clocks(work: Work, within: Within, stages: Collection[str]) -> Mapping[int, Sequence[sa.Row[Any]]]:
    clock = t.event_clock
    names = ("event_id", "scope", "stage", "due_at", "started_at", "stopped_at", "exempted_at")
    wanted = sa.or_(clock.c.scope == ClockScope.WHOLE.value, clock.c.stage.in_(sorted(stages)))
    query = sa.select(*(clock.c[name] for name in names)).where(within(clock.c.event_id), wanted)
    found = defaultdict[int, list[sa.Row[Any]]](list)
    for row in await work.rows(query.order_by(clock.c.event_id, clock.c.id)):
        found[row.event_id].append(row)
    return found


async def _handlers(work: Work, within: Within, doers: Mapping[int, Doer]) -> Mapping[int, Sequence[_Given]]:
    """To whom events were given as the leader of the work, in order."""
    given, done = t.event_assignment, t.event_history
    query = (
        sa.select(given.c.event_id, given.c.post_id, given.c.office_id, done.c.to_stage)
        .outerjoin(done, sa.and_(done.c.event_id == given.c.event_id, done.c.sequence == given.c.sequence))
        .where(within(given.c.event_id), given.c.lead)
        .order_by(given.c.event_id, given.c.sequence, given.c.id)
    )
    found = defaultdict[int, list[_Given]](list)
    for row in await work.rows(query):
        found[row.event_id].append(_Given(row.to_stage, doers.get(row.post_id) or Doer(row.office_id)))
    return found


async def _then(work: Work, within: Within) -> Mapping[int, tuple[int, str]]:
    """The grids in which events lay before the first division that moved them, and their paths."""
    move, division, grid = t.division_move, t.division, t.grid
    query = (
        sa.select(move.c.row_id, move.c.from_grid_id, grid.c.path)
        .join(division, division.c.id == move.c.division_id)
        .join(grid, grid.c.id == move.c.from_grid_id)
        .where(move.c.moved == EVENT, within(move.c.row_id))
        .order_by(division.c.applied_at.desc(), move.c.division_id.desc())
    )
    return {row.row_id: (row.from_grid_id, row.path) for row in await work.rows(query)}


VISIT, PATROL = "visit", "patrol"


async def read_visits(work: Work, within: Within) -> list[Counted]:
    """What is counted of these visits."""
    table = t.visit
    measures = [one for one in work.rules.registry.measures.values() if isinstance(one.way, Visits)]

    def wanted(row: sa.Row[Any], way: Way) -> bool:
        assert isinstance(way, Visits)
        return (not way.what or row.what in way.what) and (not way.outcomes or row.outcome in way.outcomes)

    return await _read_ledger(work, table, (table.c.what, table.c.outcome), within, measures, wanted)


async def read_patrols(work: Work, within: Within) -> list[Counted]:
    """What is counted of these patrols."""
    measures = [one for one in work.rules.registry.measures.values() if isinstance(one.way, Patrols)]
    return await _read_ledger(work, t.patrol, (t.patrol.c.ended_at,), within, measures, lambda row, _: row.ended_at is not None)


async def _read_ledger(
    work: Work,
    table: sa.Table,
    columns: Sequence[sa.ColumnElement[Any]],
    within: Within,
    measures: Sequence[MeasureDefinition],
    wanted: Callable[[sa.Row[Any], Way], bool],
) -> list[Counted]:
    rows = await work.rows(
        sa.select(table.c.id, table.c.grid_id, table.c.post_id, table.c.started_at, *columns, t.grid.c.path)
        .join(t.grid, t.grid.c.id == table.c.grid_id)
        .where(within(table.c.id), table.c.counted)
        .order_by(table.c.id)
    )
    doers = await doers_of(work)
    found: list[Counted] = []
    for row in rows:
        day, by = row.started_at.astimezone(work.rules.zone).date(), doers.get(row.post_id, NOBODY)
        facts = tuple(Fact(one.id, day, by) for one in measures if wanted(row, one.way))
        found.append(Counted(thing=table.name, id=row.id, grid_id=row.grid_id, path=row.path, facts=facts))
    return found


READERS: Mapping[str, Callable[[Work, Within], Awaitable[list[Counted]]]] = {
    EVENT: read_events,
    VISIT: read_visits,
    PATROL: read_patrols,
}
"""How what is counted of things is read, by their table."""
