"""Sight: who sees the staffing of a grid, its bindings, courses, training, and the protocols of hand-overs."""

import sqlalchemy as sa

from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.visibility import Rule

Row = sa.FromClause
_STAFF = (Capability.READ_EVENTS, Capability.MANAGE_POSTS)


def _staff(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    scopes = {viewer.scope(capability) for capability in _STAFF}
    if any(scope.everywhere for scope in scopes):
        return sa.true()
    return sa.or_(sa.false(), *(scope.covers(row.c.grid_id, of_base=False) for scope in scopes))


def _own(viewer: BoundViewer, *accounts: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    return sa.or_(*(one == viewer.account_id for one in accounts)) if viewer.signed_in else sa.false()


def _binding(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    return sa.or_(_staff(row, viewer), _own(viewer, row.c.account_id))


def _course(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    del row
    anywhere = viewer.signed_in or not viewer.scope(Capability.MANAGE_POSTS).nowhere
    return sa.true() if anywhere else sa.false()


def _training(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    if not viewer.scope(Capability.MANAGE_POSTS).nowhere:
        return sa.true()
    return _own(viewer, row.c.account_id)


def _hand_over(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    managed = viewer.scope(Capability.MANAGE_POSTS).covers(row.c.grid_id, of_base=False)
    return sa.or_(managed, _own(viewer, row.c.from_account_id, row.c.to_account_id))


staff_rule = Rule(_staff)
"""READ_EVENTS or MANAGE_POSTS over the grid."""
binding_rule = Rule(_binding)
"""The same, and the leader who is bound."""
course_rule = Rule(_course)
"""Whoever is signed in."""
training_rule = Rule(_training)
"""Its holder, and who manages posts anywhere, as of accounts."""
hand_over_rule = Rule(_hand_over)
"""Both sides, and who manages posts over the grid."""
