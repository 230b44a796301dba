"""What is hidden from grid and community: its workflow must give no part to the posts from which its events are kept."""

from collections.abc import Iterator

from wangge_core.plugin.collecting import Collection
from wangge_core.plugin.declarations.kinds import EventKind
from wangge_core.plugin.declarations.roles import PERFORMERS, Level, Role
from wangge_core.plugin.declarations.workflows import Workflow
from wangge_core.plugin.faults import Fault

LOW = (Level.GRID, Level.COMMUNITY)


def check_hidden(collection: Collection) -> Iterator[Fault]:
    for item, kind in collection.of("event_kinds", EventKind):
        if _is_hidden(kind) and (roles := sorted({role.name for role in _low_roles(kind.workflow)})):
            yield Fault(
                plugin=item.plugin,
                thing=item.id,
                code="KIND_HIDDEN_FROM_ACTORS",
                message=f"is hidden from grid and community, but its workflow gives a part to {', '.join(roles)}.",
                hint="Give it a workflow whose stages and moves are for the subdistrict and above.",
            )


def _is_hidden(kind: EventKind) -> bool:
    return kind.hidden_from_grid or (kind.parent is not None and _is_hidden(kind.parent))


def _low_roles(workflow: Workflow) -> Iterator[Role]:
    """Roles of a grid or community that answer for a stage or make a move."""
    for part in (*workflow.stages, *workflow.moves):
        yield from (role for role in part.by if role not in PERFORMERS and role.level in LOW)
