"""Lines: what the staffing of a grid asks for, one row for each line of the template that it chose, or of the desks that answer at its
level. A desk answers over a ground where it is declared for the type of a smallest grid in it.

Of a line that is held on the ground above, each grid has its own row, and all of them name the same ground in `held_grid_id`.
"""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.columns import Id
from wangge_core.db.lists import Checked
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.grids.codes import GridLevel
from wangge_core.rights.scopes import END

MOST_LINES = 100_000
"""More lines than all templates together can have; a row's id holds the grid and the number of the line."""
_FROM_BELOW = tuple(reversed(GridLevel))
_GENERATIONS = 3
"""How far above a grid the ground can be where its people are: community, subdistrict, district."""
Row = sa.FromClause
Asked = Callable[[Row, Row], sa.ColumnElement[bool]]
"""Which lines are asked of a grid."""


def end_of(path: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """The end of the paths at and below one."""
    return sa.func.substr(path, 1, sa.func.length(path) - 1) + END


def line_rows(grid: Row, asked: Asked, *conditions: sa.ColumnElement[bool], shared: bool | None = None) -> sa.Select[Any]:
    """The lines of present grids, or of those of them that the conditions on `grid` choose; `shared`: only those that are held on the
    ground above, or only the others."""
    line, staffing, role = t.staffing_position.alias("line"), t.staffing.alias("line_template"), t.role.alias("line_role")
    above = [t.grid.alias(f"line_above_{number}") for number in range(_GENERATIONS)] if shared is not False else []
    joined = grid.join(line, asked(grid, line)).join(staffing, sa.and_(staffing.c.id == line.c.staffing_id, staffing.c.available))
    below = grid
    if above:
        joined = joined.join(role, role.c.id == line.c.role_id)
    for one in above:
        joined = joined.outerjoin(one, sa.and_(line.c.above, one.c.id == below.c.parent_id))
        below = one
    columns = [
        sa.cast(grid.c.id * MOST_LINES + line.c.number, Id).label("id"), grid.c.id.label("grid_id"),
        _held(grid, above, role, "id").label("held_grid_id"), _held(grid, above, role, "path").label("held_path"),
        line.c.staffing_id, line.c.role_id, line.c.number, line.c.least, line.c.most, line.c.per,
        line.c.each, line.c.each_kind, line.c.grids_each, line.c.above,
    ]  # fmt: skip
    kept = [] if shared is None else [line.c.above if shared else sa.not_(line.c.above)]
    return sa.select(*columns).select_from(joined).where(grid.c.ended_at.is_(None), *kept, *conditions)


def chosen(grid: Row, line: Row) -> sa.ColumnElement[bool]:
    """The lines of the template that a smallest grid chose."""
    smallest = sa.or_(grid.c.level == GridLevel.GRID.value, grid.c.layer_id != BASE_LAYER)
    return sa.and_(line.c.desk_level.is_(None), line.c.staffing_id == grid.c.staffing_id, smallest)


def at_desks(grid: Row, line: Row) -> sa.ColumnElement[bool]:
    """The lines of the desks of a ground above such grids."""
    below, desk = t.grid.alias("desk_grid"), t.grid_type_desk.alias("line_desk")
    answers = (
        sa.select(1)
        .select_from(below.join(desk, desk.c.grid_type_id == Checked(below.c.grid_type_id)))
        .where(desk.c.staffing_id == line.c.staffing_id, below.c.path >= grid.c.path, below.c.path < end_of(grid.c.path))
        .where(below.c.ended_at.is_(None), below.c.level == GridLevel.GRID.value)
        .correlate_except(below, desk)
    )
    return sa.and_(line.c.desk_level == grid.c.level, grid.c.layer_id == BASE_LAYER, sa.exists(answers))


def _either(grid: Row, line: Row) -> sa.ColumnElement[bool]:
    return sa.or_(chosen(grid, line), at_desks(grid, line))


def _rank(level: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
    return sa.case({one.value: sa.literal_column(str(number)) for number, one in enumerate(_FROM_BELOW)}, value=level)


def _held(grid: Row, above: Sequence[Row], role: Row, name: str) -> sa.ColumnElement[Any]:
    """Of the grid itself, or of the nearest ground above whose level is the role's or higher; of the grid where there is none."""
    fitting = [(_rank(one.c.level) >= _rank(role.c.level), one.c[name]) for one in above]
    return sa.case(*fitting, else_=grid.c[name]) if fitting else grid.c[name]


LINES = line_rows(t.grid.alias("line_grid"), _either).subquery("staffing_line")
"""The lines of all present grids."""
