"""Mapping files: what is refused, and what the refusal says."""

from pathlib import Path

import pytest

from wangge_core.imports.mapping_files import read_mapping
from wangge_core.imports.mappings import BuildingMapping, EventMapping, MappingError

GOOD = """
name = "hotline"
[times]
zone = "Asia/Shanghai"
[event]
key = "{id}"
description = "{text}"
reported_at = "at"
[kind]
id = "community.dispute"
[grid]
code = "{grid}"
"""
EXAMPLES = Path(__file__).parents[2] / "examples" / "imports"


def read(folder: Path, text: str) -> EventMapping:
    path = folder / "map.toml"
    path.write_text(text, encoding="utf-8")
    return read_mapping(path, EventMapping)


def test_a_good_mapping_is_read(tmp_path: Path) -> None:
    mapping = read(tmp_path, GOOD)
    assert mapping.event.reported_at == "at"
    assert mapping.grid.code == "{grid}"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("[grid]", "[grid]\ncolour = 1"), "colour"),
        (("[grid]", "[grid]\nname = '{grid}'"), "code and name"),
        (("code = ", "#"), "grid needs"),
        (("id = ", "#"), "kind needs either"),
        (('id = "community', 'catalogue = "x"\nid = "community'), "kind needs either"),
        (("key = '{id}'".replace("'", '"'), 'key = "id"'), "write {id}"),
        (("[times]\nzone", "[other]\nzone"), "other"),
        (('[times]\nzone = "Asia/Shanghai"', ""), "[times]"),
        (("Asia/Shanghai", "Asia/Nowhere"), "Asia/Nowhere"),
        (('Shanghai"', "Shanghai\"\nformats = ['day']"), "'day'"),
        (("[grid]", "[position]\nlongitude = 'x'\nlatitude = 'y'\n[grid]"), "system"),
        (("[grid]", "[position]\nlongitude = 'x'\nlatitude = 'y'\nsystem = 'mars'\n[grid]"), "mars"),
        (("[grid]", "[grid"), "TOML"),
        (('name = "hotline"', 'name = ""'), "name must"),
    ],
)
def test_a_faulty_mapping_says_what_is_wrong(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    assert change[0] in GOOD
    with pytest.raises(MappingError) as caught:
        read(tmp_path, GOOD.replace(*change))
    assert told in caught.value.message
    assert caught.value.code == "MAPPING_INVALID"
    assert caught.value.hint


def test_all_faults_are_told_together(tmp_path: Path) -> None:
    with pytest.raises(MappingError) as caught:
        read(tmp_path, GOOD.replace("{id}", "id").replace("Shanghai", "Nowhere"))
    assert "event.key" in caught.value.message
    assert "Nowhere" in caught.value.message


def test_a_mapping_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="cannot be read"):
        read_mapping(tmp_path / "none.toml", EventMapping)


def test_a_mapping_of_another_noun_is_refused(tmp_path: Path) -> None:
    read(tmp_path, GOOD)
    with pytest.raises(MappingError):
        read_mapping(tmp_path / "map.toml", BuildingMapping)


@pytest.mark.parametrize("name", ["pingshan.toml", "boston.toml"])
def test_the_examples_of_events_are_read(name: str) -> None:
    assert read_mapping(EXAMPLES / name, EventMapping).about


def test_the_example_of_buildings_is_read() -> None:
    assert read_mapping(EXAMPLES / "buildings-osm.toml", BuildingMapping).about
