"""Claiming: a process takes due jobs on a lease, in a transaction of its own, and gives them back done, failed or untouched.

A lease that has run out is anybody's. Whoever lost one, to another process or to a new job of the same name and key, changes nothing
with it any more: every ending asks for the lease, in the transaction that has the effects.
"""

import os
import socket
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.jobs.scheduling import RECURRING, NewJob, as_new

MOST_ATTEMPTS = 10
"""A job that failed so often is given up, and stays for somebody to look at."""
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=1)
LONGEST_LEASE = timedelta(minutes=10)
"""A lease that ends later than this was taken under a clock that has been set back since."""
BROKEN_OFF = "the process ended while the job ran"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job that this process holds. `attempts` counts this one too; `lease` is the mark in its row."""

    id: int
    name: str
    key: str
    run_at: datetime
    content: Mapping[str, Any]
    attempts: int
    lease: str
    leased_until: datetime


def is_due(now: datetime) -> sa.ColumnElement[bool]:
    """Jobs whose time has come and that nobody holds."""
    job = t.job
    free = sa.or_(job.c.leased_until.is_(None), job.c.leased_until <= now, job.c.leased_until > now + LONGEST_LEASE)
    return sa.and_(sa.not_(job.c.given_up), job.c.run_at <= now, free)


async def any_due(work: Work, names: Collection[str]) -> bool:
    """Whether there is anything to claim."""
    due = sa.exists(sa.select(1).where(is_due(work.now), t.job.c.name.in_(sorted(names))))
    return bool(await work.value(sa.select(due)))


async def claim(work: Work, names: Collection[str], *, most: int, lease: timedelta) -> list[Job]:
    """Take at most `most` due jobs of these names, the longest due first. One that was tried before is taken alone.

    What ends a process, again and again, is so held against one job and not against those that were taken with it.
    """
    assert lease <= LONGEST_LEASE, lease
    job, mark, until = t.job, _mark(), work.now + lease
    due = sa.select(job).where(is_due(work.now), job.c.name.in_(sorted(names))).order_by(job.c.run_at, job.c.id).limit(most)
    rows = _together(await work.rows(due if work.on_sqlite else due.with_for_update(skip_locked=True)))
    spent = [row.id for row in rows if row.attempts >= MOST_ATTEMPTS]
    if spent:
        await work.run(_of(spent).values(given_up=True, leased_until=None, leased_by=None, last_error=BROKEN_OFF))
    taken = [row for row in rows if row.id not in spent]
    if taken:
        held = _of([row.id for row in taken])
        await work.run(held.values(attempts=job.c.attempts + 1, leased_until=until, leased_by=mark))
    elif spent:
        return await claim(work, names, most=most, lease=lease)
    return [_held(row, mark, until) for row in taken]


def _together(rows: Sequence[sa.Row[Any]]) -> Sequence[sa.Row[Any]]:
    tried = next((at for at, row in enumerate(rows) if row.attempts), len(rows))
    return rows[: max(tried, 1)]


def _of(ids: Sequence[int]) -> sa.Update:
    return sa.update(t.job).where(t.job.c.id.in_(ids))


def _mark() -> str:
    return f"{socket.gethostname()[:30]}:{os.getpid()}:{uuid.uuid4().hex[:12]}"


def _held(row: sa.Row[Any], mark: str, until: datetime) -> Job:
    name: dict[str, Any] = {"id": row.id, "name": row.name, "key": row.key, "run_at": row.run_at, "content": row.content}
    return Job(**name, attempts=row.attempts + 1, lease=mark, leased_until=until)


async def complete(work: Work, job: Job, again: NewJob | None = None) -> bool:
    """End a job, or have it run `again`; False where it is held no more, and then what was done for it must not stand."""
    held = sa.and_(t.job.c.id == job.id, t.job.c.leased_by == job.lease)
    ending = sa.delete(t.job).where(held) if again is None else sa.update(t.job).where(held).values(as_new(again))
    return await work.run(ending) == 1


async def fail(work: Work, job: Job, error: str) -> bool:
    """Note that a job failed: it is tried again after a pause, twice as long each time, or given up. True where it was given up.

    One that recurs never is: it would never come again.
    `error` says what kind of fault it was and where, and nothing of the data.
    """
    over = job.attempts >= MOST_ATTEMPTS and job.key != RECURRING
    pause = min(FIRST_PAUSE * 2 ** (job.attempts - 1), LONGEST_PAUSE)
    values = {"last_error": error[:400], "given_up": over, "leased_until": None, "leased_by": None}
    again = {} if over else {"run_at": work.now + pause, "attempts": min(job.attempts, MOST_ATTEMPTS - 1)}
    row = sa.update(t.job).where(t.job.c.id == job.id, t.job.c.leased_by == job.lease)
    return bool(await work.run(row.values(**values, **again))) and over


async def release(work: Work, jobs: Sequence[Job]) -> None:
    """Give jobs back that were not begun."""
    for job in jobs:
        row = sa.update(t.job).where(t.job.c.id == job.id, t.job.c.leased_by == job.lease)
        await work.run(row.values(attempts=t.job.c.attempts - 1, leased_until=None, leased_by=None))
