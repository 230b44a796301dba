"""The `wangge` command, as an operator types it."""

import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from wangge_core.db.migrating import newest_revision
from wangge_server.commands import main as command
from wangge_server.commands.main import wangge


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.chdir(tmp_path)
    return CliRunner()


def invoke(run: CliRunner, *arguments: str) -> Result:
    return run.invoke(wangge, [*arguments], catch_exceptions=False)


def test_every_verb_explains_itself(run: CliRunner) -> None:
    for verb in ((), *((name,) for name in wangge.commands)):
        shown = invoke(run, *verb, "--help")
        assert shown.exit_code == 0
        assert "Usage:" in shown.output


def test_a_database_is_made_and_checked(run: CliRunner) -> None:
    newest = newest_revision()
    made = invoke(run, "db", "upgrade")
    assert made.output == f"Upgraded from nothing to {newest}.\n"
    assert invoke(run, "db", "upgrade").output == f"The database is at revision {newest}.\n"
    assert "the tables are those of this release" in invoke(run, "db", "check").output
    assert (Path("data") / "town.db").exists()


def test_plugins_are_listed_without_importing_them(run: CliRunner) -> None:
    listed = invoke(run, "--plugins", "urban", "plugins", "list").output.splitlines()
    assert listed[0].startswith("on   community")
    assert [line[:3].strip() for line in listed[1:]] == ["off", "off", "off", "on"]


def test_workflows_are_listed_drawn_and_written_as_pages(run: CliRunner, tmp_path: Path) -> None:
    listed = invoke(run, "workflows", "list").output.splitlines()
    assert len(listed) == 25
    assert any(line.startswith("scenic.rescue") and line.endswith("应急救援 · Rescue") for line in listed)
    drawn = invoke(run, "workflows", "draw", "--plugin", "scenic", "--language", "en").output
    assert "%% scenic.rescue" in drawn and '-->|"Arrive"| on_the_spot' in drawn and "maritime" not in drawn
    invoke(run, "workflows", "draw", "--output", str(tmp_path / "drawn"))
    assert len(list((tmp_path / "drawn").glob("*.mmd"))) == 25


def test_pages_of_workflows_are_compared_and_stale_ones_named(run: CliRunner, tmp_path: Path) -> None:
    (tmp_path / "gone.md").write_text("old")
    invoke(run, "workflows", "pages", "--output", str(tmp_path))
    assert not (tmp_path / "gone.md").exists()
    invoke(run, "workflows", "pages", "--check", str(tmp_path))
    (tmp_path / "urban.closed_loop.md").write_text("edited")
    found = run.invoke(wangge, ["workflows", "pages", "--check", str(tmp_path)])
    assert (found.exit_code, "urban.closed_loop.md" in found.output) == (1, True)


def test_plugins_are_checked(run: CliRunner) -> None:
    sound = invoke(run, "plugins", "check")
    assert "✓ 5 plugins: 8 grid types, 60 roles" in sound.output
    faulty = invoke(run, "--plugins", "urban,moon", "plugins", "check")
    assert faulty.exit_code == 1
    assert "[PLUGIN_NOT_INSTALLED]" in faulty.output


def test_the_schema_is_printed_and_compared(run: CliRunner) -> None:
    whole = invoke(run, "schema").output
    Path("schema.graphql").write_text(whole)
    assert invoke(run, "schema", "--check", "schema.graphql").exit_code == 0
    less = invoke(run, "schema", "--plugins", "urban", "--check", "schema.graphql")
    assert less.exit_code == 1
    assert "-type ScenicRescueDetails" in less.output or "is not the schema" in less.output


def test_an_error_is_shown_with_its_code_and_hint(
    run: CliRunner, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["wangge", "db", "check"])
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert ended.value.code == 1
    assert capsys.readouterr().err.startswith("DATABASE_UNUSABLE: ")


def test_old_changes_are_deleted_by_a_command(tmp_path: Path) -> None:
    run, at = CliRunner(), ("--data", str(tmp_path))
    assert run.invoke(wangge, [*at, "db", "upgrade"], catch_exceptions=False).exit_code == 0
    with sqlite3.connect(tmp_path / "town.db") as town:
        rows = [(f"2020-01-0{day}T00:00:00.000Z",) for day in range(1, 4)] + [("2999-01-01T00:00:00.000Z",)]
        town.executemany("INSERT INTO outbox (topic, thing_id, content, at) VALUES ('event.moved', 1, '{}', ?)", rows)
    for deleted in (3, 0):
        told = run.invoke(wangge, [*at, "db", "prune"], catch_exceptions=False).output
        assert told.splitlines()[0] == f"{deleted} old changes are deleted."
