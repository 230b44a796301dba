"""Who sees what of appraisals. Appraisers see all of their ground; the appraised their own, from when they can appeal.

That there is a run, and under what scheme, is seen by the staff of its ground, and so is who stands in a circular. What a score is made of
is seen by appraisers and by whom it is of.
"""

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.posts_held import in_term
from wangge_core.rights.visibility import Row, within_grid


def _works_on_ground(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    """Who may read indicators somewhere and holds a post in the row's grid, below it or above it."""
    if not viewer.signed_in or not viewer.reads_own or viewer.scope(Capability.READ_INDICATORS).nowhere:
        return sa.false()
    post, own, ground = t.post.alias(), t.grid.alias(), t.grid.alias()
    below = sa.func.substr(own.c.path, 1, sa.func.length(ground.c.path)) == ground.c.path
    above = sa.func.substr(ground.c.path, 1, sa.func.length(own.c.path)) == own.c.path
    source = post.join(own, own.c.id == post.c.grid_id).join(ground, ground.c.id == row.c.grid_id)
    held = sa.and_(post.c.account_id == viewer.account_id, in_term(post, viewer.now), sa.or_(below, above))
    return sa.exists(sa.select(1).select_from(source).where(held).correlate(row))


def _is_own(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    """A result of one's post, also of one that has ended, of one's office, or of the very grid in which one holds a post."""
    if not viewer.signed_in or not viewer.reads_own:
        return sa.false()
    post = t.post.alias()
    present = sa.or_(post.c.grid_id == row.c.appraised_grid_id, post.c.office_id == row.c.office_id)
    mine = sa.or_(post.c.id == row.c.post_id, sa.and_(present, in_term(post, viewer.now)))
    return sa.exists(sa.select(1).where(post.c.account_id == viewer.account_id, mine).correlate(row))


def _own_papers(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    own = _is_own(row, viewer)
    return own if isinstance(own, sa.False_) else sa.and_(row.c.shown, own)


def _shown_result(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    parts = [one for one in (_is_own(row, viewer), _in_circular(row, viewer)) if not isinstance(one, sa.False_)]
    return sa.and_(row.c.shown, sa.or_(*parts)) if parts else sa.false()


def _in_circular(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    works = _works_on_ground(row, viewer)
    return works if isinstance(works, sa.False_) else sa.and_(row.c.in_circular.is_not(None), works)


def _of_own_result(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    result = t.appraisal_result.alias()
    own = _own_papers(result, viewer)
    return own if isinstance(own, sa.False_) else sa.exists(sa.select(1).where(result.c.id == row.c.result_id, own).correlate(row))


def _own_points(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    return row.c.account_id == viewer.account_id if viewer.signed_in and viewer.reads_own else sa.false()


appraisal_rule = within_grid(Capability.APPRAISE, beside=_works_on_ground)
result_rule = within_grid(Capability.APPRAISE, beside=_shown_result)
papers_rule = within_grid(Capability.APPRAISE, beside=_own_papers)
collected_rule = within_grid(Capability.APPRAISE, beside=_of_own_result)
points_rule = within_grid(Capability.GIVE_REWARDS, beside=_own_points)
