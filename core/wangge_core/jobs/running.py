"""Running a job that is held: its handler's effect and its end are one transaction, so that it happens once or not at all."""

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from wangge_core.db.work import Work
from wangge_core.errors import WanggeError
from wangge_core.jobs.claiming import Job, complete, fail
from wangge_core.jobs.scheduling import PRESENT, NewJob, Present, schedule

Handler = Callable[[Work, Job], Awaitable[None]]
"""What a job does, in the transaction that ends it. It looks again at what it works on: much may have happened since it was written."""


class Units(Protocol):
    """What opens units of work: a deployment."""

    def read(self) -> AbstractAsyncContextManager[Work]: ...
    def write(self, viewer: None = None, operation: str = "") -> AbstractAsyncContextManager[Work]: ...


@dataclass(frozen=True, slots=True)
class Outside:
    """A handler of work that goes outside, such as a request to another system: no transaction is open while it waits.

    It opens those that it needs; `complete(work, job)` in one of them ends the job together with what that one writes. It is done at
    least once: a process that dies between the two does it again after `lease`.
    """

    handle: Callable[[Units, Job], Awaitable[None]]
    lease: timedelta = timedelta(minutes=2)


Handlers = Mapping[str, Handler | Outside]
"""Names of jobs → what they do."""


def every(pause: timedelta, handle: Callable[[Work], Awaitable[object]]) -> Handler:
    """The handler of a job that recurs: so long after it was done it is done again. What was missed is done once."""

    async def again(work: Work, job: Job) -> None:
        await handle(work)
        await schedule(work, [NewJob(name=job.name, key=job.key, run_at=work.now + pause)])

    return again


class LeaseLostError(Exception):
    """Another process or another job took the place of this one; what it did is rolled back."""


async def run_inside(units: Units, job: Job, handle: Handler, *, seconds: float) -> None:
    """Run a handler and end its job, in one transaction. Raises what the handler raises, and LeaseLostError."""
    present = Present(job.name, job.key)
    mark = PRESENT.set(present)
    try:
        async with asyncio.timeout(seconds), units.write(operation=f"job {job.name}") as work:
            await handle(work, job)
            if not await complete(work, job, present.again):
                raise LeaseLostError
    finally:
        PRESENT.reset(mark)


async def run_outside(units: Units, job: Job, outside: Outside) -> None:
    """Run a handler outside of any transaction and end its job. Raises what the handler raises."""
    present = Present(job.name, job.key)
    mark = PRESENT.set(present)
    try:
        async with asyncio.timeout(outside.lease.total_seconds()):
            await outside.handle(units, job)
        async with units.write() as work:
            await complete(work, job, present.again)
    finally:
        PRESENT.reset(mark)


async def note_failure(units: Units, job: Job, error: Exception) -> bool:
    """Write down that a job failed; True where it is given up."""
    async with units.write() as work:
        return await fail(work, job, said_of(error))


def said_of(error: Exception) -> str:
    """The kind of a fault and where it arose: never its message, which may hold what was worked on."""
    kind = type(error).__name__ + (f" {error.code}" if isinstance(error, WanggeError) else "")
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "wangge_" in frame.filename]
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return kind + where
