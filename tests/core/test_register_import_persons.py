"""Importing persons: homes and households, what comes in twice, what is refused, and what the report keeps to itself."""

import csv
from pathlib import Path
from typing import Any

import msgspec
import pytest

from identities import identity_number, sealer_of
from registers import MAPPING, person, rows_of, write
from towns import Town
from wangge_core.db import tables as t
from wangge_core.imports.mapping_files import read_mapping
from wangge_core.imports.mappings import MappingError
from wangge_core.imports.registers.mappings import PersonMapping
from wangge_core.imports.registers.persons import import_persons
from wangge_core.imports.registers.red_lines import RedLineColumnError, crossing_word
from wangge_core.imports.reporting import ImportResult
from wangge_core.rights.viewers import operator
from wangge_core.sealing.sealer import SealingKeyMissingError

pytestmark = pytest.mark.anyio


async def run(town: Town, path: Path, rows: list[dict[str, Any]], *more: str, how: Any = None, **sections: Any) -> ImportResult:
    mapping = msgspec.convert(MAPPING | sections, PersonMapping)
    return await import_persons(town.deployment, operator("en"), write(path, rows, *more), mapping, **(how or {}))


@pytest.fixture
async def sealed(town: Town) -> Town:
    town.deployment.sealer = sealer_of("k1")
    return town


async def test_a_row_becomes_a_person_in_a_home_and_a_household(sealed: Town, tmp_path: Path) -> None:
    rows = [person(1), person(2, hh="H1", door="201", rel="spouse"), person(3, house="New House", door="101")]
    result = await run(sealed, tmp_path / "a.csv", rows)
    assert (result.rows, result.imported, result.refused) == (3, 3, 0)
    *_, first, second, third = await rows_of(sealed, t.person)
    assert (first.name, first.source_name, first.source_key, first.identity_number_mask[-4:]) == (
        "Name 1",
        "register",
        "1",
        identity_number(1)[-4:],
    )
    assert first.confirm_by == first.created_at.date() or first.confirmed_at is None
    assert first.household_id == second.household_id != third.household_id
    members = {one.person_id: one.relation for one in await rows_of(sealed, t.household_member)}
    assert (members[first.id], members[second.id], members[third.id]) == ("HEAD", "OTHER", "HEAD")
    units = {one.id: one.name for one in await rows_of(sealed, t.unit)}
    lives = {one.person_id: units.get(one.unit_id) for one in await rows_of(sealed, t.residence)}
    assert (lives[first.id], lives[second.id], lives[third.id]) == ("201", "201", "101")
    assert [one.name for one in await rows_of(sealed, t.building)] == ["Heron House", "New House"]


async def test_the_same_file_again_changes_nothing(sealed: Town, tmp_path: Path) -> None:
    rows = [person(number) for number in range(1, 30)]
    assert (await run(sealed, tmp_path / "a.csv", rows)).imported == 29
    before = [await rows_of(sealed, table) for table in (t.person, t.residence, t.household, t.unit, t.building, t.outbox)]
    again = await run(sealed, tmp_path / "a.csv", rows)
    assert (again.imported, again.already_there, again.updated, again.waiting) == (0, 29, 0, 0)
    after = [await rows_of(sealed, table) for table in (t.person, t.residence, t.household, t.unit, t.building, t.outbox)]
    assert after == before


async def test_a_run_that_was_broken_off_is_taken_up(sealed: Town, tmp_path: Path) -> None:
    rows = [person(number) for number in range(1, 21)]
    assert (await run(sealed, tmp_path / "a.csv", rows[:7])).imported == 7
    again = await run(sealed, tmp_path / "a.csv", rows)
    assert (again.imported, again.already_there) == (13, 7)


async def test_a_dry_run_writes_nothing(sealed: Town, tmp_path: Path) -> None:
    before = len(await rows_of(sealed, t.person)), len(await rows_of(sealed, t.unit))
    result = await run(sealed, tmp_path / "a.csv", [person(1), person(2)], how={"dry_run": True})
    assert result.imported == 2
    assert (len(await rows_of(sealed, t.person)), len(await rows_of(sealed, t.unit))) == before


async def test_the_report_says_where_and_why_and_shows_no_value(sealed: Town, tmp_path: Path) -> None:
    wrong = identity_number(3)[:-1] + ("0" if identity_number(3)[-1] != "0" else "1")
    rows = [
        person(1, id=wrong, name="Secret One"),
        person(2, tel="12345"),
        person(3, born="19991332", id=""),
        person(4, sex="110101198001010000"),
        person(5, grid="999999999999"),
    ]
    report = tmp_path / "report.csv"
    result = await run(sealed, tmp_path / "a.csv", rows, how={"report_path": report})
    assert result.codes == {"IDENTITY_INVALID": 1, "PHONE_INVALID": 1, "DATE_INVALID": 1, "VALUE_UNKNOWN": 1, "GRID_NOT_FOUND": 1}
    text = report.read_text(encoding="utf-8-sig")
    lines = list(csv.DictReader(text.splitlines()))
    assert [(one["line"], one["column"], one["code"]) for one in lines] == [
        ("2", "id", "IDENTITY_INVALID"),
        ("3", "tel", "PHONE_INVALID"),
        ("4", "born", "DATE_INVALID"),
        ("5", "sex", "VALUE_UNKNOWN"),
        ("6", "{grid}", "GRID_NOT_FOUND"),
    ]
    for value in (wrong, "12345", "19991332", "110101198001010000", "Secret One"):
        assert value not in text


async def test_only_what_the_mapping_says_is_changed_of_who_is_there(sealed: Town, tmp_path: Path) -> None:
    await run(sealed, tmp_path / "a.csv", [person(1), person(2)])
    rows = [person(1, tel="13700000001", name="New Name"), person(2, tel="")]
    unchanged = await run(sealed, tmp_path / "a.csv", rows)
    assert (unchanged.already_there, unchanged.updated) == (2, 0)
    changed = await run(sealed, tmp_path / "a.csv", rows, update=["phone"])
    assert (changed.already_there, changed.updated) == (1, 1)
    *_, first, second = await rows_of(sealed, t.person)
    assert (first.name, first.phone_mask, second.phone_mask) == ("Name 1", "137****0001", "139****0002")
    assert (await run(sealed, tmp_path / "a.csv", rows, update=["phone"])).updated == 0


async def test_homes_are_made_only_where_the_mapping_says_so(sealed: Town, tmp_path: Path) -> None:
    home = {"building": "{house}", "unit": "{door}"}
    rows = [person(1, door="101"), person(2, door="999"), person(3, house="No House"), person(4, door="")]
    result = await run(sealed, tmp_path / "a.csv", rows, home=home)
    assert (result.imported, dict(result.codes)) == (1, {"UNIT_NOT_FOUND": 1, "BUILDING_NOT_FOUND": 1, "UNIT_REQUIRED": 1})


async def test_children_come_after_their_guardians_and_without_agreement_not_at_all(sealed: Town, tmp_path: Path) -> None:
    born = str((await today(sealed)).year - 5) + "0301"
    child = {"born": born, "hh": "H1", "door": "201", "rel": "child", "tel": ""}
    rows = [
        person(2, id=identity_number(2, born), guardian=1, agreed="20250101", **child),
        person(1),
        person(3, id=identity_number(3, born), guardian=1, **child),
    ]
    result = await run(sealed, tmp_path / "a.csv", rows)
    assert (result.imported, dict(result.codes)) == (2, {"CHILD_NEEDS_GUARDIAN": 1})
    left_out = MAPPING["person"] | {"without_agreement": "leave_out"}
    result = await run(sealed, tmp_path / "a.csv", rows, person=left_out)
    assert (result.imported, result.already_there, result.left_out) == (1, 2, 1)
    *_, last = await rows_of(sealed, t.person)
    assert (last.source_key, last.identity_number, last.guardian_id is not None) == ("3", None, True)


async def today(town: Town) -> Any:
    async with town.deployment.read() as work:
        return work.today


async def test_without_a_key_nothing_that_must_be_sealed_is_imported(town: Town, tmp_path: Path) -> None:
    with pytest.raises(SealingKeyMissingError):
        await run(town, tmp_path / "a.csv", [person(1)])
    plain = {"key": "{no}", "name": "{name}", "born_on": "born"}
    assert (await run(town, tmp_path / "a.csv", [person(1)], person=plain)).imported == 1


async def test_columns_that_cross_a_red_line_are_passed_over(sealed: Town, tmp_path: Path) -> None:
    rows = [person(1) | {"民族": "某族", "户籍地址": "somewhere"}]
    result = await run(sealed, tmp_path / "a.csv", rows, "民族", "户籍地址")
    assert (result.imported, result.passed_over) == (1, ("民族", "户籍地址"))
    assert "某族" not in str(await rows_of(sealed, t.person))


@pytest.mark.parametrize(
    "column",
    [
        "民族",
        "政治面貌",
        "籍贯",
        "户籍所在地",
        "宗教信仰",
        "前科",
        "吸毒史",
        "信访记录",
        "Ethnic group",
        "place-of-birth",
        "religion",
    ],
)
async def test_a_mapping_cannot_name_a_column_across_a_red_line(column: str, tmp_path: Path) -> None:
    mapping = tmp_path / "map.toml"
    mapping.write_text(
        f'name = "x"\n[person]\nkey = "{{no}}"\nname = "{{{column}}}"\n[grid]\ncode = "{{grid}}"\n', encoding="utf-8"
    )
    with pytest.raises(RedLineColumnError) as raised:
        read_mapping(mapping, PersonMapping)
    assert raised.value.code == "MAPPING_RED_LINE"


@pytest.mark.parametrize("column", ["姓名", "身份证号", "联系电话", "居住类型", "楼栋", "name", "phone", "birth_date", "household"])
async def test_what_a_register_needs_crosses_no_red_line(column: str) -> None:
    assert crossing_word(column) is None


async def test_a_mapping_that_contradicts_itself_is_refused(tmp_path: Path) -> None:
    mapping = tmp_path / "map.toml"
    mapping.write_text(
        'name = "x"\n[dates]\nformats = ["day"]\n[person]\nkey = "k"\nname = "{n}"\n[home]\nmake_homes = true\n'
        '[household]\nkey = "{h}"\nmake = true\n[grid]\ncode = "{g}"\n',
        encoding="utf-8",
    )
    with pytest.raises(MappingError) as raised:
        read_mapping(mapping, PersonMapping)
    for part in ("dates.formats", "key names no column", "make_homes needs", "household.make needs"):
        assert part in raised.value.message
