"""Official populations through the schema: who sets them, what is refused, and the share of the people who are registered."""

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from divided import WEST, applied, divided_ground, proposed, split, undone
from reports import VISITOR
from towns import COMMUNITY, DISTRICT, GRIDS, SUBDISTRICT, Town, ids
from wangge_core.db import tables as t
from wangge_core.grids.layers import NewLayer, create_layers
from wangge_core.grids.overlays import NewOverlay, create_overlays
from wangge_core.people.persons import NewPerson, register_persons
from wangge_core.rights.viewers import Viewer, operator

pytestmark = pytest.mark.anyio
SET = """mutation($id: ID!, $input: OfficialPopulationSetInput!) { officialPopulationSet(id: $id, input: $input) {
  grid { officialPopulation { number asOf source } } userErrors { field code } } }"""
READ = "query($id: ID!) { node(id: $id) { ... on Grid { officialPopulation { number asOf source } } } }"
SHARE = """query($grid: ID!, $from: Date!, $until: Date!, $by: IndicatorGrouping, $layer: ID! = "base") {
  indicators(ids: ["community.register_share"], gridId: $grid, from: $from, until: $until, by: $by, layer: $layer) {
    figures { gridId numerator denominator value } } }"""


async def tried(town: Town, grid: str | int, number: int | None, by: Viewer | None = None, **more: Any) -> Any:
    """What was refused, `field: CODE`, or else what the grid shows then."""
    input = {"number": number, "asOf": "2020-11-01", "source": "census 2020"} | more
    key = grid if isinstance(grid, int) else town.grids[grid]
    answer = (await town.ask(SET, by, id=f"Grid:{key}", input=input))["officialPopulationSet"]
    return [f"{one['field']}: {one['code']}" for one in answer["userErrors"]] or answer["grid"]["officialPopulation"]


async def share(town: Town, grid: str | int, viewer: Viewer | None = None, until: date | None = None, **more: Any) -> list[Any]:
    today = town.deployment.clock().astimezone(town.deployment.rules.zone).date()
    days = {"from": "2020-01-01", "until": str(until or today)}
    key = grid if isinstance(grid, int) else town.grids[grid]
    figures = (await town.ask(SHARE, viewer, grid=f"Grid:{key}", **days, **more))["indicators"]["figures"]
    return [(one["numerator"], one["denominator"], one["value"]) for one in figures]


async def all_grids_but_urban(town: Town) -> None:
    for type in ("scenic", "rural", "maritime"):
        await tried(town, GRIDS[type], 1)


async def test_a_figure_is_set_by_who_manages_the_grid_and_everybody_reads_the_newest(town: Town) -> None:
    by = await town.viewer("community.subdistrict_administrator", SUBDISTRICT)
    census = {"asOf": "2020-11-01", "source": "census 2020"}
    assert await tried(town, COMMUNITY, 60_000, by) == {"number": 60_000, **census}
    assert await tried(town, COMMUNITY, 50_000, by, asOf="2010-11-01") == {"number": 60_000, **census}
    assert await tried(town, COMMUNITY, 61_000, by) == {"number": 61_000, **census}
    assert (await town.ask(READ, VISITOR, id=f"Grid:{town.grids[COMMUNITY]}"))["node"] == {
        "officialPopulation": {"number": 61_000, **census}
    }
    assert (await tried(town, COMMUNITY, None, by))["number"] == 50_000
    assert await tried(town, COMMUNITY, None, by, asOf="2010-11-01") is None
    async with town.deployment.read() as work:
        log = t.change_log
        rows = await work.rows(sa.select(log).where(log.c.operation == "officialPopulationSet").order_by(log.c.id))
    parts = [["official_population"]]
    assert [one.fields for one in rows] == [parts, parts, [["official_population.number", 60_000, 61_000]], parts, parts]


async def test_figures_that_cannot_be_are_refused_field_by_field(town: Town) -> None:
    tomorrow = town.deployment.clock().date() + timedelta(days=2)
    assert await tried(town, COMMUNITY, -1, source=" ", asOf=str(tomorrow)) == [
        "asOf: IN_THE_FUTURE",
        "number: OUT_OF_RANGE",
        "source: BLANK",
    ]
    assert await tried(town, COMMUNITY, 10**8 + 1, source="x" * 201) == ["number: OUT_OF_RANGE", "source: TOO_LONG"]
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    assert await tried(town, GRIDS["urban"], -1, worker) == ["id: NOT_ALLOWED"]
    assert await tried(town, 10**6, 1) == ["id: NOT_FOUND"]
    answer = await town.ask(SET, id=f"Grid:{town.grids[COMMUNITY]}", input={"asOf": "2020-11-01", "source": "census"})
    assert answer["officialPopulationSet"]["userErrors"] == [{"field": "number", "code": "REQUIRED"}]


async def test_the_share_divides_by_the_newest_figure_at_the_end_or_those_of_all_right_below(town: Town) -> None:
    async with town.deployment.write() as work:
        persons = [NewPerson(grid_id=town.grids[GRIDS["rural"]], name=f"Ren {number}") for number in range(3)]
        await register_persons(work, operator(), persons)
        await work.run(sa.update(t.person).where(t.person.c.name == "Ren 2").values(residence=None))  # moved away
    assert await share(town, COMMUNITY) == [(3, 0, None)]
    await all_grids_but_urban(town)
    assert await share(town, COMMUNITY) == [(3, 0, None)]
    await tried(town, GRIDS["urban"], 3)
    assert await share(town, COMMUNITY) == [(3, 6, 50)]
    assert await share(town, SUBDISTRICT) == [(3, 0, None)]
    await tried(town, COMMUNITY, 12)
    assert (await share(town, COMMUNITY), await share(town, SUBDISTRICT)) == ([(3, 12, 25)],) * 2
    assert await share(town, COMMUNITY, until=date(2020, 10, 31)) == [(0, 0, None)]
    assert await share(town, COMMUNITY, until=date(2020, 11, 1)) == [(0, 12, 0)]


async def test_shares_are_told_to_who_reads_the_people_of_the_grid(town: Town) -> None:
    await tried(town, GRIDS["urban"], 4)
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    assert await share(town, GRIDS["urban"], worker) == [(1, 4, 25)]
    dispatcher = await town.viewer("community.dispatcher", DISTRICT)
    assert await share(town, GRIDS["urban"], dispatcher) == []
    assert await share(town, COMMUNITY, dispatcher, by="GRID") == []
    assert len(await share(town, COMMUNITY, await town.viewer("community.auditor", DISTRICT), by="GRID")) == 4


async def test_a_grid_of_an_overlay_has_a_share_where_all_its_base_grids_have(town: Town) -> None:
    parts = town.grids[GRIDS["urban"]], town.grids[GRIDS["rural"]]
    async with town.deployment.write() as work:
        await create_layers(work, operator(), [NewLayer(id="police", name="警务")])
        beat = NewOverlay(layer_id="police", code="N", name="N", type_id="community.police_grid", base_grid_ids=parts)
        (id,) = ids(await create_overlays(work, operator(), [beat]))
    assert await tried(town, id, 1) == ["id: GRID_OVERLAY"]
    await tried(town, GRIDS["urban"], 4)
    assert await share(town, id) == [(1, 0, None)]
    await tried(town, GRIDS["rural"], 1)
    assert await share(town, id) == [(1, 5, 20)]


async def test_a_division_carries_no_figure_over(town: Town) -> None:
    await divided_ground(town)
    await all_grids_but_urban(town)
    await tried(town, GRIDS["urban"], 7)
    assert [denominator for _, denominator, _ in await share(town, COMMUNITY)] == [10]
    division = await proposed(town, split(town))
    assert await applied(town, division) == []
    assert [denominator for _, denominator, _ in await share(town, COMMUNITY)] == [0]
    ended = town.grids[GRIDS["urban"]]
    assert (await town.ask(READ, id=f"Grid:{ended}"))["node"]["officialPopulation"]["number"] == 7
    assert await share(town, ended) == [(0, 0, None)]
    assert await tried(town, ended, 8) == ["id: GRID_ENDED"]
    async with town.deployment.read() as work:
        west = await work.value(sa.select(t.grid.c.id).where(t.grid.c.code == WEST))
    await tried(town, west, 3)
    assert await undone(town, division) == ["DIVISION_DEPENDED_ON"]
    await tried(town, west, None)
    assert await undone(town, division) == []
    assert [denominator for _, denominator, _ in await share(town, COMMUNITY)] == [10]
