"""Figures of a line: what is asked for, who is there, what is missing, too much or over, as SQL over rows of `lines.py`.

A post counts from its first moment to its last, as long as its holder's account is active or somebody active stands in.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from wangge_core.db import tables as t
from wangge_core.plugin.declarations.grid_types import Each
from wangge_core.rights.posts_held import in_term, is_held
from wangge_core.staffing.lines import end_of

Row = sa.FromClause
Now = sa.ColumnElement[Any]
UNLIMITED = (Each.UNCOUNTED.value, Each.SHIFT.value)
"""Of these nothing is too much: a post may be one of several shifts."""
_ZERO: sa.ColumnElement[int] = sa.literal_column("0", sa.Integer)
_ONE: sa.ColumnElement[int] = sa.literal_column("1", sa.Integer)


class Beyond(FunctionElement[int]):
    """How much the first number is above the second; 0 where it is not, and where one is NULL."""

    type = sa.Integer()
    inherit_cache = True


@compiles(Beyond)
def _beyond(element: Beyond, compiler: SQLCompiler, **options: Any) -> str:
    more, less = (compiler.process(piece, **options) for piece in element.clauses)
    greatest = "max" if compiler.dialect.name == "sqlite" else "greatest"
    return f"coalesce({greatest}(({more}) - ({less}), 0), 0)"


def posts_of(post: Row, line: Row) -> sa.ColumnElement[bool]:
    """True for posts of the line's role: in the grid, or on the ground where the line is held."""
    return sa.and_(post.c.role_id == line.c.role_id, post.c.grid_id.in_([line.c.grid_id, line.c.held_grid_id]))


def filled(line: Row, now: Now) -> sa.ColumnElement[int]:
    """How many posts are held."""
    post = t.post.alias()
    counted = sa.select(sa.func.count()).select_from(post).where(posts_of(post, line), is_held(post, now))
    return counted.correlate_except(post).scalar_subquery()


def things(line: Row) -> sa.ColumnElement[int]:
    """For how many things each the figures are; 1 for the ground itself, and for what is not counted."""
    counts = {
        Each.BUILDING: _on_ground(line, t.building),
        Each.TEN_HOUSEHOLDS: (_on_ground(line, t.household) + 9) // 10,
        Each.ASSET: _on_ground(line, t.asset),
        Each.PLACE: _on_ground(line, t.place),
        Each.OFFICE: sa.select(sa.func.count()).select_from(t.office.alias()).scalar_subquery(),
    }
    return sa.case(*((line.c.each == each.value, count) for each, count in counts.items()), else_=_ONE)


def _on_ground(line: Row, table: sa.Table) -> sa.ColumnElement[int]:
    """How many rows of a table lie on the ground of the line, of its kind where it has one."""
    thing, grid = table.alias(), t.grid.alias()
    ground = sa.select(grid.c.id).where(grid.c.path >= line.c.held_path, grid.c.path < end_of(line.c.held_path))
    counted = sa.select(sa.func.count()).select_from(thing).where(thing.c.grid_id.in_(ground.correlate_except(grid)))
    if "kind_id" in table.c:
        counted = counted.where(thing.c.kind_id == line.c.each_kind)
    return counted.correlate_except(thing).scalar_subquery()


def required(line: Row) -> sa.ColumnElement[int]:
    """How many posts there should be at least."""
    return sa.case((line.c.least == 0, _ZERO), else_=line.c.least * things(line))


def allowed(line: Row) -> sa.ColumnElement[Any]:
    """How many posts there may be at most; NULL without a limit, and where nothing that they are for each of is registered."""
    without = sa.or_(*(line.c.each == one for one in UNLIMITED))
    most = sa.case((without, sa.null()), else_=line.c.most)
    return sa.case((most.is_(None), sa.null()), else_=most * sa.func.nullif(things(line), 0))


def missing(line: Row, now: Now, held: sa.ColumnElement[int] | None = None) -> sa.ColumnElement[int]:
    """How many posts are missing to what is required; of a line for each office, in each office for itself. `held`: where that is known."""
    office, post = t.office.alias(), t.post.alias()
    of_office = sa.select(sa.func.count()).select_from(post)
    of_office = of_office.where(posts_of(post, line), post.c.office_id == office.c.id, is_held(post, now)).correlate_except(post)
    lacking = Beyond(line.c.least, of_office.scalar_subquery())
    in_offices = sa.select(sa.func.coalesce(sa.func.sum(lacking), 0)).select_from(office).correlate_except(office).scalar_subquery()
    return sa.case(
        (line.c.least == 0, _ZERO),
        (line.c.each == Each.OFFICE.value, in_offices),
        else_=Beyond(required(line), filled(line, now) if held is None else held),
    )


def doubled(line: Row, now: Now, held: sa.ColumnElement[int] | None = None) -> sa.ColumnElement[int]:
    """How many posts there are too many. `held`: where that is known."""
    return Beyond(filled(line, now) if held is None else held, allowed(line))


def last_ended_at(line: Row, now: Now) -> sa.ColumnElement[Any]:
    """When the last post ended that is over."""
    post = t.post.alias()
    ended = sa.select(sa.func.max(post.c.ends_at)).where(posts_of(post, line), post.c.ends_at <= now)
    return ended.correlate_except(post).scalar_subquery()


def next_starts_at(line: Row, now: Now) -> sa.ColumnElement[Any]:
    """When the next post begins that was given for later."""
    post = t.post.alias()
    coming = sa.select(sa.func.min(post.c.starts_at)).where(posts_of(post, line), post.c.starts_at > now)
    return coming.correlate_except(post).scalar_subquery()


def expired(line: Row, now: Now) -> sa.ColumnElement[bool]:
    """Whether somebody is missing, the last post ran out or was ended, and none was given for later."""
    ended, coming = last_ended_at(line, now), next_starts_at(line, now)
    return sa.and_(missing(line, now) > 0, ended.is_not(None), coming.is_(None))


def grids_held(post: Row, now: Now) -> sa.ColumnElement[int]:
    """In how many grids the holder of a post has posts of its role now."""
    other = t.post.alias()
    own = sa.and_(other.c.account_id == post.c.account_id, other.c.role_id == post.c.role_id, in_term(other, now))
    return sa.select(sa.func.count(sa.distinct(other.c.grid_id))).where(own).correlate_except(other).scalar_subquery()


def overextended(line: Row, now: Now) -> sa.ColumnElement[int]:
    """How many of the posts that are held belong to somebody who holds the role in more grids than one person may."""
    post = t.post.alias()
    too_many = sa.select(sa.func.count()).select_from(post)
    too_many = too_many.where(posts_of(post, line), in_term(post, now), grids_held(post, now) > line.c.grids_each)
    counted = too_many.correlate_except(post).scalar_subquery()
    return sa.case((line.c.grids_each.is_(None), _ZERO), else_=counted)


def on_duty(line: Row, now: Now) -> sa.ColumnElement[int]:
    """How many of its posts have a shift that runs now."""
    post, shift = t.post.alias(), t.shift.alias()
    runs = sa.and_(shift.c.starts_at <= now, shift.c.ends_at > now, shift.c.cancelled_at.is_(None))
    source = post.join(shift, sa.and_(shift.c.post_id == post.c.id, runs))
    counted = sa.select(sa.func.count(sa.distinct(post.c.id))).select_from(source).where(posts_of(post, line))
    return counted.correlate_except(post, shift).scalar_subquery()
