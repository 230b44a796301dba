"""Clients for live connections that speak to the ASGI app itself, message by message."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
from starlette.types import ASGIApp

PATIENCE_SECONDS = 20


class Closed(Exception):  # noqa: N818 - what happened, not a fault
    """The service closed the connection."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


class Socket:
    """A WebSocket client."""

    def __init__(self, room: int) -> None:
        self.to_service = asyncio.Queue[dict[str, Any]]()
        self.from_service = asyncio.Queue[dict[str, Any]](room)
        self.running = asyncio.get_running_loop().create_future()
        self.subprotocol: str | None = None

    async def say(self, type: str, id: str | None = None, payload: Any = None) -> None:
        message = {"type": type} | ({} if id is None else {"id": id}) | ({} if payload is None else {"payload": payload})
        await self.say_text(orjson.dumps(message).decode())

    async def say_text(self, text: str) -> None:
        await self.to_service.put({"type": "websocket.receive", "text": text})

    async def hear(self) -> dict[str, Any]:
        """The next message. Raises Closed."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            message = await self.from_service.get()
        if message["type"] == "websocket.close":
            raise Closed(message["code"], message["reason"])
        return orjson.loads(message["text"])

    async def sign_in(self, **payload: Any) -> None:
        await self.say("connection_init", payload=payload or None)
        assert await self.hear() == {"type": "connection_ack"}

    async def follow(self, id: str, query: str, **variables: Any) -> None:
        await self.say("subscribe", id, {"query": query, "variables": variables})

    async def changed(self, id: str) -> Any:
        """The one root field of the next answer to an operation."""
        heard = await self.hear()
        assert (heard["type"], heard["id"]) == ("next", id), heard
        assert "errors" not in heard["payload"], heard
        (value,) = heard["payload"]["data"].values()
        return value


@asynccontextmanager
async def socket(app: ASGIApp, *subprotocols: str, room: int = 0, **headers: str) -> AsyncIterator[Socket]:
    """A connected client, which goes away at the end. With `room` the service waits while so many messages are not taken."""
    client = Socket(room)
    scope = {
        "type": "websocket",
        "path": "/graphql",
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        "subprotocols": list(subprotocols or ("graphql-transport-ws",)),
        "client": ("192.0.2.7", 1),
    }
    await client.to_service.put({"type": "websocket.connect"})
    client.running = running = asyncio.ensure_future(app(scope, client.to_service.get, client.from_service.put))
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            accepted = await client.from_service.get()
        assert accepted["type"] == "websocket.accept"
        client.subprotocol = accepted["subprotocol"]
        yield client
    finally:
        await client.to_service.put({"type": "websocket.disconnect", "code": 1000})
        async with asyncio.timeout(PATIENCE_SECONDS):
            await running


class EventSource:
    """A client of one event stream."""

    def __init__(self) -> None:
        self.to_service = asyncio.Queue[dict[str, Any]]()
        self.from_service = asyncio.Queue[dict[str, Any]](1)
        self.start: dict[str, Any] = {}
        self.running = asyncio.get_running_loop().create_future()
        self._text = ""

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode(): value.decode() for name, value in self.start["headers"]}

    async def hear(self) -> dict[str, str]:
        """The next event by its fields; comments are passed over."""
        while True:
            while "\n\n" not in self._text:
                self._text += await self.chunk()
            event, _, self._text = self._text.partition("\n\n")
            if event and not event.startswith(":"):
                return dict(line.partition(": ")[::2] if ": " in line else (line.rstrip(":"), "") for line in event.split("\n"))

    async def chunk(self) -> str:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return (await self.from_service.get())["body"].decode()

    async def changed(self) -> Any:
        """The one root field of the next answer."""
        heard = await self.hear()
        assert heard["event"] == "next", heard
        answer = orjson.loads(heard["data"])
        assert "errors" not in answer, answer
        (value,) = answer["data"].values()
        return value


@asynccontextmanager
async def event_source(app: ASGIApp, body: Any = None, query: str = "", **headers: str) -> AsyncIterator[EventSource]:
    """A client that asked for a stream, by POST with a body or by GET with a query string, and goes away at the end."""
    client = EventSource()
    given = {"accept": "text/event-stream"} | ({} if body is None else {"content_type": "application/json"}) | headers
    scope = {
        "type": "http",
        "method": "GET" if body is None else "POST",
        "path": "/graphql",
        "query_string": query.encode(),
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items()],
        "client": ("192.0.2.7", 1),
    }
    await client.to_service.put({"type": "http.request", "body": b"" if body is None else orjson.dumps(body)})
    client.running = running = asyncio.ensure_future(app(scope, client.to_service.get, client.from_service.put))
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            client.start = await client.from_service.get()
        yield client
    finally:
        await client.to_service.put({"type": "http.disconnect"})
        while not running.done():
            if client.from_service.full():
                client.from_service.get_nowait()
            await asyncio.wait([running], timeout=0.01)
        await running
