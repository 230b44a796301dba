"""Jobs: each runs once in effect, in the order of its time, whatever happens to processes and clocks."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from timers import prove
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.deployment import Deployment
from wangge_core.errors import SettingError
from wangge_core.jobs.claiming import MOST_ATTEMPTS, Job, claim, complete
from wangge_core.jobs.figures import ListedJob, list_jobs, read_figures, try_again
from wangge_core.jobs.running import Outside, Units, every
from wangge_core.jobs.scheduling import NewJob, cancel, schedule
from wangge_core.jobs.worker import Worker

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Bench:
    """A deployment whose clock is set by hand, and what its jobs rang."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self.now = MONDAY
        deployment.clock = lambda: self.now
        self.rung: list[str] = []
        self.fails = set[str]()
        self.worker = Worker(deployment, {"bell": self.ring})

    async def ring(self, work: Work, job: Job) -> None:
        work.announce("bell.rang", int(job.key), None)
        if job.key in self.fails:
            raise SettingError("the secret is hunter2.")
        self.rung.append(job.key)

    async def set(self, *moments: tuple[str, datetime]) -> None:
        async with self.deployment.write() as work:
            await schedule(work, [NewJob(name="bell", key=key, run_at=at) for key, at in moments])

    async def listed(self) -> Sequence[ListedJob]:
        async with self.deployment.read() as work:
            return await list_jobs(work)

    async def announced(self) -> list[int]:
        async with self.deployment.read() as work:
            rang = sa.select(t.outbox.c.thing_id).where(t.outbox.c.topic == "bell.rang").order_by(t.outbox.c.id)
            return [row.thing_id for row in await work.rows(rang)]


@pytest.fixture
def bench(deployment: Deployment) -> Bench:
    return Bench(deployment)


pytestmark = pytest.mark.anyio


async def test_a_job_runs_when_its_time_has_come_and_not_before(bench: Bench) -> None:
    await bench.set(("1", MONDAY + MINUTE))
    assert await bench.worker.run_due() == 0
    bench.now += MINUTE
    assert await bench.worker.run_due() == 1
    assert await bench.worker.run_due() == 0
    assert bench.rung == ["1"]
    assert await bench.listed() == []


async def test_a_week_of_downtime_is_made_up_for_once_and_in_order(bench: Bench) -> None:
    await bench.set(*((str(day), MONDAY + timedelta(days=day)) for day in (3, 1, 6, 2, 5, 4)))
    bench.now += timedelta(days=7)
    assert await bench.worker.run_due() == 6
    assert bench.rung == ["1", "2", "3", "4", "5", "6"]
    assert await bench.announced() == [1, 2, 3, 4, 5, 6]


async def test_a_second_job_of_the_same_key_takes_the_place_of_the_first(bench: Bench) -> None:
    await bench.set(("1", MONDAY))
    await bench.set(("1", MONDAY + MINUTE), ("1", MONDAY + 2 * MINUTE))
    bench.now += MINUTE
    assert await bench.worker.run_due() == 0
    bench.now += MINUTE
    assert await bench.worker.run_due() == 1


async def test_a_cancelled_job_does_not_run(bench: Bench) -> None:
    await bench.set(("1", MONDAY), ("2", MONDAY))
    async with bench.deployment.write() as work:
        await cancel(work, "bell", ["1", "7"])
    await bench.worker.run_due()
    assert bench.rung == ["2"]


async def test_a_failed_job_leaves_nothing_behind_and_is_tried_again_after_a_pause(bench: Bench) -> None:
    bench.fails = {"1"}
    await bench.set(("1", MONDAY), ("2", MONDAY + MINUTE))
    bench.now += MINUTE
    assert await bench.worker.run_due() == 2
    assert await bench.announced() == [2]
    assert bench.worker.failures == 1
    (waiting,) = await bench.listed()
    assert (waiting.state, waiting.attempts, waiting.run_at) == ("WAITING", 1, bench.now + timedelta(seconds=10))
    bench.fails = set()
    bench.now += timedelta(seconds=10)
    assert await bench.worker.run_due() == 1
    assert await bench.announced() == [2, 1]


async def test_an_error_is_told_by_its_kind_and_place_and_never_by_what_it_says(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.fails = {"1"}
    await bench.set(("1", MONDAY))
    await bench.worker.run_due()
    (job,) = await bench.listed()
    assert job.last_error is not None
    assert job.last_error.startswith("SettingError SETTING_INVALID at ")
    assert "hunter2" not in job.last_error + caplog.text


async def test_a_job_that_always_fails_is_given_up_and_can_be_tried_again(bench: Bench) -> None:
    bench.fails = {"1"}
    await bench.set(("1", MONDAY))
    for _ in range(MOST_ATTEMPTS + 3):
        await bench.worker.run_due()
        bench.now += timedelta(hours=2)
    (job,) = await bench.listed()
    assert (job.state, job.attempts) == ("GIVEN_UP", MOST_ATTEMPTS)
    async with bench.deployment.read() as work:
        figures = await read_figures(work)
    assert (figures.due, figures.given_up) == (0, 1)
    bench.fails = set()
    async with bench.deployment.write() as work:
        assert await try_again(work) == 1
    assert await bench.worker.run_due() == 1
    assert bench.rung == ["1"]


async def test_a_job_that_recurs_is_tried_until_it_succeeds(bench: Bench) -> None:
    failing = True

    async def sweep(work: Work) -> None:
        if failing:
            raise SettingError("the store is gone.")
        bench.rung.append("swept")

    bench.worker = Worker(bench.deployment, {"bell": every(MINUTE, sweep)}, recurring=("bell",))
    for _ in range(MOST_ATTEMPTS + 3):
        await bench.worker.run_due()
        bench.now += timedelta(hours=2)
    (job,) = await bench.listed()
    assert (job.state, job.attempts) == ("WAITING", MOST_ATTEMPTS - 1)
    failing = False
    assert await bench.worker.run_due() == 1
    (job,) = await bench.listed()
    assert (bench.rung, job.attempts, job.run_at) == (["swept"], 0, bench.now + MINUTE)


async def test_a_clock_that_jumps_back_repeats_nothing_and_loses_nothing(bench: Bench) -> None:
    await bench.set(("1", MONDAY), ("2", MONDAY + timedelta(hours=1)))
    await bench.worker.run_due()
    bench.now -= timedelta(days=3)
    assert await bench.worker.run_due() == 0
    bench.now = MONDAY + timedelta(hours=2)
    await bench.worker.run_due()
    assert await bench.announced() == [1, 2]


async def test_a_clock_that_jumps_forward_runs_all_that_lies_between_once(bench: Bench) -> None:
    await bench.set(("1", MONDAY + timedelta(days=100)), ("2", MONDAY + timedelta(days=50)))
    bench.now += timedelta(days=365)
    assert await bench.worker.run_due() == 2
    bench.now = MONDAY + timedelta(days=101)
    assert await bench.worker.run_due() == 0
    assert await bench.announced() == [2, 1]


async def test_a_lease_that_ran_out_is_taken_over_and_the_late_one_has_no_effect(bench: Bench) -> None:
    await bench.set(("1", MONDAY))
    async with bench.deployment.write() as work:
        (late,) = await claim(work, ["bell"], most=5, lease=MINUTE)
    assert await bench.worker.run_due() == 0, "somebody holds it"
    bench.now += MINUTE
    assert await bench.worker.run_due() == 1
    async with bench.deployment.write() as work:
        assert not await complete(work, late)
    assert await bench.announced() == [1]


async def test_a_lease_taken_under_a_clock_that_was_far_ahead_does_not_hold_a_job_for_days(bench: Bench) -> None:
    await bench.set(("1", MONDAY))
    bench.now += timedelta(days=3)
    async with bench.deployment.write() as work:
        await claim(work, ["bell"], most=5, lease=MINUTE)
    bench.now = MONDAY
    assert await bench.worker.run_due() == 1


async def test_a_job_that_ends_its_process_every_time_is_given_up_and_drags_no_other_with_it(bench: Bench) -> None:
    await bench.set(("1", MONDAY), ("2", MONDAY))
    for _ in range(MOST_ATTEMPTS):
        async with bench.deployment.write() as work:
            assert await claim(work, ["bell"], most=5, lease=MINUTE)
        bench.now += 2 * MINUTE
    await bench.worker.run_due()
    jobs = await bench.listed()
    assert [(job.key, job.state) for job in jobs] == [("1", "GIVEN_UP")]
    assert bench.rung == ["2"]


async def test_a_job_that_is_set_anew_while_it_runs_runs_at_its_new_time_only(bench: Bench) -> None:
    other = NewJob(name="bell", key="1", run_at=MONDAY + MINUTE)
    async with bench.deployment.write() as work:
        await schedule(work, [NewJob(name="bell", key="1", run_at=MONDAY)])
        (held,) = await claim(work, ["bell"], most=5, lease=MINUTE)
        await schedule(work, [other])
    async with bench.deployment.write() as work:
        assert not await complete(work, held)
    assert await bench.worker.run_due() == 0
    bench.now += MINUTE
    assert await bench.worker.run_due() == 1


async def test_a_handler_may_set_its_own_job_for_another_time(bench: Bench) -> None:
    async def again(work: Work, job: Job) -> None:
        await bench.ring(work, job)
        await schedule(work, [NewJob(name=job.name, key=job.key, run_at=job.run_at + MINUTE)])

    bench.worker = Worker(bench.deployment, {"bell": again})
    await bench.set(("1", MONDAY))
    for _ in range(3):
        assert await bench.worker.run_due() == 1
        bench.now += MINUTE
    assert await bench.announced() == [1, 1, 1]


async def test_a_job_without_a_handler_stays_and_is_seen(bench: Bench) -> None:
    async with bench.deployment.write() as work:
        await schedule(work, [NewJob(name="unknown", key="1", run_at=MONDAY)])
    assert await bench.worker.run_due() == 0
    await bench.worker.look()
    assert bench.worker.figures.due == 1


async def test_work_outside_holds_no_transaction_while_it_waits(bench: Bench) -> None:
    began, may_go_on = asyncio.Event(), asyncio.Event()

    async def call(units: Units, job: Job) -> None:
        began.set()
        await may_go_on.wait()
        async with units.write() as work:
            work.announce("bell.rang", int(job.key), None)
            await complete(work, job)

    worker = Worker(bench.deployment, {"bell": Outside(call)})
    await bench.set(("1", MONDAY))
    running = asyncio.create_task(worker.run_due())
    await began.wait()
    await bench.set(("2", MONDAY + MINUTE))
    may_go_on.set()
    assert await running == 1
    assert await bench.announced() == [1]
    assert [job.key for job in await bench.listed()] == ["2"]


async def test_what_was_claimed_is_given_back_when_the_service_stops(bench: Bench) -> None:
    began = asyncio.Event()

    async def wait(work: Work, job: Job) -> None:
        work.announce("bell.rang", int(job.key), None)
        began.set()
        await asyncio.Event().wait()

    await bench.set(("1", MONDAY), ("2", MONDAY))
    async with Worker(bench.deployment, {"bell": wait}, seconds=0.01).running():
        await began.wait()
    assert [(job.state, job.attempts) for job in await bench.listed()] == [("WAITING", 0)] * 2
    assert await bench.worker.run_due() == 2
    assert sorted(await bench.announced()) == [1, 2]


async def test_workers_side_by_side_share_the_jobs(bench: Bench) -> None:
    await bench.set(*((str(number), MONDAY) for number in range(60)))
    workers = [Worker(bench.deployment, {"bell": bench.ring}, batch=5) for _ in range(3)]
    assert sum(await asyncio.gather(*(worker.run_due() for worker in workers))) == 60
    assert sorted(await bench.announced()) == list(range(60))


def test_two_processes_ring_all_timers_once_though_one_is_killed(url: str) -> None:
    found = dict(prove(url))
    assert 0 < found.pop("killed_after") < 1000
    assert found == {"due": 1000, "done": 1000, "twice": 0, "missed": 0, "left": 0}, json.dumps(found)
