"""Who sees a campaign: whoever reads, records or manages work over its ground, or over a grid that has targets of it. Its targets and the
figures of a grid are for READ_WORK over that grid; why somebody or a home came out otherwise, for READ_PRIVATE there.
"""

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.bound import BoundScope, BoundViewer, Way
from wangge_core.rights.visibility import Row, Rule, within_grid

SEEN_WITH = (Capability.READ_WORK, Capability.RECORD_WORK, Capability.MANAGE_WORK)


def _campaign(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    checked = viewer.coming(Way.REFERRED)
    scopes: dict[str, BoundScope] = {}
    for capability in SEEN_WITH:
        scope = checked.scope(capability)
        if scope.has_whole_ground:
            return sa.true()
        if not scope.nowhere:
            scopes[scope.name] = scope  # most have all of them over the same ground
    tally, found = t.campaign_tally.alias(), list[sa.ColumnElement[bool]]()
    for scope in scopes.values():
        there = sa.select(1).where(tally.c.campaign_id == row.c.id, scope.covers(tally.c.grid_id))
        found += [scope.covers(row.c.grid_id), sa.exists(there.correlate(row))]
    return sa.or_(sa.false(), *found)


def _private(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    of_nobody = sa.and_(row.c.person_id.is_(None), row.c.unit_id.is_(None))
    covered = viewer.scope(Capability.READ_PRIVATE).covers(row.c.grid_id)
    return of_nobody if isinstance(covered, sa.False_) else sa.or_(of_nobody, covered)


campaign_rule = Rule(_campaign)
target_rule = within_grid(Capability.READ_WORK)
tally_rule = within_grid(Capability.READ_WORK)
target_private_rule = Rule(_private)
