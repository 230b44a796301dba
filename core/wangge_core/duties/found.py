"""Found: what a select of the things of a duty is made of, and the grids on which the duty asks for something."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.duties import placed
from wangge_core.duties.asking import Ask
from wangge_core.duties.given import of_ask
from wangge_core.plugin.declarations.roles import Level

Row = sa.FromClause
Condition = sa.ColumnElement[bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The parts of a select of things: their row, grid, and since when they are there; whether the viewer sees them; and what was done.

    `due_by` is set where each thing has its own time.
    """

    id: sa.ColumnElement[Any]
    grid_id: sa.ColumnElement[Any]
    source: sa.FromClause
    where: tuple[Condition, ...]
    since: sa.ColumnElement[Any]
    seen: Condition
    tally: sa.ColumnElement[int]
    position: Callable[[], placed.Position]
    due_by: sa.ColumnElement[Any] | None = None


def ground_of(ask: Ask) -> sa.Select[Any]:
    """The keys of the grids on which a duty asks for something."""
    grid = t.grid.alias()
    wanted: list[Condition] = [grid.c.layer_id == BASE_LAYER, grid.c.ended_at.is_(None)]
    if ask.path:
        wanted.append(_below(grid, ask, "path"))
    wanted += [sa.not_(_below(grid, ask, f"without_{at}")) for at in range(len(ask.without))]
    if ask.duty.grid_types is not None:
        wanted.append(_of_types(grid, ask))
    return sa.select(grid.c.id).where(*wanted).correlate_except(grid)


def _of_types(grid: Row, ask: Ask) -> Condition:
    """Of a type that the duty holds on; of the levels above, which have a type of their own, those right above such grids."""
    types, child = sorted(ask.duty.grid_types or ()), t.grid.alias()
    if ask.target.sort != "GRID" or ask.target.level is Level.GRID:
        return grid.c.grid_type_id.in_(types)
    held = (child.c.parent_id == grid.c.id, child.c.grid_type_id.in_(types), child.c.ended_at.is_(None))
    return there_is(sa.select(1).where(*held).correlate_except(child))


def there_is(query: sa.Select[Any]) -> Condition:
    """True where it finds a row. PostgreSQL would read a whole table first to answer an EXISTS of many rows; this it looks up for each."""
    return query.limit(sa.literal_column("1")).scalar_subquery().is_not(None)


def _below(grid: Row, ask: Ask, path: str) -> Condition:
    """Below a path of the ask, by its name."""
    start, end = (of_ask(ask, name, grid.c.path.type) for name in (path, f"end_of_{path}"))
    return sa.and_(grid.c.path >= start, grid.c.path < end)
