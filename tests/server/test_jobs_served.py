"""Jobs as an operator meets them: the service runs them, `wangge jobs` runs, lists and retries them, and the metrics tell of them."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from towns import Town
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import SettingError
from wangge_core.jobs.scheduling import NewJob, schedule
from wangge_core.tasks.shifts import PRUNE
from wangge_server.app import create_app
from wangge_server.commands.main import wangge
from wangge_server.opening import open_deployment
from wangge_server.settings import JobSettings, Settings, read_settings


async def put(work: Work, *keys: str) -> None:
    await schedule(work, [NewJob(name=PRUNE, key=key, run_at=work.now - timedelta(minutes=1)) for key in keys])


async def left(work: Work) -> list[str]:
    return [row.key for row in await work.rows(sa.select(t.job.c.key).where(t.job.c.name == PRUNE).order_by(t.job.c.key))]


async def in_town(do: Callable[[Work], Awaitable[Any]]) -> Any:
    deployment = open_deployment(read_settings())
    try:
        await deployment.start(migrate=True)
        async with deployment.write() as work:
            return await do(work)
    finally:
        await deployment.close()


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.chdir(tmp_path)
    asyncio.run(in_town(lambda work: put(work, "1", "broken")))
    return CliRunner()


def invoke(run: CliRunner, *arguments: str) -> Result:
    found = run.invoke(wangge, ["jobs", *arguments], catch_exceptions=False)
    assert found.exit_code == 0, found.output
    return found


def test_due_jobs_are_run_once_and_what_failed_is_listed_with_its_reason(run: CliRunner) -> None:
    assert "WAITING" in invoke(run, "list").output
    assert "jobs were run" in invoke(run, "run", "--once").output
    assert asyncio.run(in_town(left)) == ["broken"]
    listed = invoke(run, "list").output
    assert f"{PRUNE} broken  1 attempts: ValueError at shifts.py:" in listed


def test_what_was_given_up_is_listed_apart_and_can_be_retried(run: CliRunner) -> None:
    async def give_up(work: Work) -> None:
        await work.run(sa.update(t.job).where(t.job.c.key == "broken").values(given_up=True, attempts=10))

    asyncio.run(in_town(give_up))
    assert invoke(run, "list", "--given-up").output.endswith("1 jobs.\n")
    assert invoke(run, "retry").output == "1 jobs will run again.\n"
    assert invoke(run, "list", "--given-up").output == "0 jobs.\n"


def settings_for(town: Town, folder: Path, **jobs: Any) -> Settings:
    url = town.deployment.url.render_as_string(hide_password=False)
    return Settings(data_folder=str(folder), database=url, metrics=True, log_level="error", jobs=JobSettings(seconds=0.02, **jobs))


@pytest.mark.anyio
async def test_the_service_runs_what_is_due(town: Town, tmp_path: Path) -> None:
    async with town.deployment.write() as work:
        await put(work, "1", "2")
    app = create_app(settings_for(town, tmp_path))
    async with app.router.lifespan_context(app), asyncio.timeout(60):
        while True:
            async with town.deployment.read() as work:
                if not await left(work):
                    break
            await asyncio.sleep(0.02)


@pytest.mark.anyio
async def test_a_service_that_runs_none_still_tells_what_waits(town: Town, tmp_path: Path) -> None:
    async with town.deployment.write() as work:
        await put(work, "1", "2")
    app = create_app(settings_for(town, tmp_path, run=False))
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://town")
    async with app.router.lifespan_context(app), client, asyncio.timeout(60):
        while True:
            shown = (await client.get("/metrics")).text
            if "wangge_jobs_due 2.0" in shown:
                break
            await asyncio.sleep(0.02)
    assert "wangge_jobs_given_up 0.0" in shown
    late = next(line for line in shown.splitlines() if line.startswith("wangge_jobs_late_seconds "))
    assert float(late.split()[1]) >= 60
    async with town.deployment.read() as work:
        assert await left(work) == ["1", "2"]


def test_a_lease_of_a_job_is_at_most_ten_minutes(tmp_path: Path) -> None:
    file = tmp_path / "wangge.toml"
    file.write_text("[jobs]\nlease_seconds = 601\n")
    with pytest.raises(SettingError):
        read_settings(str(file), {})
