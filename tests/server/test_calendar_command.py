"""`wangge calendar`, as an operator types it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from wangge_core.deadlines.notices import CalendarError, CalendarYearMissingError
from wangge_server.commands.main import wangge


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.chdir(tmp_path)
    Path("wangge.toml").write_text("")
    found = CliRunner()
    assert invoke(found, "db", "upgrade").exit_code == 0
    return found


def invoke(run: CliRunner, *arguments: str) -> Result:
    return run.invoke(wangge, [*arguments], catch_exceptions=False)


def test_a_fresh_deployment_has_a_calendar_with_the_years_that_are_shipped(run: CliRunner) -> None:
    assert invoke(run, "calendar", "list").output == "default: 2025, 2026 (version 1)\n"
    shown = invoke(run, "calendar", "show").output
    assert "  Mon  08:30-12:00, 14:00-17:30\n" in shown
    assert "  Sat  off\n" in shown
    assert "  2026-02-14  worked  春节\n" in shown
    assert "  2026-02-17  off  春节\n" in shown
    assert "All running deadlines have a due time." in invoke(run, "calendar", "check").output


def test_a_deployment_elsewhere_guesses_no_holidays(run: CliRunner) -> None:
    Path("wangge.toml").write_text('time_zone = "America/New_York"\ndata_folder = "boston"\n')
    invoke(run, "db", "upgrade")
    assert invoke(run, "calendar", "list").output == "default: no years of its own (version 1)\n"
    assert "  Mon  09:00-17:00\n" in invoke(run, "calendar", "show").output


def test_a_year_is_imported_into_a_calendar_that_is_made_for_it(run: CliRunner) -> None:
    said = invoke(run, "calendar", "import", "--year", "2024", "--calendar", "old").output
    assert said == "0 running deadlines were counted anew, 0 moved.\n"
    assert "  2024-10-01  off  国庆节\n" in invoke(run, "calendar", "show", "old").output


def test_a_year_that_nobody_knows_is_not_guessed(run: CliRunner) -> None:
    with pytest.raises(CalendarYearMissingError, match="2090"):
        invoke(run, "calendar", "import", "--year", "2090")


def test_hours_days_and_seasons_are_set_by_hand(run: CliRunner) -> None:
    invoke(run, "calendar", "set", "default", "--off", "2026-08-20", "--note", "Typhoon", "--covers", "2027")
    summer = ("--follows", "default", "--from", "2026-06-01", "--to", "2026-09-30", "--hours", "08:00-12:00,15:00-18:00")
    invoke(run, "calendar", "set", "summer", *summer, "--weekdays", "1-4,6")
    shown = invoke(run, "calendar", "list").output
    assert shown == ("default: 2025, 2026, 2027 (version 2)\nsummer: no years of its own, 2026-06-01 to 2026-09-30 (version 1)\n")
    assert "  Fri  off\n  Sat  08:00-12:00, 15:00-18:00\n" in invoke(run, "calendar", "show", "summer").output
    assert "  2026-08-20  off  Typhoon\n" in invoke(run, "calendar", "show").output
    invoke(run, "calendar", "set", "default", "--as-usual", "2026-08-20")
    assert "2026-08-20" not in invoke(run, "calendar", "show").output


def test_what_cannot_be_is_refused(run: CliRunner) -> None:
    for arguments in (("new", "--follows", "nothing"), ("new", "--office", "nobody"), ("default", "--hours", "12:00-08:00")):
        with pytest.raises(CalendarError):
            invoke(run, "calendar", "set", *arguments)
    for arguments in (("--hours", "noon"), ("--hours", "08:00-12:00", "--weekdays", "0-9")):
        assert invoke(run, "calendar", "set", "default", *arguments).exit_code == 2
    with pytest.raises(CalendarError):
        invoke(run, "calendar", "show", "nothing")


def test_deadlines_that_cannot_be_told_are_counted(run: CliRunner) -> None:
    with closing(sqlite3.connect("data/town.db")) as database, database:
        database.execute(
            "INSERT INTO event_clock (event_id, scope, clock, kind, amount, state, started_at, extensions, missing_year)"
            " VALUES (1, 'STAGE', '{}', 'WORKING_DAYS', 1, 'RUNNING', '2030-12-31T08:00:00.000Z', 0, 2031)"
        )
    with pytest.raises(CalendarYearMissingError, match="1 of 2031"):
        invoke(run, "calendar", "check")
