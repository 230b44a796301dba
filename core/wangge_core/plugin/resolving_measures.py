"""Resolving of indicators: measures, formulas and milestones with full ids in place of objects."""

from collections.abc import Callable

from wangge_core.plugin.declarations.indicators import Counts, Indicator, Measure, Milestones, Sum
from wangge_core.plugin.measuring import IndicatorDefinition, MeasureDefinition, MilestonesDefinition, Terms
from wangge_core.plugin.resolving import Resolver

HOOK = "indicators"


def measures(resolver: Resolver) -> dict[str, MeasureDefinition]:
    return {
        item.id: MeasureDefinition(
            id=item.id,
            plugin=item.plugin,
            label=measure.label,
            way=measure.way,
            counted_for=measure.counted_for,
            workflows=frozenset(resolver.ids_of(measure.workflows)),
        )
        for item, measure in resolver.collection.of(HOOK, Measure)
    }


def indicators(resolver: Resolver) -> dict[str, IndicatorDefinition]:
    return {
        item.id: IndicatorDefinition(
            id=item.id,
            plugin=item.plugin,
            label=found.label,
            numerator=_terms(resolver, found.numerator),
            denominator=None if found.denominator is None else _terms(resolver, found.denominator),
            unit=found.unit,
            formula=found.formula,
            source=found.source,
            higher_is_better=found.higher_is_better,
        )
        for item, found in resolver.collection.of(HOOK, Indicator)
    }


def _terms(resolver: Resolver, side: Measure | Sum) -> Terms:
    if isinstance(side, Measure):
        return Terms(plus=(resolver.id_of(side),))
    return Terms(plus=resolver.ids_of(side.plus), minus=resolver.ids_of(side.minus))


def milestones(resolver: Resolver) -> dict[str, MilestonesDefinition]:
    return {
        resolver.id_of(found.workflow): MilestonesDefinition(
            workflow=resolver.id_of(found.workflow),
            closing=frozenset(found.closing),
            moves=_named(resolver, found, lambda counts: counts.moves),
            stages=_named(resolver, found, lambda counts: counts.stages),
            due_stage=found.due_stage,
        )
        for _, found in resolver.collection.of(HOOK, Milestones)
    }


def _named(resolver: Resolver, found: Milestones, names: Callable[[Counts], tuple[str, ...]]) -> dict[str, frozenset[str]]:
    """Moves or stages by measure."""
    by_measure: dict[str, frozenset[str]] = {}
    for counts in found.counts:
        id = resolver.id_of(counts.measure)
        by_measure[id] = by_measure.get(id, frozenset()) | frozenset(names(counts))
    return by_measure
