"""Exploring: matters go out of their way while there are moves that nobody has made, so that each is made in the three months."""

from dataclasses import dataclass, field
from datetime import timedelta

from wangge_core.plugin.definitions import MoveDefinition, WorkflowDefinition
from wangge_server.demo.matters import Matter, distances

MOST_MOVES = 30
PATIENCE = timedelta(days=3)
"""So long, at most, such a matter waits at a stage."""


@dataclass(slots=True)
class Exploring:
    """The moves that were made so far, by workflow and name."""

    made: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    _heading: dict[int, tuple[Matter, str]] = field(default_factory=dict[int, tuple[Matter, str]])
    """Which move each matter goes out of its way for."""

    def note(self, matter: Matter, move: MoveDefinition) -> None:
        self.made.add((matter.definition.id, move.name))

    def next_move(self, matter: Matter) -> tuple[MoveDefinition, str] | None:
        """The nearest move that nobody makes, and the stage to make it from; None where the matter keeps to its way.

        One that ends the matter waits until no other is left, so that few matters make all moves.
        """
        if matter.plan.pinned or len(matter.steps) >= MOST_MOVES:
            return None
        workflow = matter.definition
        taken = {
            move for other, move in self._heading.values() if other.definition is workflow and other is not matter and other.runs
        }
        near = [
            (_ends(workflow, move), distances(workflow, source)[matter.stage], order, move, source)
            for order, move in enumerate(workflow.moves)
            if (workflow.id, move.name) not in self.made and move.name not in matter.tried | taken
            for source in move.sources
            if matter.stage in distances(workflow, source)
        ]
        found = min(near, key=lambda one: one[:3], default=None)
        if found is None:
            self._heading.pop(matter.id, None)
            return None
        self._heading[matter.id] = matter, found[3].name
        return found[3:]


def _ends(workflow: WorkflowDefinition, move: MoveDefinition) -> bool:
    return move.to is not None and workflow.stage(move.to).final
