"""Clocks: each counts something, runs between stages that there are, and fits what it is the clock of."""

from collections.abc import Iterator

from wangge_core.plugin.collecting import Collection, Item
from wangge_core.plugin.declarations.clocks import (
    ByDetail,
    ByKind,
    ByPlan,
    CalendarDays,
    Clock,
    Continuous,
    WorkingDays,
    WorkingHours,
)
from wangge_core.plugin.declarations.workflows import Workflow
from wangge_core.plugin.faults import Fault

Found = tuple[str, str, str, str]
AT_ONCE = (Continuous, ByDetail)
"""Clocks that do not wait for an office to open."""


def check_clocks(collection: Collection) -> Iterator[Fault]:
    for item, workflow in collection.of("workflows", Workflow):
        for code, part, message, hint in _faults(workflow):
            yield _fault(item, part, code, message, hint)


def _fault(item: Item, part: str, code: str, message: str, hint: str) -> Fault:
    return Fault(plugin=item.plugin, thing=f"{item.id}/{part}", code=code, message=message, hint=hint)


def _faults(workflow: Workflow) -> Iterator[Found]:
    yield from _whole(workflow)
    if workflow.emergency:
        yield from _emergency(workflow)
    for stage in workflow.stages:
        if stage.clock is None:
            continue
        if stage.clock.until or stage.clock.since or stage.clock.restarted_by:
            hint = "Leave out since, until and restarted_by; they are for the clock over the whole."
            yield "CLOCK_OF_STAGE_BOUNDED", stage.name, "has a clock that runs to or from other stages.", hint
        yield from counts_nothing(stage.clock, stage.name)


def _whole(workflow: Workflow) -> Iterator[Found]:
    if workflow.whole is None:
        return
    stages, moves = [stage.name for stage in workflow.stages], [move.name for move in workflow.moves]
    for stage in (*workflow.whole.since, *workflow.whole.until):
        if stage not in stages:
            yield "STAGE_UNKNOWN", "whole", f"has a clock by the stage {stage!r}.", f"The stages are {', '.join(stages)}."
    for move in workflow.whole.restarted_by:
        if move not in moves:
            yield "MOVE_UNKNOWN", "whole", f"has a clock that the move {move!r} restarts.", f"The moves are {', '.join(moves)}."
    if isinstance(workflow.whole, ByPlan):
        hint = "A plan's dates are of its steps: put ByPlan() on the stage in which they are taken."
        yield "CLOCK_OF_WHOLE_BY_PLAN", "whole", "has a clock by plan.", hint
    yield from counts_nothing(workflow.whole, "whole")


def _emergency(workflow: Workflow) -> Iterator[Found]:
    """Nothing in an emergency waits until an office opens, and its beginning is counted by the minute."""
    clocks = [(stage.name, stage.clock) for stage in workflow.stages]
    for name, clock in (*clocks, ("whole", workflow.whole)):
        first = name in {"whole", *(stage.name for stage in workflow.stages[:1])}
        if isinstance(clock, WorkingHours | WorkingDays) or (first and clock is not None and not isinstance(clock, AT_ONCE)):
            hint = "Use Continuous(…); calendar days fit what follows when the emergency itself is over."
            yield "EMERGENCY_CLOCK_WAITS", name, f"has a clock of {type(clock).__name__} in an emergency.", hint


def counts_nothing(clock: Clock, part: str) -> Iterator[Found]:
    """A clock that is over when it begins."""
    amount = counted(clock)
    if amount is not None and amount <= 0:
        yield "CLOCK_EMPTY", part, "has a clock of no time.", "Say how long it may take, e.g. WorkingDays(2)."


def counted(clock: Clock) -> int | None:
    """How much a clock counts, in its own unit; None where somebody else says how much."""
    match clock:
        case Continuous():
            return clock.seconds
        case WorkingHours():
            return clock.hours
        case WorkingDays() | CalendarDays():
            return clock.days
        case _:
            return None


def follows_kind(workflow: Workflow) -> bool:
    """Whether a clock of the workflow asks the kind for its limit."""
    return any(isinstance(clock, ByKind) for clock in (workflow.whole, *(stage.clock for stage in workflow.stages)))
