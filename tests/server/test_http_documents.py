"""Which document a request names, and what status each answer of the schema gets, with an endpoint in front of answers made up here."""

import asyncio
from typing import Any

import httpx
import pytest

from wangge_core.rights.viewers import Viewer
from wangge_schema.answers import Answer, GraphQLRequest
from wangge_server.http.endpoint import GraphQLEndpoint
from wangge_server.observing import Observer
from wangge_server.settings import Settings
from wangge_server.viewers import Viewers

pytestmark = pytest.mark.anyio

QUIET = Settings(explorer=False, log_level="error")

JSON = "application/json"
NEWER = "application/graphql-response+json"
DIGEST = "AB" * 32


class Said:
    """Answers what it was told to, and keeps what it was asked."""

    def __init__(self, answer: Answer) -> None:
        self.answer_given = answer
        self.asked: list[GraphQLRequest] = []

    async def answer(self, request: GraphQLRequest, viewer: Viewer, *, only_queries: bool = False) -> Answer:
        assert viewer.account_id is None
        self.asked.append(request)
        await asyncio.sleep(0)
        return self.answer_given


def client_of(said: Any) -> httpx.AsyncClient:
    viewers = Viewers(None)  # type: ignore[arg-type]  # visitors are not looked up
    endpoint = GraphQLEndpoint(said, viewers, QUIET, Observer(QUIET))
    return httpx.AsyncClient(transport=httpx.ASGITransport(endpoint), base_url="http://town")


FINE = Answer(body=b'{"data":{}}', executed=True)


@pytest.mark.parametrize(
    ("body", "document_id"),
    [
        ({"documentId": "sha256:abc"}, "sha256:abc"),
        ({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": DIGEST}}}, f"sha256:{DIGEST.lower()}"),
        ({"documentId": "own-name", "extensions": {"persistedQuery": {"sha256Hash": DIGEST}}}, "own-name"),
    ],
)
async def test_a_document_may_be_named_instead_of_sent(body: dict[str, Any], document_id: str) -> None:
    said = Said(FINE)
    async with client_of(said) as client:
        answer = await client.post("/graphql", json=body | {"variables": {"n": 1}, "operationName": "A"})
        assert answer.status_code == 200
    (asked,) = said.asked
    assert asked == GraphQLRequest(query=None, document_id=document_id, variables={"n": 1}, operation_name="A", address="127.0.0.1")


async def test_a_document_may_be_named_in_the_url() -> None:
    said = Said(FINE)
    async with client_of(said) as client:
        await client.get("/graphql", params={"documentId": "sha256:abc", "variables": '{"n": 1}', "operationName": ""})
    assert said.asked == [GraphQLRequest(document_id="sha256:abc", variables={"n": 1}, address="127.0.0.1")]


@pytest.mark.parametrize(
    ("answer", "plain", "newer"),
    [
        (FINE, 200, 200),
        (Answer(body=b"{}", executed=True, codes=("INTERNAL_ERROR",)), 200, 294),
        (Answer(body=b"{}", executed=False, codes=("GRAPHQL_VALIDATION_FAILED",)), 200, 400),
        (Answer(body=b"{}", executed=False, codes=("INTERNAL_ERROR",)), 500, 500),
        (Answer(body=b"{}", executed=False, codes=("RATE_LIMITED",)), 429, 429),
    ],
)
async def test_the_status_tells_what_became_of_a_request(answer: Answer, plain: int, newer: int) -> None:
    async with client_of(Said(answer)) as client:
        for media_type, status in ((JSON, plain), (NEWER, newer)):
            got = await client.post("/graphql", json={"query": "{ a }"}, headers={"Accept": media_type})
            assert got.status_code == status


async def test_who_asked_for_too_much_is_told_when_to_come_again() -> None:
    refused = Answer(body=b"{}", executed=False, codes=("RATE_LIMITED",), retry_after_seconds=7)
    async with client_of(Said(refused)) as client:
        got = await client.post("/graphql", json={"query": "{ a }"})
    assert (got.status_code, got.headers["retry-after"]) == (429, "7")


async def test_a_fault_nobody_thought_of_is_an_answer_too() -> None:
    class Broken:
        async def answer(self, *_: Any, **__: Any) -> Answer:
            raise RuntimeError("the secret inside")

    async with client_of(Broken()) as client:
        got = await client.post("/graphql", json={"query": "{ a }"}, headers={"Accept": NEWER})
        assert got.status_code == 500
        assert got.json()["errors"][0]["extensions"]["code"] == "INTERNAL_ERROR"
        assert "secret" not in got.text
