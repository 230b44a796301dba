"""Who sees a need: the person and the guardian, and staff with READ_NEEDS over its grid; of sensitive kinds only the roles that the
deployment names, on the ground of the post. A need that has ended, or whose day has passed, is seen by nobody.
"""

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.visibility import Row, Rule


def _need(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    in_scope = viewer.scope(Capability.READ_NEEDS).covers(row.c.grid_id)
    seen = sa.or_(viewer.is_own_person(row.c.person_id), sa.and_(in_scope, sa.or_(_is_ordinary(row), _is_for_role(row, viewer))))
    return sa.and_(row.c.ends_at > viewer.now, seen)


def _is_ordinary(row: Row) -> sa.ColumnElement[bool]:
    kind = t.need_kind.alias()
    return row.c.kind_id.not_in(sa.select(kind.c.id).where(kind.c.sensitive))


def _is_for_role(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    """True where a post of the viewer, of a role that the kind is switched on for, stands over the need's grid."""
    if not viewer.viewer.posts:
        return sa.false()
    named, post, stands, own = t.need_kind_role.alias(), t.post.alias(), t.grid.alias(), t.grid.alias()
    part, ground = t.grid_part.alias(), t.grid.alias()
    on_part = sa.exists(
        sa.select(1)
        .select_from(part.join(ground, ground.c.id == part.c.base_grid_id))
        .where(part.c.overlay_grid_id == stands.c.id, _lies_below(own, ground))
        .correlate(stands, own)
    )
    joined = named.join(post, post.c.role_id == named.c.role_id).join(stands, stands.c.id == post.c.grid_id)
    return sa.exists(
        sa.select(1)
        .select_from(joined.join(own, own.c.id == row.c.grid_id))
        .where(named.c.need_kind_id == row.c.kind_id, viewer.holds_post(post.c.id), sa.or_(_lies_below(own, stands), on_part))
        .correlate(row)
    )


def _lies_below(grid: Row, other: Row) -> sa.ColumnElement[bool]:
    return sa.func.substr(grid.c.path, 1, sa.func.length(other.c.path)) == other.c.path


need_rule = Rule(_need)
