"""Attributing: which events of a period are of whom in a run, and what their reporters gave what was done.

An event is of the grid that it lies in or below, of each office and each post that it was given to; it is of the period in which it closed.
Complaints that are kept from who serves a grid are left out: a sample or a mean would tell of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from wangge_core.appraisals.periods import moments
from wangge_core.db import tables as t
from wangge_core.db.work import CHUNK, Work
from wangge_core.events.history import HistoryEntryKind
from wangge_core.rights.scopes import END

RATING = "rating"


@dataclass(frozen=True, slots=True)
class Attribution:
    """By the key of the result: the events that closed, and the ratings of those that have one."""

    closed: Mapping[int, Sequence[int]]
    ratings: Mapping[int, Sequence[int]]


async def attribute(work: Work, run: sa.Row[Any], *, rated: bool = False) -> Attribution:
    """The closed events of each result of a run, with `rated` also what their reporters gave."""
    closed = await _closed(work, run.path, run.starts_on, run.ends_on)
    owners = await _owners(work, run.id, closed)
    ratings = await _ratings(work, list(closed)) if rated else {}
    by_result: dict[int, list[int]] = {}
    for event_id, results in owners.items():
        for result_id in sorted(results):
            by_result.setdefault(result_id, []).append(event_id)
    given = {id: [ratings[event_id] for event_id in events if event_id in ratings] for id, events in by_result.items()}
    return Attribution(by_result, given if rated else {})


async def _closed(work: Work, path: str, first: date, last: date) -> dict[int, str]:
    """Events on the ground that closed in these days, with the paths of their grids; not those that were joined to others."""
    event, grid, kind, (begin, end) = t.event, t.grid, t.event_kind, moments(first, last, work.rules.zone)
    within = sa.and_(grid.c.path >= path, grid.c.path < path[:-1] + END)
    then = sa.and_(event.c.closed, event.c.closed_at >= begin, event.c.closed_at < end, event.c.joined_to_id.is_(None))
    source = event.join(grid, grid.c.id == event.c.grid_id).join(kind, kind.c.id == event.c.kind_id)
    query = sa.select(event.c.id, grid.c.path).select_from(source).where(within, then, sa.not_(kind.c.hidden_from_grid))
    return {row.id: row.path for row in await work.rows(query.order_by(event.c.id))}


async def _owners(work: Work, run_id: int, closed: Mapping[int, str]) -> dict[int, set[int]]:
    """The results that each event is of."""
    result, grid, given = t.appraisal_result, t.grid, t.event_assignment
    columns = (result.c.id, result.c.office_id, result.c.post_id, grid.c.path)
    source = result.outerjoin(grid, grid.c.id == result.c.appraised_grid_id)
    rows = await work.rows(sa.select(*columns).select_from(source).where(result.c.run_id == run_id))
    by_path = {row.path: row.id for row in rows if row.path is not None}
    found: dict[int, set[int]] = {}
    for event_id, path in closed.items() if by_path else ():
        parts = path.split(".")[:-1]
        above = ("".join(f"{one}." for one in parts[:length]) for length in range(1, len(parts) + 1))
        found[event_id] = {by_path[one] for one in above if one in by_path}
    by_tie = {("office", row.office_id): row.id for row in rows if row.office_id is not None}
    by_tie |= {("post", row.post_id): row.id for row in rows if row.post_id is not None}
    for some in _chunks(list(closed) if by_tie else []):
        query = sa.select(given.c.event_id, given.c.office_id, given.c.post_id).where(given.c.event_id.in_(some))
        for row in await work.rows(query):
            ties = {by_tie.get(("office", row.office_id)), by_tie.get(("post", row.post_id))} - {None}
            found.setdefault(row.event_id, set()).update(id for id in ties if id is not None)
    return found


async def _ratings(work: Work, event_ids: Sequence[int]) -> dict[int, int]:
    """The last rating that the reporter of each event gave."""
    entry, found = t.event_history, dict[int, int]()
    kinds = (HistoryEntryKind.MOVED.value, HistoryEntryKind.RATED.value)
    for some in _chunks(event_ids):
        columns = (entry.c.event_id, entry.c.entry, entry.c.answers)
        has = sa.and_(entry.c.entry.in_(kinds), sa.cast(entry.c.answers, sa.Text).like(f'%"{RATING}"%'))
        query = sa.select(*columns).where(entry.c.event_id.in_(some), has).order_by(entry.c.event_id, entry.c.sequence)
        for row in await work.rows(query):
            own = row.entry == HistoryEntryKind.MOVED or row.answers.get("own") is not None
            if own and isinstance(row.answers.get(RATING), int):
                found[row.event_id] = row.answers[RATING]
    return found


def _chunks(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]
