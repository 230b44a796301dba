"""Exploring: some matters go out of their way, so that every move of every workflow is made by somebody in the three months."""

from dataclasses import dataclass, field

from wangge_core.plugin.definitions import MoveDefinition
from wangge_server.demo.matters import Matter, distances

EVERY = 2
"""One matter in so many goes out of its way while there are moves that nobody has made."""
MOST_MOVES = 30


@dataclass(slots=True)
class Exploring:
    """The moves that were made so far, by workflow and name, and how many matters of each workflow there were."""

    made: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    _begun: dict[str, int] = field(default_factory=dict[str, int])
    _explorers: set[int] = field(default_factory=set[int])

    def begin(self, matter: Matter) -> None:
        """Let a new matter go out of its way, or not."""
        number = self._begun[matter.definition.id] = self._begun.get(matter.definition.id, 0) + 1
        if not matter.plan.pinned and number % EVERY == 0:
            self._explorers.add(matter.id)

    def note(self, matter: Matter, move: MoveDefinition) -> None:
        self.made.add((matter.definition.id, move.name))

    def next_move(self, matter: Matter) -> tuple[MoveDefinition, str] | None:
        """The nearest move that nobody has made, and the stage to make it from; None where the matter keeps to its way."""
        if matter.id not in self._explorers or len(matter.steps) >= MOST_MOVES:
            return None
        workflow = matter.definition
        near = [
            (distances(workflow, source)[matter.stage], order, move, source)
            for order, move in enumerate(workflow.moves)
            if (workflow.id, move.name) not in self.made and move.name not in matter.tried
            for source in move.sources
            if matter.stage in distances(workflow, source)
        ]
        found = min(near, key=lambda one: one[:2], default=None)
        return None if found is None else (found[2], found[3])
