"""Answers to GET: what visitors see is tagged and may be kept by anybody, what accounts see is kept by nobody."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from towns import GRIDS, Town
from wangge_server.app import create_app
from wangge_server.settings import Settings
from wangge_server.sign_in import make_token, read_key

pytestmark = pytest.mark.anyio

TREE = "{ grids(first: 3) { nodes { code name } } }"
PARAMETERS = {"query": TREE}


@pytest.fixture
async def client(town: Town, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    url = town.deployment.url.render_as_string(hide_password=False)
    app = create_app(Settings(data_folder=str(tmp_path), database=url, development_sign_in=True, max_age_seconds=60))
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://town") as client:
        yield client


async def test_a_visitor_who_has_the_answer_already_is_not_sent_it_again(client: httpx.AsyncClient) -> None:
    first = await client.get("/graphql", params=PARAMETERS)
    tag = first.headers["etag"]
    assert tag.startswith('"')
    assert first.headers["cache-control"] == "public, max-age=60"
    for given in (tag, f'"other", W/{tag}', "*"):
        again = await client.get("/graphql", params=PARAMETERS, headers={"If-None-Match": given})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert (await client.get("/graphql", params=PARAMETERS, headers={"If-None-Match": '"other"'})).content == first.content


async def test_the_tag_changes_with_what_is_read_and_with_its_form(client: httpx.AsyncClient, town: Town) -> None:
    query = {"query": "query($id: ID!) { node(id: $id) { id } __typename }", "variables": '{"id": "Grid:1"}'}
    other = query | {"variables": '{"id": "Grid:999"}'}
    newer = {"Accept": "application/graphql-response+json"}
    answers = [
        await client.get("/graphql", params=query),
        await client.get("/graphql", params=other),
        await client.get("/graphql", params=query, headers=newer),
    ]
    assert len({answer.headers["etag"] for answer in answers}) == 3
    wanted = {"Accept", "Accept-Language", "Authorization"}
    assert all(set(answer.headers["vary"].split(", ")) == wanted for answer in answers)


async def test_the_answer_to_an_account_is_kept_by_nobody(client: httpx.AsyncClient, tmp_path: Path) -> None:
    token = make_token(f"community.grid_worker@{GRIDS['urban']}", read_key(tmp_path))
    answer = await client.get("/graphql", params=PARAMETERS, headers={"Authorization": f"Bearer {token}", "If-None-Match": "*"})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers


async def test_an_answer_with_errors_is_kept_by_nobody(client: httpx.AsyncClient) -> None:
    for query in ("{ nothing }", 'mutation { accountCreate(input: {login: "x", name: "x"}) { account { id } } }', ""):
        answer = await client.get("/graphql", params={"query": query}, headers={"If-None-Match": "*"})
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers


async def test_head_is_get_without_the_body(client: httpx.AsyncClient) -> None:
    got, head = await client.get("/graphql", params=PARAMETERS), await client.head("/graphql", params=PARAMETERS)
    assert head.content == b""
    assert head.headers == got.headers


async def test_without_the_setting_an_answer_is_asked_for_again_each_time(town: Town, tmp_path: Path) -> None:
    url = town.deployment.url.render_as_string(hide_password=False)
    app = create_app(Settings(data_folder=str(tmp_path), database=url))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t") as client,
    ):
        assert (await client.get("/graphql", params=PARAMETERS)).headers["cache-control"] == "public, no-cache"
