"""The proof of a workflow: every stage can be reached, an end can be reached from every stage, every stage that is no end has a
clock and somebody who answers, and every move that goes back asks for a reason."""

from collections import Counter
from collections.abc import Iterator, Mapping

from wangge_core.plugin.checks.ways import closure, targets
from wangge_core.plugin.collecting import Collection
from wangge_core.plugin.declarations.asks import Reason
from wangge_core.plugin.declarations.guards import NotStraightAfter, NotToWhoDid, NotWhoDid
from wangge_core.plugin.declarations.workflows import CameFrom, Move, Workflow
from wangge_core.plugin.faults import Fault


def check_workflows(collection: Collection) -> Iterator[Fault]:
    for item, workflow in collection.of("workflows", Workflow):
        for code, part, message, hint in _faults(workflow):
            thing = f"{item.id}/{part}" if part else item.id
            yield Fault(plugin=item.plugin, thing=thing, code=code, message=message, hint=hint)


Found = tuple[str, str, str, str]


def _faults(workflow: Workflow) -> Iterator[Found]:
    if not workflow.stages:
        yield "WORKFLOW_EMPTY", "", "has no stages.", "Give it at least a first and a final stage."
        return
    named = list(_named(workflow))
    yield from named
    if not named:
        yield from _walked(workflow)
        yield from _answered(workflow)
        yield from _moves_back(workflow)


def _named(workflow: Workflow) -> Iterator[Found]:
    stages, moves = [stage.name for stage in workflow.stages], [move.name for move in workflow.moves]
    for name, count in (Counter(stages) + Counter(f"move {move}" for move in moves)).items():
        if count > 1:
            yield "NAME_TAKEN", name, f"stands {count} times in the workflow.", "Give each stage and each move a name of its own."
    for move in workflow.moves:
        for stage in (*move.sources, *([move.to] if isinstance(move.to, str) else ())):
            if stage not in stages:
                yield "STAGE_UNKNOWN", move.name, f"names the stage {stage!r}.", f"The stages are {', '.join(stages)}."
        for other in _moves_named(move):
            if other not in moves and other != "report":
                yield "MOVE_UNKNOWN", move.name, f"names the move {other!r}.", f"The moves are {', '.join(moves)}, report."


def _moves_named(move: Move) -> Iterator[str]:
    if isinstance(move.to, CameFrom):
        yield move.to.move
    for guard in move.guards:
        if isinstance(guard, NotWhoDid | NotStraightAfter | NotToWhoDid):
            yield from guard.moves


def _walked(workflow: Workflow) -> Iterator[Found]:
    onward: Mapping[str, set[str]] = {stage.name: set() for stage in workflow.stages}
    backward: Mapping[str, set[str]] = {stage.name: set() for stage in workflow.stages}
    for move in workflow.moves:
        for source in move.sources:
            for target in targets(workflow, move):
                onward[source].add(target)
                backward[target].add(source)
    reachable = closure({workflow.stages[0].name}, onward)
    ending = closure({stage.name for stage in workflow.stages if stage.final}, backward)
    for stage in workflow.stages:
        if stage.name not in reachable:
            yield "STAGE_UNREACHABLE", stage.name, "cannot be reached from the first stage.", "Add a move to it, or drop it."
        if stage.name not in ending:
            yield "STAGE_WITHOUT_END", stage.name, "has no way to a final stage.", "Add a move that leads on to an end."


def _answered(workflow: Workflow) -> Iterator[Found]:
    for stage in workflow.stages:
        if stage.final:
            continue
        if stage.clock is None:
            yield "STAGE_WITHOUT_CLOCK", stage.name, "has no clock.", "Say how long it may take, e.g. clock=WorkingDays(2)."
        if not stage.by:
            yield "STAGE_WITHOUT_ROLE", stage.name, "has nobody who answers for it.", "Name at least one role in by=(…)."


def _moves_back(workflow: Workflow) -> Iterator[Found]:
    order = {stage.name: index for index, stage in enumerate(workflow.stages)}
    finals = {stage.name for stage in workflow.stages if stage.final}
    for move in workflow.moves:
        back = isinstance(move.to, CameFrom) or any(
            source in finals or (order[move.to] < order[source] and move.to not in finals) for source in move.sources
        )
        if back and not any(isinstance(ask, Reason) and not ask.optional for ask in move.asks):
            yield "REASON_NOT_ASKED", move.name, "goes back without asking for a reason.", "Add Reason() to its asks."
