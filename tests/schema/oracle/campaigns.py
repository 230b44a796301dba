"""Who sees what of campaigns, said once more in plain Python."""

from oracle.scopes import Row, over
from oracle.world import World
from wangge_core.db import tables as t
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer


def campaign(world: World, viewer: Viewer, row: Row) -> bool:
    """Over its ground, or over any grid that has figures of it, with any right to work."""
    grids = [row, *(one for one in world.rows(t.campaign_tally).values() if one["campaign_id"] == row["id"])]
    rights = (Capability.READ_WORK, Capability.RECORD_WORK, Capability.MANAGE_WORK)
    return any(over(right)(world, viewer, one) for one in grids for right in rights)


def of_grid(world: World, viewer: Viewer, row: Row) -> bool:
    return over(Capability.READ_WORK)(world, viewer, row)


def code(world: World, viewer: Viewer, row: Row) -> bool:
    """What is scanned is for who may check in there."""
    return over(Capability.RECORD_WORK)(world, viewer, row)


def private_of_target(world: World, viewer: Viewer, row: Row) -> bool:
    """Why a thing or place is an exception, whoever sees it knows; of persons and homes who reads what is private there."""
    return (row["person_id"], row["unit_id"]) == (None, None) or over(Capability.READ_PRIVATE)(world, viewer, row)
