"""Two processes, many timers that are due, and one process that is killed in the middle of one; what became of the timers.

`python tests/timers.py URL [stuck]` is such a process: it says `ready`, waits for a line, and works until no timer is left.
"""

import asyncio
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.engines import database_url
from wangge_core.db.work import Work
from wangge_core.deployment import Deployment
from wangge_core.grids.codes import DivisionCodes
from wangge_core.jobs.claiming import Job
from wangge_core.jobs.scheduling import NewJob, schedule
from wangge_core.jobs.worker import Worker
from wangge_core.plugin.loading import load_plugins
from wangge_core.rules import Rules

TIMER, RANG = "timer", "timer.rang"
DUE = 1000
STUCK_AT = 75
"""In its second batch: some of it are done, one is half done and the rest are held."""
LEASE = timedelta(seconds=2)


def open_deployment(url: str) -> Deployment:
    rules = Rules(registry=load_plugins(()), codes=DivisionCodes(), zone=ZoneInfo("Asia/Shanghai"))
    return Deployment(database_url(url), rules)


async def work_until_empty(url: str, *, stuck: bool) -> None:
    deployment, rung = open_deployment(url), 0

    async def ring(work: Work, job: Job) -> None:
        nonlocal rung
        rung += 1
        work.announce(RANG, int(job.key), None)
        if stuck and rung == STUCK_AT:
            await work.write_announcements()  # what it does is written, and not committed
            print("stuck", flush=True)
            await asyncio.Event().wait()

    worker = Worker(deployment, {TIMER: ring}, lease=LEASE)
    while await _left(deployment):
        if not await worker.run_due():
            await asyncio.sleep(0.05)
    await deployment.close()


async def _left(deployment: Deployment) -> int:
    async with deployment.read() as work:
        return await work.value(sa.select(sa.func.count()).select_from(t.job))


async def prepare(url: str, due: int) -> None:
    deployment = open_deployment(url)
    await deployment.start(migrate=True)
    async with deployment.write() as work:
        first = work.now - timedelta(hours=1)
        await schedule(work, [NewJob(name=TIMER, key=str(at), run_at=first + timedelta(seconds=at)) for at in range(due)])
    await deployment.close()


async def found(url: str, due: int) -> dict[str, int]:
    deployment, rang = open_deployment(url), t.outbox.c.topic == RANG
    async with deployment.read() as work:
        times = [
            row[1] for row in await work.rows(sa.select(t.outbox.c.thing_id, sa.func.count()).where(rang).group_by(sa.text("1")))
        ]
    left = await _left(deployment)
    await deployment.close()
    return {"due": due, "done": len(times), "twice": sum(one > 1 for one in times), "missed": due - len(times), "left": left}


def prove(url: str, due: int = DUE) -> Mapping[str, int]:
    """Let two processes ring all timers, kill one, and count: due, done, twice, missed, and rows that are left.

    `killed_after` is how many had been rung then.
    """
    asyncio.run(prepare(url, due))
    command = [sys.executable, str(Path(__file__)), url]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([*command, "stuck"], **pipes) as victim, subprocess.Popen(command, **pipes) as survivor:
        for process in (victim, survivor):
            assert process.stdin and process.stdout and process.stdout.readline() == "ready\n"
        for process in (victim, survivor):
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        assert victim.stdout and victim.stdout.readline() == "stuck\n"
        killed_after = asyncio.run(found(url, due))["done"]
        victim.kill()
        assert survivor.wait(timeout=120) == 0
    return asyncio.run(found(url, due)) | {"killed_after": killed_after}


if __name__ == "__main__":
    print("ready", flush=True)
    sys.stdin.readline()
    asyncio.run(work_until_empty(sys.argv[1], stuck="stuck" in sys.argv))
