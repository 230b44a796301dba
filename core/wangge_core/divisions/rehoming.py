"""Rehoming: rows that go to another grid, a statement a table, and the entries of events' histories that tell of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.divisions.moving import Moves
from wangge_core.divisions.posts import PostMove
from wangge_core.events.history import HistoryEntryKind, entry
from wangge_core.logs.change_log import Action
from wangge_core.logs.logged_tables import LOGGED
from wangge_core.rights.viewers import Viewer

AT_ONCE = 10_000
REHOMED = (
    t.building,
    t.household,
    t.person,
    t.residence,
    t.need,
    t.organization,
    t.asset,
    t.place,
    t.event,
    t.task,
    t.task_addressee,
    t.import_review,
    t.post,
    t.campaign_target,
    t.grid_binding,
)
"""Tables whose rows lie in a grid and go with their ground."""
TARGETS_MOVED = "campaign.targets_moved"
"""Left for campaigns: those whose targets went to other grids, whose figures are counted anew."""


async def write_moves(
    work: Work, division_id: int, moves: Moves, posts: Sequence[PostMove], made: Mapping[int, int]
) -> dict[str, int]:
    """Keep what goes where; how many rows that are, by table. `made` has the ids of new grids by their keys."""
    counts: dict[str, int] = {}
    moving = {table.name: [(one.id, one.from_id, one.to) for one in moves.moving(table.name)] for table in REHOMED}
    moving["post"] = [(one.id, one.grid_id, one.to) for one in posts if one.to is not None]
    for table, going in moving.items():
        for start in range(0, len(going), AT_ONCE):
            rows = [
                {"division_id": division_id, "moved": table, "row_id": id, "from_grid_id": old, "to_grid_id": made.get(to, to)}
                for id, old, to in going[start : start + AT_ONCE]
            ]
            await work.insert(t.division_move, rows)
        counts[table] = len(going)
    return counts


async def rehome(work: Work, viewer: Viewer, division_id: int, *, back: bool = False) -> None:
    """Put all rows where the moves of a division say, or `back` to where they were."""
    move = t.division_move
    to = move.c.from_grid_id if back else move.c.to_grid_id
    for table in REHOMED:
        of_table = sa.and_(move.c.division_id == division_id, move.c.moved == table.name)
        ids = sa.select(move.c.row_id).where(of_table)
        if not await work.value(sa.select(sa.exists(ids))):
            continue
        there = sa.select(to).where(of_table, move.c.row_id == table.c.id).scalar_subquery()
        values: dict[str, Any] = {"grid_id": there}
        if table is t.event:
            values["version"] = table.c.version + 1
        await work.connection.execute(sa.update(table).where(table.c.id.in_(ids)).values(values))
        await _log(work, table, of_table, back=back)
        if table is t.campaign_target:
            rows = await work.rows(sa.select(table.c.campaign_id).where(table.c.id.in_(ids)).distinct())
            work.leave(TARGETS_MOVED, tuple(row.campaign_id for row in rows))
            if back:  # the grids of these figures may go
                of_grids = t.campaign_tally.c.grid_id.in_(sa.select(move.c.to_grid_id).where(of_table))
                of_campaigns = t.campaign_tally.c.campaign_id.in_([row.campaign_id for row in rows])
                await work.run(sa.delete(t.campaign_tally).where(of_grids, of_campaigns))
    await _tell(work, viewer, division_id, back=back)


async def _log(work: Work, table: sa.Table, of_table: sa.ColumnElement[bool], *, back: bool) -> None:
    """The log of changes says from which grid to which; nothing else of so many rows has to be read for it."""
    logged, move = LOGGED.get(table.name), t.division_move
    if logged is None or work.changes is None:
        return
    thing = table.c[logged.owner] if logged.owner else table.c.id
    query = sa.select(thing.label("thing"), move.c.from_grid_id, move.c.to_grid_id).join(table, table.c.id == move.c.row_id)
    found: dict[tuple[int, int], list[int]] = {}
    for row in await work.rows(query.where(of_table)):
        pair = (row.to_grid_id, row.from_grid_id) if back else (row.from_grid_id, row.to_grid_id)
        found.setdefault(pair, []).append(row.thing)
    name = f"{logged.part}.grid_id" if logged.part else "grid_id"
    for pair, ids in found.items():
        fields = [(name, *pair) if "grid_id" in logged.shown else (name,)]
        work.changes.record(Action.CHANGED.value, logged.type, ids, fields)


async def _tell(work: Work, viewer: Viewer, division_id: int, *, back: bool) -> None:
    """An entry in the history of each event that has gone to another grid."""
    move, event = t.division_move, t.event
    query = (
        sa.select(event.c.id, event.c.version, event.c.stage, move.c.from_grid_id, move.c.to_grid_id)
        .join(move, sa.and_(move.c.moved == "event", move.c.row_id == event.c.id))
        .where(move.c.division_id == division_id)
        .order_by(event.c.id)
    )
    last = 0
    while rows := await work.rows(query.where(event.c.id > last).limit(AT_ONCE)):
        await work.insert(t.event_history, [_entry(work, viewer, row, back=back) for row in rows])
        last = rows[-1].id


def _entry(work: Work, viewer: Viewer, row: sa.Row[Any], *, back: bool) -> dict[str, Any]:
    old, new = (row.to_grid_id, row.from_grid_id) if back else (row.from_grid_id, row.to_grid_id)
    return entry(
        row.id,
        row.version,
        HistoryEntryKind.REDIVIDED,
        at=work.now,
        from_stage=row.stage,
        to_stage=row.stage,
        account_id=viewer.account_id,
        answers={"from": {"grid": old}, "to": {"grid": new}},
        changes={"grid_id": new},
    )
