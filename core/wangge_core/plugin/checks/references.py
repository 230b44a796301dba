"""References: what a declaration points at must itself be declared by an enabled plugin."""

from collections.abc import Iterable, Iterator

from wangge_core.plugin.checks.indicators import measures_of
from wangge_core.plugin.collecting import Collection, Item, staffings
from wangge_core.plugin.declarations.duties import (
    Before,
    During,
    Duty,
    EachAsset,
    EachEvent,
    EachHousehold,
    EachPerson,
    EachPlace,
    Promptly,
)
from wangge_core.plugin.declarations.indicators import Indicator, Measure, Milestones
from wangge_core.plugin.declarations.kinds import AssetKind, EventKind, PlaceKind
from wangge_core.plugin.declarations.labels import Declared
from wangge_core.plugin.declarations.roles import Role
from wangge_core.plugin.declarations.workflows import Workflow
from wangge_core.plugin.faults import Fault


def check_references(collection: Collection) -> Iterator[Fault]:
    for item, sort, target in _references(collection):
        if collection.id_of(target) is None:
            yield Fault(
                plugin=item.plugin,
                thing=item.id,
                code="REFERENCE_UNDECLARED",
                message=f"points at the {sort} {target.name!r}, which no enabled plugin declares.",
                hint=f"Return it from a hook, or use the object that another plugin returns (a second {sort} of the same name is another).",
            )


def _references(collection: Collection) -> Iterator[tuple[Item, str, Declared]]:
    for item, role in collection.of("roles", Role):
        yield from _each(item, "role", role.acts_as)
    for item, staffing in staffings(collection):
        yield from _each(item, "role", (position.role for position in staffing.positions))
        yield from _each(item, "role", (role for team in staffing.teams for role in team.roles))
        counted = (position.each for position in staffing.positions)
        yield from _each(item, "kind", (one for one in counted if isinstance(one, AssetKind | PlaceKind)))
    for item, workflow in collection.of("workflows", Workflow):
        roles = [role for stage in workflow.stages for role in stage.by] + [role for move in workflow.moves for role in move.by]
        yield from _each(item, "role", {id(role): role for role in roles}.values())
    for item, kind in collection.of("event_kinds", EventKind):
        yield item, "workflow", kind.workflow
        if kind.parent:
            yield item, "event kind", kind.parent
    yield from _of_indicators(collection)
    for item, duty in collection.of("duties", Duty):
        yield from _each(item, "role", duty.who)
        yield from ((item, sort, target) for sort, target in _pointed_at(duty))


def _pointed_at(duty: Duty) -> Iterator[tuple[str, Declared]]:
    """The kinds and occasions that a duty names."""
    for target in duty.targets:
        match target:
            case EachHousehold():
                yield from (("need kind", kind) for kind in target.need)
            case EachPerson():
                yield from (("need kind", kind) for kind in (*target.need, *target.also, *target.not_also))
            case EachAsset():
                yield from (("asset kind", kind) for kind in target.kinds)
            case EachPlace():
                yield from (("place kind", kind) for kind in target.kinds)
            case EachEvent():
                yield from (("event kind", kind) for kind in target.kinds)
            case _:
                pass
    for one in duty.frequencies:
        match one:
            case During():
                yield "occasion", one.occasion
            case Before() | Promptly():
                yield from (("occasion", occasion) for occasion in (one.of,) if occasion)
            case _:
                pass


def _of_indicators(collection: Collection) -> Iterator[tuple[Item, str, Declared]]:
    for item, indicator in collection.of("indicators", Indicator):
        yield from _each(item, "measure", measures_of(indicator))
    for item, measure in collection.of("indicators", Measure):
        yield from _each(item, "workflow", measure.workflows)
    for item, milestones in collection.of("indicators", Milestones):
        yield item, "workflow", milestones.workflow
        yield from _each(item, "measure", (counts.measure for counts in milestones.counts))


def _each(item: Item, sort: str, targets: Iterable[Declared]) -> Iterator[tuple[Item, str, Declared]]:
    for target in targets:
        yield item, sort, target
