"""`wangge db check` and `wangge db prune`, as an operator types them."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from read_entries import entry
from wangge_core.db.engines import database_url
from wangge_core.deployment import Deployment, system_clock
from wangge_core.rules import Rules
from wangge_server.commands import main as command
from wangge_server.commands.main import wangge

Wangge = Callable[..., tuple[int, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Wangge:
    """Runs the command in a folder of its own; its status, and all that it said."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["wangge", *arguments])
        with pytest.raises(SystemExit) as ended:
            command.main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out + said.err

    assert CliRunner().invoke(wangge, ["db", "upgrade"]).exit_code == 0
    return run


def read(rules: Rules, *persons: int, clock: Callable[[], datetime] = system_clock) -> None:
    """A process that logs that it read of each of these persons, and ends."""

    async def write() -> None:
        deployment = Deployment(database_url("sqlite:///data/town.db"), rules, clock=clock)
        for person in persons:
            await deployment.read_log.write(entry(person))
        await deployment.close()

    asyncio.run(write())


def tamper(statement: str) -> None:
    with closing(sqlite3.connect("data/town.db")) as connection, connection:
        connection.execute(statement)


def test_whole_logs_are_said_to_be_whole(run: Wangge, rules: Rules) -> None:
    read(rules, 1, 2, 3)
    status, said = run("db", "check")
    assert status == 0
    assert "The logs are whole: 6 entries." in said  # with three changes: the calendar came, the chain was opened and ended


def test_a_changed_entry_ends_the_check_with_a_status(run: Wangge, rules: Rules) -> None:
    read(rules, 1, 2, 3)
    tamper("UPDATE read_log SET subjects = '[[0,[9]]]' WHERE id % 2 = 0")
    status, said = run("db", "check")
    assert status == 1
    assert said.startswith("LOG_BROKEN: the logs are not what was written:\n  chain 2 of the log of reads, entry 2: ")


def test_anchors_are_printed_and_compared(run: Wangge, rules: Rules) -> None:
    read(rules, 1, 2)
    status, printed = run("db", "check", "--anchor")
    assert status == 0
    assert [line.split()[:2] for line in printed.splitlines()] == [["1", "3"], ["2", "2"]]
    Path("anchors").write_text(f"# kept elsewhere\n{printed}")
    read(rules, 3)
    assert run("db", "check", "--against", "anchors")[0] == 0
    for table in ("read_log", "read_log_subject", "change_log"):
        tamper(f"DELETE FROM {table}")
    tamper("DELETE FROM log_chain WHERE id > 1")
    tamper("UPDATE log_chain SET entries = 0, hash = zeroblob(32)")
    assert run("db", "check")[0] == 0
    status, said = run("db", "check", "--against", "anchors")
    assert status == 1
    assert "the chain is gone" in said


def test_a_file_without_anchors_is_refused(run: Wangge) -> None:
    Path("anchors").write_text("nothing")
    status, said = run("db", "check", "--against", "anchors")
    assert status == 2
    assert "has no anchors" in said


def test_pruning_leaves_logs_that_can_be_checked(run: Wangge, rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    read(rules, 1, 2, clock=lambda: datetime(2020, 1, 1, tzinfo=UTC))
    read(rules, 3)
    status, said = run("db", "prune")
    assert status == 0
    assert "2 old entries of the log of reads are deleted." in said
    assert run("db", "check")[0] == 0
    monkeypatch.setenv("WANGGE_READ_LOG_MONTHS", "1")
    assert "0 old entries of the log of reads are deleted." in run("db", "prune")[1]


def test_the_log_is_switched_off_for_development_alone(run: Wangge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANGGE_READ_LOG", "false")
    status, said = run("db", "check")
    assert status == 1
    assert said.startswith("SETTING_INVALID: read_log cannot be switched off here.")
    monkeypatch.setenv("WANGGE_DEVELOPMENT_SIGN_IN", "true")
    assert run("db", "check")[0] == 0
