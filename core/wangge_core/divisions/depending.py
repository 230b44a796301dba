"""Depending: what has come to rely on a division since it was applied, so that it cannot be undone any more."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import CHUNK, Work
from wangge_core.divisions.changes import DivisionState
from wangge_core.divisions.moving import STAYS
from wangge_core.divisions.rehoming import REHOMED

OF_APPRAISALS = {one for one in STAYS if one[0].startswith(("appraisal_", "points_"))}
"""Grids that were appraised, or on whose ground somebody was; what was frozen of them stays."""
FREE = frozenset(STAYS) - OF_APPRAISALS - {
    (table, "grid_id")
    for table in ("access_grant", "division", "duty_change", "occasion_term", "visit", "patrol", "official_population")
} | {("grid_part", "base_grid_id"), ("campaign_tally", "grid_id")}
"""Columns that name a grid and go with it, or are put back."""


async def find_depending(work: Work, row: sa.Row[Any]) -> list[str]:
    """What depends on a division that is in force, a short text each; empty where it can be undone."""
    before: Mapping[str, Any] = row.before
    found = [*await _later(work, row), *await _changed(work, before), *await _made_changed(work, row), *await _gone(work, row)]
    found += await _told(work, before["made"])
    for column in references():
        if (column.table.name, column.name) not in FREE and (count := await _new(work, row, column, before["made"])):
            found.append(f"{count} × {column.table.name}.{column.name} in its new grids")
    return found


def references() -> list[sa.Column[Any]]:
    """Every column of every table that names a grid."""
    return [column for table in t.metadata.sorted_tables for column in table.c if column.references(t.grid.c.id)]


async def _later(work: Work, row: sa.Row[Any]) -> list[str]:
    """Divisions of the same grids since."""
    division = t.division
    own = {*row.before["touched"], *row.before["made"]}
    query = sa.select(division.c.id, division.c.name, division.c.before).where(
        division.c.state == DivisionState.APPLIED.value, division.c.id != row.id, division.c.applied_at >= row.applied_at
    )
    later = await work.rows(query)
    return [f"division {one.id} ({one.name}) came after it" for one in later if own & {*one.before["touched"], *one.before["made"]}]


async def _changed(work: Work, before: Mapping[str, Any]) -> list[str]:
    """Grids that were changed by hand since."""
    grid, boundary = t.grid, t.boundary
    found: list[str] = []
    for column, key in (("name", "names"), ("code", "codes")):
        rows = await work.by_ids((grid.c[column].label("now"),), grid.c.id, [id for id, _, _ in before[key]])
        found += [f"the {column} of grid {id} was changed" for id, _, now in before[key] if rows[id].now != now]
    drawn = {int(id): one for id, one in before["drawn"].items()}
    rows = await work.by_ids((boundary.c.id,), boundary.c.grid_id, drawn)
    found += [f"the boundary of grid {id} was changed" for id, one in drawn.items() if id not in rows or rows[id].id != one]
    return found


async def _made_changed(work: Work, row: sa.Row[Any]) -> list[str]:
    """New grids that were changed by hand since, drawn anew, or taken into overlays."""
    boundary, part, made = t.boundary, t.grid_part, row.before["made"]
    changed = {int(id) for id, now in (await made_as(work, made)).items() if now != row.before["as"][id]}
    drawn = await work.by_ids((), boundary.c.grid_id, made, boundary.c.set_at > row.applied_at)
    parts = {tuple(one) for one in row.before["new_parts"]}
    taken: set[int] = set()
    for start in range(0, len(made), CHUNK):
        query = sa.select(part.c.overlay_grid_id, part.c.base_grid_id).where(part.c.base_grid_id.in_(made[start : start + CHUNK]))
        taken |= {one.base_grid_id for one in await work.rows(query) if tuple(one) not in parts}
    return [f"grid {id} was changed" for id in sorted({*changed, *drawn, *taken})]


async def made_as(work: Work, made: Sequence[int]) -> dict[str, list[Any]]:
    """What can be changed of grids by hand, by their keys as JSON has them."""
    grid = t.grid
    rows = await work.by_ids((grid.c.name, grid.c.code, grid.c.parent_id, grid.c.staffing_id, grid.c.details), grid.c.id, made)
    return {str(id): list(row[1:]) for id, row in rows.items()}


async def _gone(work: Work, row: sa.Row[Any]) -> list[str]:
    """Rows that it moved and that lie elsewhere by now."""
    move, found = t.division_move, list[str]()
    for table in REHOMED:
        query = (
            sa.select(sa.func.count())
            .select_from(move.join(table, table.c.id == move.c.row_id))
            .where(move.c.division_id == row.id, move.c.moved == table.name, table.c.grid_id != move.c.to_grid_id)
        )
        if count := await work.value(query):
            found.append(f"{count} × {table.name} went on to other grids")
    return found


async def _told(work: Work, made: Sequence[int]) -> list[str]:
    """Figures of campaigns in new grids of which the targets are gone, so that nobody can say what was of which grid before."""
    tally, campaign = t.campaign_tally, t.campaign
    query = sa.select(sa.func.count()).select_from(tally.join(campaign, campaign.c.id == tally.c.campaign_id))
    gone, count = campaign.c.forgotten_at.is_not(None), 0
    for start in range(0, len(made), CHUNK):
        count += await work.value(query.where(gone, tally.c.grid_id.in_(made[start : start + CHUNK])))
    return [f"{count} × campaign_tally.grid_id in its new grids"] if count else []


async def _new(work: Work, row: sa.Row[Any], column: sa.Column[Any], made: Sequence[int]) -> int:
    """How many rows name one of the new grids and were not put there by the division."""
    table, move, count = column.table, t.division_move, 0
    for start in range(0, len(made), CHUNK):
        query = sa.select(sa.func.count()).select_from(table).where(column.in_(made[start : start + CHUNK]))
        if table in REHOMED:
            moved = sa.select(move.c.row_id).where(move.c.division_id == row.id, move.c.moved == table.name)
            query = query.where(table.c.id.not_in(moved))
        elif table is t.grid:
            own = [*made, *(id for id, _ in row.before["parents"])]
            query = query.where(table.c.id.not_in(own))
        count += await work.value(query)
    return count
