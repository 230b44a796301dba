"""`wangge data`, as an operator types it: an export, a retention run with its report, and statistics."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import SettingError
from wangge_core.grids.grids import NewGrid, create_grids
from wangge_core.people.persons import NewPerson, register_persons
from wangge_core.rights.viewers import operator
from wangge_server.commands.data import ExportRefusedError
from wangge_server.commands.main import wangge
from wangge_server.opening import open_deployment, periods_of, rules_of
from wangge_server.settings import read_settings


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.chdir(tmp_path)
    Path("wangge.toml").write_text("[retention]\nmoved_out_months = 12\nclosed_events_months = 0\n")
    asyncio.run(in_town(fill))
    return CliRunner()


def invoke(run: CliRunner, *arguments: str) -> Result:
    found = run.invoke(wangge, [*arguments], catch_exceptions=False)
    assert found.exit_code == 0, found.output
    return found


async def in_town(do: Callable[[Work], Awaitable[Any]]) -> Any:
    deployment = open_deployment(read_settings())
    try:
        await deployment.start(migrate=True)
        async with deployment.write() as work:
            return await do(work)
    finally:
        await deployment.close()


async def fill(work: Work) -> None:
    """A district with six persons, the first of whom has left long ago."""
    (grid,) = await create_grids(work, operator(), [NewGrid(code="999901", name="Lakeside", type_id="community.division")])
    people = [NewPerson(grid_id=grid.id or 0, name=f"Person {number}", address="By the lake") for number in range(6)]
    first = (await register_persons(work, operator(), people))[0].id
    left = {"moved_out_on": date(2020, 1, 31)}
    await work.run(sa.update(t.residence).where(t.residence.c.person_id == first).values(left))
    await work.run(sa.update(t.person).where(t.person.c.id == first).values(residence=None))


async def names(work: Work) -> list[str]:
    return [row.name for row in await work.rows(sa.select(t.person.c.name).order_by(t.person.c.id))]


async def exports(work: Work) -> list[Any]:
    return [row.purpose for row in await work.rows(sa.select(t.read_log.c.purpose).where(t.read_log.c.kind == "EXPORT"))]


def test_an_export_is_written_for_nobody_else_to_read_and_logged(run: CliRunner) -> None:
    said = invoke(run, "data", "export", "2", "--output", "two.json")
    held = json.loads(Path("two.json").read_text())
    assert (held["person"]["name"], held["residences"][0]["address"]) == ("Person 1", "By the lake")
    assert Path("two.json").stat().st_mode & 0o077 == 0
    assert "Person 1" not in said.output
    assert json.loads(invoke(run, "data", "export", "3", "--purpose", "INSPECTION").stdout)["person"]["name"] == "Person 2"
    assert asyncio.run(in_town(exports)) == ["DATA_REQUEST", "INSPECTION"]


def test_nothing_is_exported_of_nobody(run: CliRunner) -> None:
    with pytest.raises(ExportRefusedError) as error:
        invoke(run, "data", "export", "99")
    assert "99" in error.value.message


def test_a_dry_run_says_what_would_go_and_the_run_has_it_go(run: CliRunner) -> None:
    said = invoke(run, "data", "retention", "--dry-run", "--report", "dry.json")
    assert "closed_events_months is 0" in said.stderr
    report = json.loads(Path("dry.json").read_text())
    assert report["classes"]["moved_out"] == {"due": 1, "done": 0, "heldBack": 0}
    assert (report["dryRun"], report["unlimited"]) == (True, ["closed_events_months"])
    assert asyncio.run(in_town(names))[0] == "Person 0"
    said = invoke(run, "data", "retention", "--report", "run.json")
    assert json.loads(Path("run.json").read_text())["classes"]["moved_out"] == {"due": 1, "done": 1, "heldBack": 0}
    assert "moved_out" in said.stdout
    assert asyncio.run(in_town(names)) == ["", *(f"Person {number}" for number in range(1, 6))]


def test_statistics_are_published(run: CliRunner) -> None:
    assert invoke(run, "data", "statistics").stdout == "6 counts are published, 5 of them hidden.\n"


def test_settings_of_retention_and_of_the_smallest_count(run: CliRunner) -> None:
    del run
    settings = read_settings(environment={"WANGGE_RETENTION": '{"moved_out_months": 3}', "WANGGE_SMALLEST_COUNT": "10"})
    assert periods_of(settings).moved_out_months == 3
    assert rules_of(settings).smallest_count == 10
    for wrong in (
        {"WANGGE_RETENTION": '{"forgotten": 3}'},
        {"WANGGE_RETENTION": '{"moved_out_months": -1}'},
        {"WANGGE_SMALLEST_COUNT": "2"},
    ):
        with pytest.raises(SettingError):
            read_settings(environment=wrong)
