"""Frames: the rows of one select, with what they refer to joined to them."""

from collections.abc import Iterable
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.sql import visitors

from wangge_schema.reading.sources import Row

MOST_JOINS = 40
"""Beyond so many joins a frame takes no more: SQLite joins at most 64 tables."""


class Frame:
    """The FROM of a select: rows, and for each at most one row of every other table that is joined to them."""

    def __init__(self, rows: Row) -> None:
        self.rows = rows
        self.joins: list[tuple[Row, sa.ColumnElement[bool]]] = []

    @property
    def is_full(self) -> bool:
        return len(self.joins) >= MOST_JOINS

    def join(self, target: Row, condition: sa.ColumnElement[bool]) -> None:
        """Join at most one row of `target` to each row."""
        self.joins.append((target, condition))

    def select(self, *columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
        """A select over the frame."""
        source = self.rows
        for target, condition in self.joins:
            source = source.outerjoin(target, condition)
        return sa.select(*columns).select_from(source)


def keep_used(rows: sa.Subquery | sa.CTE, outside: sa.Select[Any], *always: str) -> None:
    """Drop the columns of a sub-select that nothing outside refers to, so that they are not carried through a sort."""
    used = {*always, *(column.key for column in _columns(outside) if column.table is rows)}
    inside = cast("sa.Select[Any]", rows.element)
    rows.element = inside.with_only_columns(*(column for column in inside.selected_columns if column.key in used))


def _columns(statement: sa.Select[Any]) -> Iterable[sa.ColumnClause[Any]]:
    return (cast("sa.ColumnClause[Any]", found) for found in visitors.iterate(statement) if isinstance(found, sa.ColumnClause))
