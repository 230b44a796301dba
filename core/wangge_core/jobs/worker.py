"""The worker: looks every now and then, claims what is due and runs it. Any number of them share the work of one database."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence, Set
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial

from wangge_core.jobs.claiming import Job, any_due, claim, release
from wangge_core.jobs.figures import Figures, read_figures
from wangge_core.jobs.running import Handlers, LeaseLostError, Outside, Units, note_failure, run_inside, run_outside
from wangge_core.jobs.scheduling import RECURRING, NewJob, ensure

log = logging.getLogger("wangge.jobs")

SECONDS_TO_END = 5.0
"""For so long what was begun may end when the worker stops."""
OUTSIDE_AT_ONCE = 4
"""So many requests to other systems wait for their answers side by side; a slow one holds no deadline up."""


class Worker:
    """Runs the jobs of a deployment. `figures` are those of the last look; `failures` counts the attempts that failed here."""

    def __init__(
        self,
        units: Units,
        handlers: Handlers,
        *,
        recurring: Sequence[str] = (),
        seconds: float = 1.0,
        batch: int = 50,
        lease: timedelta = timedelta(seconds=30),
    ) -> None:
        self._units = units
        self._handlers = handlers
        self._outside = {name: one for name, one in handlers.items() if isinstance(one, Outside)}
        self._recurring = recurring
        self._seconds = seconds
        self._batch = batch
        self._lease = lease
        self.figures = Figures()
        self.failures = 0

    @asynccontextmanager
    async def running(self, *, only_look: bool = False) -> AsyncGenerator[None, None]:
        """Work while the block runs, or only keep the figures fresh. What was claimed and not begun is given back at its end."""
        steps = [self.look]
        if not only_look:
            steps += [self.run_inside, *(partial(self.run_outside, name) for name in self._outside)]
        ended = asyncio.Event()
        loops = [asyncio.create_task(self._keep(step, ended)) for step in steps]
        try:
            yield
        finally:
            ended.set()
            _, slow = await asyncio.wait(loops, timeout=SECONDS_TO_END)  # a statement that is cut off takes its connection with it
            for loop in slow:
                loop.cancel()
            if slow:
                await asyncio.wait(slow)

    async def look(self) -> int:
        """Bring the figures up to date."""
        async with self._units.read() as work:
            self.figures = await read_figures(work)
        return 0

    async def run_due(self) -> int:
        """Run all that is due now, in the order of its time; how many jobs that were, failed ones among them."""
        done, found = 0, 1
        while found:
            found = await self.run_inside()
            for name in self._outside:
                found += await self.run_outside(name)
            done += found
        return done

    async def run_inside(self) -> int:
        """Claim and run a batch of what works in the database; how many jobs that were."""
        await self._begin_recurring()
        names = self._handlers.keys() - self._outside.keys()
        jobs = await self._claim(names, self._batch, self._lease)
        ends_at = asyncio.get_running_loop().time() + self._lease.total_seconds() / 2
        for at, job in enumerate(jobs):
            if at and asyncio.get_running_loop().time() > ends_at:
                await self._give_back(jobs[at:])
                return at
            try:
                await self._run(job)
            except BaseException:  # the end of the process, or a database that is gone
                await asyncio.shield(self._give_back(jobs[at:]))
                raise
        return len(jobs)

    async def run_outside(self, name: str) -> int:
        """Claim and run what works outside by this handler, some jobs at once; how many that were."""
        jobs = await self._claim({name}, OUTSIDE_AT_ONCE, self._outside[name].lease)
        for error in await asyncio.gather(*map(self._run, jobs), return_exceptions=True):
            if error is not None:
                raise error
        return len(jobs)

    async def _begin_recurring(self) -> None:
        """See to it, once, that what recurs waits for its next time."""
        if self._recurring:
            async with self._units.write() as work:
                await ensure(work, [NewJob(name=name, key=RECURRING, run_at=work.now) for name in self._recurring])
            self._recurring = ()

    async def _claim(self, names: Set[str], most: int, lease: timedelta) -> list[Job]:
        async with self._units.read() as work:  # on SQLite a look must not wait for the one writer
            if not await any_due(work, names):
                return []
        async with self._units.write() as work:
            return await claim(work, names, most=most, lease=lease)

    async def _run(self, job: Job) -> None:
        handler = self._handlers[job.name]
        try:
            if isinstance(handler, Outside):
                await run_outside(self._units, job, handler)
            else:
                await run_inside(self._units, job, handler, seconds=self._lease.total_seconds())
        except LeaseLostError:
            log.info("A job %s was taken by another or taken back while it ran.", job.name)
        except Exception as error:
            self.failures += 1
            given_up = await note_failure(self._units, job, error)
            said = "is given up" if given_up else "will be tried again"
            log.warning("The job %s %s failed (%s) and %s.", job.name, job.key, type(error).__name__, said)

    async def _give_back(self, jobs: list[Job]) -> None:
        async with self._units.write() as work:
            await release(work, jobs)

    async def _keep(self, step: Callable[[], Awaitable[int]], ended: asyncio.Event) -> None:
        """Do one step after the other, and pause where there was nothing to do or the database cannot be used."""
        while not ended.is_set():
            try:
                if await step():
                    continue
            except Exception as error:
                log.warning("Jobs cannot be run now (%s); trying again.", type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), self._seconds)
