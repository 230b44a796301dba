"""What the notice board tells everybody, said once more in plain Python: of which posts and substitutes, and whose names."""

from collections.abc import Mapping
from typing import Any

from oracle.world import World
from wangge_core.db import tables as t
from wangge_core.rights.viewers import Viewer


def stands_in_now(world: World, _viewer: Viewer, row: Mapping[str, Any]) -> bool:
    return row["starts_at"] <= world.database.deployment.clock() < row["ends_at"]


def on_board(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
    """Posts in their term whose holder is active, or has somebody who stands in now and is active: for everybody."""
    now, given, accounts = world.database.deployment.clock(), world.rows(t.delegation).values(), world.rows(t.account)
    in_term = row["starts_at"] <= now and (row["ends_at"] is None or now < row["ends_at"])
    standing = (one for one in given if one["post_id"] == row["id"] and stands_in_now(world, viewer, one))
    active = [accounts[one["account_id"]] for one in standing]
    return in_term and (row["active"] or any(one["active"] and not one["machine"] for one in active))


ON_BOARD: Mapping[str, Any] = {"NoticeBoardPost": t.post, "NoticeBoardSubstitute": t.delegation}
"""By type, the table that says whose name at work the notice board tells to everybody."""


def named_on_board(world: World, type: str, id: Any) -> int:
    """The account whose name the notice board tells: that of a post whose role is shown to the public, and whose name may be told."""
    row = world.rows(ON_BOARD[type])[id]
    post = row if type == "NoticeBoardPost" else world.rows(t.post)[row["post_id"]]
    role = world.rows(t.role)[post["role_id"]]
    assert role["shown_to_public"], "a post stands on the board whose role is not shown to the public"
    assert post["name_shown"], "a name stands on the board that is not to be told"
    return row["account_id"]
