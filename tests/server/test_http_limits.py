"""The settings that limit what is executed, seen from outside."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from towns import Town
from wangge_core.errors import SettingError
from wangge_schema.limits import Limits
from wangge_schema.trusted import sha256
from wangge_server.app import create_app
from wangge_server.settings import Settings

pytestmark = pytest.mark.anyio

NEWER = {"Accept": "application/graphql-response+json"}
COUNT = "{ grids { totalCount } }"


@asynccontextmanager
async def client_of(town: Town, folder: Path, **given: Any) -> AsyncIterator[httpx.AsyncClient]:
    url = town.deployment.url.render_as_string(hide_password=False)
    app = create_app(Settings(data_folder=str(folder), database=url, **given))
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://town") as client:
        yield client


def code_of(answer: httpx.Response) -> str:
    return answer.json()["errors"][0]["extensions"]["code"]


async def test_a_visitor_who_asks_for_much_is_told_when_to_come_again(town: Town, tmp_path: Path) -> None:
    async with client_of(town, tmp_path, cost_per_minute=1) as client:
        answers = [await client.post("/graphql", json={"query": COUNT}) for _ in range(2)]
    assert answers[0].json()["data"]["grids"]["totalCount"]
    assert (answers[-1].status_code, code_of(answers[-1])) == (429, "RATE_LIMITED")
    assert int(answers[-1].headers["retry-after"]) == answers[-1].json()["errors"][0]["extensions"]["retryAfter"] > 0


async def test_what_is_too_dear_is_not_executed(town: Town, tmp_path: Path) -> None:
    async with client_of(town, tmp_path, most_cost=1) as client:
        answer = await client.post("/graphql", json={"query": COUNT}, headers=NEWER)
    assert (answer.status_code, code_of(answer)) == (400, "COST_TOO_HIGH")


async def test_a_service_need_not_tell_its_schema(town: Town, tmp_path: Path) -> None:
    query = {"query": "{ __schema { queryType { name } } }"}
    async with client_of(town, tmp_path, introspection=False) as client:
        answer = await client.post("/graphql", json=query, headers=NEWER)
        assert (answer.status_code, code_of(answer)) == (403, "INTROSPECTION_OFF")
    async with client_of(town, tmp_path) as client:
        assert (await client.post("/graphql", json=query)).json()["data"]["__schema"]["queryType"]["name"] == "Query"


async def test_a_service_may_execute_trusted_documents_alone(town: Town, tmp_path: Path) -> None:
    listed = tmp_path / "trusted.json"
    listed.write_bytes(orjson.dumps({"count": COUNT}))
    async with client_of(town, tmp_path, trusted_documents=str(listed), only_trusted_documents=True) as client:
        refused = await client.post("/graphql", json={"query": COUNT}, headers=NEWER)
        assert (refused.status_code, code_of(refused)) == (403, "TRUSTED_DOCUMENTS_ONLY")
        hashed = {"persistedQuery": {"version": 1, "sha256Hash": sha256(COUNT)}}
        for named in ({"documentId": "count"}, {"documentId": f"sha256:{sha256(COUNT)}"}, {"extensions": hashed}):
            assert (await client.post("/graphql", json=named)).json()["data"]["grids"]["totalCount"]
        assert (await client.get("/graphql", params={"documentId": "count"})).headers["etag"]


async def test_only_trusted_documents_without_a_list_executes_nothing(town: Town, tmp_path: Path) -> None:
    async with client_of(town, tmp_path, only_trusted_documents=True) as client:
        assert code_of(await client.post("/graphql", json={"query": COUNT})) == "TRUSTED_DOCUMENTS_ONLY"


def test_a_list_of_trusted_documents_that_is_not_there_is_told_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="cannot be read"):
        create_app(Settings(data_folder=str(tmp_path), trusted_documents=str(tmp_path / "nowhere.json")))


def test_the_figures_that_settings_name_are_those_of_the_limits() -> None:
    assert Settings().most_cost == Limits().cost
