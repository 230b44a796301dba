"""Attacks on the way in: writes by GET, batches, what is too large or too deep, and asking for the schema where it is not told."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
import sqlalchemy as sa
from live_clients import Closed, socket
from starlette.applications import Starlette

from towns import Town
from wangge_core.db import tables as t
from wangge_server.app import create_app
from wangge_server.settings import Settings

pytestmark = pytest.mark.anyio

CREATE = 'mutation { officeCreate(input: {code: "mine", name: "Mine"}) { office { id } userErrors { code } } }'
JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def app(town: Town, tmp_path: Path) -> AsyncIterator[Starlette]:
    url = town.deployment.url.render_as_string(hide_password=False)
    app = create_app(Settings(data_folder=str(tmp_path), database=url, introspection=False, explorer=False))
    async with app.router.lifespan_context(app):
        yield app


def asked(body: Any, **more: Any) -> dict[str, Any]:
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    return {"method": "POST", "url": "/graphql", "content": content, "headers": JSON} | more


def requests() -> Iterator[dict[str, Any]]:
    """Requests that must be refused, or answered without anything of them being done."""
    for text in (CREATE, f"query Q {{ __typename }} {CREATE.replace('mutation', 'mutation M')}"):
        for name in ("M", "Q", ""):
            yield {"method": "GET", "url": "/graphql", "params": {"query": text, "operationName": name}}
    for method in ("PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE"):
        yield {"method": method, "url": "/graphql", "content": orjson.dumps({"query": CREATE}), "headers": JSON}
    for body in (
        [{"query": CREATE}],
        [{"query": CREATE}] * 500,
        [],
        None,
        1,
        "x",
        {},
        {"query": None},
        {"query": [CREATE]},
        {"query": {"a": 1}},
    ):
        yield asked(body)
    for more in (
        {"variables": []},
        {"variables": "x"},
        {"operationName": 1},
        {"extensions": 1},
        {"variables": {"a": {}}, "operationName": "x"},
    ):
        yield asked({"query": CREATE} | more)
    for type in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "",
        "application/json; charset=utf-16",
    ):
        yield asked({"query": CREATE}, headers={"Content-Type": type})
    for body in (
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"query":"' + b"a" * 3_000_000 + b'"}',
        b'{"query":"\\ud800"}',
        b'{"query":"\\u0000"}',
        b'{"a":1,' * 10_000,
        b'{"query":"{__typename}","query":' + orjson.dumps(CREATE) + b"}",
    ):
        yield asked(body)
    for text in (
        "{ __schema { types { name } } }",
        '{ __type(name: "Person") { fields { name } } }',
        "{ a: __schema { queryType { name } } }",
        "{ ...F } fragment F on Query { __schema { types { name } } }",
        "query Q($x: Boolean = true) { __schema @include(if: $x) { types { name } } }",
        "{ persns { totalCount } }",
        "{ persons { nodes { identityNumbr } } }",
    ):
        yield asked({"query": text})
    deep = "{ grids { nodes { parent " + "{ parent " * 60 + "{ id }" + " }" * 60 + " } } }"
    for text in (
        deep,
        "{ " + "a: viewer { language } " * 2000 + "}",
        "{ " + " ".join(f"a{n}: persons {{ totalCount }}" for n in range(500)) + " }",
        "{ persons(first: 1000) { nodes { household { persons { household { persons { household { persons { id } } } } } } } } }",
        "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
        "query " + "(" * 5000,
        '{ node(id: "' + "9" * 100_000 + '") { id } }',
        "{ viewer { language " + "@skip(if: false) " * 500 + "} }",
        "subscription { eventChanged { change } }",
    ):
        yield asked({"query": text})
    wide = {"query": "query($f: PersonFilter) { persons(filter: $f) { totalCount } }"}
    nested: dict[str, Any] = {}
    for _ in range(200):
        nested = {"not": nested}
    for filter in (
        nested,
        {"or": [{"name": {"eq": "a"}}] * 5000},
        {"name": {"in": ["a"] * 5000}},
        {"name": {"contains": "a" * 100_000}},
    ):
        yield asked(wide | {"variables": {"f": filter}})
    for accept in ("text/event-stream", "multipart/mixed", "image/png", "*/*;q=0"):
        yield asked({"query": CREATE}, headers=JSON | {"Accept": accept})


async def test_nothing_is_done_and_nothing_breaks(app: Starlette, town: Town) -> None:
    tried = 0
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://town") as client:
        for request in requests():
            answer = await client.request(**request)
            assert answer.status_code < 500, (request, answer.text)
            assert "INTERNAL_ERROR" not in answer.text, request
            assert "Traceback" not in answer.text
            assert '"types":[' not in answer.text
            assert "Did you mean" not in answer.text
            tried += 1
    async with town.deployment.read() as work:
        assert await work.value(sa.select(sa.func.count()).select_from(t.office).where(t.office.c.code == "mine")) == 0
    print(f"requests: {tried} attacks")
    assert tried >= 60


@pytest.mark.parametrize(
    "payload", [{"authorization": 1}, {"authorization": ["Bearer x"]}, {"device": {}}, [], "x", {"authorization": "Bearer \u0000"}]
)
async def test_a_connection_that_begins_wrongly_ends(app: Starlette, payload: Any) -> None:
    async with socket(app) as client:
        await client.say("connection_init", payload=payload)
        try:
            heard = await client.hear()
        except Closed as closed:
            assert closed.code in (4400, 4403)
        else:
            assert heard == {"type": "connection_ack"}  # what is no sign-in is a visitor
            await client.follow("a", "{ persons { totalCount } viewer { signedIn } }")
            assert (await client.hear())["payload"]["data"] == {"persons": {"totalCount": 0}, "viewer": {"signedIn": False}}
