"""Which staff see who reported something: with READ_PRIVATE over the event's grid, and never of who wants to be unnamed."""

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.bound import BoundViewer, Way
from wangge_core.rights.visibility import Row, Rule


def _named(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    event = t.event.alias()
    covered = viewer.coming(Way.REFERRED).scope(Capability.READ_PRIVATE).covers(event.c.grid_id)
    if isinstance(covered, sa.False_):
        return covered
    there = sa.exists(sa.select(1).where(event.c.id == row.c.event_id, covered).correlate(row))
    return sa.and_(sa.not_(row.c.unnamed), there)


reporter_private_rule = Rule(_named)
