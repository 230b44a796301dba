"""Timers of the fictional town: what deadlines and unanswered tasks bring about in the three months, each at its own time."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.handlers import HANDLERS, RECURRING
from wangge_core.jobs.claiming import Job, claim, complete
from wangge_core.jobs.running import Handler, Outside
from wangge_core.jobs.scheduling import PRESENT, Present
from wangge_core.tasks.giving import ESCALATE

INSIDE = {name: handle for name, handle in HANDLERS.items() if name not in RECURRING and not isinstance(handle, Outside)}
LEASE = timedelta(seconds=30)


def at_time(work: Work, at: datetime) -> Work:
    """The same transaction at another time."""
    return Work(work.connection, work.rules, at, work.sealer, None, work.files, work.kept)


async def run_due(
    work: Work, since: datetime, until: datetime, handlers: Mapping[str, Handler] = INSIDE
) -> tuple[datetime, int | None] | None:
    """Run the first job that is due by a moment; None where there is none. When it ran, not before `since`, and for which event."""
    if not (claimed := await claim(at_time(work, until), handlers, most=1, lease=LEASE)):
        return None
    (job,) = claimed
    then = at_time(work, max(job.run_at, since))
    present = Present(job.name, job.key)
    mark = PRESENT.set(present)
    try:
        await handlers[job.name](then, job)
        await complete(then, job, present.again)
    finally:
        PRESENT.reset(mark)
    await then.write_announcements()
    return then.now, await _event_of(work, job)


async def _event_of(work: Work, job: Job) -> int | None:
    if job.name == ESCALATE:
        return await work.value(sa.select(t.task.c.event_id).where(t.task.c.id == int(job.key)))
    return job.content.get("event")
