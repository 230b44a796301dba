"""GraphQL over HTTP: status codes, media types, sign-in and languages, through the ASGI app."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from towns import GRIDS, Town
from wangge_server.app import create_app
from wangge_server.settings import Settings
from wangge_server.sign_in import make_token, read_key

pytestmark = pytest.mark.anyio

JSON = "application/json"
NEWER = "application/graphql-response+json"
QUERY = "{ viewer { language signedIn account { login } } }"


@pytest.fixture
async def client(town: Town, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    url = town.deployment.url.render_as_string(hide_password=False)
    settings = Settings(data_folder=str(tmp_path), database=url, development_sign_in=True, most_body_bytes=10_000)
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://town") as client:
            yield client


def code_of(answer: httpx.Response) -> str:
    return answer.json()["errors"][0]["extensions"]["code"]


def bearer(folder: Path, login: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {make_token(login, read_key(folder))}"}


async def test_a_visitor_gets_an_answer_in_the_language_asked_for(client: httpx.AsyncClient) -> None:
    wanted = {"en-GB,en;q=0.9": "en", "zh-CN": "zh", "fr, en;q=0.5": "en", "fr": "zh", "en;q=0.2, zh;q=0.9": "zh", "en;q=x": "zh"}
    for header, language in wanted.items():
        answer = await client.post("/graphql", json={"query": QUERY}, headers={"Accept-Language": header})
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json; charset=utf-8"
        assert answer.json()["data"] == {"viewer": {"language": language, "signedIn": False, "account": None}}


async def test_a_token_signs_in(client: httpx.AsyncClient, tmp_path: Path) -> None:
    login = f"community.grid_worker@{GRIDS['urban']}"
    answer = await client.post("/graphql", json={"query": QUERY}, headers=bearer(tmp_path, login))
    assert answer.json()["data"]["viewer"]["account"] == {"login": login}


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Authorization": "Bearer nonsense"}, "TOKEN_INVALID"),
        ({"Authorization": "Basic dXNlcjpwYXNz"}, "TOKEN_INVALID"),
    ],
)
async def test_a_bad_token_is_refused(client: httpx.AsyncClient, headers: dict[str, str], reason: str) -> None:
    answer = await client.post("/graphql", json={"query": QUERY}, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert answer.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED", "reason": reason}


async def test_the_token_of_an_unknown_account_is_refused(client: httpx.AsyncClient, tmp_path: Path) -> None:
    answer = await client.post("/graphql", json={"query": QUERY}, headers=bearer(tmp_path, "nobody"))
    assert answer.json()["errors"][0]["extensions"]["reason"] == "ACCOUNT_UNKNOWN"


@pytest.mark.parametrize(
    ("body", "type", "status", "code"),
    [
        (b"{", "application/json", 400, "BODY_NOT_JSON"),
        (b'[{"query": "{ __typename }"}]', "application/json", 400, "BATCH_REFUSED"),
        (b'"query"', "application/json", 400, "REQUEST_INVALID"),
        (b"{}", "application/json", 400, "REQUEST_INVALID"),
        (b'{"query": 7}', "application/json", 400, "REQUEST_INVALID"),
        (b'{"query": "{ __typename }", "variables": []}', "application/json", 400, "REQUEST_INVALID"),
        (b'{"query": "{ __typename }", "operationName": 7}', "application/json", 400, "REQUEST_INVALID"),
        (b'{"query": "{ __typename }", "extensions": 7}', "application/json", 400, "REQUEST_INVALID"),
        (b'{"query": "{ __typename }", "extensions": {"persistedQuery": 7}}', "application/json", 400, "REQUEST_INVALID"),
        (b'{"documentId": 7}', "application/json", 400, "REQUEST_INVALID"),
        (b"\xff\xfe", "application/json", 400, "BODY_NOT_JSON"),
        (b'{"query": "{ __typename }"}', "application/json; charset=gbk", 415, "CONTENT_TYPE_UNSUPPORTED"),
        (b'{"query": "{ __typename }"}', "text/plain", 415, "CONTENT_TYPE_UNSUPPORTED"),
        (b'{"query": "' + b" " * 10_000 + b'"}', "application/json", 413, "BODY_TOO_LARGE"),
    ],
)
async def test_a_bad_request_gets_a_status_and_a_code(
    client: httpx.AsyncClient, body: bytes, type: str, status: int, code: str
) -> None:
    answer = await client.post("/graphql", content=body, headers={"Content-Type": type})
    assert answer.status_code == status
    assert answer.json()["errors"][0]["extensions"]["code"] == code


async def test_the_newer_media_type_says_by_its_status_what_became_of_a_document(client: httpx.AsyncClient) -> None:
    headers = {"Accept": NEWER}
    wrong = await client.post("/graphql", json={"query": "{ nothing }"}, headers=headers)
    assert (wrong.status_code, wrong.headers["content-type"]) == (400, f"{NEWER}; charset=utf-8")
    assert "data" not in wrong.json()
    assert (await client.post("/graphql", json={"query": "{ nothing }"})).status_code == 200
    assert (await client.post("/graphql", json={"query": "{ __typename }"}, headers=headers)).status_code == 200


@pytest.mark.parametrize(
    ("accept", "given"),
    [
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/json", JSON),
        (f"{NEWER}, {JSON}", NEWER),
        (f"{JSON}, {NEWER}", NEWER),
        (f"{JSON}, {NEWER};q=0.9", JSON),
        (f"{NEWER};charset=utf-8 ; q=0.5, */*;q=0.1", NEWER),
        (f"{NEWER};q=0, */*", JSON),
        (f"{JSON};q=0, */*;q=0.2", NEWER),
        ("text/html, */*;q=0.8", JSON),
    ],
)
async def test_an_answer_has_the_media_type_that_is_liked_best(client: httpx.AsyncClient, accept: str, given: str) -> None:
    answer = await client.post("/graphql", json={"query": "{ __typename }"}, headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, f"{given}; charset=utf-8")


@pytest.mark.parametrize("accept", ["text/csv", f"{JSON};q=0", f"{JSON};q=much", "application/*;q=0, image/*"])
async def test_a_client_that_takes_none_of_our_media_types_is_told_so(client: httpx.AsyncClient, accept: str) -> None:
    answer = await client.post("/graphql", json={"query": "{ __typename }"}, headers={"Accept": accept})
    assert (answer.status_code, code_of(answer)) == (406, "NOT_ACCEPTABLE")


async def test_get_reads_and_never_writes(client: httpx.AsyncClient) -> None:
    answer = await client.get(
        "/graphql", params={"query": "query($n: Int) { grids(first: $n) { nodes { code } } }", "variables": '{"n": 1}'}
    )
    assert len(answer.json()["data"]["grids"]["nodes"]) == 1
    mutation = 'mutation { accountCreate(input: {login: "x", name: "x"}) { account { id } } }'
    refused = await client.get("/graphql", params={"query": mutation})
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
    assert refused.json()["errors"][0]["extensions"]["code"] == "METHOD_NOT_ALLOWED"


@pytest.mark.parametrize(
    "query", ["variables=7", "query=%ff", "query=a&variables={", "query=%7Ba%7D&extensions=[]", "&".join("a=1" for _ in range(30))]
)
async def test_parameters_that_cannot_be_read_are_refused(client: httpx.AsyncClient, query: str) -> None:
    answer = await client.get(f"/graphql?{query}")
    assert (answer.status_code, code_of(answer)) == (400, "REQUEST_INVALID")


async def test_a_browser_gets_the_explorer(client: httpx.AsyncClient) -> None:
    page = await client.get("/graphql", headers={"Accept": "text/html,*/*"})
    assert page.status_code == 200
    assert "<title>Wangge explorer</title>" in page.text
    assert (page.headers["x-frame-options"], page.headers["x-content-type-options"]) == ("DENY", "nosniff")
    assert (await client.get("/health")).json() == {"status": "ok"}


async def test_a_fault_of_the_service_tells_nothing_of_its_inside(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> Any:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr("wangge_schema.session.Session.root", broken)
    answer = await client.post("/graphql", json={"query": "{ gridTypes { totalCount } }"})
    assert answer.status_code == 200
    assert "secret" not in answer.text
    assert answer.json()["errors"][0]["extensions"]["code"] == "INTERNAL_ERROR"
