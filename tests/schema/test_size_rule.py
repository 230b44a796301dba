"""The size rule: grids with too few or too many households or people are told of with the figures, each by the rule of its type."""

from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa

from layered import POLICE, TYPES, add_layers
from operating import done
from towns import COMMUNITY, DISTRICT, GRIDS, Town
from wangge_core.data_care.statistics import publish_statistics
from wangge_core.db import tables as t
from wangge_core.grids.overlays import NewOverlay, create_overlays
from wangge_core.grids.sizes import grids_out_of_range
from wangge_core.rights.viewers import Viewer, anonymous

pytestmark = pytest.mark.anyio
ASK = """query($code: String!) { grid(code: $code) { sizeWarnings { what figure least most message } } }"""
Told = list[tuple[str, int]]


async def fill(town: Town, code: str, households: int, people: int) -> None:
    """Have just so many households and people in a grid."""
    grid_id = town.grids[code]
    async with town.deployment.write() as work:
        work.changes = None
        for table in (t.household_member, t.residence, t.need):
            await work.run(sa.delete(table))
        await work.run(sa.update(t.person).where(t.person.c.grid_id == grid_id).values(household_id=None))
        await work.run(sa.delete(t.person).where(t.person.c.grid_id == grid_id))
        await work.run(sa.delete(t.household).where(t.household.c.grid_id == grid_id))
        homes = [
            {"grid_id": grid_id, "name": f"Home {number}", "address": "here", "created_at": work.now}
            for number in range(households)
        ]
        living = [_person(work, grid_id, number, "PERMANENT" if number % 3 else "TEMPORARY") for number in range(people)]
        gone = [_person(work, grid_id, number, None) for number in range(7)]
        for table, rows in ((t.household, homes), (t.person, [*living, *gone])):
            for start in range(0, len(rows), 500):
                await work.insert(table, rows[start : start + 500])


def _person(work: Any, grid_id: int, number: int, residence: str | None) -> dict[str, Any]:
    return {
        "grid_id": grid_id,
        "name": f"Person {number}",
        "residence": residence,
        "created_at": work.now,
        "confirm_by": work.today,
    }


async def told(town: Town, code: str, viewer: Viewer | None = None) -> Told:
    grid = (await town.ask(ASK, viewer, code=code))["grid"]
    return [(one["what"], one["figure"]) for one in grid["sizeWarnings"]]


@pytest.mark.parametrize(
    ("households", "people", "expected"),
    [
        (300, 1_000, []),
        (500, 1_500, []),
        (299, 1_000, [("HOUSEHOLDS", 299)]),
        (501, 1_501, [("HOUSEHOLDS", 501), ("PEOPLE", 1_501)]),
        (400, 999, [("PEOPLE", 999)]),
        (0, 0, [("HOUSEHOLDS", 0), ("PEOPLE", 0)]),
    ],
)
async def test_a_grid_out_of_the_range_of_its_type_is_told_of(town: Town, households: int, people: int, expected: Told) -> None:
    await fill(town, GRIDS["urban"], households, people)
    assert await told(town, GRIDS["urban"]) == expected
    async with town.deployment.read() as work:
        found = {one.code: [(each.what, each.figure) for each in one.found] for one in await grids_out_of_range(work)}
    assert found == ({GRIDS["urban"]: expected} if expected else {})


async def test_a_warning_names_the_figure_and_the_range(town: Town) -> None:
    await fill(town, GRIDS["urban"], 400, 2_345)
    (one,) = (await town.ask(ASK, code=GRIDS["urban"]))["grid"]["sizeWarnings"]
    assert one == {
        "what": "PEOPLE",
        "figure": 2_345,
        "least": 1_000,
        "most": 1_500,
        "message": "2,345 people; such a grid should have 1,000 to 1,500.",
    }
    chinese = await town.viewer("community.district_administrator", DISTRICT, "zh")
    (one,) = (await town.ask(ASK, chinese, code=GRIDS["urban"]))["grid"]["sizeWarnings"]
    assert one["message"] == "现有 2345 人，此类网格应为 1000～1500 人。"


async def test_a_small_rural_grid_may_be_one_natural_village(town: Town) -> None:
    await fill(town, GRIDS["rural"], 40, 150)
    assert await told(town, GRIDS["rural"]) == []
    await fill(town, GRIDS["rural"], 501, 1_800)
    (one,) = (await town.ask(ASK, code=GRIDS["rural"]))["grid"]["sizeWarnings"]
    assert one["message"] == "501 households; such a grid should have 300 to 500, or one natural village."
    types = "{ gridTypes { nodes { id size { leastHouseholds orOne gridsAre } } } }"
    sizes = {one["id"]: one["size"] for one in (await town.ask(types))["gridTypes"]["nodes"]}
    assert sizes["rural"] == {"leastHouseholds": 300, "orOne": "One natural village", "gridsAre": "natural villages"}
    assert sizes["urban"]["orOne"] is None


@pytest.mark.parametrize("kind", ["scenic", "maritime"])
async def test_where_nobody_lives_no_size_is_asked_for(town: Town, kind: str) -> None:
    await fill(town, GRIDS[kind], 0, 0)
    assert await told(town, GRIDS[kind]) == []
    await fill(town, GRIDS[kind], 3, 2_000)
    assert await told(town, GRIDS[kind]) == []
    rules = "{ gridTypes { nodes { id size { leastHouseholds leastPeople gridsAre } } } }"
    (rule,) = [one["size"] for one in (await town.ask(rules))["gridTypes"]["nodes"] if one["id"] == kind]
    assert (rule["leastHouseholds"], rule["leastPeople"], bool(rule["gridsAre"])) == (None, None, True)
    async with town.deployment.read() as work:
        assert GRIDS[kind] not in {one.code for one in await grids_out_of_range(work)}


async def test_only_the_smallest_grids_of_the_base_layer_are_measured(town: Town) -> None:
    async with town.deployment.write() as work:
        await work.run(sa.update(t.grid).where(t.grid.c.id == town.grids[COMMUNITY]).values(grid_type_id="urban"))
        ended = sa.update(t.grid).where(t.grid.c.parent_id == town.grids[COMMUNITY])
    assert await told(town, COMMUNITY) == []
    async with town.deployment.write() as work:
        await work.run(ended.values(ended_at=work.now))
    assert await told(town, COMMUNITY) == [("HOUSEHOLDS", 0), ("PEOPLE", 0)]
    assert await told(town, GRIDS["urban"]) == []
    await add_layers(town, POLICE)
    overlay = NewOverlay(layer_id=POLICE, code="P1", name="Beat", type_id=TYPES[POLICE])
    (id,) = await done(town, create_overlays, overlay)
    query = "query($id: ID!) { node(id: $id) { ... on Grid { sizeWarnings { figure } } } }"
    assert (await town.ask(query, id=f"Grid:{id}"))["node"]["sizeWarnings"] == []


async def test_who_reads_no_people_is_told_what_is_published(town: Town) -> None:
    code = GRIDS["urban"]
    for other in GRIDS.values():  # few beside many would hide the many too
        await fill(town, other, 20, 60)
    await fill(town, code, 600, 1_600)
    worker, elsewhere, visitor = (
        await town.viewer("community.grid_worker", code),
        await town.viewer("community.grid_worker", GRIDS["rural"]),
        anonymous("en"),
    )
    outsiders: Sequence[Viewer] = (elsewhere, visitor)
    assert await told(town, code, worker) == [("HOUSEHOLDS", 600), ("PEOPLE", 1_600)]
    assert [await told(town, code, one) for one in outsiders] == [[], []]
    async with town.deployment.write() as work:
        await publish_statistics(work)
    await fill(town, code, 400, 2_000)
    assert await told(town, code, worker) == [("PEOPLE", 2_000)]
    assert [await told(town, code, one) for one in outsiders] == [[("HOUSEHOLDS", 600), ("PEOPLE", 1_600)]] * 2
    async with town.deployment.write() as work:
        await work.run(sa.update(t.grid_statistic).values(households=None))
    assert [await told(town, code, one) for one in outsiders] == [[("PEOPLE", 1_600)]] * 2
