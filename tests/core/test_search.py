"""Text search: what is found in Chinese and English, the same on both databases and in every form of the condition."""

from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.types import TypeEngine

from statements import counted
from towns import COMMUNITY, GRIDS, Town, ids
from wangge_core.db import tables as t
from wangge_core.deployment import Deployment
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport
from wangge_core.grids.grids import GridChange, update_grids
from wangge_core.places.buildings import NewBuilding, register_buildings
from wangge_core.places.units import NewUnit
from wangge_core.rights.bound import Way
from wangge_core.rights.viewers import operator
from wangge_core.search.conditions import Frequency, contains
from wangge_core.search.grams import distinct_grams, folded, folded_apart, grams_of
from wangge_core.search.samples import Samples

pytestmark = pytest.mark.anyio

NAMES = [
    "幸福路12号楼",
    "幸福里",
    "路灯 LD-0012",
    "Street lamps, north",
    "ＬＡＭＰ　３",
    'O\'Neil "quoted" \\ ,',
    "100%_off",
    "Ünique Café",
    "楼",
    "𠮷野家 🏠",
    "a\x01b",
]
FINDS = {
    "幸福": ["幸福路12号楼", "幸福里"],
    "福": ["幸福路12号楼", "幸福里"],
    "福路1": ["幸福路12号楼"],
    "路幸": [],
    "楼": ["幸福路12号楼", "楼"],
    "lamp": ["Street lamps, north", "ＬＡＭＰ　３"],
    "AMP": ["Street lamps, north", "ＬＡＭＰ　３"],
    "lamp 3": ["ＬＡＭＰ　３"],
    "  lamp   3 ": ["ＬＡＭＰ　３"],
    "ld-0": ["路灯 LD-0012"],
    "d-1": [],
    "00": ["路灯 LD-0012", "100%_off"],
    "%_": ["100%_off"],
    "0%": ["100%_off"],
    "'": ['O\'Neil "quoted" \\ ,'],
    '" \\': ['O\'Neil "quoted" \\ ,'],
    "ＣＡＦÉ": ["Ünique Café"],
    "ü": ["Ünique Café"],
    "𠮷": ["𠮷野家 🏠"],
    "家 🏠": ["𠮷野家 🏠"],
    "\x01b": ["a\x01b"],
    "AND": [],
    "*": [],
    "noth": [],
    "north": ["Street lamps, north"],
    "龘龘": [],
}
HAZARD = {"hazard": "FIRE", "immediate_danger": False}
TEXTS = st.text(st.sampled_from("路灯aA 　\t␣'Ａ"), max_size=8)


@given(whole=TEXTS, part=TEXTS)
def test_a_text_that_holds_another_has_all_of_its_grams(whole: str, part: str) -> None:
    if folded(part) in folded(whole):
        assert set(distinct_grams(part)) <= set(grams_of(whole).split())


async def found(deployment: Deployment, table: sa.Table, text: str, frequency: Frequency, way: Way) -> list[str]:
    """The names that a form of the condition finds, in the order in which they were registered."""

    def bound(type: TypeEngine[str]) -> sa.ColumnElement[Any]:
        return sa.literal(text, type)

    condition = contains(table, table, bound, frequency, way)
    async with deployment.read() as work:
        return [row[0] for row in await work.rows(sa.select(table.c.name).where(condition).order_by(table.c.id))]


@pytest.fixture
async def named(town: Town) -> Town:
    async with town.deployment.write() as work:
        requests = [NewBuilding(grid_id=town.grids[GRIDS["rural"]], name=name) for name in NAMES]
        ids(await register_buildings(work, operator(), requests))
    return town


@pytest.mark.parametrize("way", Way)
@pytest.mark.parametrize("frequency", [Frequency.RARE, Frequency.COMMON])
async def test_every_form_finds_what_holds_the_text(named: Town, frequency: Frequency, way: Way) -> None:
    for text, names in FINDS.items():
        assert await found(named.deployment, t.building, text, frequency, way) == names, text


async def test_a_text_of_blanks_is_in_everything(named: Town) -> None:
    samples = Samples()
    assert samples.frequency(t.building, " 　") is Frequency.EVERYWHERE
    assert len(await found(named.deployment, t.building, " 　", Frequency.EVERYWHERE, Way.WALKED)) == len(NAMES) + 1


async def test_what_was_renamed_is_found_by_its_new_name_alone(town: Town) -> None:
    async with town.deployment.write() as work:
        change = GridChange(grid_id=town.grids[COMMUNITY], name="苍鹭巷社区")
        assert [one.refusals for one in await update_grids(work, operator(), [change])] == [()]
    for text, names in {"鹭巷": ["苍鹭巷社区"], "heron lane": []}.items():
        assert await found(town.deployment, t.grid, text, Frequency.RARE, Way.WALKED) == names


async def test_what_the_operations_write_is_searched_in_every_table(town: Town) -> None:
    async with town.deployment.write() as work:
        report = EventReport(kind_id="community.hazard", description="路灯不亮", grid_id=town.grids[GRIDS["urban"]], details=HAZARD)
        ids(await report_events(work, operator(), [report]))
        building = NewBuilding(grid_id=town.grids[GRIDS["urban"]], name="West", units=(NewUnit(name="西201"),))
        ids(await register_buildings(work, operator(), [building]))
    async with town.deployment.read() as work:
        for name, search in t.search.items():
            table = t.metadata.tables[name]
            rows = await work.rows(
                sa.select(table.c[t.SEARCHED[name]], table.c.folded, search.c.grams).outerjoin(search, search.c.id == table.c.id)
            )
            assert all((apart, grams) == (folded_apart(text), grams_of(text)) for text, apart, grams in rows), name
    assert await found(town.deployment, t.unit, "西2", Frequency.RARE, Way.WALKED) == ["西201"]


async def test_a_removed_row_is_searched_no_more(named: Town) -> None:
    async with named.deployment.write() as work:
        await work.run(sa.delete(t.building).where(t.building.c.name == "幸福里"))
    for frequency in (Frequency.RARE, Frequency.COMMON):
        assert await found(named.deployment, t.building, "幸福", frequency, Way.COUNTED) == ["幸福路12号楼"]


async def test_the_text_of_a_statement_does_not_depend_on_what_is_searched(named: Town) -> None:
    for frequency in (Frequency.RARE, Frequency.COMMON):
        for way in Way:
            with counted(named.deployment) as seen:
                await found(named.deployment, t.building, "lamp", frequency, way)
                await found(named.deployment, t.building, "'", frequency, way)
            assert len(seen) == 2 and seen[0] == seen[1]


async def test_samples_tell_a_common_text_from_a_rare_one(town: Town) -> None:
    async with town.deployment.write() as work:
        requests = [
            NewBuilding(grid_id=town.grids[GRIDS["rural"]], name=f"{'红' if number % 10 == 0 else '白'}房{number}")
            for number in range(1500)
        ]
        ids(await register_buildings(work, operator(), [*requests, NewBuilding(grid_id=town.grids[GRIDS["rural"]], name="塔")]))
    samples = Samples()
    assert samples.is_stale(town.deployment.clock())
    async with town.deployment.read() as work:
        await samples.load(work)
        assert not samples.is_stale(work.now)
    assert samples.frequency(t.building, "红房") is Frequency.COMMON
    assert samples.frequency(t.building, "塔") is Frequency.RARE
    assert samples.frequency(t.person, "a") is Frequency.RARE
