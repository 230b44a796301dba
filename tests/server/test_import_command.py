"""`wangge import`: what it says and leaves, on a folder of its own."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from wangge_core.errors import WanggeError
from wangge_server.commands.context import Context
from wangge_server.commands.imports import import_

DIVISIONS = "code,name,level,parent\n990101,明湖区,3,9901\n990101001,东街道,4,990101\n990101001001,安乐社区居委会,5,990101001\n"
EVENTS = "no,at,place\n1,2026-01-02,安乐社区\n2,2026-01-03,\n"
MAPPING = """
name = "town"
[times]
zone = "Asia/Shanghai"
[event]
key = "{no}"
description = "matter {no}"
reported_at = "at"
[kind]
id = "community.dispute"
[grid]
name = "{place}居委会"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "divisions.csv").write_text(DIVISIONS, encoding="utf-8")
    (tmp_path / "events.csv").write_text(EVENTS, encoding="utf-8")
    (tmp_path / "map.toml").write_text(MAPPING, encoding="utf-8")
    return tmp_path


def run(folder: Path, *words: str) -> Result:
    context = Context(None, data=str(folder / "data"), database=None, plugins=None)
    return CliRunner().invoke(import_, [*words], obj=context)


def test_divisions_and_events_come_in_and_the_rest_is_reported(folder: Path) -> None:
    result = run(folder, "divisions", str(folder / "divisions.csv"), "--root", "990101", "--grids", "urban")
    assert result.exit_code == 0, result.output
    assert "Imported 3 of 3 rows" in result.output
    assert "Made 1 first grids." in result.output
    result = run(folder, "events", str(folder / "events.csv"), "--map", str(folder / "map.toml"))
    assert result.exit_code == 0, result.output
    assert "Checked 2 rows: 1 cannot be understood (PLACE_REQUIRED 1)." in result.output
    assert "Imported 1 of 2 rows; 0 were there already; 1 refused." in result.output
    assert "PLACE_REQUIRED" in (folder / "data" / "reports" / "events.csv").read_text(encoding="utf-8-sig")


def test_a_dry_run_writes_nothing(folder: Path) -> None:
    for _ in range(2):
        result = run(folder, "divisions", str(folder / "divisions.csv"), "--root", "990101", "--dry-run")
        assert "Would import 3 of 3 rows; 0 were there already; 0 refused." in result.output


@pytest.mark.parametrize("file", ["none.csv", "map.toml"])
def test_a_file_that_cannot_be_read_is_an_error_with_a_code(folder: Path, file: str) -> None:
    result = run(folder, "events", str(folder / file), "--map", str(folder / "map.toml"))
    assert result.exit_code == 1
    assert isinstance(result.exception, WanggeError)
    assert result.exception.code == "FILE_UNREADABLE"


def test_the_report_may_not_overwrite_the_file(folder: Path) -> None:
    file = str(folder / "events.csv")
    result = run(folder, "events", file, "--map", str(folder / "map.toml"), "--report", file)
    assert isinstance(result.exception, WanggeError)
    assert (folder / "events.csv").read_text(encoding="utf-8") == EVENTS
