"""Gaps: what is missing, too much or over in a grid and all below it, in all and page by page.

A line that is held on the ground above is counted once for all the grids that share it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.columns import Instant
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import Work
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.posts_held import in_term, is_held
from wangge_core.rights.scopes import END
from wangge_core.rights.viewers import Viewer
from wangge_core.staffing import figures
from wangge_core.staffing.lines import at_desks, chosen, line_rows

MOST_GAPS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleFigures:
    """Of a role, on the whole ground: how many posts are required, held, missing, too many and over; and how many belong to somebody who
    holds it in too many grids."""

    role_id: str
    required: int
    filled: int
    missing: int
    doubled: int
    expired: int
    overextended: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A line of a grid with something wrong, under a number by which the next page begins."""

    number: int
    grid_id: int
    code: str
    name: str
    held_in: int
    staffing_id: str
    role_id: str
    required: int
    filled: int
    missing: int
    doubled: int
    expired: bool
    overextended: int
    last_ended_at: datetime | None
    next_starts_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """What is wrong on a ground: by role, and line after line up to a number of them; `more` says whether others follow."""

    roles: tuple[RoleFigures, ...]
    gaps: tuple[Gap, ...]
    more: bool


async def find_gaps(work: Work, viewer: Viewer, code: str, *, first: int = 100, after: int = 0) -> Gaps | None:
    """The gaps at and below the base grid of this code, for READ_EVENTS or MANAGE_POSTS over all of it; None without, and where there is
    none. By grid and line, those after a number; `first` is at most 1,000."""
    grid = t.grid
    row = await work.first(sa.select(grid.c.id, grid.c.path).where(grid.c.code == code, grid.c.layer_id == BASE_LAYER))
    if row is None or not any(viewer.may(one, row.path) for one in (Capability.READ_EVENTS, Capability.MANAGE_POSTS)):
        return None
    amount = max(0, min(first, MOST_GAPS))
    rows = await work.rows(_asked(row.path, sa.literal(work.now, Instant), amount + 1, after))
    roles = [_of_role(one) for one in sorted((one for one in rows if one.summed), key=lambda one: one.number)]
    gaps = [_gap(one) for one in sorted((one for one in rows if not one.summed), key=lambda one: one.id)]
    return Gaps(roles=tuple(roles), gaps=tuple(gaps[:amount]), more=len(gaps) > amount)


def _asked(path: str, now: sa.ColumnElement[Any], amount: int, after: int) -> sa.CompoundSelect[Any]:
    """Both what is wrong, up to an amount, and the sums by role, of lines whose figures are worked out once."""
    lines = _figured(path, now)
    wrong = sa.or_(*(lines.c[name] > 0 for name in ("missing", "doubled", "overextended")))
    page = sa.select(lines).where(wrong, lines.c.id > after).order_by(lines.c.id).limit(amount).subquery()
    grid = t.grid.alias()
    columns = [page.c[name] if name in page.c else grid.c[name] for name in _SHOWN]
    ended, coming = figures.last_ended_at(page, now), figures.next_starts_at(page, now)
    listed = sa.select(sa.false().label("summed"), *columns, ended.label("last_ended_at"), coming.label("next_starts_at"))
    listed = listed.select_from(page.join(grid, grid.c.id == page.c.grid_id))
    role = t.role.alias()
    over = figures.last_ended_at(lines, now).is_not(None) & figures.next_starts_at(lines, now).is_(None)
    lapsed = sa.case((lines.c.missing > 0, sa.case((over, 1), else_=0)), else_=0)
    sums = [sa.func.sum(lines.c[name]) for name in _COUNTED]
    nothing = [sa.null() for _ in range(len(_SHOWN) - len(_COUNTED) - 3)]
    ordinal, none = sa.func.min(role.c.ordinal), sa.cast(sa.null(), Instant)
    summed = sa.select(sa.true(), sa.func.sum(lapsed), ordinal, lines.c.role_id, *sums, *nothing, none, none)
    summed = summed.select_from(lines.join(role, role.c.id == lines.c.role_id)).group_by(lines.c.role_id)
    return sa.union_all(listed, summed)


_COUNTED = ("required", "filled", "missing", "doubled", "overextended")
_SHOWN = ("id", "number", "role_id", *_COUNTED, "grid_id", "code", "name", "held_grid_id", "staffing_id")


def _figured(path: str, now: sa.ColumnElement[Any]) -> sa.CTE:
    """The lines of a ground with their figures, each worked out once, and posts counted by grid and role before."""
    once = sa.union_all(*_lines(path)).cte("gap_line").prefix_with("MATERIALIZED")
    held = _held(now)
    here, above = held.alias("held_here"), held.alias("held_above")
    joined = once.outerjoin(here, _same(here, once.c.grid_id, once)).outerjoin(
        above, sa.and_(once.c.above, once.c.held_grid_id != once.c.grid_id, _same(above, once.c.held_grid_id, once))
    )
    there = (sa.func.coalesce(here.c.posts, 0) + sa.func.coalesce(above.c.posts, 0)).label("filled")
    widest = sa.func.coalesce(here.c.widest, 0).label("widest")
    counted = sa.select(once, there, widest).select_from(joined).where(once.c.place == 1)
    lines = counted.cte("gap_counted").prefix_with("MATERIALIZED")
    too_wide = sa.case((lines.c.widest > lines.c.grids_each, figures.overextended(lines, now)), else_=0)
    values = {
        "required": figures.required(lines),
        "missing": figures.missing(lines, now, lines.c.filled),
        "doubled": figures.doubled(lines, now, lines.c.filled),
        "overextended": too_wide,
    }
    made = sa.select(lines, *(value.label(name) for name, value in values.items()))
    return made.cte("gap").prefix_with("MATERIALIZED")


def _lines(path: str) -> Iterator[sa.Select[Any]]:
    """The lines of a ground in which something can be wrong: those of grids for themselves, those of desks, and those that several grids
    share, each of them in the first place by one grid."""
    for asked, shared in ((chosen, False), (at_desks, False), (chosen, True)):
        grid = t.grid.alias(f"gap_{asked.__name__}_{shared}".lower())
        rows = line_rows(grid, asked, grid.c.path >= path, grid.c.path < path[:-1] + END, shared=shared).subquery()
        place = sa.func.row_number().over(partition_by=(rows.c.held_grid_id, rows.c.number), order_by=rows.c.grid_id)
        can = sa.or_(rows.c.least > 0, rows.c.most.is_not(None), rows.c.grids_each.is_not(None))
        columns: list[sa.ColumnElement[Any]] = [rows.c[name] for name in rows.c.keys() if name != "per"]  # noqa: SIM118
        first: sa.ColumnElement[int] = place if shared else sa.literal_column("1", sa.Integer)
        yield sa.select(*columns, first.label("place")).where(can)


def _same(held: sa.FromClause, grid_id: sa.ColumnElement[int], line: sa.FromClause) -> sa.ColumnElement[bool]:
    return sa.and_(held.c.grid_id == grid_id, held.c.role_id == line.c.role_id)


def _held(now: sa.ColumnElement[Any]) -> sa.CTE:
    """By grid and role, how many posts are held, and in how many grids whoever holds it in most of them does."""
    post, wide = t.post.alias("held_post"), t.post.alias("wide_post")
    spread = (
        sa.select(wide.c.account_id, wide.c.role_id, sa.func.count(sa.distinct(wide.c.grid_id)).label("grids"))
        .where(in_term(wide, now))
        .group_by(wide.c.account_id, wide.c.role_id)
        .cte("spread")
        .prefix_with("MATERIALIZED")
    )
    joined = post.join(spread, sa.and_(spread.c.account_id == post.c.account_id, spread.c.role_id == post.c.role_id))
    counts = (sa.func.count().label("posts"), sa.func.max(spread.c.grids).label("widest"))
    held = sa.select(post.c.grid_id, post.c.role_id, *counts).select_from(joined).where(is_held(post, now))
    return held.group_by(post.c.grid_id, post.c.role_id).cte("held").prefix_with("MATERIALIZED")


def _of_role(row: sa.Row[Any]) -> RoleFigures:
    return RoleFigures(role_id=row.role_id, expired=int(row.id), **{name: int(getattr(row, name)) for name in _COUNTED})


def _gap(row: sa.Row[Any]) -> Gap:
    return Gap(
        number=row.id,
        grid_id=row.grid_id,
        code=row.code,
        name=row.name,
        held_in=row.held_grid_id,
        staffing_id=row.staffing_id,
        role_id=row.role_id,
        required=row.required,
        filled=row.filled,
        missing=row.missing,
        doubled=row.doubled,
        expired=row.missing > 0 and row.last_ended_at is not None and row.next_starts_at is None,
        overextended=row.overextended,
        last_ended_at=row.last_ended_at,
        next_starts_at=row.next_starts_at,
    )
