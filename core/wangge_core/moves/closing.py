"""Closing: what becomes of the open parts of an event when it ends itself, as its workflow says."""

from wangge_core.db.work import Work
from wangge_core.deadlines.moving import move_clocks
from wangge_core.events.history import HistoryEntryKind, record_entry
from wangge_core.events.stage_tasks import WITH_EVENT
from wangge_core.events.states import State, locked_state
from wangge_core.plugin.declarations.labels import Label
from wangge_core.plugin.declarations.roles import SYSTEM
from wangge_core.plugin.declarations.workflows import ClosingParts
from wangge_core.plugin.definitions import MoveDefinition
from wangge_core.rights.viewers import SYSTEM_VIEWER
from wangge_core.steering.requests import lapse
from wangge_core.steering.steering import Steered, clocked, tell
from wangge_core.tasks.giving import end_tasks

SETTLED = "随主事件 {number} 办结 · Settled with {number}"


async def close_parts(work: Work, state: State) -> None:
    """Settle or release the open parts of an event that has just ended. With WAIT there are none: a guard holds the event open."""
    for part in await _open_parts(work, state):
        if state.definition.closing_parts is ClosingParts.SETTLE:
            await settle(work, part, SETTLED.format(number=state.row.number))
        else:
            await release(work, part)


async def _open_parts(work: Work, state: State) -> list[State]:
    """The parts that are open still, now that nobody else can end them: since they were listed they may have."""
    parts = [await locked_state(work, SYSTEM_VIEWER, id) for id in state.children]
    return [part for part in parts if part is not None and not part.row.closed]


async def settle(work: Work, state: State, note: str) -> None:
    """Bring an event to the first end of its workflow, as the service itself; its own open parts end with it."""
    row = state.row
    final = next(stage for stage in state.definition.stages if stage.final)
    ending = MoveDefinition("settle", Label("随主事件办结", "Settle"), (row.stage,), (SYSTEM.name,), to=final.name)
    due = await move_clocks(work, clocked(Steered(state)), ending, row.stage, final.name)
    values = {"stage": final.name, "closed": True, "closed_at": work.now, "entered_stage_at": work.now, "deferred_until": None}
    values |= due._asdict()
    await record_entry(work, row, HistoryEntryKind.MOVED, to_stage=final.name, answers={"note": note}, values=values)
    await lapse(work, row.id)
    await end_tasks(work, row.id, WITH_EVENT, done=False)
    work.announce("event.moved", row.id, row.grid_id, kind=row.kind_id, stage=final.name)
    for part in await _open_parts(work, state):
        await settle(work, part, note)


async def release(work: Work, state: State) -> None:
    """Let a part go on as an event of its own."""
    row = state.row
    await record_entry(work, row, HistoryEntryKind.RELEASED, values={"part_of_id": None})
    tell(work, row, HistoryEntryKind.RELEASED)
