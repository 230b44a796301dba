"""Operations end when their time is over or their client has gone, and give back what they held."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
import sqlalchemy as sa
from starlette.types import Message

from towns import Plan
from wangge_core.db.engines import database_url, open_engines
from wangge_core.rights.viewers import Viewer
from wangge_schema.answers import Answer, GraphQLRequest
from wangge_server.app import create_app
from wangge_server.http import watching
from wangge_server.http.endpoint import GraphQLEndpoint
from wangge_server.observing import Observer
from wangge_server.settings import Settings
from wangge_server.viewers import Viewers

pytestmark = pytest.mark.anyio

QUIET = Settings(explorer=False, log_level="error")


class Slow:
    """Takes `turns` of the event loop for an answer, or never comes to one."""

    def __init__(self, turns: int | None) -> None:
        self.turns = turns
        self.cancelled = False

    async def answer(self, request: GraphQLRequest, viewer: Viewer, *, only_queries: bool = False) -> Answer:
        try:
            if self.turns is None:
                await asyncio.Event().wait()
            for _ in range(self.turns or 0):
                await asyncio.sleep(0)
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        return Answer(body=b'{"data":{}}', executed=True)


async def send_and_leave(slow: Slow, document: str) -> list[Message]:
    """What a client that goes away right after its request is sent."""
    coming: list[Message] = [
        {"type": "http.request", "body": orjson.dumps({"query": document}), "more_body": False},
        {"type": "http.disconnect"},
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return coming.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/graphql", "headers": [(b"content-type", b"application/json")]}
    endpoint = GraphQLEndpoint(slow, Viewers(None), QUIET, Observer(QUIET))  # type: ignore[arg-type]
    await endpoint(scope, receive, send)
    return sent


async def test_a_query_is_stopped_when_its_client_has_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "PATIENCE_SECONDS", 0)
    slow = Slow(None)
    assert await send_and_leave(slow, "{ events { totalCount } }") == []
    assert slow.cancelled


async def test_a_mutation_is_finished_though_its_client_has_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "PATIENCE_SECONDS", 0)
    slow = Slow(50)
    sent = await send_and_leave(slow, 'mutation { eventMove(id: "Event:1") { event { id } } }')
    assert not slow.cancelled
    assert sent[0]["status"] == 200
    query = Slow(50)
    await send_and_leave(query, "{ events { totalCount } }")
    assert query.cancelled  # so fifty turns are enough for the client's going to be seen


@pytest.mark.parametrize("media_type", ["application/json", "application/graphql-response+json"])
async def test_an_operation_that_takes_too_long_is_stopped_and_told(media_type: str) -> None:
    slow, settings = Slow(None), Settings(most_seconds=0.01, log_level="error")
    endpoint = GraphQLEndpoint(slow, Viewers(None), settings, Observer(settings))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(endpoint), base_url="http://town") as client:
        answer = await client.post("/graphql", json={"query": "mutation { a }"}, headers={"Accept": media_type})
    assert answer.status_code == 504
    assert answer.json()["errors"][0]["extensions"]["code"] == "TIMED_OUT"
    assert slow.cancelled


async def test_a_fault_that_is_called_timeout_inside_is_not_taken_for_the_limit() -> None:
    class Faulty:
        async def answer(self, *_: Any, **__: Any) -> Answer:
            raise TimeoutError("of something else")

    endpoint = GraphQLEndpoint(Faulty(), Viewers(None), QUIET, Observer(QUIET))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(endpoint), base_url="http://town") as client:
        answer = await client.post("/graphql", json={"query": "{ a }"})
    assert answer.json()["errors"][0]["extensions"]["code"] == "INTERNAL_ERROR"


async def test_a_stopped_read_gives_its_connection_back(copies: Callable[[str], tuple[str, Plan]], tmp_path: Path) -> None:
    url, _ = copies("town")
    if not url.startswith("postgresql"):
        pytest.skip("readers of SQLite wait for nobody")
    app = create_app(Settings(data_folder=str(tmp_path), database=url, pool_size=1, most_seconds=0.3))
    engine, _ = open_engines(database_url(url))
    query = {"query": "{ grids(first: 1) { nodes { code } } }"}
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t") as client,
    ):
        assert "errors" not in (await client.post("/graphql", json=query)).json()
        async with engine.begin() as connection:
            await connection.execute(sa.text("LOCK TABLE grid IN ACCESS EXCLUSIVE MODE"))
            for _ in range(3):  # more often than there are connections
                assert (await client.post("/graphql", json=query)).status_code == 504
        assert "errors" not in (await client.post("/graphql", json=query)).json()
    await engine.dispose()
