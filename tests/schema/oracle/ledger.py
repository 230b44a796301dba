"""Who sees what of the ledger of field work, said once more in plain Python."""

from collections.abc import Mapping
from typing import Any

from oracle.world import World
from wangge_core.db import tables as t
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer

Row = Mapping[str, Any]


def over(world: World, viewer: Viewer, capability: Capability, row: Row) -> bool:
    """Whether the viewer has a capability where the row lies."""
    scope, path = viewer.scopes.get(capability), world.path_of_grid[row["grid_id"]]
    return scope is not None and any(path[: len(prefix)] == prefix for prefix in scope.paths)


def by_viewer(viewer: Viewer, row: Row) -> bool:
    """What the viewer did; of a machine only with a right to events."""
    return viewer.account_id is not None and viewer.reads_own and row["account_id"] == viewer.account_id


def of_viewer(viewer: Viewer, row: Row) -> bool:
    """Done with the viewer, or a child in the viewer's care."""
    return viewer.person_id is not None and row["person_id"] in {viewer.person_id, *viewer.ward_ids}


def visit(world: World, viewer: Viewer, row: Row) -> bool:
    return over(world, viewer, Capability.READ_WORK, row) or by_viewer(viewer, row) or of_viewer(viewer, row)


def private_of_visit(world: World, viewer: Viewer, row: Row) -> bool:
    return over(world, viewer, Capability.READ_PRIVATE, row) or of_viewer(viewer, row)


def patrol(world: World, viewer: Viewer, row: Row) -> bool:
    """Over its grid, and whoever takes part."""
    parts = (one for one in world.rows(t.participation).values() if one["patrol_id"] == row["id"])
    return over(world, viewer, Capability.READ_WORK, row) or any(by_viewer(viewer, one) for one in parts)


def track(world: World, viewer: Viewer, row: Row) -> bool:
    """One's own, and over the grid of the patrol."""
    return by_viewer(viewer, row) or over(world, viewer, Capability.READ_TRACKS, world.rows(t.patrol)[row["patrol_id"]])
