"""Limits where requests are answered: what is checked first shows in the code, because every document here is wrong in a later way too."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
import strawberry

from towns import GRIDS, Town
from wangge_core.rights.viewers import anonymous
from wangge_schema.answers import Answer, GraphQLRequest
from wangge_schema.api import Api
from wangge_schema.limits import Budgets, Limits
from wangge_schema.trusted import TrustedDocuments, sha256

pytestmark = pytest.mark.anyio

Make = Callable[..., Api]
GRIDS_PAGE = "query($first: Int) { grids(first: $first) { nodes { code } } }"


@pytest.fixture
def make(town: Town, schema: strawberry.Schema) -> Make:
    """Makes an API on the town with other limits."""
    return lambda **given: Api(town.deployment, schema, **given)


async def ask(api: Api, query: str | None = None, id: str | None = None, address: str = "", **variables: Any) -> Answer:
    return await api.answer(GraphQLRequest(query=query, document_id=id, variables=variables, address=address), anonymous())


async def test_a_text_that_is_too_large_is_not_parsed(make: Make) -> None:
    assert (await ask(make(), "{ this is ( no GraphQL " * 1_000)).codes == ("DOCUMENT_TOO_LARGE",)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{ " + "nothing " * 1_000 + "}", "TOO_MANY_DUPLICATES"),
        ("{nothing" * 40 + "}" * 40, "DOCUMENT_TOO_DEEP"),
        ("{ " + " ".join(f"a{n}: nothing" for n in range(300)) + "}", "TOO_MANY_ALIASES"),
        ("{ ...A } fragment A on Nothing { ...A }", "GRAPHQL_VALIDATION_FAILED"),
    ],
)
async def test_a_shape_beyond_the_limits_is_not_validated(make: Make, text: str, code: str) -> None:
    answer = await ask(make(), text)
    assert answer.codes == (code,)
    assert not answer.executed


async def test_variables_beyond_the_limits_are_not_coerced(make: Make) -> None:
    assert (await ask(make(), GRIDS_PAGE, first=["x"] * 2_000)).codes == ("VARIABLES_TOO_LARGE",)


async def test_a_cost_above_the_limit_is_not_executed(make: Make) -> None:
    api = make(limits=Limits(cost=12))
    assert (await ask(api, GRIDS_PAGE, first=10)).executed
    answer = await ask(api, GRIDS_PAGE, first=11)
    assert answer.codes == ("COST_TOO_HIGH",)
    assert not answer.executed


async def test_every_answer_says_its_cost(make: Make) -> None:
    answer = await ask(make(), GRIDS_PAGE, first=10)
    assert answer.cost == 12
    shown = orjson.loads(answer.body)["extensions"]["cost"]
    assert shown["requested"] == 12
    assert shown["limit"] == Limits().cost


async def test_a_visitor_who_asks_too_much_is_told_when_to_come_again_and_others_are_not(make: Make) -> None:
    api = make(budgets=Budgets(30, 1, clock=lambda: 0.0))
    for _ in range(2):
        assert (await ask(api, GRIDS_PAGE, address="192.0.2.1", first=10)).executed
    refused = await ask(api, GRIDS_PAGE, address="192.0.2.1", first=10)
    assert refused.codes == ("RATE_LIMITED",)
    assert orjson.loads(refused.body)["errors"][0]["extensions"]["retryAfter"] == 24 + 12 - 30
    assert (await ask(api, GRIDS_PAGE, address="192.0.2.2", first=10)).executed


async def test_without_introspection_the_schema_is_not_told_and_names_of_types_are(make: Make) -> None:
    api = make(introspection=False)
    assert (await ask(api, "{ nothing __schema { types { name } } }")).codes == ("INTROSPECTION_OFF",)
    assert (await ask(api, "{ __typename grids(first: 1) { nodes { __typename } } }")).executed


async def test_a_trusted_document_is_answered_by_its_id_and_may_be_of_any_size(make: Make) -> None:
    text = f'{{ grid(code: "{GRIDS["urban"]}") {{ code }} }} # ' + "x" * 100_000
    api = make(trusted=TrustedDocuments(texts={sha256(text): text}, only=True))
    answer = await ask(api, id=f"sha256:{sha256(text)}")
    assert orjson.loads(answer.body)["data"] == {"grid": {"code": GRIDS["urban"]}}
    assert (await ask(api, text)).codes == ("TRUSTED_DOCUMENTS_ONLY",)
    assert (await ask(api, id=sha256("x"))).codes == ("TRUSTED_DOCUMENT_UNKNOWN",)


async def test_a_trusted_document_is_limited_in_cost(make: Make) -> None:
    api = make(trusted=TrustedDocuments(texts={"page": GRIDS_PAGE}), limits=Limits(cost=12))
    assert (await ask(api, id="page", first=10)).executed
    assert (await ask(api, id="page", first=11)).codes == ("COST_TOO_HIGH",)
