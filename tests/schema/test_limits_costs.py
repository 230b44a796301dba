"""The cost of an operation: what each thing adds, and that no answer has more rows than were charged."""

import re
from pathlib import Path
from random import Random
from typing import Any

import pytest
import strawberry
from graphql import GraphQLObjectType, GraphQLSchema, OperationDefinitionNode, get_named_type, parse, validate
from oracle.values import OWN_ROOTS

from reporting import REPORT
from rows import rows_in
from towns import COMMUNITY, DISTRICT, GRIDS, Town, ids
from wangge_core.people.households import NewHousehold, register_households
from wangge_core.people.persons import NewPerson, register_persons
from wangge_core.rights.viewers import operator
from wangge_schema.api import Api
from wangge_schema.errors import CostTooHighError
from wangge_schema.limits import Cost, Limits, check_cost, compile_cost, cost_extension
from wangge_schema.reading.select import source_of
from wangge_server.operations import ready_operations

ROOT, LIST, ROW, COUNT, SEARCH, COMPUTED, GATHERED = 1, 1, 1, 10, 50, 2, 10


@pytest.fixture(scope="session")
def core(schema: strawberry.Schema) -> GraphQLSchema:
    return schema._schema


def compiled(schema: GraphQLSchema, text: str) -> Cost:
    document = parse(text)
    assert validate(schema, document) == []
    operation = next(one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    return compile_cost(schema, document, operation)


def cost(schema: GraphQLSchema, text: str, **variables: Any) -> int:
    return compiled(schema, text).of(variables)


EXPECTED = {
    "{ __typename }": ROOT,
    "{ viewer { language signedIn } }": ROOT + ROW,
    '{ grid(code: "1") { code name level } }': ROOT + ROW,
    '{ grid(code: "1") { parent { parent { type { label } } } } }': ROOT + 4 * ROW,
    "{ grids(first: 10) { nodes { code } } }": ROOT + LIST + 10 * ROW,
    "{ grids(last: 10) { nodes { code } } }": ROOT + LIST + 10 * ROW,
    "{ grids { nodes { code } } }": ROOT + LIST + 50 * ROW,
    "{ grids(first: 0) { nodes { code } } }": ROOT + LIST,
    "{ grids(first: 99999) { nodes { code } } }": ROOT + LIST + 1_000 * ROW,
    "{ grids(first: -1) { nodes { code } } }": ROOT + LIST,
    "{ grids(first: 10) { edges { cursor node { code } } } }": ROOT + LIST + 10 * ROW,
    "{ grids(first: 10) { nodes { code } edges { node { code } } } }": ROOT + LIST + 20 * ROW,
    "{ grids(first: 10) { edges { cursor } } }": ROOT + LIST + 10 * ROW,
    "{ grids(first: 10) { edges { a: node { code } b: node { name } } } }": ROOT + LIST + 20 * ROW,
    "{ grids(first: 10) { nodes { code } pageInfo { endCursor } } }": ROOT + LIST + 10 * ROW,
    "{ grids(first: 10) { pageInfo { endCursor } } }": ROOT + LIST + 10 * ROW,
    "{ grids(first: 10) { totalCount } }": ROOT + LIST + COUNT,
    "{ grids(first: 10) { a: totalCount b: totalCount } }": ROOT + LIST + 2 * COUNT,
    "{ grids(first: 10) { nodes { children(first: 5) { totalCount nodes { type { id } } } } } }": ROOT
    + LIST
    + 10 * (ROW + LIST + COUNT + 5 * 2 * ROW),
    "{ a: grids(first: 10) { nodes { code } } b: grids(first: 10) { nodes { code } } }": 2 * (ROOT + LIST + 10 * ROW),
    "{ grids(first: 10) { nodes { code } } grids(first: 10) { nodes { name parent { id } } } }": ROOT + LIST + 10 * 2 * ROW,
    '{ grid(code: "1") { path { code } } }': ROOT + ROW + 32 * ROW,
    '{ event(number: "1") { involvements { person { name } } } }': ROOT + ROW + 100 * 2 * ROW,
    '{ event(number: "1") { details { kind values { name value } } } }': ROOT + ROW + COMPUTED,
    '{ event(number: "1") { availableMoves { move asks { name } } } }': ROOT + ROW + COMPUTED + 2 * GATHERED,
    '{ events(first: 10, filter: {description: {contains: "x"}}) { nodes { id } } }': ROOT + LIST + 10 * ROW + SEARCH,
    '{ events(first: 10, filter: {or: [{not: {description: {contains: "x"}}}]}) { nodes { id } } }': ROOT
    + LIST
    + 10 * ROW
    + SEARCH,
    '{ events(first: 10, filter: {number: {eq: "contains"}}) { nodes { id } } }': ROOT + LIST + 10 * ROW,
    '{ noticeBoard(at: {gridCode: "1"}) { distance board { grid { code } posts { name role { id } } } } }': ROOT
    + 60
    + 2 * ROW
    + 50 * 2 * ROW,
    "{ gridAt(longitude: 114, latitude: 30) { distance grid { code parent { id } } } }": ROOT + 10 + 2 * ROW,
    "{ a: coverage { grids } b: coverage { faults { kind } undrawnIds } }": 2 * (ROOT + 20_000),
    '{ node(id: "Grid:1") { id } }': ROOT + ROW,
    '{ node(id: "Grid:1") { ... on Grid { parent { id } } ... on Unit { building { grid { id } } } } }': ROOT + 3 * ROW,
    '{ nodes(ids: ["Grid:1", "Grid:2", "Event:3"]) { ... on Grid { parent { id } } } }': ROOT + 3 * 2 * ROW,
    '{ nodes(ids: "Grid:1") { id } }': ROOT + ROW,
    'mutation { accountCreate(input: {login: "a", name: "b"}) { account { id posts { id } } userErrors { code } } }': 10
    + ROW
    + 100 * ROW,
}


@pytest.mark.parametrize("text", EXPECTED)
def test_every_thing_costs_what_the_table_says(core: GraphQLSchema, text: str) -> None:
    assert cost(core, text) == EXPECTED[text]


def test_the_example_of_the_document_costs_what_it_says(core: GraphQLSchema) -> None:
    said = (Path(__file__).parents[2] / "docs" / "front-end.md").read_text(encoding="utf-8")
    found = re.search(r"^```graphql\n(query Costs \{.*?)^```.*?its rows\): ([0-9]+)\.", said, re.DOTALL | re.MULTILINE)
    assert found is not None
    assert cost(core, found[1]) == int(found[2])


def test_fragments_cost_what_they_select_once_for_an_object(core: GraphQLSchema) -> None:
    plain = '{ grid(code: "1") { parent { parent { id } } } }'
    fragments = "fragment A on Grid { parent { ...B } } fragment B on Grid { parent { id } }"
    assert cost(core, '{ grid(code: "1") { ...A ...A ... on Node { ...A } } }' + fragments) == cost(core, plain)
    doubled = " ".join(f"fragment F{n} on Grid {{ ...F{n - 1} ...F{n - 1} }}" for n in range(1, 60))
    assert cost(core, '{ grid(code: "1") { ...F59 } } fragment F0 on Grid { parent { id } }' + doubled) == ROOT + 2 * ROW


def test_page_sizes_come_from_variables_and_their_defaults(core: GraphQLSchema) -> None:
    text = "query($n: Int = 7, $m: Int) { grids(first: $n) { nodes { children(first: $m) { nodes { id } } } } }"
    assert cost(core, text) == ROOT + LIST + 7 * (ROW + LIST + 50)
    assert cost(core, text, n=3, m=2) == ROOT + LIST + 3 * (ROW + LIST + 2)
    assert cost(core, text, n=None, m=0) == ROOT + LIST + 50 * (ROW + LIST)
    assert cost(core, text, n=10**9, m=-5) == ROOT + LIST + 1_000 * (ROW + LIST)
    either = "query($n: Int, $m: Int) { grids(first: $n, last: $m) { nodes { id } } }"
    assert cost(core, either, m=4) == ROOT + LIST + 4
    assert cost(core, either, n=None, m=4) == ROOT + LIST + 4


def test_ids_are_counted_when_they_come_in_a_variable(core: GraphQLSchema) -> None:
    text = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    assert cost(core, text, ids=["Grid:1"] * 5) == ROOT + 5
    assert cost(core, text, ids="Grid:1") == ROOT + 1
    assert cost(core, text, ids=["Grid:1"] * 5_000) == ROOT + 100


def test_a_text_search_is_found_in_variables(core: GraphQLSchema) -> None:
    text = "query($f: BuildingFilter) { buildings(first: 1, filter: $f) { nodes { id } } }"
    assert cost(core, text) == cost(core, text, f=None) == cost(core, text, f={"name": {"eq": "x"}}) == ROOT + LIST + 1
    assert cost(core, text, f={"and": [{"not": {"name": {"contains": "x"}}}]}) == ROOT + LIST + 1 + SEARCH


@pytest.mark.parametrize(
    ("selection", "costs"),
    [
        ("parent @include(if: $a) { id }", {(True, True): 1, (True, False): 1, (False, True): 0, (False, False): 0}),
        ("parent @skip(if: $a) { id }", {(True, True): 0, (True, False): 0, (False, True): 1, (False, False): 1}),
        ("parent @include(if: $a) @skip(if: $b) { id }", {(True, True): 0, (True, False): 1, (False, True): 0, (False, False): 0}),
        ("parent @include(if: $a) { id } parent @include(if: $b) { id }", {(True, True): 1, (False, True): 1, (False, False): 0}),
        ("parent @include(if: $a) { type { id } } parent { layer { id } }", {(True, True): 3, (False, False): 2}),
        ("... @include(if: $a) { parent { type @include(if: $b) { id } } }", {(True, True): 2, (True, False): 1, (False, True): 0}),
        ("...P @include(if: $a)", {(True, True): 1, (False, True): 0}),
        ("...P @include(if: $a) ...P", {(True, True): 1, (False, False): 1}),
        ("...P ...P @include(if: $a)", {(True, True): 1, (False, False): 1}),
        ("parent @skip(if: true) { id }", {(True, True): 0}),
        ("parent @include(if: false) @skip(if: $a) { id }", {(True, True): 0, (False, False): 0}),
        ("parent @include(if: true) @skip(if: false) { id }", {(True, True): 1, (False, False): 1}),
    ],
)
def test_what_is_skipped_costs_nothing(core: GraphQLSchema, selection: str, costs: dict[tuple[bool, bool], int]) -> None:
    used = "a: id @include(if: $a) b: id @include(if: $b)"
    spread = "fragment P on Grid { parent { id } }" if "...P" in selection else ""
    text = f'query($a: Boolean!, $b: Boolean = false) {{ grid(code: "1") {{ {used} {selection} }} }} {spread}'.replace(
        "$b: Boolean =", "$b: Boolean! ="
    )
    found = compiled(core, text)
    assert {(a, b): found.of({"a": a, "b": b}) - ROOT - ROW for a, b in costs} == costs


def test_a_fragment_that_is_spread_under_two_conditions_counts_where_either_holds(core: GraphQLSchema) -> None:
    text = """query($a: Boolean!, $b: Boolean!) { grid(code: "1") { ...P @include(if: $a) ...P @include(if: $b) } }
    fragment P on Grid { parent { id } }"""
    for a, b in ((True, False), (False, True), (True, True)):
        assert cost(core, text, a=a, b=b) == ROOT + ROW + ROW


def test_questions_about_the_schema_cost_by_its_size(core: GraphQLSchema) -> None:
    types = len(core.type_map)
    assert cost(core, '{ __type(name: "Grid") { name } }') == ROOT + 2 * types
    assert cost(core, "{ a: __schema { types { name } } b: __schema { types { name } } }") == 2 * (ROOT + 3 * types)


def test_a_cost_above_the_limit_is_refused_with_both_figures() -> None:
    check_cost(500, 500)
    with pytest.raises(CostTooHighError, match="could cost 501; at most 500") as caught:
        check_cost(501, 500)
    assert caught.value.extensions == {"code": "COST_TOO_HIGH", "found": 501, "limit": 500}


def test_the_answer_says_what_was_requested_and_what_remains() -> None:
    assert cost_extension(12, 500) == {"requested": 12, "limit": 500}
    assert cost_extension(12, 500, 0) == {"requested": 12, "limit": 500, "remaining": 0}


def test_the_ready_operations_cost_less_than_the_limit(core: GraphQLSchema) -> None:
    for operation in ready_operations():
        check_cost(cost(core, operation.query, **operation.variables), Limits().cost)


def test_lists_inside_each_other_pass_the_limit(core: GraphQLSchema) -> None:
    text = "{ grids(first: 1000) { nodes { children(first: 1000) { nodes { id } } } } }"
    with pytest.raises(CostTooHighError):
        check_cost(cost(core, text), Limits().cost)


# No answer has more rows than were charged.

HANDWRITTEN = [
    f'{{ grid(code: "{GRIDS["urban"]}") {{ path {{ code }} }} }}',
    "{ grids(first: 3) { nodes { code } } }",
    "{ grids { nodes { code children { nodes { code children { nodes { path { code } } } } } } edges { node { parent { id } } } } }",
    "{ a: grids { totalCount } b: grids(last: 2) { edges { node { path { path { id } } } } } roles { nodes { id } } }",
    "{ events { nodes { kind { label parent { id } } grid { path { id } } workflow { stages { name } } stage { name } } } }",
    "{ events { nodes { history { toStage { name } account { posts { role { id } } } } reporter { id } assignments { post { id } } } } }",
    "{ viewer { account { id } posts { id } grids { nodes { id } } assigned { nodes { id } } } }",
    "{ staffings { nodes { positions { role { id } } } } workflows { nodes { stages { name } } } }",
    "{ eventKinds { nodes { children { id children { id } } parent { children { id } } } } }",
    "{ buildings { nodes { units { nodes { households { persons { household { persons { id } } } } } } } } }",
    "{ grids { nodes { ...G } edges { node { ...G } } } } fragment G on Grid { ... on Node { ... on Grid { parent { parent { id } } } } }",
]


GENEROUS = Limits(tokens=50_000, aliases=5_000, selections=50_000, fragments=5_000, comparisons=1_000_000, cost=10**12)


@pytest.fixture
async def busy(town: Town, schema: strawberry.Schema) -> Town:
    """The town with some events, where documents may be of any size."""
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    for _ in range(3):
        input = {"kindId": "urban.street_lamp", "gridId": f"Grid:{town.grids[GRIDS['urban']]}", "description": "seen"}
        details = {"details": {"urbanStreetLamp": {"fault": "DARK", "lamps": 3}}}
        assert (await town.ask(REPORT, worker, input=input | details))["eventReport"]["event"]
    town.api = Api(town.deployment, schema, limits=GENEROUS)
    return town


async def charged_and_counted(town: Town, core: GraphQLSchema, text: str, variables: dict[str, Any]) -> tuple[int, int]:
    """What a document costs, and how many rows its answer has."""
    answer = await town.api.execute(text, variables, operator("en"))
    codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
    assert codes <= {"QUERY_TOO_COMPLEX"}, (text, variables, answer)
    charged = cost(core, text, **variables)
    assert answer["extensions"]["cost"]["requested"] == charged
    return charged, rows_in(core, text, answer["data"])


@pytest.mark.anyio
async def test_no_estimate_is_below_the_actual_for_documents_of_all_sorts(busy: Town, core: GraphQLSchema) -> None:
    named = [f"Grid:{busy.grids[DISTRICT]}", f"Building:{busy.building}", f"Person:{busy.person}", "Grid:999999"]
    things = """query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Grid { parent { id } children { nodes { id } } }
      ... on Building { units { nodes { id } } grid { path { id } } } ... on Person { household { persons { id } } } } }"""
    asked = [*((text, {}) for text in HANDWRITTEN), (things, {"ids": named * 3})]
    for text, variables in asked:
        charged, counted = await charged_and_counted(busy, core, text, variables)
        assert 0 < counted <= charged, text


@pytest.mark.anyio
async def test_a_full_page_has_exactly_the_rows_that_were_charged(busy: Town, core: GraphQLSchema) -> None:
    text = "{ grids(first: 4) { nodes { type { id } layer { id } } edges { node { id } } } }"
    charged, counted = await charged_and_counted(busy, core, text, {})
    assert (charged, counted) == (ROOT + LIST + 4 * 4, 4 * 4)


@pytest.mark.anyio
async def test_a_list_without_pages_ends_where_its_cost_ends(busy: Town, core: GraphQLSchema) -> None:
    text = "query($id: ID!) { node(id: $id) { ... on Person { household { persons { name } } } } }"
    async with busy.deployment.write() as work:
        home = NewHousehold(grid_id=busy.grids[GRIDS["rural"]], name="A dormitory", address="Behind the school")
        (household,) = ids(await register_households(work, operator(), [home]))
        many = [NewPerson(grid_id=busy.grids[GRIDS["rural"]], name=f"Person {n}", household_id=household) for n in range(40)]
        keys = ids(await register_persons(work, operator(), many))
    charged, counted = await charged_and_counted(busy, core, text, {"id": f"Person:{keys[0]}"})
    assert charged == ROOT + 2 * ROW + 30 * ROW
    assert counted == 2 + 30


@pytest.mark.anyio
@pytest.mark.parametrize("seed", range(2))
async def test_no_estimate_is_below_the_actual_for_generated_documents(busy: Town, core: GraphQLSchema, seed: int) -> None:
    random, met = Random(seed), 0
    things = {"Grid": busy.grids[COMMUNITY], "Building": busy.building, "Person": busy.person}
    for _ in range(25):
        text, variables = Generator(core, random, [f"{type}:{key}" for type, key in things.items()]).document()
        charged, counted = await charged_and_counted(busy, core, text, variables)
        assert counted <= charged, text
        met += counted
    assert met > 100, "the documents met hardly any rows"


class Generator:
    """Documents of random selections on the whole schema, with aliases, fragments, conditions and pages by variables."""

    def __init__(self, schema: GraphQLSchema, random: Random, ids: list[str]) -> None:
        self.schema, self.random, self.ids = schema, random, ids
        self.declared: dict[str, str] = {}
        self.variables: dict[str, Any] = {}
        self.fragments: list[str] = []
        self.numbers = iter(range(10_000))

    def document(self) -> tuple[str, dict[str, Any]]:
        query = self.schema.query_type
        assert query is not None
        names = self.random.sample(sorted(query.fields.keys() - OWN_ROOTS), self.random.randint(1, 4))
        fields = " ".join(self.field(query, name, lists=2, depth=6) for name in names)
        declared = ", ".join(f"${name}: {type}" for name, type in self.declared.items())
        head = f"query({declared})" if declared else "query"
        return f"{head} {{ {fields} }} {' '.join(self.fragments)}", self.variables

    def field(self, type: Any, name: str, *, lists: int, depth: int) -> str:
        field: Any = type.fields[name]
        inner: Any = get_named_type(field.type)
        below = ""
        if hasattr(inner, "fields"):
            pages = "first" in field.args or str(field.type).startswith("[")
            below = "{ " + self.selection(inner, lists=lists - pages, depth=depth - 1) + " }"
        arguments = self.arguments(field)
        text = f"f{next(self.numbers)}: {name}{arguments}{self.condition()} {below}"
        return f"{text} {text.replace(':', 'x:', 1)}" if self.random.random() < 0.1 else text

    def selection(self, type: Any, *, lists: int, depth: int) -> str:
        if not isinstance(type, GraphQLObjectType):
            possible = sorted(self.schema.get_possible_types(type), key=lambda one: one.name)
            some = self.random.sample(possible, min(4, len(possible)))
            return "__typename " + " ".join(
                f"... on {one.name} {{ {self.selection(one, lists=lists, depth=depth)} }}" for one in some
            )
        wrapped = type.name.endswith(("Connection", "Edge"))
        names = [name for name, field in type.fields.items() if wrapped or self.may(field, lists, depth)]
        chosen = self.random.sample(names, min(len(names), self.random.randint(1, 5)))
        text = (
            " ".join(self.field(type, name, lists=lists, depth=depth if wrapped else depth - 1) for name in chosen) or "__typename"
        )
        luck = self.random.random()
        if luck < 0.1:
            return f"... on {type.name} {self.condition()} {{ {text} }} {text}"
        if luck < 0.2:
            name = f"F{next(self.numbers)}"
            self.fragments.append(f"fragment {name} on {type.name} {{ {text} }}")
            return f"...{name} {self.condition()} ...{name}"
        return text

    def may(self, field: Any, lists: int, depth: int) -> bool:
        inner: Any = get_named_type(field.type)
        if not hasattr(inner, "fields"):
            return True
        many = "first" in field.args or str(field.type).startswith("[")
        return depth > 0 and (lists > 0 or not many or source_of(inner) is None)

    def arguments(self, field: Any) -> str:
        values = {
            "id": self.random.choice(self.ids),
            "code": COMMUNITY,
            "grid": COMMUNITY,
            "number": "1",
            "ids": self.ids * self.random.randint(0, 3),
            "capability": "READ_EVENTS",
            "subject": next(id for id in self.ids if id.startswith("Person:")),
            "thing": next(id for id in self.ids if id.startswith("Grid:")),
        }
        given = [f"{name}: {self.variable(str(one.type), values[name])}" for name, one in field.args.items() if name in values]
        if "first" in field.args:
            given += self.page(both="last" in field.args)
        return f"({', '.join(given)})" if given else ""

    def page(self, *, both: bool) -> list[str]:
        size = self.random.choice([0, 1, 2, 3, 5, 50])
        match self.random.randint(0, 3):
            case 0:
                return []
            case 1 if both:
                return [f"last: {size}"]
            case 2:
                return [f"first: {self.variable('Int', size)}"]
            case _:
                return [f"first: {size}"]

    def condition(self) -> str:
        if self.random.random() < 0.85:
            return ""
        return f" @{self.random.choice(['skip', 'include'])}(if: {self.variable('Boolean!', self.random.random() < 0.5)})"

    def variable(self, type: str, value: Any) -> str:
        name = f"v{next(self.numbers)}"
        self.declared[name], self.variables[name] = type, value
        return f"${name}"
