"""Planning: all that a division would do, decided from what there is now; simulating shows it, applying does it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import only_right
from wangge_core.coverage.faults import Fault
from wangge_core.db import tables as t
from wangge_core.db.work import CHUNK, Work
from wangge_core.divisions.changes import DivisionChange
from wangge_core.divisions.faults import find_new_faults
from wangge_core.divisions.gaining import check_gaining
from wangge_core.divisions.lineage import OverlayParts, Pair, find_overlay_parts, find_successions
from wangge_core.divisions.moving import PREFIXES, Moves, find_moves
from wangge_core.divisions.overlay_nesting import check_nesting
from wangge_core.divisions.posts import PostMove, check_posts, find_posts
from wangge_core.divisions.resolved import Resolved
from wangge_core.divisions.resolving import resolve
from wangge_core.errors import Refusal, refusal
from wangge_core.rights.viewers import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a division does. `refusals` keep it from being applied; `faults` do so too unless it is forced."""

    resolved: Resolved
    moves: Moves
    posts: Sequence[PostMove]
    successions: Sequence[Pair]
    overlays: OverlayParts
    faults: Sequence[Fault]
    refusals: Sequence[Refusal]


async def lock_grids(work: Work, changes: Sequence[DivisionChange]) -> None:
    """Nobody puts anything into the grids of these changes until the transaction ends."""
    if work.on_sqlite:
        return
    ids = sorted({id for one in changes for id in (*one.grid_ids, *(part.grid_id for part in one.parts)) if id is not None})
    for start in range(0, len(ids), CHUNK):
        own = t.grid.c.id.in_(ids[start : start + CHUNK])
        await work.rows(sa.select(t.grid.c.id).where(own).order_by(t.grid.c.id).with_for_update())


async def plan_division(
    work: Work, viewer: Viewer, ground_id: int, changes: Sequence[DivisionChange], *, locked: bool = False
) -> tuple[Plan | None, Sequence[Refusal]]:
    """The plan, or what is wrong with the changes themselves. `locked` holds all that it moves until the transaction ends."""
    if locked:
        await lock_grids(work, changes)
    resolved, found = await resolve(work, viewer, ground_id, changes)
    if resolved is None:
        return None, found
    moves = await find_moves(work, resolved.replacements, locked=locked)
    posts = await find_posts(work, resolved, locked=locked)
    successions = await find_successions(work, resolved, moves)
    overlays = await find_overlay_parts(work, resolved, successions)
    nesting = [] if overlays.refusals else await check_nesting(work, resolved, overlays)
    given = [*check_posts(work, viewer, resolved, posts), *await check_gaining(work, viewer, resolved)]
    wrong = [*_unplaced(moves), *overlays.refusals, *nesting, *given]
    plan = Plan(
        resolved=resolved,
        moves=moves,
        posts=posts,
        successions=successions,
        overlays=overlays,
        faults=await find_new_faults(work, resolved),
        refusals=only_right(wrong),
    )
    return plan, []


def _unplaced(moves: Moves) -> list[Refusal]:
    found: list[Refusal] = []
    for number, id in moves.strangers:
        found.append(refusal("NOT_FOUND", f"changes.{number}.parts", what="Building", id=id))
    if moves.unplaced:
        table, id = moves.unplaced[0]
        example: Any = f"{PREFIXES[table]}:{id}" if table in PREFIXES else f"{table} {id}"
        found.append(refusal("DIVISION_UNPLACED", "changes", count=len(moves.unplaced), example=example))
    return found


def fault_refusal(faults: Sequence[Fault]) -> Refusal:
    """That a division would leave these faults, and where the first of them is."""
    first = faults[0]
    where = f"{first.at[0]}, {first.at[1]}"
    return refusal("DIVISION_FAULTS", "changes", count=len(faults), kind=first.kind.value, where=where)
