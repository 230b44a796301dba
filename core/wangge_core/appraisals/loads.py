"""Loads: what each office and role puts on grids in a month: tasks that it asked for, targets of campaigns that it started, and entries of
the ledger for standing duties, which are of the office or role that has the duty."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from wangge_core.appraisals.periods import moments, period_of
from wangge_core.appraisals.schemes import AppraisalPeriod
from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import Work
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.scopes import END
from wangge_core.rights.viewers import Viewer

MOST_LOADS = 5_000
Key = tuple[int, int | None, str | None]
"""The grid, the office and the role."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What an office, or a role outside of offices, put on a grid. Neither is named where a workflow itself asks."""

    grid_id: int
    office_id: int | None
    role_id: str | None
    tasks: int
    campaign_targets: int
    duty_entries: int


@dataclass(frozen=True, slots=True)
class Month:
    """Where and when is counted: the path of the ground, and the moments between which."""

    path: str
    begin: datetime
    end: datetime


async def find_loads(work: Work, viewer: Viewer, code: str, day: date) -> list[Load] | None:
    """The loads of all grids at and below the one with this code, in the month of a day; None without READ_INDICATORS over it.

    Ordered by grid, office and role; at most 5,000.
    """
    grid = t.grid
    path = await work.value(sa.select(grid.c.path).where(grid.c.code == code, grid.c.layer_id == BASE_LAYER))
    if path is None or not viewer.may(Capability.READ_INDICATORS, path):
        return None
    month = Month(path, *moments(*period_of(AppraisalPeriod.MONTH, day), work.rules.zone))
    counts = [await _tasks(work, month), await _targets(work, month), await _entries(work, month)]
    keys = sorted({key for count in counts for key in count}, key=lambda key: (key[0], key[1] or 0, key[2] or ""))
    return [
        Load(
            grid_id=key[0],
            office_id=key[1],
            role_id=key[2],
            tasks=counts[0][key],
            campaign_targets=counts[1][key],
            duty_entries=counts[2][key],
        )
        for key in keys[:MOST_LOADS]
    ]


def _on_ground(month: Month, grid_id: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    grid = t.grid.alias()
    below = sa.and_(grid.c.path >= month.path, grid.c.path < month.path[:-1] + END)
    return grid_id.in_(sa.select(grid.c.id).where(below))


def _within(month: Month, moment: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    return sa.and_(moment >= month.begin, moment < month.end)


async def _counted(
    work: Work,
    columns: Sequence[sa.ColumnElement[Any]],
    number: sa.ColumnElement[Any],
    source: sa.FromClause,
    *where: sa.ColumnElement[bool],
) -> Counter[Key]:
    """Numbers by grid and by office or role: the three columns."""
    rows = await work.rows(sa.select(*columns, number.label("number")).select_from(source).where(*where).group_by(*columns))
    found = Counter[Key]()
    for row in rows:
        grid_id, office_id, role_id = (row[at] for at in range(3))
        found[grid_id, office_id, None if office_id is not None else role_id] += int(row.number)
    return found


async def _tasks(work: Work, month: Month) -> Counter[Key]:
    """Tasks, of whoever asked for them; those of a workflow itself are of nobody."""
    task, post = t.task, t.post
    source = task.outerjoin(post, post.c.id == task.c.asked_by_id)
    columns = (task.c.grid_id, post.c.office_id, post.c.role_id)
    return await _counted(
        work, columns, sa.func.count(), source, _on_ground(month, task.c.grid_id), _within(month, task.c.given_at)
    )


async def _targets(work: Work, month: Month) -> Counter[Key]:
    """Targets of campaigns that began, of the first post that their starter held then."""
    campaign, tally, post, other = t.campaign, t.campaign_tally, t.post, t.post.alias()
    held = sa.and_(
        other.c.starts_at <= campaign.c.started_at, sa.or_(other.c.ends_at.is_(None), other.c.ends_at > campaign.c.started_at)
    )
    first = sa.select(sa.func.min(other.c.id)).where(other.c.account_id == campaign.c.started_by_id, held).correlate(campaign)
    source = tally.join(campaign, campaign.c.id == tally.c.campaign_id).outerjoin(post, post.c.id == first.scalar_subquery())
    columns = (tally.c.grid_id, post.c.office_id, post.c.role_id)
    where = _on_ground(month, tally.c.grid_id), _within(month, campaign.c.started_at)
    return await _counted(work, columns, sa.func.sum(tally.c.targets), source, *where)


async def _entries(work: Work, month: Month) -> Counter[Key]:
    """Visits and patrols for a declared duty, of the post that made them."""
    found = Counter[Key]()
    for table in (t.visit, t.patrol):
        source = table.join(t.post, t.post.c.id == table.c.post_id)
        columns = (table.c.grid_id, t.post.c.office_id, t.post.c.role_id)
        where = _on_ground(month, table.c.grid_id), _within(month, table.c.started_at), table.c.duty_id.is_not(None)
        found += await _counted(work, columns, sa.func.count(), source, *where)
    return found
