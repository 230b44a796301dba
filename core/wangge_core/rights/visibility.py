"""Visibility: for each sort of thing, which rows a viewer may read, as a condition for a WHERE.

Grids, places and everything declared are public. Buildings, units, organisations and assets ask for READ_PLACES over their grid,
people and households for READ_PEOPLE. An event is visible to READ_EVENTS over its grid, to whom it was given (as a post or through
an office), and to its reporter. A post is visible within one's grids and to its holder; so are accounts.
"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer

Row = sa.FromClause
Rule = Callable[[Row, Viewer], sa.ColumnElement[bool]]


def everybody(row: Row, viewer: Viewer) -> sa.ColumnElement[bool]:
    """Public: no condition."""
    del row, viewer
    return sa.true()


def within_grid(capability: Capability) -> Rule:
    """Rows whose grid lies where the viewer has the capability."""

    def rule(row: Row, viewer: Viewer) -> sa.ColumnElement[bool]:
        return _covered(row.c.grid_id, viewer, capability)

    return rule


def unit_rule(row: Row, viewer: Viewer) -> sa.ColumnElement[bool]:
    building = t.building.alias()
    scope = _covered(building.c.grid_id, viewer, Capability.READ_PLACES)
    return scope if _constant(scope) else sa.exists(sa.select(1).where(building.c.id == row.c.building_id, scope).correlate(row))


def event_rule(row: Row, viewer: Viewer) -> sa.ColumnElement[bool]:
    by_scope = _covered(row.c.grid_id, viewer, Capability.READ_EVENTS)
    if viewer.account_id is None or isinstance(by_scope, sa.True_):
        return by_scope
    given = t.event_assignment.alias()
    to_me = sa.or_(given.c.post_id.in_(viewer.post_ids), given.c.office_id.in_(viewer.office_ids))
    assigned = sa.exists(sa.select(1).where(given.c.event_id == row.c.id, to_me).correlate(row))
    return sa.or_(by_scope, row.c.reporter_id == viewer.account_id, assigned)


def of_event(row: Row, viewer: Viewer) -> sa.ColumnElement[bool]:
    """Rows that belong to a visible event and are only reached through it."""
    return everybody(row, viewer)


def post_rule(row: Row, viewer: Viewer) -> sa.ColumnElement[bool]:
    by_scope = sa.or_(
        _covered(row.c.grid_id, viewer, Capability.READ_EVENTS), _covered(row.c.grid_id, viewer, Capability.MANAGE_POSTS)
    )
    return sa.or_(by_scope, row.c.account_id == viewer.account_id) if viewer.account_id is not None else by_scope


def account_rule(row: Row, viewer: Viewer) -> sa.ColumnElement[bool]:
    """Oneself, and whoever holds a post that one can see; an account without a post is seen by who manages posts anywhere."""
    if viewer.scope(Capability.MANAGE_POSTS).paths:
        return sa.true()
    if viewer.account_id is None:
        return sa.false()
    post = t.post.alias()
    held = sa.exists(sa.select(1).where(post.c.account_id == row.c.id, post_rule(post, viewer)).correlate(row))
    return sa.or_(row.c.id == viewer.account_id, held)


def _covered(grid_id: sa.ColumnElement[Any], viewer: Viewer, capability: Capability) -> sa.ColumnElement[bool]:
    scope = viewer.scope(capability)
    if scope.everywhere:
        return sa.true()
    if not scope.paths:
        return sa.false()
    grid = t.grid.alias()
    return grid_id.in_(sa.select(grid.c.id).where(scope.condition(grid.c.path)))


def _constant(condition: sa.ColumnElement[bool]) -> bool:
    return isinstance(condition, sa.True_ | sa.False_)
