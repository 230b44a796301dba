"""Figures: what waits, how late it is and what was given up, for metrics and for whoever looks; and trying once more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.jobs.claiming import is_due


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How many jobs are due and held by nobody, by how many seconds the first of them is late, and how many are given up."""

    due: int = 0
    late_seconds: float = 0.0
    given_up: int = 0


async def read_figures(work: Work) -> Figures:
    """The figures at this moment."""
    job = t.job
    due = sa.select(sa.func.count().label("due"), sa.func.min(job.c.run_at).label("first")).where(is_due(work.now))
    row = (await work.rows(due))[0]
    given_up = await work.value(sa.select(sa.func.count()).select_from(job).where(job.c.given_up))
    return Figures(
        due=row.due, late_seconds=0.0 if row.first is None else (work.now - row.first).total_seconds(), given_up=given_up
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedJob:
    """A job as a list shows it. `state` is WAITING, RUNNING or GIVEN_UP."""

    name: str
    key: str
    state: str
    run_at: datetime
    attempts: int
    last_error: str | None


async def list_jobs(work: Work, *, given_up: bool = False, most: int = 100) -> Sequence[ListedJob]:
    """Jobs in the order of their time; those that were given up alone, where asked for."""
    job = t.job
    query = sa.select(job).order_by(job.c.run_at, job.c.id).limit(most)
    return [_listed(work, row) for row in await work.rows(query.where(job.c.given_up) if given_up else query)]


def _listed(work: Work, row: sa.Row[Any]) -> ListedJob:
    held = row.leased_until is not None and row.leased_until > work.now
    state = "GIVEN_UP" if row.given_up else "RUNNING" if held else "WAITING"
    tried: dict[str, Any] = {"attempts": row.attempts, "last_error": row.last_error}
    return ListedJob(name=row.name, key=row.key, state=state, run_at=row.run_at, **tried)


async def try_again(work: Work) -> int:
    """Let all jobs that were given up run once more, now; how many they were."""
    again = sa.update(t.job).where(t.job.c.given_up).values(given_up=False, attempts=0, run_at=work.now)
    return await work.run(again)
