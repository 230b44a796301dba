"""Posts that are held: which there are at a moment, and for which of them somebody is there, as conditions of a WHERE."""

from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t

Row = sa.FromClause


def in_term(post: Row, now: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """True for posts that have begun and have not ended."""
    return sa.and_(post.c.starts_at <= now, sa.or_(post.c.ends_at.is_(None), post.c.ends_at > now))


def stands_in(delegation: Row, now: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """True for delegations that run."""
    return sa.and_(delegation.c.starts_at <= now, delegation.c.ends_at > now)


def is_held(post: Row, now: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """True for posts in their term whose holder is somebody active, or has a substitute who is."""
    holder, delegation, substitute = t.account.alias(), t.delegation.alias(), t.account.alias()
    works = sa.select(1).where(holder.c.id == post.c.account_id, _is_somebody(holder)).correlate_except(holder)
    source = delegation.join(substitute, sa.and_(substitute.c.id == delegation.c.account_id, _is_somebody(substitute)))
    stood_in = sa.select(1).select_from(source).where(delegation.c.post_id == post.c.id, stands_in(delegation, now))
    someone = sa.or_(sa.exists(works), sa.exists(stood_in.correlate_except(delegation, substitute)))
    return sa.and_(in_term(post, now), someone)


def _is_somebody(account: Row) -> sa.ColumnElement[bool]:
    return sa.and_(account.c.active, sa.not_(account.c.machine))
