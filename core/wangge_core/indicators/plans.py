"""Plans: which measures are counted of the events of each workflow, and how. Made once of the registry."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from wangge_core.plugin.declarations.indicators import Way
from wangge_core.plugin.declarations.tasks import TaskKind
from wangge_core.plugin.measuring import MeasureDefinition, MilestonesDefinition
from wangge_core.plugin.registry import Registry

NONE = frozenset[str]()
VERIFYING = (TaskKind.VERIFY_EXISTS, TaskKind.VERIFY_FIXED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The moves that are a step, and the stages whose entering is."""

    moves: frozenset[str]
    stages: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowPlan:
    """What is counted of the events of a workflow. `due_stage` is the stage whose deadline is that of the event; None: the whole's.

    `steps` are those of the measures that count steps. Without milestones nothing closes an event.
    """

    measures: tuple[MeasureDefinition, ...]
    steps: Mapping[str, Step]
    closing: frozenset[str] = NONE
    due_stage: str | None = None
    has_whole: bool = False
    verifying: frozenset[str] = NONE
    """Stages in which somebody looks on: to whom an event is given there does not handle it."""

    def of(self, way: type[Way]) -> tuple[MeasureDefinition, ...]:
        """The measures that count in a way."""
        return tuple(one for one in self.measures if isinstance(one.way, way))


def plan_of(registry: Registry, workflow: str) -> WorkflowPlan:
    """The plan of a workflow; one that no plugin declares any more has no steps and no closing."""
    return _plan(_Same(registry), workflow)


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """A registry as a key: by what it is, not by what it holds."""

    registry: Registry

    def __hash__(self) -> int:
        return id(self.registry)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.registry is self.registry


@lru_cache(maxsize=1_000)
def _plan(same: _Same, workflow: str) -> WorkflowPlan:
    registry = same.registry
    measures = tuple(one for one in registry.measures.values() if not one.workflows or workflow in one.workflows)
    found, definition = registry.milestones.get(workflow), registry.workflows.get(workflow)
    if found is None:
        return WorkflowPlan(measures=measures, steps={})
    return WorkflowPlan(
        measures=measures,
        steps=_steps(found),
        closing=found.closing,
        due_stage=found.due_stage,
        has_whole=definition is not None and definition.whole is not None,
        verifying=frozenset(one.name for one in definition.stages if one.task in VERIFYING) if definition else NONE,
    )


def _steps(found: MilestonesDefinition) -> dict[str, Step]:
    ids = found.moves.keys() | found.stages.keys()
    return {id: Step(moves=found.moves.get(id, NONE), stages=found.stages.get(id, NONE)) for id in ids}
