"""`wangge import persons`: what it says and leaves, on a folder of its own."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from identities import identity_number, keys_of
from wangge_core.errors import WanggeError
from wangge_core.sealing.key_files import write_keys
from wangge_server.commands.context import Context
from wangge_server.commands.imports import import_

DIVISIONS = "code,name,level,parent\n990101,明湖区,3,9901\n990101001,东街道,4,990101\n990101001001,安乐社区居委会,5,990101001\n"
GRID = "990101001001001"
MAPPING = """
name = "town"
[person]
key = "{no}"
name = "{name}"
identity_number = "id"
[home]
building = "{house}"
unit = "{door}"
make_homes = true
[household]
key = "{house}-{door}"
name = "{house} {door}"
make = true
[grid]
code = "{grid}"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    rows = [
        f"1,Lin,{identity_number(1)},Block 1,101,{GRID},some",
        f"2,Su,{identity_number(2)},Block 1,101,{GRID},some",
        f"3,He,{identity_number(3)[:-1]}?,Block 1,102,{GRID},some",
        f"4,Other,{identity_number(1)},Block 1,103,{GRID},some",
    ]
    text = "\n".join(["no,name,id,house,door,grid,民族", *rows, ""])
    (tmp_path / "persons.csv").write_text(text, encoding="utf-8")
    (tmp_path / "divisions.csv").write_text(DIVISIONS, encoding="utf-8")
    (tmp_path / "map.toml").write_text(MAPPING, encoding="utf-8")
    write_keys(tmp_path / "keys.toml", keys_of("k1"))
    monkeypatch.setenv("WANGGE_SEALING_KEY_FILE", str(tmp_path / "keys.toml"))
    return tmp_path


def run(folder: Path, *words: str) -> Result:
    context = Context(None, data=str(folder / "data"), database=None, plugins=None)
    return CliRunner().invoke(import_, [*words], obj=context)


def persons(folder: Path, *more: str) -> Result:
    return run(folder, "persons", str(folder / "persons.csv"), "--mapping", str(folder / "map.toml"), *more)


def test_one_command_brings_in_a_town_and_a_second_changes_nothing(folder: Path) -> None:
    assert run(folder, "divisions", str(folder / "divisions.csv"), "--root", "990101", "--grids", "urban").exit_code == 0
    trial = persons(folder, "--dry-run")
    assert "Would import 2 of 4 rows; 0 were there already; 1 refused." in trial.output
    first = persons(folder)
    assert "Checked 4 rows: 1 cannot be understood (IDENTITY_INVALID 1)." in first.output
    assert "Imported 2 of 4 rows; 0 were there already; 1 refused." in first.output
    assert "1 may be somebody on the register" in first.output
    assert "Not read, for they cross a red line: the columns 民族." in first.output
    report = (folder / "data" / "reports" / "persons.csv").read_text(encoding="utf-8-sig")
    assert "4,id,IDENTITY_INVALID" in report
    assert identity_number(3)[:-1] not in report
    again = persons(folder)
    assert "Imported 0 of 4 rows; 2 were there already; 1 refused." in again.output


def test_a_mapping_across_a_red_line_is_refused(folder: Path) -> None:
    (folder / "map.toml").write_text(MAPPING.replace('name = "{name}"', 'name = "{name} {民族}"'), encoding="utf-8")
    error = persons(folder).exception
    assert isinstance(error, WanggeError)
    assert error.code == "MAPPING_RED_LINE"


def test_without_a_key_identity_numbers_are_not_imported(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WANGGE_SEALING_KEY_FILE")
    error = persons(folder).exception
    assert isinstance(error, WanggeError)
    assert error.code == "SEALING_KEY_MISSING"


def test_the_register_of_the_operators_document_comes_in(folder: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "operators.md").read_text(encoding="utf-8")
    for name, body in re.findall(r"^```\w+ ((?:divisions|persons)\.\w+)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        (folder / name).write_text(body, encoding="utf-8")
    assert run(folder, "divisions", str(folder / "divisions.csv"), "--root", "999902", "--grids", "urban").exit_code == 0
    result = run(folder, "persons", str(folder / "persons.csv"), "--map", str(folder / "persons.toml"))
    assert "Imported 2 of 2 rows; 0 were there already; 0 refused." in result.output
    assert "the columns ethnicity." in result.output
