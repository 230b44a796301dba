"""The demo town at its full size, and what its register says through the schema. Takes about a minute on each database."""

import pytest

from wangge_core.deployment import Deployment
from wangge_core.rights.viewers import operator
from wangge_schema.api import Api
from wangge_server.demo.filling import fill

pytestmark = [pytest.mark.anyio, pytest.mark.long]

QUERY = """{ buildings { totalCount } persons { totalCount } organizations { totalCount } events { totalCount }
  grids(first: 100, filter: {level: {eq: GRID}}) { totalCount nodes { type { id } } } }"""


async def test_the_whole_town_reads_back_at_its_size(deployment: Deployment) -> None:
    await fill(deployment, seed=1)
    data = (await Api(deployment).execute(QUERY, viewer=operator()))["data"]
    counts = [data[name]["totalCount"] for name in ("buildings", "persons", "organizations", "grids")]
    assert counts == [10_083, 46_242, 1_176, 74]
    types = [grid["type"]["id"] for grid in data["grids"]["nodes"]]
    assert {name: types.count(name) for name in set(types)} == {"urban": 15, "scenic": 8, "rural": 45, "maritime": 6}
    assert 800 < data["events"]["totalCount"] < 1000
