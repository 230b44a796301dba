"""Scheduling: jobs are written in the transaction that makes them needed."""

from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from wangge_core.db import tables as t
from wangge_core.db.work import CHUNK, Work


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job to run at a moment. A second job of the same name and key takes the place of the first.

    `key` and `content` are ids and choices, never a private value: they stand in lists and logs.
    """

    name: str
    key: str
    run_at: datetime
    content: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(slots=True)
class Present:
    """The job that is being run, and what its handler wants of it: to run again at another moment, or nothing."""

    name: str
    key: str
    again: NewJob | None = None

    def is_it(self, name: str, key: str) -> bool:
        return (self.name, self.key) == (name, key)


PRESENT: ContextVar[Present | None] = ContextVar("present_job", default=None)
"""Its row is changed at the end, by whoever runs it: a handler locks what it works on first, as everybody else does."""


RECURRING = "recurring"
"""The key of a job that there is once, and that sets itself for its next time."""


async def schedule(work: Work, jobs: Sequence[NewJob]) -> None:
    """Write jobs, in this transaction."""
    present, wanted = PRESENT.get(), {(job.name, job.key): job for job in jobs}
    if present is not None and (again := wanted.pop((present.name, present.key), None)):
        present.again = again
    rows = [_row(work, wanted[name]) for name in sorted(wanted)]
    if not rows:
        return
    insert = sqlite.insert(t.job) if work.on_sqlite else postgresql.insert(t.job)
    new = {column: insert.excluded[column] for column in rows[0] if column not in ("name", "key")}
    await work.connection.execute(insert.on_conflict_do_update(index_elements=["name", "key"], set_=new), rows)


async def ensure(work: Work, jobs: Sequence[NewJob]) -> None:
    """Write those of the jobs that are not there; the others stay as they are."""
    insert = sqlite.insert(t.job) if work.on_sqlite else postgresql.insert(t.job)
    for job in jobs:
        await work.connection.execute(insert.values(_row(work, job)).on_conflict_do_nothing(index_elements=["name", "key"]))


def _row(work: Work, job: NewJob) -> dict[str, Any]:
    return {"name": job.name, "key": job.key, "created_at": work.now, **as_new(job)}


def as_new(job: NewJob) -> dict[str, Any]:
    """What of a row says when and what for a job runs, as if it had never been tried."""
    unheld = {"attempts": 0, "given_up": False, "leased_until": None, "leased_by": None, "last_error": None}
    return {"run_at": job.run_at, "content": dict(job.content), **unheld}


async def cancel(work: Work, name: str, keys: Iterable[str]) -> None:
    """Take jobs back that have not run yet. One that is being run by another process is without effect then."""
    present, wanted = PRESENT.get(), sorted(set(keys))
    if present is not None and any(present.is_it(name, key) for key in wanted):
        present.again = None
        wanted.remove(present.key)
    for start in range(0, len(wanted), CHUNK):
        await work.run(sa.delete(t.job).where(t.job.c.name == name, t.job.c.key.in_(wanted[start : start + CHUNK])))
