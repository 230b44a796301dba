"""What recurs: every hour what nobody put on an event goes, once a day the store is walked through for bytes that no row names."""

from datetime import datetime, timedelta

from wangge_core.db.work import Work
from wangge_core.evidence.pruning import prune_files, sweep_store
from wangge_core.jobs.claiming import Job
from wangge_core.jobs.running import Outside, Units
from wangge_core.jobs.scheduling import RECURRING, NewJob, schedule

PRUNE = "evidence.prune"
EVERY = timedelta(hours=1)
SWEPT_EVERY = timedelta(hours=24)


async def prune_now(work: Work) -> None:
    """Have bytes that were marked as removed go at once, after this transaction."""
    await schedule(work, [NewJob(name=PRUNE, key=RECURRING, run_at=work.now)])


async def _prune(units: Units, job: Job) -> None:
    async with units.read() as work:
        files, now = work.files, work.now
    swept_at = datetime.fromisoformat(job.content["swept_at"]) if "swept_at" in job.content else None
    if files is not None:
        await prune_files(units.read, units.write, files.store)
        if swept_at is None or swept_at + SWEPT_EVERY <= now:
            await sweep_store(units.read, files.store)
            swept_at = now
    content = {} if swept_at is None else {"swept_at": swept_at.isoformat()}
    async with units.write() as work:
        await schedule(work, [NewJob(name=PRUNE, key=RECURRING, run_at=work.now + EVERY, content=content)])


prune_handler = Outside(_prune, lease=timedelta(minutes=10))
