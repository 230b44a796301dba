"""Staffing: under each template of a grid type, together with its desks, somebody answers for every stage of every workflow in use."""

from collections.abc import Iterable, Iterator

from wangge_core.plugin.collecting import Collection, Item
from wangge_core.plugin.declarations.grid_types import GridType, Staffing
from wangge_core.plugin.declarations.kinds import EventKind
from wangge_core.plugin.declarations.roles import Role
from wangge_core.plugin.declarations.workflows import Workflow
from wangge_core.plugin.faults import Fault

EVERYWHERE = "community"


def check_staffing(collection: Collection) -> Iterator[Fault]:
    for item, grid_type in collection.of("grid_types", GridType):
        if grid_type.overlay or not grid_type.staffing:
            continue
        for staffing in grid_type.staffing:
            held = roles_held(collection, staffing, *grid_type.desks)
            for workflow in _workflows_of(collection, item):
                yield from _uncovered(collection, item, staffing, workflow, held)


def roles_held(collection: Collection, *staffings: Staffing) -> set[int]:
    """The roles that are surely held (by identity): positions with at least one post, and whatever those may act as."""
    held: set[int] = set()
    waiting = [position.role for staffing in staffings for position in staffing.positions if position.least > 0]
    while waiting:
        role = waiting.pop()
        if id(role) not in held and collection.id_of(role) is not None:
            held.add(id(role))
            waiting.extend(role.acts_as)
    return held


def _workflows_of(collection: Collection, item: Item) -> Iterable[Workflow]:
    """The declared workflows of the kinds that a grid type meets: its own plugin's and the community's."""
    kinds = (kind for other, kind in collection.of("event_kinds", EventKind) if other.plugin in (EVERYWHERE, item.plugin))
    return {id(kind.workflow): kind.workflow for kind in kinds if collection.id_of(kind.workflow) is not None}.values()


def _uncovered(collection: Collection, item: Item, staffing: Staffing, workflow: Workflow, held: set[int]) -> Iterator[Fault]:
    for stage in workflow.stages:
        if stage.by and not any(id(role) in held for role in stage.by):
            yield Fault(
                plugin=item.plugin,
                thing=f"{item.id} with {collection.id_of(staffing)}",
                code="STAGE_UNSTAFFED",
                message=f"nobody answers for the stage {stage.name!r} of {collection.id_of(workflow)}.",
                hint=f"Give the template or a desk one of {_names(collection, stage.by)}, or let a role act as one of them.",
            )


def _names(collection: Collection, roles: Iterable[Role]) -> str:
    return ", ".join(collection.id_of(role) or role.name for role in roles)
