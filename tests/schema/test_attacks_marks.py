"""Attacks on the marks by which an answer tells whose values stand in it: texts that hold control characters, or look like a mark.

They come out as they went in, are never taken for a mark, and take nothing from the answer.
"""

import itertools
from dataclasses import replace
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from residents import a_household, a_person
from towns import COMMUNITY, GRIDS, Town, ids
from wangge_core.db import tables as t
from wangge_core.events.involvements import Involved
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport
from wangge_core.places.buildings import NewBuilding, register_buildings
from wangge_core.places.units import NewUnit
from wangge_core.plugin.declarations.kinds import Involvable
from wangge_core.rights.viewers import operator
from wangge_schema.answers import GraphQLRequest

pytestmark = pytest.mark.anyio

TEXTS = (
    "\x1e0:1\x1f", "\x1e1:2\x1f", "\x1e0:1,2\x1f", "\x1e9:1\x1f", "\x1e", "\x1f", "a\x1e0:", "1\x1fb", "\\u001e0:1\\u001f", "\\x1e0:1\\x1f",
    '\x1e0:1\x1f"},"x":{"y":"', "\x1e\x1e0:1\x1f\x1f", "&#30;0:1&#31;", "\x1c\x1d\x1e\x1f", "\x1e0:99999999999999999999\x1f",
    *(f"c{code:02x}{chr(code)}" for code in (1, 7, 8, 9, 10, 12, 13, 27, 30, 31, 127, 128, 0x2028)),
)  # fmt: skip
ASKED = """query($person: ID!, $event: ID!, $building: ID!) {
  person: node(id: $person) { ... on Person { name again: name address residences { address }
    household { name address members { person { name } } } } }
  event: node(id: $event) { ... on Event { description details { values { name text } } involvements { person { name } }
    short: details { ... on CommunityErrandDetails { service papers { name } } } } }
  building: node(id: $building) { ... on Building { name address units(first: 3) { nodes { name } } } }
  nodes(ids: [$person, $event]) { ... on Person { name } ... on Event { description } }
  persons(orderBy: {field: NAME}, first: 50) { nodes { id name } edges { cursor } pageInfo { startCursor endCursor } } }"""


async def written(town: Town, text: str) -> dict[str, Any]:
    """Things in which every free text is this one, and how they are asked for."""
    grid = town.grids[GRIDS["urban"]]
    home = await a_household(town, address=f"x{text}x")
    person = await a_person(town, name=f"x{text}x", household_id=home)
    papers = [{"name": f"x{text}x", "received_on": "2026-01-05"}]
    report = EventReport(
        kind_id="community.errand",
        description=f"x{text}x",
        grid_id=grid,
        details={"service": "pension", "mandate_given": True, "papers": papers},
        involved=(Involved(role="beneficiary", sort=Involvable.PERSON, id=person),),
    )
    async with town.deployment.write() as work:
        (event,) = ids(await report_events(work, operator(), [report]))
        units = (NewUnit(name=f"x{text}x"),)
        building = NewBuilding(grid_id=grid, name=f"x{text}x", address=f"x{text}x", units=units)
        (building_id,) = ids(await register_buildings(work, operator(), [building]))
    return {"person": f"Person:{person}", "event": f"Event:{event}", "building": f"Building:{building_id}"}


async def subjects(town: Town) -> set[int]:
    """Of whom the log of reads has something."""
    async with town.deployment.read() as work:
        rows = await work.rows(sa.select(t.read_log.c.subjects))
    return {person for row in rows for _, persons in row.subjects for person in persons}


async def test_texts_come_out_as_they_went_in(town: Town) -> None:
    worker = await town.viewer("community.community_head", COMMUNITY)
    tried = 0
    for text in TEXTS:
        variables, told = await written(town, text), f"x{text}x"
        answer = await town.api.answer(GraphQLRequest(query=ASKED, variables=variables), worker)
        assert b"\x1e" not in answer.body
        assert b"\x1f" not in answer.body
        data = orjson.loads(answer.body)["data"]
        person, event, building = data["person"], data["event"], data["building"]
        assert (person["name"], person["again"], person["address"]) == (told, told, told)
        assert [one["address"] for one in person["residences"]] == [told]
        assert person["household"]["address"] == told
        assert [one["person"]["name"] for one in person["household"]["members"]] == [told]
        assert event["description"] == told
        assert event["short"]["papers"] == [{"name": told}]
        assert event["involvements"] == [{"person": {"name": told}}]
        assert (building["name"], building["address"], building["units"]["nodes"]) == (told, told, [{"name": told}])
        assert data["nodes"] == [{"name": told}, {"description": told}]
        assert told in [one["name"] for one in data["persons"]["nodes"]]
        at = data["persons"]["edges"][0]["cursor"]
        after = "query($at: String) { persons(orderBy: {field: NAME}, first: 2, after: $at) { nodes { id } } }"
        assert "errors" not in await town.api.execute(after, {"at": at}, worker)
        tried += 12
    print(f"texts that look like marks: {tried} attacks")


async def test_a_text_is_never_taken_for_a_mark(town: Town) -> None:
    """Only whom the answer is about is logged, whatever numbers stand in the texts."""
    other = await a_person(town, "rural", name="Somebody")
    variables = await written(town, f"\x1e0:{other}\x1f\x1e1:{other}\x1f")
    one = replace(operator("en"), account_id=1)
    text = "query($id: ID!) { node(id: $id) { ... on Person { name bornOn household { name } } } }"
    assert "errors" not in await town.api.execute(text, {"id": variables["person"]}, one)
    logged = await subjects(town)
    assert int(variables["person"].partition(":")[2]) in logged
    assert other not in logged


async def test_texts_that_look_like_marks_are_looked_for_as_they_are(town: Town) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    for text, other in itertools.pairwise(TEXTS[:6]):
        for given in ({"eq": f"y{text}"}, {"contains": f"y{text}z"}, {"in": [f"y{text}", f"y{other}"]}):
            asked = "query($f: PersonFilter) { persons(filter: $f) { totalCount nodes { id } } }"
            assert await town.ask(asked, worker, f={"name": given}) == {"persons": {"totalCount": 0, "nodes": []}}
