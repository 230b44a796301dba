"""Details where a selection names one of their types only, and where their plugin is gone."""

import dataclasses
from typing import Annotated, Any

import pytest
from generated_runs import Bench, Run

from faulty import made, registry_of
from towns import COMMUNITY, ids
from wangge_core.db.engines import database_url
from wangge_core.deployment import Deployment
from wangge_core.grids.grids import NewGrid, create_grids
from wangge_core.plugin import PUBLIC, GridType, Zh, details
from wangge_core.rights.viewers import operator
from wangge_core.rules import Rules
from wangge_schema.api import Api

pytestmark = pytest.mark.anyio

LONE = "{ %s(first: 1000) { nodes { any: details { __typename } lone: details { ... on UnavailableDetails { kind } } } } }"
VALUES = "{ events(first: 1000) { nodes { details { ... on UnavailableDetails { values { value } } } } } }"


@pytest.mark.parametrize("things", ["events", "assets", "places"])
async def test_details_of_which_nothing_is_selected_are_an_empty_object(bench: Bench, things: str) -> None:
    found, expected = await bench.judged(await bench.api(wide=False), Run(LONE % things, {}, operator(), None))
    assert found is None
    assert expected is not None and expected.data is not None
    seen = [node for node in expected.data[things]["nodes"] if node["any"]]
    lone = {node["any"]["__typename"] == "UnavailableDetails": node["lone"] for node in seen}
    assert lone[False] == {} and lone[True]["kind"].startswith("gone.")


async def test_so_are_those_of_a_grid(copies: Any, rules: Rules) -> None:
    @details(data_class=PUBLIC)
    class Yard:
        """What is known of a yard."""

        gates: Annotated[int, Zh("门数")]

    registry = registry_of(demo=made(grid_types=[GridType("yard", zh="院落", details=Yard)]))
    url, _ = copies("town")
    deployment = Deployment(database_url(url), dataclasses.replace(rules, registry=registry))
    await deployment.start()
    yard = NewGrid(code=f"{COMMUNITY}009", name="Yard", type_id="demo.yard", parent_code=COMMUNITY, details={"gates": 2})
    async with deployment.write() as work:
        ids(await create_grids(work, operator(), [yard]))
    answer = await Api(deployment).execute(LONE % "grids", None, operator())
    await deployment.close()
    found = [node for node in answer["data"]["grids"]["nodes"] if node["any"]]
    assert found == [{"any": {"__typename": "DemoYardGridDetails"}, "lone": {}}]


async def test_reading_the_values_of_an_event_whose_plugin_is_gone_is_logged(bench: Bench) -> None:
    found, expected = await bench.judged(await bench.api(wide=False), Run(VALUES, {}, operator(), None))
    assert found is None
    assert expected is not None and {(type, name) for _, type, name in expected.reads} == {("Event", "details")}
