"""Waiting: a division that was decided for a day is applied on it, once, by whoever's right it is then."""

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.divisions.applying import DivisionApplication, apply_divisions
from wangge_core.divisions.changes import DivisionState
from wangge_core.divisions.proposing import write_division
from wangge_core.jobs.claiming import LONGEST_LEASE, Job, complete
from wangge_core.jobs.running import LeaseLostError, Outside, Units
from wangge_core.rights.viewers import Viewer, load_viewer, operator


async def _apply(units: Units, job: Job) -> None:
    """What it does and the end of the job are one transaction. What is refused on the day makes it a draft again that says why."""
    async with units.write(operation=f"job {job.name}") as work:
        division = t.division
        row = await work.first(sa.select(division).where(division.c.id == int(job.key)))
        if row is not None and row.state == DivisionState.SCHEDULED:
            viewer = await _decider(work, row.applied_by_id)
            trouble = "NOT_ALLOWED"
            if viewer is not None:
                (outcome,) = await apply_divisions(work, viewer, [DivisionApplication(id=row.id, force=row.forced_reason)])
                trouble = "" if outcome.accepted else outcome.refusals[0].code
            if trouble:
                await write_division(work, row, {"state": DivisionState.DRAFT.value, "effective_at": None, "trouble": trouble})
        if not await complete(work, job):
            raise LeaseLostError


async def _decider(work: Work, account_id: int | None) -> Viewer | None:
    """Who decided, with the rights of today; None for an account that is not active any more."""
    if account_id is None:
        return operator()
    login = await work.value(sa.select(t.account.c.login).where(t.account.c.id == account_id))
    return await load_viewer(work, work.rules.registry, login)


apply_handler = Outside(_apply, lease=LONGEST_LEASE)
