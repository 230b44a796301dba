"""Moves: what they give, pause, open or leave to the service itself must make sense where they stand."""

from collections.abc import Iterator

from wangge_core.plugin.checks.ways import closure, targets
from wangge_core.plugin.collecting import Collection
from wangge_core.plugin.declarations.asks import Assets, Assignees, KindConfirmed, Offices
from wangge_core.plugin.declarations.guards import PartsDone
from wangge_core.plugin.declarations.roles import SYSTEM
from wangge_core.plugin.declarations.tasks import OF_STAGES
from wangge_core.plugin.declarations.workflows import Move, Workflow
from wangge_core.plugin.faults import Fault

Found = tuple[str, str, str]


def check_moves(collection: Collection) -> Iterator[Fault]:
    for item, workflow in collection.of("workflows", Workflow):
        for stage in workflow.stages:
            if stage.task not in OF_STAGES:
                yield Fault(
                    plugin=item.plugin,
                    thing=f"{item.id}/{stage.name}",
                    code="STAGE_TASK_UNFIT",
                    message=f"asks for the task {stage.task.name}, which comes of what happens to an event.",
                    hint=f"A stage asks for one of {', '.join(kind.name for kind in OF_STAGES)}.",
                )
        for move in workflow.moves:
            for code, message, hint in _faults(workflow, move):
                yield Fault(plugin=item.plugin, thing=f"{item.id}/{move.name}", code=code, message=message, hint=hint)


def _faults(workflow: Workflow, move: Move) -> Iterator[Found]:
    if SYSTEM in move.by:
        yield from _by_system(workflow, move)
    if move.pauses_clock and not set(move.sources) & _after(workflow, move):
        hint = "Leave pauses_clock out, or add a move by which the event comes back."
        yield "PAUSE_WITHOUT_RETURN", "pauses the clock of a stage to which the event never comes back.", hint
    if any(isinstance(guard, PartsDone) for guard in move.guards) and not _gives_parts(workflow):
        hint = "Let a move ask for Assignees() or Offices(), or drop PartsDone()."
        yield "PARTS_NEVER_GIVEN", "waits for parts, and no move of the workflow gives any.", hint
    if any(isinstance(ask, Assignees) and ask.nearest_on_duty for ask in move.asks) and not _stand_somewhere(workflow, move):
        hint = "Lead to a stage with roles in its by=(…), or ask for the assignees without nearest_on_duty."
        yield "NEAREST_OF_NOBODY", "gives the event to the nearest on duty, and nobody answers where it leads.", hint
    if move.opens:
        yield from _opens(move)


def _by_system(workflow: Workflow, move: Move) -> Iterator[Found]:
    for stage in workflow.stages:
        if stage.name in move.sources and stage.clock is None:
            hint = "The service moves an event when a clock runs out: give the stage one, or drop SYSTEM."
            yield "SYSTEM_WITHOUT_CLOCK", f"is the service's own from {stage.name!r}, which has no clock.", hint
    if required := [ask.name for ask in move.asks if not ask.optional]:
        hint = "Make what it asks for optional, or drop SYSTEM."
        yield "SYSTEM_CANNOT_ANSWER", f"is the service's own and asks for {', '.join(required)}.", hint


def _after(workflow: Workflow, move: Move) -> set[str]:
    """All stages that an event may come to after the move."""
    edges: dict[str, set[str]] = {stage.name: set() for stage in workflow.stages}
    for other in workflow.moves:
        for source in other.sources:
            edges.setdefault(source, set()).update(name for name in targets(workflow, other) if name in edges)
    return closure({name for name in targets(workflow, move) if name in edges}, edges)


def _gives_parts(workflow: Workflow) -> bool:
    return any(isinstance(ask, Assignees | Offices) for move in workflow.moves for ask in move.asks)


def _stand_somewhere(workflow: Workflow, move: Move) -> bool:
    return all(stage.by for stage in workflow.stages if stage.name in targets(workflow, move))


def _opens(move: Move) -> Iterator[Found]:
    opens = move.opens
    if opens is None:
        return
    if opens.kind is None and not any(isinstance(ask, KindConfirmed) and not ask.optional for ask in move.asks):
        hint = "Add KindConfirmed() to its asks, or name the kind in Opens(…)."
        yield "OPENS_WITHOUT_KIND", "opens an event, and nothing says of which kind.", hint
    if opens.per and not any(isinstance(ask, Assets) and ask.name == opens.per for ask in move.asks):
        hint = f"Add Assets({opens.per!r}, zh=…) to its asks."
        yield "OPENS_PER_UNKNOWN", f"opens an event for each of {opens.per!r}, which it does not ask for.", hint
