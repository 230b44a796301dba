"""Sight: whoever is to act on an event must be able to see it, by right or because a move gave it to them."""

from collections.abc import Iterator, Mapping

from wangge_core.plugin.checks.ways import targets
from wangge_core.plugin.collecting import Collection
from wangge_core.plugin.declarations.asks import Assignees
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.roles import PERFORMERS, Role
from wangge_core.plugin.declarations.workflows import Workflow
from wangge_core.plugin.faults import Fault


def check_sight(collection: Collection) -> Iterator[Fault]:
    for item, workflow in collection.of("workflows", Workflow):
        seen = given_stages(workflow) | {stage.name for stage in workflow.stages[:1]}
        for role, parts in _acting(workflow).values():
            if not reads_events(role) and (part := _blind(parts, seen)):
                yield Fault(
                    plugin=item.plugin,
                    thing=f"{item.id}/{part}",
                    code="ROLE_CANNOT_SEE",
                    message=f"is for {role.name!r}, which may not read events.",
                    hint="Give the role READ_EVENTS (HANDLING has it), or let a move that leads there ask for Assignees().",
                )


def reads_events(role: Role) -> bool:
    return Capability.READ_EVENTS in role.may


def given_stages(workflow: Workflow) -> set[str]:
    """The stages into which an event comes because it was given to somebody, who then sees it whatever their post may read."""
    giving = (move for move in workflow.moves if any(isinstance(ask, Assignees) for ask in move.asks))
    return {stage for move in giving for stage in targets(workflow, move)}


def _acting(workflow: Workflow) -> Mapping[int, tuple[Role, list[tuple[str, tuple[str, ...]]]]]:
    """By role: the stages and moves in which it has a part, and the stages where it would act on the event then."""
    found: dict[int, tuple[Role, list[tuple[str, tuple[str, ...]]]]] = {}
    parts = [(stage.name, stage.by, (stage.name,)) for stage in workflow.stages]
    parts += [(move.name, move.by, move.sources) for move in workflow.moves]
    for name, by, stages in parts:
        for role in by:
            if role not in PERFORMERS:
                found.setdefault(id(role), (role, []))[1].append((name, stages))
    return found


def _blind(parts: list[tuple[str, tuple[str, ...]]], seen: set[str]) -> str | None:
    """The first part in which nobody without the right could act: at the first stage they may have reported it themselves."""
    return next((name for name, stages in parts if not seen & {*stages}), None)
