"""Ways through a workflow: where its moves lead, and what can be reached by them."""

from collections.abc import Mapping

from wangge_core.plugin.declarations.workflows import Move, Workflow


def targets(workflow: Workflow, move: Move) -> tuple[str, ...]:
    """The stages that a move may lead to."""
    if isinstance(move.to, str):
        return (move.to,)
    origin = move.to.move
    return next((other.sources for other in workflow.moves if other.name == origin), ())


def closure(start: set[str], edges: Mapping[str, set[str]]) -> set[str]:
    """All that is reached from `start` along edges, `start` included."""
    found, waiting = set(start), list(start)
    while waiting:
        for name in edges[waiting.pop()] - found:
            found.add(name)
            waiting.append(name)
    return found
