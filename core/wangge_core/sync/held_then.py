"""Held then: the viewer as of the moment at which a change was captured. Rights are those of the work, not of its sending."""

import copy
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.rights.viewers import Viewer, load_viewer


class HeldThen:
    """The viewers that one account has been; each is loaded once. A machine is what its key makes of it now."""

    def __init__(self, viewer: Viewer, turns: Sequence[datetime]) -> None:
        self._viewer, self._turns = viewer, turns
        self._known: dict[int, Viewer] = {len(turns): viewer}

    async def at(self, work: Work, moment: datetime) -> Viewer:
        """The viewer as of a moment."""
        between = bisect_right(self._turns, moment)
        if between not in self._known:
            then = copy.copy(work)
            then.now = moment
            found = await load_viewer(then, work.rules.registry, self._viewer.login, self._viewer.language)
            self._known[between] = self._viewer if found is None else replace(found, device_id=self._viewer.device_id)
        return self._known[between]


async def held_then(work: Work, viewer: Viewer, since: datetime) -> HeldThen:
    """What the viewer has been since a moment."""
    if viewer.account_id is None or viewer.key_id is not None:
        return HeldThen(viewer, ())
    turns = sorted({at for at in await _turns(work, viewer.account_id) if since < at <= work.now})
    return HeldThen(viewer, turns)


async def _turns(work: Work, account_id: int) -> list[datetime]:
    """When something that the account holds, stands in for or was opened began or ended."""
    post, instead, grant = t.post, t.delegation, t.access_grant
    stood_in = post.c.id.in_(sa.select(instead.c.post_id).where(instead.c.account_id == account_id))
    queries = [
        sa.select(post.c.starts_at, post.c.ends_at).where(sa.or_(post.c.account_id == account_id, stood_in)),
        *(sa.select(one.c.starts_at, one.c.ends_at).where(one.c.account_id == account_id) for one in (instead, grant)),
    ]
    rows = [row for query in queries for row in await work.rows(query)]
    return [at for row in rows for at in row if at is not None]
