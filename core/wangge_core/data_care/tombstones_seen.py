"""Who sees tombstones: MANAGE_DATA over the grid of the last home. The tombstones of who was merged into another are seen by nobody."""

import sqlalchemy as sa

from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.visibility import Row, within_grid


def _is_erased(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    del viewer
    return sa.and_(row.c.removed_at.is_not(None), row.c.merged_into_id.is_(None))


tombstone_rule = within_grid(Capability.MANAGE_DATA, there=_is_erased)
