"""References: what a declaration points at must itself be declared by an enabled plugin."""

from collections.abc import Iterable, Iterator

from wangge_core.plugin.collecting import Collection, Item, staffings
from wangge_core.plugin.declarations.kinds import EventKind
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
    for item, workflow in collection.of("workflows", Workflow):
        roles = [role for stage in workflow.stages for role in stage.by] + [role for move in workflow.moves for role in move.by]
        yield from _each(item, "role", {id(role): role for role in roles}.values())
    for item, kind in collection.of("event_kinds", EventKind):
        yield item, "workflow", kind.workflow
        if kind.parent:
            yield item, "event kind", kind.parent


def _each(item: Item, sort: str, targets: Iterable[Declared]) -> Iterator[tuple[Item, str, Declared]]:
    for target in targets:
        yield item, sort, target
