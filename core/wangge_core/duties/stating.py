"""Stating: the one statement over all that is asked for, whatever the duties are: a page of items, or figures for each ask."""

from collections.abc import Mapping, Sequence
from enum import auto
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from wangge_core.db.columns import Id, Instant
from wangge_core.duties.asking import Ask
from wangge_core.duties.doing import declined_of, done_of, earlier_of, last_done
from wangge_core.duties.given import Place, Question, Statements
from wangge_core.duties.placed import square_distance
from wangge_core.duties.targets import select_of
from wangge_core.plugin.declarations.labels import Choice

FAR = 1e18
"""How far, in square metres, something is of which that is not known: after all else."""
FARTHEST = sa.cast(sa.literal(FAR, sa.Float(53)), sa.Float(53))


class DueState(Choice):
    """How something that is asked for stands."""

    DUE = auto(), "待办"
    OVERDUE = auto(), "逾期"
    DONE = auto(), "已完成"


KEPT = Statements()
"""What this process has built."""
Ready = tuple[sa.Select[Any], Mapping[str, Any]]
"""A statement and its values."""


def page(
    dialect: Dialect, asks: Sequence[Ask], question: Question, states: Sequence[DueState], *, first: int, after: Place | None
) -> Ready:
    """The items in these states: what is due first before all else, then what is near. One more than `first`, where there is."""
    wanted = tuple(sorted(state.value for state in states))
    select, values = KEPT.get(
        dialect, ("page", wanted), asks, question, lambda: _page(asks, question, wanted, paged=after is not None), after
    )
    return select, {**values, "first": first + 1}


def figures(dialect: Dialect, asks: Sequence[Ask], question: Question) -> Ready:
    """For each ask how many things it concerns, and how they stand."""
    return KEPT.get(dialect, "figures", asks, question, lambda: _figures(asks, question))


def _page(asks: Sequence[Ask], question: Question, states: Sequence[str], *, paged: bool) -> sa.Select[Any]:
    rows = _numbered(_stated(asks, question).subquery()).subquery()
    order = (rows.c.due_by, rows.c.distance, rows.c.ask, rows.c.ordinal)
    wanted: list[sa.ColumnElement[bool]] = [rows.c.state.in_(states)]
    if paged:
        wanted.append(_behind(order))
    most = sa.bindparam("first", type_=sa.Integer)
    listed = sa.select(rows).where(*wanted).order_by(*order).limit(most).subquery()
    last = last_done(listed.c.sort, listed.c.id, listed.c.does)
    order = (listed.c.due_by, listed.c.distance, listed.c.ask, listed.c.ordinal)
    return sa.select(listed, sa.type_coerce(last, Instant).label("last_done_at")).order_by(*order)


def _numbered(rows: sa.Subquery) -> sa.Select[Any]:
    """With the number by which a thing has its place among others that are alike in all else: its key, or where the viewer may not see it
    one that tells nothing of the key, because cursors hold it."""
    alike = (rows.c.seen, rows.c.due_by, rows.c.ask)
    count = sa.func.row_number().over(partition_by=alike, order_by=(rows.c.grid_id, rows.c.id))
    return sa.select(rows, sa.case((rows.c.seen, rows.c.id), else_=-count).label("ordinal"))


def _figures(asks: Sequence[Ask], question: Question) -> sa.Select[Any]:
    rows = _stated(asks, question).subquery()

    def count(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[Any]:
        return sa.cast(sa.func.sum(sa.case((condition, 1), else_=0)), sa.BigInteger)

    done = rows.c.state == DueState.DONE.value
    columns: list[sa.ColumnElement[Any]] = [
        rows.c.ask,
        sa.func.count().label("targets"),
        count(done).label("done"),
        count(rows.c.state == DueState.OVERDUE.value).label("overdue"),
        count(sa.and_(done, rows.c.done - rows.c.declined < rows.c.amount)).label("declined"),
        sa.cast(sa.func.sum(rows.c.amount), sa.BigInteger).label("needed"),
        sa.cast(sa.func.sum(sa.case((done, rows.c.amount), else_=rows.c.done)), sa.BigInteger).label("made"),
    ]
    return sa.select(*columns).group_by(rows.c.ask)


def _stated(asks: Sequence[Ask], question: Question) -> sa.Select[Any]:
    """Every thing of every ask with its state. What was asked for in the whole period before, and neither done then nor since, is due since
    its end, until it is made up."""
    selects = [select_of(ask, question) for ask in asks]
    every = sa.union_all(*selects) if len(selects) > 1 else selects[0]
    due = every.cte("due").prefix_with("MATERIALIZED")
    done = done_of(due.c.tally)
    fulfilled = done >= due.c.amount
    missed = sa.and_(sa.not_(fulfilled), due.c.since < due.c.earlier, earlier_of(due.c.tally) < due.c.amount)
    due_by = sa.case((missed, due.c.begin), else_=due.c.due_by)
    state = sa.case(
        (fulfilled, DueState.DONE.value),
        (sa.or_(missed, due.c.due_by <= question.moment), DueState.OVERDUE.value),
        else_=DueState.DUE.value,
    )
    distance = FARTHEST if question.near is None else _distance(due)
    columns: list[sa.ColumnElement[Any]] = [
        due.c.ask,
        due.c.sort,
        due.c.does,
        due.c.id,
        due.c.grid_id,
        due.c.seen,
        due.c.amount,
        done.label("done"),
        declined_of(due.c.tally).label("declined"),
        distance.label("distance"),
        due_by.label("due_by"),
        state.label("state"),
    ]
    return sa.select(*columns)


def _distance(due: sa.CTE) -> sa.ColumnElement[Any]:
    """In square metres; of what the viewer may not see it is not told."""
    known = sa.case((due.c.seen, square_distance((due.c.longitude, due.c.latitude))), else_=sa.null())
    return sa.func.coalesce(known, FARTHEST)


def _behind(order: tuple[sa.ColumnElement[Any], ...]) -> sa.ColumnElement[bool]:
    given = (("due_by", Instant), ("distance", sa.Float(53)), ("ask", sa.Integer), ("ordinal", Id))
    return sa.tuple_(*order) > sa.tuple_(*(sa.bindparam(f"after_{name}", type_=type) for name, type in given))
