"""Lists: pages by keyset in every order and both directions, filters, counts, and what is wrong with a page."""

from typing import Any

import pytest

from statements import counted
from towns import COMMUNITY, GRIDS, Town, ids
from wangge_core.places.buildings import NewBuilding, register_buildings
from wangge_core.rights.viewers import operator

pytestmark = pytest.mark.anyio

PAGE = """query($first: Int, $after: String, $last: Int, $before: String, $filter: BuildingFilter, $orderBy: BuildingOrderBy) {
  buildings(first: $first, after: $after, last: $last, before: $before, filter: $filter, orderBy: $orderBy) {
    totalCount edges { cursor node { name } } nodes { name }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""
NAMES = [
    "Willow",
    "willow",
    "银杏园",
    "银杏园",
    "Ash",
    "b",
    "B",
    "100%_off",
    "Ash",
    'O\'Neil "quoted" \\ ,',
    "Zelkova",
    "Café Ünique",
]


@pytest.fixture
async def buildings(town: Town) -> list[str]:
    """Names of buildings, doubles among them, in the order in which they were registered."""
    async with town.deployment.write() as work:
        requests = [NewBuilding(grid_id=town.grids[GRIDS["rural"]], name=name) for name in NAMES]
        ids(await register_buildings(work, operator(), requests))
    return ["Heron House", *NAMES]


async def page(town: Town, **variables: Any) -> Any:
    return (await town.ask(PAGE, **variables))["buildings"]


@pytest.mark.parametrize("size", [1, 3, 50])
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize("field", ["ID", "NAME"])
async def test_paging_gives_every_row_once_and_in_order(
    town: Town, buildings: list[str], size: int, direction: str, field: str
) -> None:
    order = {"field": field, "direction": direction}
    whole = [node["name"] for node in (await page(town, first=50, orderBy=order))["nodes"]]
    assert sorted(whole) == sorted(buildings)
    if field == "ID":
        assert whole == (buildings if direction == "ASC" else buildings[::-1])
    assert await walked(town, order, size, forward=True) == whole
    assert await walked(town, order, size, forward=False) == whole


async def walked(town: Town, order: dict[str, str], size: int, *, forward: bool) -> list[str]:
    """All names, page by page."""
    names: list[str] = []
    cursor: str | None = None
    while True:
        arguments = {"first": size, "after": cursor} if forward else {"last": size, "before": cursor}
        found = await page(town, orderBy=order, **arguments)
        got = [node["name"] for node in found["nodes"]]
        assert [edge["node"]["name"] for edge in found["edges"]] == got
        assert found["pageInfo"]["startCursor"] == found["edges"][0]["cursor"]
        assert found["pageInfo"]["endCursor"] == found["edges"][-1]["cursor"]
        assert found["pageInfo"]["hasPreviousPage" if forward else "hasNextPage"] is (cursor is not None)
        names = names + got if forward else got + names
        cursor = found["pageInfo"]["endCursor" if forward else "startCursor"]
        if not found["pageInfo"]["hasNextPage" if forward else "hasPreviousPage"]:
            return names


async def test_a_cursor_holds_when_rows_come_and_go(town: Town, buildings: list[str]) -> None:
    first = await page(town, first=4, orderBy={"field": "NAME", "direction": "ASC"})
    async with town.deployment.write() as work:
        request = NewBuilding(grid_id=town.grids[GRIDS["rural"]], name="0 comes before all")
        ids(await register_buildings(work, operator(), [request]))
    order = {"field": "NAME", "direction": "ASC"}
    rest = await page(town, first=50, after=first["pageInfo"]["endCursor"], orderBy=order)
    assert sorted(node["name"] for found in (first, rest) for node in found["nodes"]) == sorted(buildings)


async def test_an_empty_page_says_so(town: Town) -> None:
    found = await page(town, first=0)
    assert found["nodes"] == found["edges"] == []
    assert found["totalCount"] == 1
    none = await page(town, first=5, filter={"name": {"eq": "no such"}})
    assert none["pageInfo"] == {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None}


@pytest.mark.parametrize(
    ("filter", "names"),
    [
        ({"name": {"eq": "Willow"}}, {"Willow"}),
        ({"name": {"in": ["Ash", "B"]}}, {"Ash", "B"}),
        ({"name": {"contains": "WILL"}}, {"Willow", "willow"}),
        ({"name": {"contains": "杏"}}, {"银杏园"}),
        ({"name": {"contains": "%_"}}, {"100%_off"}),
        ({"name": {"contains": "CAFÉ"}}, {"Café Ünique"}),
        ({"name": {"contains": "ünIQUE"}}, {"Café Ünique"}),
        ({"or": [{"name": {"eq": "b"}}, {"name": {"eq": "Zelkova"}}]}, {"b", "Zelkova"}),
        ({"and": [{"name": {"contains": "w"}}, {"not": {"name": {"eq": "Willow"}}}]}, {"willow"}),
        ({"subtree": GRIDS["urban"]}, {"Heron House"}),
        ({"subtree": COMMUNITY}, {*NAMES, "Heron House"}),
        ({"subtree": "000000"}, set[str]()),
        ({"or": []}, set[str]()),
        ({}, {*NAMES, "Heron House"}),
    ],
)
async def test_filters(town: Town, buildings: list[str], filter: dict[str, Any], names: set[str]) -> None:
    found = await page(town, first=50, filter=filter)
    assert {node["name"] for node in found["nodes"]} == names
    assert found["totalCount"] == sum(name in names for name in buildings)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"first": -1}, "PAGE_INVALID"),
        ({"first": 1001}, "PAGE_INVALID"),
        ({"first": 1, "last": 1}, "PAGE_INVALID"),
        ({"first": 1, "after": "x"}, "CURSOR_INVALID"),
        ({"first": 1, "after": '["NAME","a",1]'}, "CURSOR_INVALID"),
        ({"first": 1, "after": '["ID","a","1; DROP TABLE building"]'}, "CURSOR_INVALID"),
        ({"first": 1, "after": '["ID",1]'}, "CURSOR_INVALID"),
        ({"first": 1, "after": "null"}, "CURSOR_INVALID"),
        ({"first": 1, "after": '["ID",1,99999999999999999999]'}, "CURSOR_INVALID"),
        ({"filter": {"name": {"in": ["x"] * 201}}}, "FILTER_INVALID"),
        ({"filter": {"or": [{"name": {"eq": "x"}}] * 300}}, "FILTER_INVALID"),
        ({"filter": {"name": {"eq": "a\0b"}}}, "FILTER_INVALID"),
        ({"first": 1, "after": '["ID",1,"x"]'}, "CURSOR_INVALID"),
    ],
)
async def test_a_bad_page_is_refused_with_a_code(town: Town, arguments: dict[str, Any], code: str) -> None:
    order = {"field": "ID", "direction": "ASC"}
    errors = await town.errors(PAGE, orderBy=order, **arguments)
    assert [error["extensions"]["code"] for error in errors] == [code]


async def test_nested_lists_page_by_themselves(town: Town, buildings: list[str]) -> None:
    query = """{ grid(code: "%s") { children(first: 4) { nodes { code buildings(first: 2, orderBy: {field: ID}) {
      totalCount nodes { name units(first: 2) { totalCount nodes { name use } } } pageInfo { hasNextPage } } } } } }"""
    await town.ask("{ viewer { language } }")  # the stored workflows are read once
    with counted(town.deployment) as statements:
        grids = (await town.ask(query % COMMUNITY))["grid"]["children"]["nodes"]
    assert len(statements) == 1
    by_code = {grid["code"]: grid["buildings"] for grid in grids}
    assert by_code[GRIDS["scenic"]] == {"totalCount": 0, "nodes": [], "pageInfo": {"hasNextPage": False}}
    assert by_code[GRIDS["rural"]]["totalCount"] == len(NAMES)
    assert [node["name"] for node in by_code[GRIDS["rural"]]["nodes"]] == NAMES[:2]
    units = by_code[GRIDS["urban"]]["nodes"][0]["units"]
    assert units == {"totalCount": 3, "nodes": [{"name": "101", "use": "HOME"}, {"name": "102", "use": "HOME"}]}


@pytest.mark.parametrize("moment", ["2026-01-01", "9999-12-31T23:59:59-10:00", "Z", "5"])
async def test_a_moment_in_a_cursor_must_be_one(town: Town, moment: str) -> None:
    cursor = f'["REPORTED_AT","{moment}",5]'
    errors = await town.errors("query($after: String) { events(after: $after) { totalCount nodes { id } } }", after=cursor)
    assert [error["extensions"]["code"] for error in errors] == ["CURSOR_INVALID"]


async def test_an_empty_page_has_no_ends(town: Town) -> None:
    found = await page(town, first=0)
    assert found["pageInfo"] == {"hasNextPage": True, "hasPreviousPage": False, "startCursor": None, "endCursor": None}


async def test_a_comparison_of_nothing_lets_all_rows_through_with_and_without_an_office(town: Town) -> None:
    posts = "query($office: TextComparison) { posts(first: 1000, filter: { office: $office }) { totalCount nodes { office { code } } } }"
    whole = (await town.ask(posts, operator()))["posts"]
    found = (await town.ask(posts, operator(), office={}))["posts"]
    assert found == whole
    assert {post["office"] is None for post in found["nodes"]} == {True, False}
