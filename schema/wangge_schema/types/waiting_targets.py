"""Which targets of campaigns wait for a post, as a join."""

import sqlalchemy as sa

from wangge_core.campaigns.outcomes import CampaignState, TargetState
from wangge_core.db import tables as t
from wangge_schema.reading.grounds import end_of
from wangge_schema.reading.sources import Asking, Row


def waiting_for_post(post: Row, target: Row, _: Asking) -> sa.ColumnElement[bool]:
    """Open targets on a post's ground, of campaigns that run and name its role."""
    own, below, running, named = t.grid.alias(), t.grid.alias(), t.campaign.alias(), t.campaign_role.alias()
    grids = sa.select(below.c.id).where(own.c.id == post.c.grid_id, below.c.path >= own.c.path, below.c.path < end_of(own.c.path))
    campaigns = (
        sa.select(running.c.id)
        .join(named, named.c.campaign_id == running.c.id)
        .where(running.c.state == CampaignState.RUNNING.value, named.c.role_id == post.c.role_id)
    )
    return sa.and_(
        target.c.state == TargetState.OPEN.value,
        target.c.grid_id.in_(grids.correlate_except(own, below)),
        target.c.campaign_id.in_(campaigns.correlate_except(running, named)),
    )
