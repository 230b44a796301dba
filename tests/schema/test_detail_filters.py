"""Filters on details: typed by kind, bounded by kind, and never a way to learn what one may not see."""

import dataclasses
from typing import Annotated, Any

import pytest
import strawberry
from graphql import GraphQLInputObjectType, GraphQLSchema, get_named_type

from explaining import explaining, statements_of
from faulty import made, registry_of
from towns import GRIDS, Town, ids
from wangge_core.db import tables as t
from wangge_core.db.engines import database_url
from wangge_core.deployment import Deployment
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport
from wangge_core.places.places import NewPlace, register_places
from wangge_core.plugin import PRIVATE, PUBLIC, STAFF, PlaceKind, Zh, details
from wangge_core.rights.viewers import anonymous, operator
from wangge_core.rules import Rules
from wangge_schema.api import Api
from wangge_schema.build import build_schema
from wangge_schema.reading.select import source_of

pytestmark = pytest.mark.anyio

EVENTS = "query($filter: EventFilter) { events(filter: $filter) { totalCount nodes { description } } }"
SEEN = [
    ("scenic.rescue", {"nature": "FALL", "people": 3, "injured": 1, "trail": "西线"}),
    ("scenic.rescue", {"nature": "TRAPPED", "people": 1, "injured": 0}),
    ("maritime.storm_recall", {"storm": "A", "deadline_at": "2026-01-01T08:00:00+08:00"}),
    ("maritime.storm_recall", {"storm": "B", "deadline_at": "2026-01-01T01:00:00Z"}),
    ("community.hazard", {"hazard": "FIRE", "immediate_danger": True}),
    ("community.hazard", {"hazard": "FIRE", "immediate_danger": False}),
]
FINDS: list[tuple[dict[str, Any], list[int]]] = [
    ({"scenicRescue": {}}, [0, 1]),
    ({"scenicRescue": {"nature": {"eq": "FALL"}}}, [0]),
    ({"scenicRescue": {"nature": {"in": ["FALL", "TRAPPED"]}}}, [0, 1]),
    ({"scenicRescue": {"people": {"gte": 2}}}, [0]),
    ({"scenicRescue": {"people": {"gte": 1, "lte": 2}}}, [1]),
    ({"scenicRescue": {"people": {"gte": 10}}}, []),
    ({"scenicRescue": {"trail": {"eq": "西线"}}}, [0]),
    ({"scenicRescue": {"trail": {"in": ["东线", "西线"]}, "injured": {"lte": 0}}}, []),
    ({"maritimeStormRecall": {"deadlineAt": {"lt": "2026-01-01T00:00:00.001Z"}}}, [2]),
    ({"maritimeStormRecall": {"deadlineAt": {"gte": "2026-01-01T09:00:00+08:00"}}}, [3]),
    ({"communityHazard": {"immediateDanger": {"eq": True}}}, [4]),
    ({"communityHazard": {"immediateDanger": {"eq": False}}}, [5]),
]


@pytest.fixture
async def seen(town: Town) -> Town:
    grids = {"scenic": "scenic", "maritime": "maritime", "community": "urban"}
    async with town.deployment.write() as work:
        reports = [
            EventReport(kind_id=kind, description=str(number), grid_id=town.grids[GRIDS[grids[kind.split(".")[0]]]], details=given)
            for number, (kind, given) in enumerate(SEEN)
        ]
        ids(await report_events(work, operator(), reports))
    return town


async def test_events_are_found_by_the_fields_of_their_kind(seen: Town) -> None:
    for filter, numbers in FINDS:
        found = (await seen.ask(EVENTS, filter={"details": filter}))["events"]
        assert [int(node["description"]) for node in found["nodes"]] == numbers, filter
        assert found["totalCount"] == len(numbers)


async def test_details_join_with_other_filters(seen: Town) -> None:
    rescued, danger = (
        {"details": {"scenicRescue": {"people": {"gte": 2}}}},
        {"details": {"communityHazard": {"immediateDanger": {"eq": True}}}},
    )
    for filter, numbers in (
        ({"or": [rescued, danger]}, [0, 4]),
        ({"not": rescued}, [1, 2, 3, 4, 5]),
        (rescued | {"closed": {"eq": True}}, []),
    ):
        found = (await seen.ask(EVENTS, filter=filter))["events"]
        assert [int(node["description"]) for node in found["nodes"]] == numbers, filter


async def test_a_details_filter_names_one_kind(seen: Town) -> None:
    for details_filter in ({"scenicRescue": {}, "communityHazard": {}}, {}, {"scenicRescue": None}):
        (error,) = await seen.errors(EVENTS, filter={"details": details_filter})
        assert error["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


async def test_the_kind_bounds_what_is_read(seen: Town) -> None:
    async with explaining(seen) as explainer:
        filter = {"details": {"scenicRescue": {"people": {"gte": 2}}}}
        ((statement, parameters),) = await statements_of(seen, EVENTS.replace("totalCount ", ""), operator(), {"filter": filter})
        assert "scenic.rescue" in parameters
        explained = await explainer.explain(statement, parameters)
    if seen.deployment.url.get_backend_name() == "sqlite":  # PostgreSQL reads so small a table from end to end
        assert "ix_event_kind_id_reported_at_id" in explained.text


def inputs(schema: strawberry.Schema) -> dict[str, GraphQLInputObjectType]:
    found: GraphQLSchema = schema._schema
    return {name: type for name, type in found.type_map.items() if isinstance(type, GraphQLInputObjectType)}


def test_private_fields_are_not_filtered_by(schema: strawberry.Schema) -> None:
    lost = inputs(schema)["ScenicLostVisitorDetailsFilter"]
    assert set(lost.fields) == {"ageGroup", "lastSeenAt", "lastSeenWhere"}


def test_of_what_everybody_sees_only_public_fields_are_filtered_by() -> None:
    @details(data_class=STAFF)
    class Hut:
        """What is known of a hut."""

        beds: Annotated[int, Zh("床位"), PUBLIC]
        height: Annotated[float, Zh("高度"), PUBLIC]
        key_under: Annotated[str, Zh("钥匙位置")]
        keeper: Annotated[str, Zh("看守人"), PRIVATE]
        names: Annotated[tuple[str, ...], Zh("别名"), PUBLIC] = ()

    registry = registry_of(demo=made(place_kinds=[PlaceKind("hut", zh="小屋", details=Hut)]))
    found = inputs(build_schema(registry))
    assert found["PlaceDetailsFilter"].is_one_of
    hut = get_named_type(found["PlaceDetailsFilter"].fields["demoHut"].type)
    assert isinstance(hut, GraphQLInputObjectType) and set(hut.fields) == {"beds", "height"}


async def test_everybody_finds_places_by_their_public_details(copies: Any, rules: Rules) -> None:
    @details(data_class=PUBLIC)
    class Hut:
        """What is known of a hut."""

        beds: Annotated[int, Zh("床位")]
        height: Annotated[float, Zh("高度")]

    registry = registry_of(demo=made(place_kinds=[PlaceKind("hut", zh="小屋", details=Hut)]))
    url, plan = copies("town")
    deployment = Deployment(database_url(url), dataclasses.replace(rules, registry=registry))
    await deployment.start()
    grid = plan.grids[GRIDS["urban"]]
    huts = [
        NewPlace(grid_id=grid, kind_id="demo.hut", name=f"Hut {beds}", details={"beds": beds, "height": beds / 4})
        for beds in (2, 9, 10)
    ]
    async with deployment.write() as work:
        ids(await register_places(work, operator(), huts))
    api = Api(deployment)
    query = "query($filter: PlaceFilter) { places(filter: $filter) { nodes { name } } }"
    for filter, names in (({"beds": {"gte": 9}}, ["Hut 10", "Hut 9"]), ({"height": {"gte": 2.25, "lte": 2.4}}, ["Hut 9"])):
        answer = await api.execute(query, {"filter": {"details": {"demoHut": filter}}}, anonymous())
        assert [node["name"] for node in answer["data"]["places"]["nodes"]] == names
    await deployment.close()


def test_nothing_is_filtered_or_ordered_by_who_reported(schema: strawberry.Schema) -> None:
    for name, type in inputs(schema).items():
        if name.endswith(("Filter", "OrderBy")):
            assert not [field for field in type.fields if "reporter" in field.lower()], name
    source = source_of(schema._schema.type_map["Event"])
    assert source is not None and "reporter_id" not in source.orders
    for name, filter in source.filters.items():
        compared = filter.expression(t.event if filter.of is None else filter.of)
        assert "reporter_id" not in str(compared) and "account" not in str(compared), name
