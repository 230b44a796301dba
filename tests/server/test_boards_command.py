"""`wangge boards print`: a page for every grid at and below one, so that an office can print them all."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from boards import URBAN
from towns import COMMUNITY, DISTRICT, GRIDS, SUBDISTRICT
from wangge_core.errors import WanggeError
from wangge_server.commands.main import wangge


@pytest.fixture
def place(copies: Callable[[str], tuple[str, Any]]) -> str:
    """The URL of a database with the town."""
    return copies("town")[0]


def run(place: str, folder: Path, *words: str, public: str = "https://grid.example.org") -> Result:
    arguments = ["--data", str(folder), "--db", place, "boards", "print", *words, "--to", str(folder / "pages")]
    return CliRunner().invoke(wangge, arguments, env={"WANGGE_PUBLIC_URL": public})


def test_an_office_prints_the_boards_of_all_its_grids(place: str, tmp_path: Path) -> None:
    result = run(place, tmp_path, "--grid", SUBDISTRICT, "--lang", "en")
    assert result.exit_code == 0, result.output
    assert "6 boards written" in result.output
    written = {path.stem: path.read_text(encoding="utf-8") for path in (tmp_path / "pages").iterdir()}
    assert set(written) == {SUBDISTRICT, COMMUNITY, *GRIDS.values()}
    for code, page in written.items():
        root = ElementTree.fromstring(page.removeprefix("<!DOCTYPE html>").strip())
        assert root.get("lang") == "en"
        assert f"https://grid.example.org/board/{code}" in "".join(root.itertext())
        assert "<svg" in page


@pytest.mark.parametrize(("code", "public", "message"), [("1", "https://a.org", "no grid 1"), (DISTRICT, "", "QR codes")])
def test_what_cannot_be_printed_is_told(place: str, tmp_path: Path, code: str, public: str, message: str) -> None:
    result = run(place, tmp_path, "--grid", code, public=public)
    assert isinstance(result.exception, WanggeError)
    assert result.exception.code == "BOARDS_UNPRINTABLE"
    assert message in str(result.exception)


def test_a_page_is_written_anew(place: str, tmp_path: Path) -> None:
    for _ in range(2):
        assert run(place, tmp_path, "--grid", URBAN).exit_code == 0
    assert [path.name for path in (tmp_path / "pages").iterdir()] == [f"{URBAN}.html"]
