"""Live connections: `graphql-transport-ws` message by message, event streams, who may have how many, and how they end."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
import sqlalchemy as sa
from live_clients import Closed, Socket, event_source, socket
from starlette.applications import Starlette

from towns import COMMUNITY, GRIDS, Town, ids
from wangge_core.db import tables as t
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport
from wangge_server.app import create_app
from wangge_server.live import events, websocket
from wangge_server.settings import Settings
from wangge_server.sign_in import development, make_token, read_key

pytestmark = pytest.mark.anyio

HEAD = f"community.community_head@{COMMUNITY}"
FOLLOW = "subscription($after: String) { eventChanged(after: $after) { change cursor event { number } } }"


@pytest.fixture
async def app(town: Town, tmp_path: Path) -> AsyncIterator[Starlette]:
    url = town.deployment.url.render_as_string(hide_password=False)
    settings = Settings(
        data_folder=str(tmp_path),
        database=url,
        development_sign_in=True,
        most_body_bytes=10_000,
        live_connections_per_viewer=3,
        live_operations=3,
    )
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
def head(tmp_path: Path) -> str:
    return f"Bearer {make_token(HEAD, read_key(tmp_path))}"


async def report(town: Town) -> int:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    details = {"hazard": "FIRE", "immediate_danger": False}
    async with town.deployment.write() as work:
        new = EventReport(kind_id="community.hazard", description="seen", grid_id=town.grids[GRIDS["urban"]], details=details)
        (id,) = ids(await report_events(work, worker, [new]))
    return id


async def closed(client: Socket) -> tuple[int, str]:
    """With what the service closes the connection; what comes before is passed over."""
    with pytest.raises(Closed) as found:
        while True:
            await client.hear()
    return found.value.code, found.value.reason


async def test_a_client_follows_resumes_and_completes(app: Starlette, town: Town, head: str) -> None:
    async with socket(app) as client:
        assert client.subprotocol == "graphql-transport-ws"
        await client.sign_in(authorization=head)
        await client.follow("a", FOLLOW)
        start = await client.changed("a")
        assert start["change"] == "STARTED"
        await report(town)
        first = await client.changed("a")
        assert first["change"] == "REPORTED"
        await client.say("complete", "a")
        await client.say("ping", payload={"n": 1})
        assert await client.hear() == {"type": "pong", "payload": {"n": 1}}
    await report(town)
    async with socket(app) as client:
        await client.sign_in(authorization=head)
        await client.follow("b", FOLLOW, after=start["cursor"])
        assert (await client.changed("b"))["event"] == first["event"]
        second = await client.changed("b")
        assert second["event"] not in (None, first["event"])
        await client.follow("a", FOLLOW, after=first["cursor"])
        assert (await client.changed("a"))["event"] == second["event"]


async def test_queries_and_mutations_are_answered_once_and_completed(app: Starlette, head: str) -> None:
    async with socket(app, authorization=head, accept_language="en") as client:
        await client.sign_in()
        await client.follow("q", "{ viewer { language account { login } } }")
        assert await client.changed("q") == {"language": "en", "account": {"login": HEAD}}
        assert await client.hear() == {"type": "complete", "id": "q"}
        await client.follow("q", 'mutation { accountCreate(input: {login: "x", name: "x"}) { userErrors { code } } }')
        assert await client.changed("q") == {"userErrors": [{"code": "NOT_ALLOWED"}]}
        assert await client.hear() == {"type": "complete", "id": "q"}


async def test_the_payload_of_the_first_message_wins_over_the_headers(app: Starlette, head: str) -> None:
    async with socket(app, authorization="Bearer nonsense", accept_language="en") as client:
        await client.sign_in(authorization=head, language="zh")
        await client.follow("q", "{ viewer { language signedIn } }")
        assert await client.changed("q") == {"language": "zh", "signedIn": True}


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("subscription { eventChanged { nothing } }", {}, "GRAPHQL_VALIDATION_FAILED"),
    ("{ nothing }", {}, "GRAPHQL_VALIDATION_FAILED"),
    ("{", {}, "GRAPHQL_PARSE_FAILED"),
    (FOLLOW, {"after": "x"}, "CURSOR_INVALID"),
    ('subscription { eventChanged(grid: "x") { change } }', {}, "ID_INVALID"),
]


async def test_what_cannot_be_executed_is_an_error_of_its_operation(app: Starlette, head: str) -> None:
    async with socket(app) as client:
        await client.sign_in(authorization=head)
        for query, variables, code in WRONG:
            await client.follow("x", query, **variables)
            heard = await client.hear()
            assert (heard["type"], heard["id"]) == ("error", "x")
            assert heard["payload"][0]["extensions"]["code"] == code
        await client.follow("x", "{ viewer { signedIn } }")
        assert await client.changed("x") == {"signedIn": True}


async def test_a_visitor_may_ask_and_not_follow(app: Starlette) -> None:
    async with socket(app) as client:
        await client.sign_in()
        await client.follow("q", "{ viewer { signedIn } }")
        assert await client.changed("q") == {"signedIn": False}
        assert (await client.hear())["type"] == "complete"
        await client.follow("s", FOLLOW)
        assert (await client.hear())["payload"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        await client.say("ping")
        assert await client.hear() == {"type": "pong"}


async def test_other_protocols_are_not_spoken(app: Starlette) -> None:
    for subprotocol in ("graphql-ws", "soap"):
        async with socket(app, subprotocol) as client:
            assert client.subprotocol is None
            assert (await closed(client))[0] == 4406


NO_MESSAGES = (
    "",
    "{",
    "[]",
    "7",
    "{}",
    '{"type": "start", "id": "1"}',
    '{"type": ["x"]}',
    '{"type": "subscribe"}',
    '{"type": "subscribe", "id": 7, "payload": {"query": "{ a }"}}',
    '{"type": "subscribe", "id": "", "payload": {"query": "{ a }"}}',
    '{"type": "subscribe", "id": "1"}',
    '{"type": "subscribe", "id": "1", "payload": {}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": 7}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "variables": []}}',
    '{"type": "complete"}',
    '{"type": "ping", "payload": 7}',
    '{"type": "' + "x" * 300 + '"}',
)


async def test_a_message_that_is_none_closes_the_connection(app: Starlette, head: str) -> None:
    for text in NO_MESSAGES:
        async with socket(app) as client:
            await client.sign_in(authorization=head)
            await client.say_text(text)
            code, reason = await closed(client)
            assert code == 4400, text
            assert len(reason.encode()) <= 123


async def test_binary_and_too_big_messages_close_the_connection(app: Starlette) -> None:
    async with socket(app) as client:
        await client.to_service.put({"type": "websocket.receive", "bytes": b'{"type": "ping"}'})
        assert (await closed(client))[0] == 4400
    async with socket(app) as client:
        await client.say("ping", payload={"x": "x" * 10_000})
        assert (await closed(client))[0] == 1009


async def test_the_order_of_the_protocol_is_held(app: Starlette, head: str) -> None:
    async with socket(app) as client:
        await client.follow("1", FOLLOW)
        assert await closed(client) == (4401, "Unauthorized")
    async with socket(app) as client:
        await client.sign_in(authorization=head)
        await client.say("connection_init")
        assert (await closed(client))[0] == 4429
    async with socket(app) as client:
        await client.sign_in(authorization=head)
        await client.follow("1", FOLLOW)
        await client.follow("1", FOLLOW)
        assert await closed(client) == (4409, "Subscriber for 1 already exists")


async def test_who_says_nothing_at_first_is_let_go(app: Starlette, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "INIT_SECONDS", 0.01)
    async with socket(app) as client:
        assert (await closed(client))[0] == 4408


async def test_a_silent_client_is_pinged_and_then_let_go(app: Starlette, head: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with socket(app) as client:
        await client.sign_in(authorization=head)
        monkeypatch.setattr(websocket, "PING_SECONDS", 0.05)
        await client.say("pong")
        for _ in range(3):
            assert await client.hear() == {"type": "ping"}
            await client.say("pong")
        assert (await closed(client))[0] == 1001


async def test_who_is_just_being_sent_something_is_pinged_afterwards(
    app: Starlette, town: Town, head: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with socket(app, room=1) as client:
        await client.sign_in(authorization=head)
        await client.follow("a", FOLLOW)
        await client.changed("a")
        for _ in range(3):
            await report(town)
        monkeypatch.setattr(websocket, "PING_SECONDS", 0.2)
        await client.say("pong")
        await asyncio.sleep(0.3)  # the ping is due meanwhile, and a change waits to be taken
        while (heard := await client.hear()) != {"type": "ping"}:
            assert heard["type"] == "next"


async def test_a_bad_token_closes_the_connection(app: Starlette) -> None:
    for authorization in ("Bearer nonsense", "Basic dXNlcjpwYXNz"):
        async with socket(app) as client:
            await client.say("connection_init", payload={"authorization": authorization})
            assert await closed(client) == (4403, "TOKEN_INVALID")
        async with socket(app, authorization=authorization) as client:
            await client.say("connection_init")
            assert await closed(client) == (4403, "TOKEN_INVALID")


async def test_a_token_that_ends_ends_the_connection(
    app: Starlette, town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(development, "LIFETIME_SECONDS", 2)
    token = f"Bearer {make_token(HEAD, read_key(tmp_path), now=int(time.time()))}"
    async with socket(app) as client:
        await client.sign_in(authorization=token)
        await client.follow("a", FOLLOW)
        assert (await client.changed("a"))["change"] == "STARTED"
        assert await closed(client) == (4403, "TOKEN_EXPIRED")
    token = f"Bearer {make_token(HEAD, read_key(tmp_path), now=int(time.time()))}"
    async with event_source(app, {"query": FOLLOW}, authorization=token) as source:
        assert (await source.changed())["change"] == "STARTED"
        error = orjson.loads((await source.hear())["data"])["errors"][0]
        assert error["extensions"] == {"code": "UNAUTHENTICATED", "reason": "TOKEN_EXPIRED"}
        assert (await source.hear())["event"] == "complete"


async def test_an_account_that_is_closed_ends_the_connection(app: Starlette, town: Town, head: str) -> None:
    async with socket(app) as client:
        await client.sign_in(authorization=head)
        await client.follow("a", FOLLOW)
        await client.changed("a")
        async with town.deployment.write() as work:
            await work.run(sa.update(t.account).where(t.account.c.login == HEAD).values(active=False))
        assert await closed(client) == (4403, "ACCOUNT_UNKNOWN")


async def test_a_viewer_has_so_many_connections_and_operations(app: Starlette, head: str) -> None:
    async with socket(app) as one, socket(app) as two, socket(app) as three:
        for client in (one, two, three):
            await client.sign_in(authorization=head)
        async with socket(app) as four:
            await four.say("connection_init", payload={"authorization": head})
            assert (await closed(four))[0] == 4429
        async with event_source(app, {"query": FOLLOW}, authorization=head) as source:
            assert source.start["status"] == 429
            assert orjson.loads(await source.chunk())["errors"][0]["extensions"]["code"] == "TOO_MANY_CONNECTIONS"
        async with socket(app) as visitor:
            await visitor.sign_in()
        for id in "abc":
            await one.follow(id, FOLLOW)
            await one.changed(id)
        await one.follow("d", FOLLOW)
        assert (await one.hear())["payload"][0]["extensions"]["code"] == "TOO_MANY_OPERATIONS"
        await one.say("complete", "a")
        await one.follow("e", FOLLOW)
        assert (await one.changed("e"))["change"] == "STARTED"


async def test_a_client_that_goes_leaves_nothing_behind(app: Starlette, head: str) -> None:
    for _ in range(5):  # more than a viewer may have at once
        async with socket(app) as client:
            await client.sign_in(authorization=head)
            await client.follow("a", FOLLOW)
            await client.changed("a")
        async with event_source(app, {"query": FOLLOW}, authorization=head) as source:
            await source.changed()


async def test_the_end_of_the_service_is_told(town: Town, tmp_path: Path, head: str) -> None:
    url = town.deployment.url.render_as_string(hide_password=False)
    app = create_app(Settings(data_folder=str(tmp_path), database=url, development_sign_in=True))
    async with app.router.lifespan_context(app):
        entered = socket(app)
        client = await entered.__aenter__()
        await client.sign_in(authorization=head)
        await client.follow("a", FOLLOW)
        await client.changed("a")
    assert (await closed(client))[0] == 1012
    await entered.__aexit__(None, None, None)


async def test_events_stream_and_resume_by_their_ids(app: Starlette, town: Town, head: str) -> None:
    async with event_source(app, {"query": FOLLOW}, authorization=head) as source:
        assert source.start["status"] == 200
        assert source.headers["content-type"].startswith("text/event-stream")
        start = await source.hear()
        await report(town)
        first = await source.hear()
        assert first["event"] == "next"
        assert orjson.loads(first["data"])["data"]["eventChanged"]["cursor"] == first["id"]
    await report(town)
    query = urlencode({"query": FOLLOW})
    async with event_source(app, query=query, authorization=head, last_event_id=start["id"]) as source:
        again = await source.hear()
        assert orjson.loads(again["data"])["data"]["eventChanged"]["event"] is not None
        assert (await source.changed())["change"] == "REPORTED"
    query = urlencode({"query": FOLLOW, "variables": orjson.dumps({"after": first["id"]}).decode()})
    async with event_source(app, query=query, authorization=head) as source:
        assert (await source.changed())["change"] == "REPORTED"


async def test_other_operations_are_one_event_and_the_end(app: Starlette, head: str) -> None:
    async with event_source(app, {"query": "{ viewer { signedIn } }"}, authorization=head) as source:
        assert await source.changed() == {"signedIn": True}
        assert await source.hear() == {"event": "complete", "data": ""}
    async with event_source(app, {"query": "{ nothing }"}, authorization=head) as source:
        error = orjson.loads((await source.hear())["data"])["errors"][0]
        assert error["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
        assert (await source.hear())["event"] == "complete"
    mutation = urlencode({"query": 'mutation { accountCreate(input: {login: "x", name: "x"}) { account { id } } }'})
    async with event_source(app, query=mutation, authorization=head) as source:
        error = orjson.loads((await source.hear())["data"])["errors"][0]
        assert error["extensions"]["code"] == "METHOD_NOT_ALLOWED"


async def test_a_request_for_events_that_is_none_gets_a_status(app: Starlette) -> None:
    async with event_source(app, ["x"]) as source:
        assert source.start["status"] == 400
    async with event_source(app, {"query": FOLLOW}, authorization="Bearer nonsense") as source:
        assert source.start["status"] == 401
    async with event_source(app, {"query": FOLLOW}, content_type="text/plain") as source:
        assert source.start["status"] == 415


async def test_a_quiet_stream_is_kept_open_by_comments(app: Starlette, head: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "HEARTBEAT_SECONDS", 0.01)
    async with event_source(app, {"query": FOLLOW}, authorization=head) as source:
        await source.changed()
        while await source.chunk() != ":\n\n":
            pass


async def test_a_client_that_takes_nothing_is_let_go(
    app: Starlette, town: Town, head: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "STUCK_SECONDS", 0.5)
    monkeypatch.setattr(websocket, "STUCK_SECONDS", 0.5)
    monkeypatch.setattr(events, "HEARTBEAT_SECONDS", 0.05)
    async with event_source(app, {"query": FOLLOW}, authorization=head) as source:
        await source.changed()
        await report(town)
        async with asyncio.timeout(20):
            await asyncio.shield(source.running)
    async with socket(app, room=1) as client:
        await client.sign_in(authorization=head)
        await client.follow("a", FOLLOW)
        await client.changed("a")
        monkeypatch.setattr(websocket, "PING_SECONDS", 0.05)
        await client.say("pong")
        for _ in range(3):
            await report(town)
        async with asyncio.timeout(20):
            await asyncio.shield(client.running)
