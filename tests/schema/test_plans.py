"""Plans: made once for a document and a shape of rights and variables, and run with the values of each request."""

from typing import Any

import pytest
import strawberry

from statements import counted
from towns import COMMUNITY, DISTRICT, GRIDS, SUBDISTRICT, Town
from wangge_core.rights.viewers import Viewer, operator
from wangge_schema.answers import GraphQLRequest
from wangge_schema.api import Api

pytestmark = pytest.mark.anyio
GRID = "query($code: String!) { grid(code: $code) { name } }"


@pytest.fixture
def town(town: Town, schema: strawberry.Schema) -> Town:
    """A town with plans of its own, so that it counts."""
    town.api = Api(town.deployment, schema)
    return town


async def made(town: Town, query: str, *asked: tuple[Viewer, dict[str, Any]]) -> int:
    """How many plans are made for a document when it is asked with these viewers and variables."""
    before = town.api.shared.plans.misses
    for viewer, variables in asked:
        await town.api.answer(GraphQLRequest(query=query, variables=variables), viewer)
    return town.api.shared.plans.misses - before


async def test_another_value_needs_no_other_plan(town: Town) -> None:
    asked = [(operator("en"), {"code": code}) for code in (DISTRICT, SUBDISTRICT, COMMUNITY, "nowhere")]
    assert await made(town, GRID, *asked) == 1
    names = [(await town.ask(GRID, code=code))["grid"] for code in (DISTRICT, SUBDISTRICT, "nowhere")]
    assert names == [{"name": "Lakeside"}, {"name": "Old Port"}, None]


async def test_viewers_with_as_many_subtrees_share_a_plan(town: Town) -> None:
    viewers = [await town.viewer("community.grid_worker", code) for code in GRIDS.values()]
    query = "{ buildings { nodes { name } } }"
    assert await made(town, query, *((viewer, {}) for viewer in viewers)) == 1
    seen = [(await town.ask(query, viewer))["buildings"]["nodes"] for viewer in viewers]
    assert seen == [[{"name": "Heron House"}], [], [], []]


async def test_another_language_is_another_plan(town: Town) -> None:
    query = "{ workflows(first: 1) { nodes { label } } }"
    assert await made(town, query, (operator("en"), {}), (operator("zh"), {}), (operator("en"), {})) == 2


async def test_another_member_of_an_input_is_another_plan(town: Town) -> None:
    query = "query($filter: GridFilter) { grids(filter: $filter) { totalCount } }"
    by_code, by_name = ({name: {"eq": "Lakeside"}} for name in ("code", "name"))
    asked = [(operator("en"), {"filter": one}) for one in (by_code, by_name, None, by_name)]
    assert await made(town, query, *asked) == 3
    assert [(await town.ask(query, **variables))["grids"]["totalCount"] for _, variables in asked] == [0, 1, 7, 1]


async def test_an_id_of_another_type_is_another_plan(town: Town) -> None:
    query = "query($id: ID!) { node(id: $id) { __typename id } }"
    ids = [f"Grid:{town.grids[DISTRICT]}", f"Building:{town.building}", f"Grid:{town.grids[COMMUNITY]}"]
    assert await made(town, query, *((operator("en"), {"id": id}) for id in ids)) == 2
    assert [(await town.ask(query, id=id))["node"]["id"] for id in ids] == ids


async def test_a_mutation_reads_its_thing_by_a_plan_too(town: Town) -> None:
    query = "mutation($name: String!) { officeCreate(input: {code: $name, name: $name}) { office { name } userErrors { code } } }"
    assert await made(town, query, *((operator("en"), {"name": name}) for name in ("roads", "parks"))) == 1


async def test_a_filter_by_a_wide_grid_finds_what_one_by_a_narrow_grid_finds(town: Town) -> None:
    query = "query($code: String!) { persons(filter: {subtree: $code}) { totalCount nodes { name } } }"
    narrow = await town.ask(query, code=DISTRICT)
    town.api.shared.extents.codes = frozenset({DISTRICT})
    with counted(town.deployment) as statements:
        assert await town.ask(query, code=DISTRICT) == narrow
    assert narrow["persons"]["totalCount"] == 1
    assert len(statements) == 1


async def test_why_a_post_ended_is_masked_for_colleagues(town: Town) -> None:
    administrator = await town.viewer("community.district_administrator", DISTRICT)
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    chief = await town.viewer("community.grid_chief", GRIDS["urban"])
    end = 'mutation($id: ID!) { postEnd(id: $id, input: {reason: "moved away"}) { post { endReason } userErrors { code } } }'
    id = f"Post:{worker.post_ids[0]}"
    assert (await town.ask(end, administrator, id=id))["postEnd"] == {"post": {"endReason": "moved away"}, "userErrors": []}
    query = "query($id: ID!) { node(id: $id) { ... on Post { id endReason } } }"
    shown = [(await town.ask(query, viewer, id=id))["node"] for viewer in (administrator, worker, chief)]
    assert shown == [{"id": id, "endReason": "moved away"}] * 2 + [{"id": id, "endReason": None}]
