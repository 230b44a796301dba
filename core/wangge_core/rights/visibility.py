"""Visibility: for each sort of thing, which rows a viewer may read, as a condition for a WHERE.

Grids, places and everything declared are public. Buildings, units, organisations and assets ask for READ_PLACES over their grid,
people and households for READ_PEOPLE. An event is visible to READ_EVENTS over its grid, to whom it was given (as a post or through
an office), and to its reporter. A post is visible within one's grids and to its holder; so are accounts.
"""

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.lists import looked_up
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.bound import BoundViewer, Way

Row = sa.FromClause
Condition = Callable[[Row, BoundViewer], sa.ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Rule:
    """Which rows a viewer sees."""

    condition: Condition

    def __call__(self, row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
        return self.condition(row, viewer)


@dataclass(frozen=True, slots=True)
class GroundRule(Rule):
    """Rows whose grid lies where the viewer has a capability, and what is seen `beside` them for another reason."""

    over: Capability
    beside: Condition | None = None


def within_grid(capability: Capability) -> GroundRule:
    """Rows whose grid lies where the viewer has the capability."""
    return GroundRule(lambda row, viewer: viewer.scope(capability).covers(row.c.grid_id), capability)


def _everybody(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    del row, viewer
    return sa.true()


def _unit(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    building = t.building.alias()
    scope = viewer.scope(Capability.READ_PLACES).covers(building.c.grid_id)
    return scope if _constant(scope) else sa.exists(sa.select(1).where(building.c.id == row.c.building_id, scope).correlate(row))


def _event(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    scope = viewer.scope(Capability.READ_EVENTS)
    if not viewer.signed_in or scope.has_whole_ground:
        return scope.covers(row.c.grid_id)
    return sa.or_(scope.covers(row.c.grid_id), _own_event(row, viewer))


def _own_event(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    """Reported by the viewer, or given to one of the viewer's posts or offices."""
    if not viewer.signed_in:
        return sa.false()
    given = t.event_assignment.alias()
    ties = (viewer.holds_post(given.c.post_id), viewer.is_of_office(given.c.office_id))
    to_me = [tie for tie in ties if not _constant(tie)]
    if not to_me:
        return row.c.reporter_id == viewer.account_id
    narrow = viewer.scope(Capability.READ_EVENTS).is_narrow
    if viewer.way in (Way.COUNTED, Way.SIFTED) or (viewer.way is Way.WALKED and narrow):  # each part goes by an index of its own
        assigned = looked_up(row.c.id, sa.union(*(sa.select(given.c.event_id).where(one) for one in to_me)))
    else:
        assigned = sa.exists(sa.select(1).where(given.c.event_id == row.c.id, sa.or_(*to_me)).correlate(row))
    return sa.or_(row.c.reporter_id == viewer.account_id, assigned)


def _post(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    scopes = {viewer.scope(capability) for capability in (Capability.READ_EVENTS, Capability.MANAGE_POSTS)}
    if any(scope.everywhere for scope in scopes):
        return sa.true()
    by_scope = sa.or_(*(scope.covers(row.c.grid_id, of_base=False) for scope in scopes))
    return sa.or_(by_scope, row.c.account_id == viewer.account_id) if viewer.signed_in else by_scope


def _post_papers(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    """Why a post ended is for its holder and for who manages posts there."""
    managed = viewer.scope(Capability.MANAGE_POSTS).covers(row.c.grid_id, of_base=False)
    return sa.or_(managed, row.c.account_id == viewer.account_id) if viewer.signed_in else managed


def _account(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    """Oneself, and whoever holds a post that one can see; an account without a post is seen by who manages posts anywhere."""
    if not viewer.scope(Capability.MANAGE_POSTS).nowhere:
        return sa.true()
    if not viewer.signed_in:
        return sa.false()
    post, scope = t.post.alias(), viewer.scope(Capability.READ_EVENTS)
    if scope.is_narrow and viewer.way is not Way.REFERRED:
        oneself = sa.select(t.account.c.id).where(t.account.c.id == viewer.account_id)
        holders = sa.select(post.c.account_id).where(scope.covers(post.c.grid_id, of_base=False))
        return looked_up(row.c.id, sa.union(oneself, holders))
    held = sa.exists(sa.select(1).where(post.c.account_id == row.c.id, _post(post, viewer.coming(Way.REFERRED))).correlate(row))
    return sa.or_(row.c.id == viewer.account_id, held)


def _constant(condition: sa.ColumnElement[bool]) -> bool:
    return isinstance(condition, sa.True_ | sa.False_)


everybody = Rule(_everybody)
unit_rule = Rule(_unit)
event_rule = GroundRule(_event, Capability.READ_EVENTS, beside=_own_event)
post_rule = Rule(_post)
post_papers_rule = Rule(_post_papers)
account_rule = Rule(_account)
