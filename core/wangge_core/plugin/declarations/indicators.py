"""Indicators: figures with a numerator and a denominator, made of measures. A measure says what is counted, when, and for whom.

How a workflow calls the steps that are counted is said once, in its `Milestones`; nothing is guessed from the names of moves.
"""

from dataclasses import KW_ONLY, dataclass
from enum import auto

from wangge_core.plugin.declarations.labels import Choice, Declared
from wangge_core.plugin.declarations.workflows import Workflow


class Unit(Choice):
    """What the value of an indicator is."""

    PERCENT = auto(), "百分比"
    RATIO = auto(), "比值"
    MINUTES = auto(), "分钟"
    COUNT = auto(), "数量"


class CountedFor(Choice):
    """To which office, role and post something is counted: who handled the event, or who did what is counted."""

    HANDLER = auto(), "承办者"
    DOER = auto(), "操作者"


@dataclass(frozen=True, slots=True)
class Way:
    """Root of the ways in which something is counted; use one of those below."""


@dataclass(frozen=True, slots=True)
class Reports(Way):
    """Each event, on the day on which it was reported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepsMade(Way):
    """Events in which a step was made that their workflow's `Milestones` name for the measure, on the day of its first such step.

    `each` counts every such step. `within_minutes` counts an event only where the step came so soon after the report, and `by_report`
    counts it on the day of the report, as a numerator does whose denominator are `Reports`.
    """

    each: bool = False
    within_minutes: int = 0
    by_report: bool = False


@dataclass(frozen=True, slots=True)
class DueToClose(Way):
    """Events that were to be closed in a period: those due in it, those closed in it before they were due, and those due before it that
    were still open when it began (carry-over)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closings(Way):
    """Events among those due to close that were closed in the period; `in_time`: before their deadline."""

    in_time: bool = False


@dataclass(frozen=True, slots=True)
class Settlements(Way):
    """Events that were closed in the period, with a deadline or without."""


@dataclass(frozen=True, slots=True)
class Overruns(Way):
    """Deadlines that were missed, of those that count for `DueToClose`, on the day of the deadline; excused delays aside."""


@dataclass(frozen=True, slots=True)
class Chases(Way):
    """Each time that somebody above chased an event up, on its day."""


@dataclass(frozen=True, slots=True)
class Extensions(Way):
    """Extensions that were granted, on the day of the decision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratings(Way):
    """Events that their reporter rated, by the last rating on its day; `least`: with so much of 5 or more."""

    least: int = 1


@dataclass(frozen=True, slots=True)
class Responses(Way):
    """Minutes from the report to the first move that a person made, on the day of that move."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Results(Way):
    """Events of which it is known whether they were settled in time, on the day of their report: closed ones, and what imported records
    say. `in_time`: those that were."""

    in_time: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits(Way):
    """Entries of the ledger of visits that count, on their day; `what` and `outcomes` in its words, all where none is named."""

    what: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Patrols(Way):
    """Patrols of the ledger that count, on their day."""


@dataclass(frozen=True, slots=True)
class Supplied(Way):
    """What the core counts at the moment of reading, for the end of the period; `name` says which count of `indicators/supplied.py`."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Statistic(Declared):
    """Root of what the hook `indicators` returns."""


@dataclass(frozen=True, slots=True, eq=False)
class Measure(Statistic):
    """Something that is counted: `Measure("filed", zh="立案数", way=StepsMade())`. `workflows` narrows it to events of these.

    Measures add up and are subtracted: `REPORTED - NOT_ACCEPTED`.
    """

    _: KW_ONLY
    way: Way
    counted_for: CountedFor = CountedFor.HANDLER
    workflows: tuple[Workflow, ...] = ()

    def __add__(self, other: "Measure | Sum") -> "Sum":
        return Sum((self,)) + other

    def __sub__(self, other: "Measure | Sum") -> "Sum":
        return Sum((self,)) - other


@dataclass(frozen=True, slots=True, eq=False)
class Sum:
    """Measures that are added, and others that are taken away."""

    plus: tuple[Measure, ...]
    minus: tuple[Measure, ...] = ()

    def __add__(self, other: "Measure | Sum") -> "Sum":
        added = other if isinstance(other, Sum) else Sum((other,))
        return Sum((*self.plus, *added.plus), (*self.minus, *added.minus))

    def __sub__(self, other: "Measure | Sum") -> "Sum":
        taken = other if isinstance(other, Sum) else Sum((other,))
        return Sum((*self.plus, *taken.minus), (*self.minus, *taken.plus))


@dataclass(frozen=True, slots=True, eq=False)
class Indicator(Statistic):
    """A figure. PERCENT and RATIO divide; MINUTES is the median of a measure of `Responses`, COUNT the numerator alone: neither has a
    denominator. `formula` is what stands beside the figure, `source` who says so. `higher_is_better` is None where neither is.

    What divides by nothing has no value; both counts are shown all the same.
    """

    _: KW_ONLY
    numerator: Measure | Sum
    denominator: Measure | Sum | None = None
    unit: Unit = Unit.PERCENT
    formula: str = ""
    source: str = ""
    higher_is_better: bool | None = True


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Which moves of a workflow are the step that a measure counts, and the stages whose entering is."""

    measure: Measure
    _: KW_ONLY
    moves: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Milestones(Statistic):
    """How a workflow calls what is counted.

    `closing` are its stages in which something is settled: an event is closed by the move that brings it into one of them, and open again
    when it leaves them all. Other ends, such as a refusal, close nothing. `due_stage` is the stage whose deadline is that of the event
    where the whole has none. A workflow without milestones counts in `Reports` and `Responses` alone.
    """

    _: KW_ONLY
    workflow: Workflow
    closing: tuple[str, ...]
    counts: tuple[Counts, ...] = ()
    due_stage: str | None = None
