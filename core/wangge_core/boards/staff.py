"""Staff on the notice board: of posts whose role is shown to the public the name at work and the official telephone, and nothing else.

These selects are all that is public of posts and accounts. Whatever else there is of them is in no column here.
"""

from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.posts_held import in_term, stands_in
from wangge_core.rights.visibility import Rule

Row = sa.FromClause


def _posts() -> sa.Subquery:
    post, role, account, office = t.post, t.role, t.account, t.office
    tables = post.join(role, role.c.id == post.c.role_id).join(account, account.c.id == post.c.account_id)
    columns: list[sa.ColumnElement[Any]] = [
        post.c.id, post.c.grid_id, post.c.role_id, post.c.starts_at, post.c.ends_at, role.c.ordinal, account.c.active,
        sa.case((sa.and_(post.c.name_shown, account.c.active), account.c.name)).label("name"),
        sa.func.coalesce(post.c.official_phone, office.c.official_phone).label("phone"),
    ]  # fmt: skip
    shown = sa.and_(role.c.shown_to_public, role.c.available, sa.not_(account.c.machine))
    query = sa.select(*columns).select_from(tables.outerjoin(office, office.c.id == post.c.office_id))
    return query.where(shown).subquery("board_post")


def _substitutes() -> sa.Subquery:
    delegation, post, account = t.delegation, t.post, t.account
    tables = delegation.join(post, post.c.id == delegation.c.post_id).join(account, account.c.id == delegation.c.account_id)
    columns: list[sa.ColumnElement[Any]] = [
        delegation.c.id, delegation.c.post_id, delegation.c.starts_at, delegation.c.ends_at,
        sa.case((post.c.name_shown, account.c.name)).label("name"),
    ]  # fmt: skip
    return sa.select(*columns).select_from(tables).where(account.c.active, sa.not_(account.c.machine)).subquery("board_substitute")


BOARD_POSTS, BOARD_SUBSTITUTES = _posts(), _substitutes()
"""What is public of posts, and of who stands in for their holders. A name is NULL where it is not to be shown, and of a holder who is no
longer active; the telephone is the post's, or else its office's."""


def _stands_in(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    return stands_in(row, viewer.now)


def _held(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    substitute = BOARD_SUBSTITUTES.alias()
    stood_in = sa.select(1).where(substitute.c.post_id == row.c.id, _stands_in(substitute, viewer)).correlate_except(substitute)
    return sa.and_(in_term(row, viewer.now), sa.or_(row.c.active, sa.exists(stood_in)))


held_rule = Rule(_held)
"""Posts in their term whose holder is active, or has a substitute who is."""
substitute_rule = Rule(_stands_in)
"""Who stands in now."""


def is_vacant(grid: Row, role: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    """True for roles that the staffing of a grid asks for and the public would be shown, and that nobody holds in it now."""
    position, held = t.staffing_position.alias(), BOARD_POSTS.alias()
    wanted = sa.select(position.c.role_id).where(position.c.staffing_id == grid.c.staffing_id, position.c.least > 0)
    filled = sa.select(1).where(held.c.grid_id == grid.c.id, held.c.role_id == role.c.id, _held(held, viewer))
    there = sa.and_(role.c.shown_to_public, role.c.available, role.c.id.in_(wanted.correlate_except(position)))
    return sa.and_(there, sa.not_(sa.exists(filled.correlate_except(held))))


def has_staff(grid: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    """True for grids with a post of their own that is held now."""
    held = BOARD_POSTS.alias()
    return sa.exists(sa.select(1).where(held.c.grid_id == grid.c.id, _held(held, viewer)).correlate_except(held))
