"""What the logs tell of a thing and to whom, in plain Python over all of their rows."""

from collections.abc import Callable, Mapping
from typing import Any

from oracle.scopes import holds
from oracle.world import World
from wangge_core.db import tables as t
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer


def reads_of(world: World, viewer: Viewer, type: str, person: int) -> list[int]:
    """The reads of a person: for who oversees its grid, and for the person or a guardian."""
    if person not in viewer.own_person_ids and not oversees(world, viewer, type, person):
        return []
    return [id for id, row in world.rows(t.read_log_subject).items() if row["person_id"] == person]


def changes_of(world: World, viewer: Viewer, type: str, key: int) -> list[int]:
    """The changes of a thing, and the entry of its creation, which may be that of many."""
    if not oversees(world, viewer, type, key):
        return []
    of_type = [row for row in world.rows(t.change_log).values() if row["thing"] == type]
    later = [row["id"] for row in of_type if row["action"] in ("CHANGED", "REMOVED") and row["thing_id"] == key]
    return later + [row["id"] for row in of_type if row["action"] == "CREATED" and row["thing_id"] <= key <= row["last_id"]]


def oversees(world: World, viewer: Viewer, type: str, key: int) -> bool:
    """Whether somebody may read the logs of a thing; of what stands nowhere, whoever may read any."""
    if type in ("Account", "Office"):
        scope = viewer.scopes.get(Capability.READ_ACCESS_LOG)
        return scope is not None and bool(scope.paths)
    row: Mapping[str, Any] | None = world.rows(getattr(t, type.lower())).get(key)
    if row is None:
        return False
    if type == "Grid" and key in world.parts:
        return all(holds(viewer, Capability.READ_ACCESS_LOG, world.path_of_grid[one]) for one in world.parts[key])
    if type == "Grid":
        grid = key
    elif type == "Unit":
        grid = world.rows(t.building)[row["building_id"]]["grid_id"]
    else:
        grid = row["grid_id"]
    return holds(viewer, Capability.READ_ACCESS_LOG, world.path_of_grid[grid])


def named_by(world: World, type: str, row: Mapping[str, Any]) -> int | None:
    """The account whose name an entry tells to whoever may read it, even where the account is hidden."""
    entry = row if type == "Change" else world.rows(t.read_log)[row["entry_id"]]
    return entry["account_id"]


LOGS: Mapping[str, Callable[[World, Viewer, str, int], list[int]]] = {"Change": changes_of, "DataAccess": reads_of}
"""By the name of the type of the entries."""
