"""Clocks of events that are moved: which of them stop, wait, start or go on as the event comes from one stage to another."""

from collections.abc import Sequence

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.deadlines.clock_rows import Clock, load_clocks
from wangge_core.deadlines.clocks import ClockedEvent, ClockScope
from wangge_core.deadlines.new_clocks import Facts, facts_of, new_clock, new_whole
from wangge_core.deadlines.running import Due, end_deferral, finish, replan, stop
from wangge_core.plugin.definitions import MoveDefinition


async def move_clocks(work: Work, event: ClockedEvent, move: MoveDefinition, from_stage: str, to_stage: str) -> Due:
    """Stop, pause, start or go on with the clocks as a move wants it. `from_stage` equals `to_stage` where the move changes none.

    The clock of the stage that is left stops, or waits where the move `pauses_clock`; coming back to a stage whose clock waits, the clock
    goes on with what remains, by another limit where the event has got one meanwhile. A clock over the whole starts anew with the moves
    that restart it, and when the event leaves an end or a stage of its `until` again.
    """
    clocks = await load_clocks(work, [event.id]) or await _adopted(work, event)
    facts = await facts_of(work, [event], planned=True)
    if from_stage != to_stage:
        await end_deferral(work, clocks)
        _leave(work, clocks, move)
        stage = event.definition.stage(to_stage)
        if stage.final:
            stop(work, clocks)
        elif (waiting := _waiting_at(clocks, to_stage)) is not None:
            waiting.go_on(work.now)
        elif (new := new_clock(work, facts, event, ClockScope.STAGE, stage.clock, work.now, to_stage)) is not None:
            clocks.append(new)
    replan(work, facts, event, clocks)
    _move_whole(work, facts, event, clocks, move, from_stage, to_stage)
    return await finish(work, facts.calendars, clocks)


def _move_whole(
    work: Work, facts: Facts, event: ClockedEvent, clocks: list[Clock], move: MoveDefinition, from_stage: str, to_stage: str
) -> None:
    whole = event.definition.whole
    if whole is None:
        return
    running = next((one for one in reversed(clocks) if one.scope is ClockScope.WHOLE and one.is_open), None)
    ended = event.definition.stage(to_stage).final or to_stage in whole.until
    left = event.definition.stage(from_stage).final or from_stage in whole.until
    reached = to_stage in whole.since and not any(one.scope is ClockScope.WHOLE for one in clocks)
    again = move.name in whole.restarted_by and (running is not None or left)
    if running is not None and (ended or again):
        running.stop(work.now)
    if not ended and (again or reached or (left and running is None)):
        new = new_clock(work, facts, event, ClockScope.WHOLE, whole, work.now)
        clocks += [] if new is None else [new]


def _leave(work: Work, clocks: Sequence[Clock], move: MoveDefinition) -> None:
    for clock in clocks:
        if clock.of_present_stage:
            if move.pauses_clock:
                clock.wait(work.now, move.label.zh, by_move=True)
            else:
                clock.stop(work.now)


def _waiting_at(clocks: Sequence[Clock], stage: str) -> Clock | None:
    return next((one for one in reversed(clocks) if one.stage == stage and one.waits_by_move), None)


async def _adopted(work: Work, event: ClockedEvent) -> list[Clock]:
    """The clock over the whole of an event that was reported before clocks were kept."""
    row = await work.first(sa.select(t.event.c.reported_at, t.event.c.closed).where(t.event.c.id == event.id))
    if row is None or row.closed or event.definition.whole is None:
        return []
    whole = new_whole(work, await facts_of(work, [event], planned=False), event, row.reported_at)
    return [] if whole is None else [whole]
