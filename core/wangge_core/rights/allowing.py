"""Allowing: whether a viewer sees things that are at hand, by the very rule that is part of every read. It is asked of the database
alone, so that no second wording of a rule can say something else; capabilities over a path are asked of `Viewer.may`."""

from collections.abc import Collection

import sqlalchemy as sa

from wangge_core.db.work import Work
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import Rule


async def allowed(work: Work, viewer: Viewer, rule: Rule, table: sa.Table, ids: Collection[int]) -> set[int]:
    """Which of these rows the viewer sees; what is not there is not among them."""
    return set(await work.by_ids((), table.c.id, ids, rule(table, BoundViewer(viewer))))
