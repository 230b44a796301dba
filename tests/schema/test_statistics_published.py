"""Statistics through the schema: for everybody, as they were published, with no small count in them."""

from typing import Any

import pytest

from residents import a_household, a_person, done, homes_in
from towns import COMMUNITY, DISTRICT, GRIDS, Town
from wangge_core.data_care.erasure import Erasure, erase_persons
from wangge_core.data_care.statistics import publish_statistics
from wangge_core.people.homes import ResidenceKind
from wangge_core.places.units import UnitChange, UnitOccupancy, change_units
from wangge_core.rights.viewers import Viewer, anonymous

pytestmark = pytest.mark.anyio
COUNTS = "persons permanent temporary households units vacantUnits"
QUERY = f"query($code: String!) {{ grid(code: $code) {{ statistics {{ smallestCount countedAt {COUNTS} }} }} }}"


async def publish(town: Town) -> None:
    async with town.deployment.write() as work:
        await publish_statistics(work)


async def statistics(town: Town, code: str, viewer: Viewer | None = None) -> Any:
    return (await town.ask(QUERY, viewer or anonymous("en"), code=code))["grid"]["statistics"]


async def people(town: Town, grid: str, permanent: int, temporary: int = 0) -> None:
    for number in range(permanent + temporary):
        kind = ResidenceKind.PERMANENT if number < permanent else ResidenceKind.TEMPORARY
        await a_person(town, grid, residence=kind)


async def test_there_are_none_until_they_are_published(town: Town) -> None:
    assert await statistics(town, DISTRICT) is None
    await publish(town)
    assert (await statistics(town, DISTRICT))["smallestCount"] == 5


async def test_everybody_reads_the_same_counts_of_the_grid_and_all_below_it(town: Town) -> None:
    await people(town, "urban", 5, 6)  # and one who lives there already
    await people(town, "scenic", 7, 5)
    await people(town, "rural", 8, 9)
    await people(town, "maritime", 9, 9)
    await publish(town)
    for viewer in (anonymous("en"), await town.viewer("community.auditor", DISTRICT), None):
        found = await statistics(town, GRIDS["urban"], viewer)
        assert (found["persons"], found["permanent"], found["temporary"]) == (12, 6, 6)
        for code in (COMMUNITY, DISTRICT):
            found = await statistics(town, code, viewer)
            assert (found["persons"], found["permanent"], found["temporary"]) == (59, 30, 29)


async def test_a_small_count_is_hidden_and_another_with_it(town: Town) -> None:
    await people(town, "urban", 12)
    await people(town, "scenic", 2)
    await people(town, "rural", 6)
    await people(town, "maritime", 9)
    await publish(town)
    found = {name: (await statistics(town, code))["persons"] for name, code in GRIDS.items()}
    assert found == {"urban": 13, "scenic": None, "rural": None, "maritime": 9}
    assert (await statistics(town, COMMUNITY))["persons"] == 30
    assert (await statistics(town, COMMUNITY))["temporary"] is None
    assert (await statistics(town, COMMUNITY))["permanent"] is None


async def test_a_town_of_few_shows_nothing(town: Town) -> None:
    await publish(town)
    found = await statistics(town, DISTRICT)
    assert {found[name] for name in COUNTS.split()} == {None}


async def test_homes_and_households_are_counted(town: Town) -> None:
    units = await homes_in(town, "urban", 9)
    for unit in units[:6]:
        await a_household(town, unit_id=unit)
    await done(town, change_units, [UnitChange(id=unit, occupancy=UnitOccupancy.VACANT) for unit in units[:5]])
    await publish(town)
    found = await statistics(town, DISTRICT)
    assert (found["units"], found["vacantUnits"], found["households"]) == (12, 5, 7)


async def test_counts_stay_until_the_next_time_and_an_erasure_does_not_touch_them(town: Town) -> None:
    await people(town, "urban", 6)
    gone = await a_person(town)
    await publish(town)
    await done(town, erase_persons, [Erasure(id=gone, reason="asked", legal_basis="a law")])
    assert (await statistics(town, DISTRICT))["persons"] == 8
    await publish(town)
    assert (await statistics(town, DISTRICT))["persons"] == 7
