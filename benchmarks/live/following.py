"""Subscribers: WebSocket clients that do no more than note which change came when, so that a thousand of them fit into one process."""

import asyncio
import base64
import os
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

FOLLOW = """subscription($grid: ID, $after: String) { eventChanged(grid: $grid, after: $after) {
  cursor at change event { id number version stage { name label } kind { label } grid { code name } reportedAt closed } } }"""
MASK = b"\0\0\0\0"


@dataclass(slots=True)
class Followed:
    """What one subscriber was told: the moment of each change and when it was received, in seconds since 1970."""

    path: str
    started_at: float = 0
    moments: list[float] = field(default_factory=list[float])
    delays: list[float] = field(default_factory=list[float])
    cursor: str = ""
    reconnects: int = 0
    slow: int = 0
    """How often it was told that it reads too slowly, and resumed."""


class Subscriber(asyncio.Protocol):
    """One connection: `graphql-transport-ws` over frames as the service sends them, whole, unmasked and of text."""

    def __init__(self, token: str, grid: str | None, followed: Followed) -> None:
        self._token = token
        self._grid = grid
        self._followed = followed
        self._buffer = b""
        self._upgraded = False
        loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[None] = loop.create_future()
        """Done when it is told of changes."""
        self.lost: asyncio.Future[bytes] = loop.create_future()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            "GET /graphql HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._upgraded:
            if b"\r\n\r\n" not in self._buffer:
                return
            head, self._buffer = self._buffer.split(b"\r\n\r\n", 1)
            assert b" 101 " in head, head
            self._upgraded = True
            self._say({"type": "connection_init", "payload": {"authorization": f"Bearer {self._token}", "language": "en"}})
        self._read_frames(time.time())

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.lost.done():
            self.lost.set_result(b"")

    def _read_frames(self, now: float) -> None:
        buffer, at = self._buffer, 0
        while len(buffer) - at >= 2:
            length, start = buffer[at + 1], at + 2
            if length == 126:
                length, start = int.from_bytes(buffer[at + 2 : at + 4]), at + 4
            elif length == 127:
                length, start = int.from_bytes(buffer[at + 2 : at + 10]), at + 10
            if len(buffer) < start + length:
                break
            self._take(buffer[at] & 15, buffer[start : start + length], now)
            at = start + length
        self._buffer = buffer[at:]

    def _take(self, opcode: int, payload: bytes, now: float) -> None:
        if opcode == 8 and not self.lost.done():
            self.lost.set_result(payload)
        if opcode != 1:
            return
        message = orjson.loads(payload)
        if message["type"] == "connection_ack":
            self._subscribe()
            if self._followed.cursor:
                self.ready.set_result(None)
        elif message["type"] == "ping":
            self._say({"type": "pong"})
        elif message["type"] == "error" and message["payload"][0]["extensions"]["code"] == "SLOW_CONSUMER":
            self._followed.slow += 1
            self._subscribe()
        else:
            assert message["type"] == "next", message
            self._note(message["payload"]["data"]["eventChanged"], now)

    def _subscribe(self) -> None:
        variables = {"grid": self._grid, "after": self._followed.cursor or None}
        self._say({"type": "subscribe", "id": "1", "payload": {"query": FOLLOW, "variables": variables}})

    def _note(self, change: dict[str, Any], now: float) -> None:
        followed = self._followed
        followed.cursor = change["cursor"]
        moment = datetime.fromisoformat(change["at"]).timestamp()
        if change["change"] == "STARTED":
            followed.started_at = moment
            self.ready.set_result(None)
            return
        followed.moments.append(moment)
        if not followed.reconnects or moment > followed.started_at:
            followed.delays.append(now - moment)

    def _say(self, message: dict[str, Any]) -> None:
        body = orjson.dumps(message)
        head = bytes((0x81, 0x80 | len(body))) if len(body) < 126 else b"\x81\xfe" + len(body).to_bytes(2)
        self.transport.write(head + MASK + body)


async def connect(port: int, token: str, grid: str | None, followed: Followed) -> Subscriber:
    """A subscriber that is told of changes from now on, or from its cursor on."""
    loop = asyncio.get_running_loop()
    _, subscriber = await loop.create_connection(lambda: Subscriber(token, grid, followed), "127.0.0.1", port)
    async with asyncio.timeout(60):
        await subscriber.ready
    return subscriber


async def reconnect(port: int, token: str, grid: str | None, old: Subscriber, followed: Followed) -> Subscriber:
    """Break the connection, stay away for a second, and resume."""
    old.transport.abort()
    await asyncio.sleep(1)
    followed.reconnects += 1
    followed.started_at = time.time() + 1  # what it catches up on says nothing of delays
    return await connect(port, token, grid, followed)
