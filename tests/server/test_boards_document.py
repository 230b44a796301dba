"""What docs/notice-board.md shows is run."""

import json
import re
from pathlib import Path

import pytest

from boards import URBAN, VISITOR
from towns import SUBDISTRICT, Town
from wangge_core.plugin.registry import Registry
from wangge_server.settings import read_settings

TEXT = (Path(__file__).parents[2] / "docs" / "notice-board.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


@pytest.mark.anyio
async def test_the_query_of_the_document_answers_a_visitor(town: Town) -> None:
    query, _ = blocks("graphql")
    (variables,) = blocks("json")
    found = (await town.ask(query, VISITOR, **json.loads(variables)))["noticeBoard"]
    assert found["board"]["grid"]["name"] == "urban grid"
    assert "Grid worker" in [one["role"]["label"] for one in found["board"]["posts"]]


@pytest.mark.anyio
async def test_the_mutations_of_the_document_publish(town: Town) -> None:
    _, mutation = blocks("graphql")
    by = await town.viewer("community.subdistrict_administrator", SUBDISTRICT)
    worker = town.posts[f"community.grid_worker@{URBAN}"]
    given = {"post": f"Post:{worker}", "office": f"Office:{town.offices['housing']}"}
    found = await town.ask(mutation, by, **given)
    assert found["postPublish"]["post"] == {"officialPhone": "000-5550 1234", "nameShown": True}
    assert found["officePublish"]["office"] == {"officialPhone": "000-5550 0000"}


def test_the_settings_of_the_document_are_read(tmp_path: Path) -> None:
    (settings,) = blocks("toml")
    (tmp_path / "wangge.toml").write_text(settings, encoding="utf-8")
    found = read_settings(str(tmp_path / "wangge.toml"), {})
    assert found.public_url == "https://grid.example.org"
    assert found.boards.pages
    assert found.boards.report_at("1 2") == "https://report.example.org/?grid=1%202"


def test_the_declared_names_in_the_document_are_those_of_the_plugins(registry: Registry) -> None:
    for kind in registry.place_kinds.values():
        assert (f"`{kind.id}`" in TEXT) is kind.station
