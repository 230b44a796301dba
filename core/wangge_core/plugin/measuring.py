"""What the host makes of declared indicators: the same with full ids in place of objects."""

from collections.abc import Mapping
from dataclasses import dataclass

from wangge_core.plugin.declarations.indicators import CountedFor, Unit, Way
from wangge_core.plugin.declarations.labels import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureDefinition:
    """A measure; without `workflows` it counts events of all."""

    id: str
    plugin: str
    label: Label
    way: Way
    counted_for: CountedFor
    workflows: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A sum of measures: those that are added and those that are taken away, by id."""

    plus: tuple[str, ...]
    minus: tuple[str, ...] = ()

    @property
    def measures(self) -> tuple[str, ...]:
        return (*self.plus, *self.minus)

    def of(self, counts: Mapping[str, int]) -> int:
        """The sum of these counts; what is not among them is 0."""
        return sum(counts.get(one, 0) for one in self.plus) - sum(counts.get(one, 0) for one in self.minus)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorDefinition:
    """An indicator; only PERCENT and RATIO have a denominator."""

    id: str
    plugin: str
    label: Label
    numerator: Terms
    denominator: Terms | None
    unit: Unit
    formula: str
    source: str
    higher_is_better: bool | None

    @property
    def measures(self) -> tuple[str, ...]:
        return (*self.numerator.measures, *(self.denominator.measures if self.denominator else ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestonesDefinition:
    """What is counted of a workflow: measures by the moves that are their step, and by the stages whose entering is."""

    workflow: str
    closing: frozenset[str]
    moves: Mapping[str, frozenset[str]]
    stages: Mapping[str, frozenset[str]]
    due_stage: str | None
