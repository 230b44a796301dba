"""Over which ground a viewer has a capability, said once more in plain Python. No `Subtrees` here."""

from collections.abc import Callable, Mapping
from typing import Any

from oracle.world import World
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer

Row = Mapping[str, Any]
Seen = Callable[[World, Viewer, Row], bool]


def holds(viewer: Viewer, capability: Capability, path: str) -> bool:
    """Whether the viewer has a capability over the grid with this path: at it or at one of those above it."""
    scope = viewer.scopes.get(capability)
    return scope is not None and any(path[: len(prefix)] == prefix for prefix in scope.paths)


def over(capability: Capability) -> Seen:
    """Rows that lie in a grid where the viewer has the capability."""

    def seen(world: World, viewer: Viewer, row: Row) -> bool:
        return holds(viewer, capability, world.path_of_grid[row["grid_id"]])

    return seen
