"""Who sees what of the ledger of field work, said once more in plain Python."""

from oracle.scopes import Row, over
from oracle.world import World
from wangge_core.db import tables as t
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer


def by_viewer(viewer: Viewer, row: Row) -> bool:
    """What the viewer did; of a machine only with a right to events."""
    return viewer.account_id is not None and viewer.reads_own and row["account_id"] == viewer.account_id


def of_viewer(viewer: Viewer, row: Row) -> bool:
    """Done with the viewer, or a child in the viewer's care."""
    return viewer.person_id is not None and row["person_id"] in {viewer.person_id, *viewer.ward_ids}


def visit(world: World, viewer: Viewer, row: Row) -> bool:
    return over(Capability.READ_WORK)(world, viewer, row) or by_viewer(viewer, row) or of_viewer(viewer, row)


def private_of_visit(world: World, viewer: Viewer, row: Row) -> bool:
    return over(Capability.READ_PRIVATE)(world, viewer, row) or of_viewer(viewer, row)


def patrol(world: World, viewer: Viewer, row: Row) -> bool:
    """Over its grid, and whoever takes part."""
    parts = (one for one in world.rows(t.participation).values() if one["patrol_id"] == row["id"])
    return over(Capability.READ_WORK)(world, viewer, row) or any(by_viewer(viewer, one) for one in parts)


def track(world: World, viewer: Viewer, row: Row) -> bool:
    """One's own, and over the grid of the patrol."""
    return by_viewer(viewer, row) or over(Capability.READ_TRACKS)(world, viewer, world.rows(t.patrol)[row["patrol_id"]])
