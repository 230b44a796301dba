"""Reading: one statement per root field whatever is asked, fragments, aliases, directives, nodes, and labels in two languages."""

import pytest

from reporting import report
from statements import counted
from towns import COMMUNITY, DISTRICT, GRIDS, Town
from wangge_core.rights.viewers import anonymous, operator
from wangge_server.operations import ready_operations

pytestmark = pytest.mark.anyio

EVERYTHING = """
fragment Ground on Grid { code name level path { name } type { id label } }
query($all: Boolean!) {
  events(first: 50, orderBy: {field: REPORTED_AT, direction: DESC}) {
    totalCount
    nodes {
      __typename id number kind { id label detailFields { name label type options { value label } } } stage { name label final }
      grid { ...Ground parent { ...Ground } staffing { template { positions { role { label } least most } } } }
      building @include(if: $all) { name units(first: 1) { nodes { name households { persons { name } } } } }
      assignee { role { label } account { name } } assigneeOffice { name }
      details { kind __typename values { name label text value } ... on ScenicRescueDetails { nature injured } }
      involvements { role person { name } } history { entry at toStage { label } account { login } answers { name } }
      again: description priority source reportedAt closedAt closed version availableMoves { move blockedBecause { code } }
    }
  }
}"""


@pytest.fixture
async def events(town: Town) -> list[str]:
    rescue = {"scenicRescue": {"nature": "FALL", "people": 2, "injured": 1, "trail": 'West "steps" \\ 西'}}
    return [
        await report(town, GRIDS["scenic"], "scenic.rescue", rescue),
        await report(town, GRIDS["urban"], "urban.street_lamp", {"urbanStreetLamp": {"fault": "DARK", "lamps": 3}}),
    ]


async def test_a_query_with_everything_is_one_statement(town: Town, events: list[str]) -> None:
    await town.ask("{ viewer { language } }")  # the stored workflows are read once
    with counted(town.deployment) as statements:
        found = (await town.ask(EVERYTHING, all=True))["events"]
    assert len(statements) == 1
    lamp, rescue = found["nodes"]
    assert [lamp["id"], rescue["id"]] == events[::-1]
    assert found["totalCount"] == 2
    assert list(rescue)[:4] == ["__typename", "id", "number", "kind"]
    assert rescue["details"]["__typename"] == "ScenicRescueDetails"
    assert rescue["details"]["injured"] == 1
    assert {one["name"]: one["text"] for one in rescue["details"]["values"]} == {
        "nature": "Fall",
        "people": "2",
        "injured": "1",
        "trail": 'West "steps" \\ 西',
    }
    assert [grid["name"] for grid in lamp["grid"]["path"]] == ["Lakeside", "Old Port", "Heron Lane", "urban grid"]
    assert rescue["grid"]["parent"]["code"] == COMMUNITY
    assert lamp["again"] == "seen"
    assert lamp["reportedAt"].endswith("Z")
    assert lamp["history"][0]["account"] == {"login": f"community.grid_worker@{GRIDS['urban']}"}


async def test_skip_and_include_leave_fields_out(town: Town, events: list[str]) -> None:
    nodes = (await town.ask(EVERYTHING, all=False))["events"]["nodes"]
    assert all("building" not in node for node in nodes)


async def test_fifty_events_with_grid_building_and_assignee_are_one_statement(town: Town, events: list[str]) -> None:
    query = "{ events(first: 50) { nodes { number grid { name } building { name } assignee { account { name } } } } }"
    with counted(town.deployment) as statements:
        await town.ask(query)
    assert len(statements) == 1


async def test_every_root_field_of_the_ready_queries_is_one_statement(town: Town, events: list[str]) -> None:
    await town.ask("{ viewer { language } }")
    for operation in ready_operations():
        if "mutation" in operation.query:
            continue
        with counted(town.deployment) as statements:
            answer = await town.api.execute(operation.query, dict(operation.variables), operator())
        assert len(statements) <= len(answer["data"]), operation.title


async def test_labels_come_in_the_viewers_language(town: Town, events: list[str]) -> None:
    query = '{ eventKind(id: "scenic.rescue") { label } workflow(id: "scenic.rescue") { stages { label } mermaid } }'
    english = await town.ask(query, anonymous("en"))
    chinese = await town.ask(query, anonymous("zh"))
    assert english["eventKind"]["label"] == "Rescue"
    assert chinese["eventKind"]["label"] == "应急救援"
    assert '-->|"到达"| on_the_spot' in chinese["workflow"]["mermaid"]


async def test_an_event_draws_the_version_that_it_runs_under_and_marks_its_stage(town: Town, events: list[str]) -> None:
    query = "query($id: ID!) { node(id: $id) { ... on Event { mermaid stage { name } workflow { mermaid } } } }"
    found = (await town.ask(query, id=events[0]))["node"]
    assert found["mermaid"] == found["workflow"]["mermaid"] + f"\n    style {found['stage']['name']} stroke-width:4px"


async def test_nodes_come_back_in_the_order_of_their_ids(town: Town, events: list[str]) -> None:
    query = (
        "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Grid { code } ... on Event { number details { kind } } } }"
    )
    wanted = [events[1], f"Grid:{town.grids[DISTRICT]}", "Event:999999", events[0], events[1]]
    with counted(town.deployment) as statements:
        found = (await town.ask(query, ids=wanted))["nodes"]
    assert len(statements) == 1
    assert [node and node["id"] for node in found] == [events[1], wanted[1], None, events[0], events[1]]
    assert found[1] == {"__typename": "Grid", "id": wanted[1], "code": DISTRICT}


@pytest.mark.parametrize("id", ["", "Grid", "Grid:", "Grid:x", "Grid:-1", "Nothing:1", "Grid:١", "Grid:" + "9" * 40])
async def test_a_malformed_id_is_refused_with_a_code(town: Town, id: str) -> None:
    errors = await town.errors("query($id: ID!) { node(id: $id) { id } }", id=id)
    assert errors[0]["extensions"]["code"] == "ID_INVALID"


async def test_introspection_and_data_mix(town: Town) -> None:
    data = await town.ask("{ __typename __schema { queryType { name } } gridTypes { totalCount } }")
    assert data["__typename"] == "Query"
    assert data["gridTypes"]["totalCount"] == 8


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ events(", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("query($n: Int!) { events(first: $n) { totalCount } }", "GRAPHQL_VALIDATION_FAILED"),
        ('{ events(filter: {reportedAt: {gte: "yesterday"}}) { totalCount } }', "GRAPHQL_VALIDATION_FAILED"),
        ("query A { __typename } query B { __typename }", "GRAPHQL_VALIDATION_FAILED"),
    ],
)
async def test_a_wrong_document_gets_a_code(town: Town, query: str, code: str) -> None:
    assert {error["extensions"]["code"] for error in await town.errors(query)} == {code}


async def test_fragments_that_spread_each_other_twice_cost_no_more_than_once(town: Town) -> None:
    fragments = ["fragment F0 on Grid { id }"]
    fragments += [f"fragment F{n} on Grid {{ ...F{n - 1} ...F{n - 1} }}" for n in range(1, 60)]
    query = f'{{ grid(code: "{DISTRICT}") {{ ...F59 ...F59 }} }} ' + " ".join(fragments)
    assert (await town.ask(query))["grid"] == {"id": f"Grid:{town.grids[DISTRICT]}"}


async def test_five_lists_inside_each_other_read_and_eleven_do_or_are_refused(town: Town) -> None:
    def nested(depth: int) -> str:
        return "{ grids(first: 1) { nodes { " + "children(first: 1) { nodes { " * depth + "code" + " } }" * depth + " } } }"

    await town.ask(nested(5))
    answer = await town.api.execute(nested(11), viewer=operator())  # PostgreSQL takes it, SQLite's parser does not
    assert {error["extensions"]["code"] for error in answer.get("errors", [])} <= {"QUERY_TOO_COMPLEX"}


async def test_not_holds_where_a_value_is_missing(town: Town, events: list[str]) -> None:
    query = "{ events(filter: {not: {recordedTimeliness: {eq: ON_TIME}}}) { totalCount } }"
    assert (await town.ask(query))["events"]["totalCount"] == len(events)
