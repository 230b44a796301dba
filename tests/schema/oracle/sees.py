"""Who sees what, said once more in plain Python: by whose posts, which ground, which capability. No SQL and no `Subtrees` here."""

from collections.abc import Callable, Mapping
from typing import Any

from oracle.world import World
from wangge_core.db import tables as t
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer

Seen = Callable[[World, Viewer, Mapping[str, Any]], bool]


def holds(viewer: Viewer, capability: Capability, path: str) -> bool:
    """Whether the viewer has a capability over the grid with this path: at it or at one of those above it."""
    scope = viewer.scopes.get(capability)
    return scope is not None and any(path[: len(prefix)] == prefix for prefix in scope.paths)


def over(capability: Capability) -> Seen:
    """Rows that lie in a grid where the viewer has the capability."""

    def seen(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
        return holds(viewer, capability, world.path_of_grid[row["grid_id"]])

    return seen


def everyone(_world: World, _viewer: Viewer, _row: Mapping[str, Any]) -> bool:
    return True


def unit(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
    building = world.rows(t.building)[row["building_id"]]
    return over(Capability.READ_PLACES)(world, viewer, building)


def event(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
    """Over its grid, by its reporter, and by whom it was ever given to."""
    if over(Capability.READ_EVENTS)(world, viewer, row):
        return True
    if viewer.account_id is None:
        return False
    if row["reporter_id"] == viewer.account_id:
        return True
    posts = {post.id for post in viewer.posts}
    offices = {post.office_id for post in viewer.posts} - {None}
    given = (one for one in world.rows(t.event_assignment).values() if one["event_id"] == row["id"])
    return any(one["post_id"] in posts or one["office_id"] in offices for one in given)


def post(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
    path = world.path_of_grid[row["grid_id"]]
    own = viewer.account_id is not None and row["account_id"] == viewer.account_id
    return own or holds(viewer, Capability.READ_EVENTS, path) or holds(viewer, Capability.MANAGE_POSTS, path)


def account(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
    manages = viewer.scopes.get(Capability.MANAGE_POSTS)
    if manages is not None and manages.paths:
        return True
    if viewer.account_id is None:
        return False
    held = (one for one in world.rows(t.post).values() if one["account_id"] == row["id"])
    return row["id"] == viewer.account_id or any(post(world, viewer, one) for one in held)


RULES: Mapping[str, Seen] = {
    "Account": account,
    "Asset": over(Capability.READ_PLACES),
    "AssetKind": everyone,
    "Building": over(Capability.READ_PLACES),
    "Event": event,
    "EventAssignment": everyone,  # reached through its event alone, as are involvements and history
    "EventKind": everyone,
    "Grid": everyone,
    "GridLayer": everyone,
    "GridType": everyone,
    "HistoryEntry": everyone,
    "Household": over(Capability.READ_PEOPLE),
    "Involvement": everyone,
    "NeedKind": everyone,
    "Office": everyone,
    "Organization": over(Capability.READ_PLACES),
    "Person": over(Capability.READ_PEOPLE),
    "Place": everyone,
    "PlaceKind": everyone,
    "Post": post,
    "Role": everyone,
    "Staffing": everyone,
    "StaffingPosition": everyone,
    "Unit": unit,
    "Viewer": everyone,
    "Workflow": everyone,
    "WorkflowStage": everyone,
}
"""By the name of the planned type. A type that is not here has no rule yet that anybody thought about."""


def papers(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
    """Why a post ended: for its holder, and for who manages posts over its ground."""
    own = viewer.account_id is not None and row["account_id"] == viewer.account_id
    return own or holds(viewer, Capability.MANAGE_POSTS, world.path_of_grid[row["grid_id"]])


MASKS: Mapping[tuple[str, str], Seen] = {("Post", "endReason"): papers}
"""By type and field, who sees a value that is masked for others who see the row."""


def sees(world: World, viewer: Viewer, type: str, row: Mapping[str, Any]) -> bool:
    """Whether the viewer may read a row of a planned type."""
    return RULES[type](world, viewer, row)
