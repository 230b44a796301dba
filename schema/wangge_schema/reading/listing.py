"""Listing: which rows a list has. What joins them, who may see them and what the filter asks, in the form that suits how they are come by.

Where all rows of a list are bound to or below one grid, its *ground*, a viewer who sees everything there needs no look at single rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from wangge_core.db.lists import is_looked_up
from wangge_core.rights.bound import Way
from wangge_core.rights.visibility import GroundRule
from wangge_schema.reading.filters import condition, ground_of
from wangge_schema.reading.grounds import Ground
from wangge_schema.reading.sources import GroundJoin, Join, Row, Source

if TYPE_CHECKING:
    from wangge_schema.reading.plan import Planner

Where = Callable[[Row], sa.ColumnElement[bool]]


@dataclass(frozen=True)
class Listing:
    """The rows of one list: of a type, joined to a row (at a root field to none), let through by a filter in GraphQL's names."""

    planner: Planner
    source: Source
    row: Row | None
    join: Join | None
    filter: Mapping[str, Any] | None

    @cached_property
    def ground(self) -> Ground | None:
        """The grid to which, or below which, all rows of the list are bound."""
        if isinstance(self.join, GroundJoin) and self.row is not None:
            return self.join.ground(self.row, self.planner.asking)
        return ground_of(self.planner, self.source, self.filter) if self.join is None else None

    def page_rows(self, target: Row) -> sa.ColumnElement[bool]:
        """The rows, to be walked in an order until a page is full."""
        rule, ground = self.source.rule, self.ground
        way = Way.REFERRED if self.join is not None or (ground is not None and not ground.wide) else Way.WALKED
        visible = self._visible(target, way)
        if ground is None or not isinstance(rule, GroundRule):
            return self._of(target, visible, Way.WALKED)
        scope = self.planner.asking.viewer.scope(rule.over)
        if scope.is_narrow and ground.wide:
            return self._of(target, self._visible(target, Way.WALKED), Way.REFERRED)
        if isinstance(visible, sa.True_ | sa.False_):
            return self._of(target, visible, Way.WALKED)
        return self._of(target, sa.or_(scope.holds(ground.start), visible), Way.WALKED)

    def count(self, target: Row) -> sa.ColumnElement[int]:
        """How many rows there are."""
        rule, way = self.source.rule, Way.SIFTED if self._sifts else Way.COUNTED
        if not isinstance(rule, GroundRule):
            return self._counted(target, self._of(target, self._visible(target, way), way))
        scope, ground = self.planner.asking.viewer.coming(way).scope(rule.over), self.ground
        if scope.has_whole_ground:
            return self._counted(target, self._of(target, sa.true(), way))
        seen = self._seen(target, rule, way)
        if ground is None or scope.nowhere:
            return seen
        everything = self._counted(target, self._of(target, sa.true(), way))
        return sa.case((scope.holds(ground.start), everything), else_=seen)

    def _seen(self, target: Row, rule: GroundRule, way: Way) -> sa.ColumnElement[int]:
        """How many rows the viewer sees: those of the scope, and beside them those that are seen for another reason."""
        viewer = self.planner.asking.viewer.coming(way)
        scope, ground = viewer.scope(rule.over), self.ground
        in_scope = scope.covers(target.c.grid_id)
        leads = ground is not None and scope.is_narrow  # its grids are looked up then, and of each row whether it is on the ground
        counted = self._counted(target, self._of(target, in_scope, Way.REFERRED if leads else way))
        beside = sa.false() if rule.beside is None else rule.beside(target, viewer)
        if isinstance(beside, sa.False_):
            return counted
        in_scope = viewer.coming(Way.REFERRED).scope(rule.over).covers(target.c.grid_id)
        elsewhere = self._of(target, sa.and_(beside, sa.not_(in_scope)), Way.REFERRED)
        return counted + self._counted(target, elsewhere)

    @property
    def _sifts(self) -> bool:
        """Whether anything but the ground is asked of the rows."""
        return any(name != "subtree" for name, value in (self.filter or {}).items() if value is not None)

    def _of(self, target: Row, visible: sa.ColumnElement[bool], way: Way) -> sa.ColumnElement[bool]:
        """The rows that are joined, visible and let through, with those of the ground come by in a way."""
        filter, ground = self.filter, self.ground
        joined = sa.true()
        if ground is not None:
            joined = ground.bound(target, way)
            filter = {name: value for name, value in (filter or {}).items() if self.join is not None or name != "subtree"}
        if self.join is not None and not isinstance(self.join, GroundJoin):
            joined = self.join(target if self.row is None else self.row, target, self.planner.asking)
        leads = isinstance(joined, sa.BinaryExpression) or is_looked_up(joined) or is_looked_up(visible)
        asked = Way.REFERRED if leads else way  # what leads to few rows leads alone
        rule = self.source.rule
        there = sa.true() if rule.there is None else rule.there(target, self.planner.asking.viewer)
        return sa.and_(joined, visible, there, condition(self.planner, self.source, target, filter, asked))

    def _visible(self, target: Row, way: Way) -> sa.ColumnElement[bool]:
        """Which rows the viewer may read, of those that are there."""
        return self.source.rule.condition(target, self.planner.asking.viewer.coming(way))

    def _counted(self, target: Row, where: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        other = sa.select(sa.func.count()).select_from(target).where(where)
        return self.correlated(other).scalar_subquery()

    def correlated(self, select: sa.Select[Any]) -> sa.Select[Any]:
        """The select with the row that it is joined to taken from outside."""
        return select.correlate(None) if self.row is None else select.correlate(self.row)
