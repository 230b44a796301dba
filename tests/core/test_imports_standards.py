"""Published standards: merged cells, several limits of a kind, one code in two sheets, and no spelling of a limit guessed."""

from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest
from openpyxl import Workbook

from wangge_core.db import tables as t
from wangge_core.deployment import Deployment
from wangge_core.events.kinds import read_limits
from wangge_core.imports.mapping_files import read_mapping
from wangge_core.imports.mappings import MappingError
from wangge_core.imports.standards.importing import StandardsResult, import_standards
from wangge_core.imports.standards.limits import LimitReader
from wangge_core.imports.standards.mappings import LimitSpellings, StandardsMapping, Unit
from wangge_core.rights.viewers import operator

pytestmark = pytest.mark.anyio
COLUMNS = ["大类代码", "大类", "小类代码", "小类", "处置", "条件", "结案", "时限"]
MAPPING: dict[str, Any] = {
    "name": "town",
    "catalogue": "town",
    "workflow": "community.three_loops",
    "code_digits": 2,
    "file": {"header_row": 2, "fill_merged": True},
    "sheets": [{"sheet": "部件", "key": "components", "name": "部件"}, {"sheet": "事件", "key": "events", "name": "事件"}],
    "levels": [{"key": "大类代码", "name": "大类"}, {"key": "小类代码", "name": "小类"}],
    "rule": {"condition": "条件", "limit": "时限", "closed_when": "结案", "handled_by": "处置"},
    "limits": {
        "units": {"工作日": "WORKING_DAYS", "工作时": "WORKING_HOURS", "紧急工作时": "URGENT_HOURS", "天": "CALENDAR_DAYS"},
        "seasons": {"种植季节": "planting"},
        "notes": ["制止"],
    },
}
COMPONENTS = [
    [1, "公用", 1, "井盖", "水务、市政", "缺失", "恢复", "2紧急工作时"],
    ["", "", "", "", "", "破损", "更换", "4工作时"],
    ["", "", 2, "树穴", "园林", "缺株", "补种", "种植季节15工作日"],
]
EVENTS = [["01", "市容", "01", "占道", "城管", "占道经营", "清除", "1紧急工作时制止"]]


def workbook(folder: Path, components: list[list[Any]] = COMPONENTS, merged: tuple[str, ...] = ("A3:A5", "B3:B5")) -> Path:
    """A workbook with a title, merged cells and a row that is empty but for them."""
    book = Workbook()
    for name, rows in (("部件", components), ("事件", EVENTS)):
        sheet = book.create_sheet(name)
        sheet.append(["立案、处置和结案标准"])
        sheet.append(COLUMNS)
        for row in rows:
            sheet.append([cell if cell != "" else None for cell in row])
        for cells in (*merged, "C3:C4", "D3:D4", "E3:E4") if rows is components else ():
            sheet.merge_cells(cells)
    book.remove(book.worksheets[0])
    path = folder / "standards.xlsx"
    book.save(path)
    return path


async def take_in(deployment: Deployment, path: Path, *, dry_run: bool = False, **sections: Any) -> StandardsResult:
    mapping = msgspec.convert(MAPPING | sections, StandardsMapping)
    report = path.parent / "report.csv"
    return await import_standards(deployment, operator("en"), path, mapping, dry_run=dry_run, report_path=report)


async def kept(deployment: Deployment) -> dict[str, list[tuple[str, str, int, str]]]:
    """(condition, clock, amount, closing condition) of each limit, by kind."""
    async with deployment.read() as work:
        rows = await work.rows(t.event_kind.select().where(t.event_kind.c.catalogue == "town").order_by(t.event_kind.c.id))
    return {
        row.id: [(one.label.zh, one.clock.kind, one.clock.amount, one.closed_when) for one in read_limits(row.limits)]
        for row in rows
    }


async def test_rules_become_kinds_with_limits(deployment: Deployment, tmp_path: Path) -> None:
    result = await take_in(deployment, workbook(tmp_path))
    assert (result.rows, result.imported, result.refused, result.kinds) == (4, 4, 0, 3)
    assert result.of_sheet == Counter(components=3, events=1)
    assert await kept(deployment) == {
        "local.town.components": [],
        "local.town.components.01": [],
        "local.town.components.01.01": [
            ("缺失", "CONTINUOUS", 7200, "恢复"),
            ("破损", "WORKING_HOURS", 4, "更换"),
        ],
        "local.town.components.01.02": [("缺株", "WORKING_DAYS", 15, "补种")],
        "local.town.events": [],
        "local.town.events.01": [],
        "local.town.events.01.01": [("占道经营", "CONTINUOUS", 3600, "制止；清除")],
    }
    async with deployment.read() as work:
        found = await work.by_ids((t.event_kind.c.handled_by,), t.event_kind.c.id, ["local.town.components.01.01"])
    assert found["local.town.components.01.01"].handled_by == ["水务", "市政"]


async def test_the_same_again_changes_nothing_and_a_dry_run_writes_nothing(deployment: Deployment, tmp_path: Path) -> None:
    path = workbook(tmp_path)
    assert (await take_in(deployment, path, dry_run=True)).imported == 4
    assert await kept(deployment) == {}
    await take_in(deployment, path)
    again = await take_in(deployment, path)
    assert (again.imported, again.already_there) == (0, 4)


async def test_a_spelling_that_the_mapping_does_not_name_is_reported_and_not_guessed(
    deployment: Deployment, tmp_path: Path
) -> None:
    rows = [*COMPONENTS, [2, "道路", 1, "护栏", "", "破损", "修复", "尽快"], [2, "道路", 1, "护栏", "", "缺失", "修复", "3天"]]
    result = await take_in(deployment, workbook(tmp_path, rows))
    assert (result.imported, result.refused, result.codes) == (5, 1, Counter(LIMIT_SPELLING=1))
    assert result.spellings["尽快", ""] == 1
    assert "尽快" in (tmp_path / "report.csv").read_text(encoding="utf-8-sig")
    assert [one[0] for one in (await kept(deployment))["local.town.components.02.01"]] == ["缺失"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (["", "", 3, "亭", "", "", "修", "1天"], "CONDITION_REQUIRED"),
        ([9, "", "", "", "", "破", "修", "1天"], "KIND_INCOMPLETE"),
        ([1, "公用", 2, "树穴", "", "缺株", "修", "1天"], "LIMIT_TWICE"),
    ],
)
async def test_a_rule_that_lacks_something_is_refused(deployment: Deployment, tmp_path: Path, row: list[Any], code: str) -> None:
    result = await take_in(
        deployment,
        workbook(tmp_path, [*COMPONENTS, row], merged=("A3:A6", "B3:B6") if row[0] == "" else ()),
        fill_down=["大类代码", "大类"] if row[0] == 1 else [],
    )
    assert code in result.codes


def test_limits_are_read_by_their_whole_spelling() -> None:
    reader = LimitReader(LimitSpellings(units={"工作时": Unit.WORKING_HOURS, "紧急工作时": Unit.URGENT_HOURS}, notes=("制止",)))
    read = {
        text: reader.read(text)
        for text in (" 2紧急工作时", "2工作时制止", "0工作时", "２工作时", "2工作时内", "工作时", "1.5工作时")
    }
    assert [one and (one.clock.kind, one.clock.amount, one.note) for one in read.values()] == [
        ("CONTINUOUS", 7200, ""),
        ("WORKING_HOURS", 2, "制止"),
        None,
        None,
        None,
        None,
        None,
    ]


def test_a_mapping_that_names_no_units_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    path.write_text(
        'name = "x"\ncatalogue = "x"\nworkflow = "w"\nsheets = []\nlevels = []\n[rule]\ncondition = "a"\nlimit = "b"\n[limits.units]\n'
    )
    with pytest.raises(MappingError, match="units"):
        read_mapping(path, StandardsMapping)
