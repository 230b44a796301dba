"""Indicators: what milestones name is there, each workflow has them once, and a formula fits its unit."""

from collections.abc import Iterable, Iterator

from wangge_core.plugin.collecting import Collection, Item
from wangge_core.plugin.declarations.indicators import Indicator, Measure, Milestones, Responses, StepsMade, Sum, Unit
from wangge_core.plugin.faults import Fault

DIVIDING = (Unit.PERCENT, Unit.RATIO)


def check_indicators(collection: Collection) -> Iterator[Fault]:
    seen: dict[int, str] = {}
    for item, milestones in collection.of("indicators", Milestones):
        yield from _check_milestones(item, milestones)
        earlier = seen.setdefault(id(milestones.workflow), item.id)
        if earlier != item.id:
            hint = "Say of each workflow once what is counted."
            yield _fault(item, "MILESTONES_TWICE", f"is about the workflow of {earlier}.", hint)
    for item, indicator in collection.of("indicators", Indicator):
        yield from _check_formula(item, indicator)


def _check_milestones(item: Item, milestones: Milestones) -> Iterator[Fault]:
    workflow = milestones.workflow
    stages = {stage.name for stage in workflow.stages}
    moves = {move.name for move in workflow.moves}
    wanted = [*milestones.closing, *(one for counts in milestones.counts for one in counts.stages)]
    wanted += [milestones.due_stage] if milestones.due_stage else []
    missing = [one for one in wanted if one not in stages]
    missing += [one for counts in milestones.counts for one in counts.moves if one not in moves]
    for name in missing:
        yield _fault(item, "MILESTONE_UNKNOWN", f"names {name!r}, which {workflow.name} does not have.", "Mend the name.")
    for counts in milestones.counts:
        if not isinstance(counts.measure.way, StepsMade):
            hint = "Milestones are for measures that count StepsMade."
            yield _fault(
                item, "MEASURE_NOT_OF_STEPS", f"counts {counts.measure.name!r} by steps, which is counted another way.", hint
            )


def _check_formula(item: Item, indicator: Indicator) -> Iterator[Fault]:
    divides = indicator.unit in DIVIDING
    if divides != (indicator.denominator is not None):
        hint = "PERCENT and RATIO need a denominator; MINUTES and COUNT have none."
        yield _fault(item, "FORMULA_UNFIT", f"is {indicator.unit.value} with{'out' * divides} a denominator.", hint)
    minutes = [isinstance(one.way, Responses) for one in _measures(indicator)]
    alone = isinstance(indicator.numerator, Measure)
    if any(minutes) != (indicator.unit is Unit.MINUTES) or (any(minutes) and not alone):
        hint = "MINUTES is the median of one measure of Responses; nothing else is made of one."
        yield _fault(item, "FORMULA_UNFIT", "mixes minutes and counts.", hint)


def _measures(indicator: Indicator) -> Iterable[Measure]:
    for side in (indicator.numerator, indicator.denominator):
        if isinstance(side, Sum):
            yield from (*side.plus, *side.minus)
        elif side is not None:
            yield side


def measures_of(indicator: Indicator) -> tuple[Measure, ...]:
    """Every measure that a formula names."""
    return tuple(_measures(indicator))


def _fault(item: Item, code: str, message: str, hint: str) -> Fault:
    return Fault(plugin=item.plugin, thing=item.id, code=code, message=message, hint=hint)
