"""Resolving duties: whom they concern and how often, as plain data with full ids."""

from collections.abc import Callable, Iterable

from wangge_core.plugin.collecting import Collection
from wangge_core.plugin.declarations.duties import (
    AsItComes,
    Before,
    Different,
    During,
    Duty,
    EachAsked,
    EachAsset,
    EachBuilding,
    EachEvent,
    EachHome,
    EachHousehold,
    EachOrganization,
    EachPerson,
    EachPlace,
    EveryHours,
    Frequency,
    Minutes,
    Promptly,
    Share,
    Target,
    Times,
    WholeGrid,
)
from wangge_core.plugin.declarations.grid_types import GridType
from wangge_core.plugin.declarations.labels import Declared
from wangge_core.plugin.definitions import DutyDefinition, FrequencyDefinition, TargetDefinition

BUILT_IN = "community"
"""The plugin whose duties hold on the ground of all."""
IdOf = Callable[[Declared], str]


def resolved_duties(collection: Collection, id_of: IdOf) -> dict[str, DutyDefinition]:
    """Every duty of the collection by its full id."""
    types: dict[str, set[str]] = {}
    for item, grid_type in collection.of("grid_types", GridType):
        if not grid_type.overlay:
            types.setdefault(item.plugin, set()).add(item.id)
    return {
        item.id: DutyDefinition(
            id=item.id,
            plugin=item.plugin,
            label=duty.label,
            who=tuple(map(id_of, duty.who)),
            does=duty.does,
            minutes=duty.minutes,
            targets=tuple(target_definition(target, id_of) for target in duty.targets),
            frequencies=tuple(frequency_definition(one, id_of) for one in duty.frequencies),
            grid_types=None if item.plugin == BUILT_IN else frozenset(types.get(item.plugin, ())),
        )
        for item, duty in collection.of("duties", Duty)
    }


def target_definition(target: Target, id_of: IdOf) -> TargetDefinition:
    """A target as plain data."""

    def ids(declared: Iterable[Declared]) -> tuple[str, ...]:
        return tuple(map(id_of, declared))

    match target:
        case EachHousehold():
            return TargetDefinition(
                "HOUSEHOLD", ids(target.need), without_need=target.without_need, with_temporary=target.with_temporary
            )
        case EachPerson():
            return TargetDefinition("PERSON", ids(target.need), ids(target.also), ids(target.not_also))
        case EachHome():
            return TargetDefinition("UNIT")
        case EachBuilding():
            return TargetDefinition("BUILDING")
        case EachOrganization():
            return TargetDefinition("ORGANIZATION")
        case EachAsset():
            return TargetDefinition("ASSET", ids(target.kinds))
        case EachPlace():
            return TargetDefinition("PLACE", ids(target.kinds))
        case WholeGrid():
            return TargetDefinition("GRID", level=target.level)
        case EachEvent():
            return TargetDefinition(
                "EVENT",
                ids(target.kinds),
                urgent=target.urgent,
                closed=target.closed,
                unrated=target.unrated,
                one_in=target.one_in,
            )
        case EachAsked():
            return TargetDefinition("TASK", tuple(kind.value for kind in target.tasks))


def frequency_definition(one: Frequency, id_of: IdOf) -> FrequencyDefinition:
    """A frequency as plain data."""
    match one:
        case During():
            inner = frequency_definition(one.regular, id_of)
            return FrequencyDefinition(inner.kind, inner.amount, inner.per, inner.on, id_of(one.occasion))
        case Times():
            return FrequencyDefinition("TIMES", one.times, one.per, one.on)
        case Minutes():
            return FrequencyDefinition("MINUTES", one.minutes, one.per)
        case Share():
            return FrequencyDefinition("SHARE", one.percent, one.per)
        case Different():
            return FrequencyDefinition("DIFFERENT", one.count, one.per)
        case EveryHours():
            return FrequencyDefinition("EVERY_HOURS", one.hours)
        case Promptly():
            return FrequencyDefinition("PROMPTLY", one.seconds, occasion=id_of(one.of) if one.of else "")
        case AsItComes():
            return FrequencyDefinition("AS_IT_COMES", 0)
        case Before():
            return FrequencyDefinition("BEFORE", one.days, occasion=id_of(one.of))
