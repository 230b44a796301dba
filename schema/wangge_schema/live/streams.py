"""Streams: what one subscriber reads its messages from. Bounded: who reads too slowly is told so and resumes from its last cursor."""

import asyncio
from collections import deque
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import orjson

from wangge_core.rights.viewers import Viewer

SLOW_CONSUMER = "SLOW_CONSUMER"
MOST_HELD = 1_000


@dataclass(frozen=True)
class Message:
    """The answer to a subscription for one change; all who get the same share it."""

    body: bytes
    cursor: str

    @cached_property
    def text(self) -> str:
        return self.body.decode()

    @cached_property
    def event(self) -> bytes:
        """As a server-sent event. The cursor is its id, which browsers send back when they reconnect."""
        return b"event: next\nid: " + self.cursor.encode() + b"\ndata: " + self.body + b"\n\n"


@dataclass(frozen=True, slots=True)
class End:
    """Why a stream ended: with an error, or without one because the service goes down."""

    code: str = ""
    message: str = ""
    hint: str = ""

    @property
    def errors(self) -> bytes:
        """As a list of top-level errors."""
        extensions = {"code": self.code} | ({"hint": self.hint} if self.hint else {})
        return orjson.dumps([{"message": self.message, "extensions": extensions}])


FELL_BEHIND = End(SLOW_CONSUMER, "This subscriber reads more slowly than changes happen.", "Subscribe again after the last cursor.")
BROKEN = End("INTERNAL_ERROR", "Something went wrong inside the service.", "Subscribe again after the last cursor.")
GONE = End("UNAUTHENTICATED", "This account may not sign in any more.")


class Stream:
    """An iterator over messages with room for `most`. `cursor` is that of the last message that was put into it."""

    def __init__(self, viewer: Viewer, most: int) -> None:
        self.viewer = viewer
        self.cursor = ""
        self.end: End | None = None
        self.held: deque[Message] | None = None
        """What happens while the subscriber is still told of the past; None once that is over."""
        self._most = most
        self._waiting = deque[Message]()
        self._ready: asyncio.Future[None] | None = None
        self._room: asyncio.Future[None] | None = None

    def take(self, message: Message) -> None:
        """Add a message of the present."""
        if self.held is None:
            self.put(message)
        elif len(self.held) < MOST_HELD:
            self.held.append(message)
        else:
            self.finish(FELL_BEHIND)

    def put(self, message: Message) -> None:
        """Add a message. Without room the stream ends, after what is in it."""
        if self.end is not None:
            return
        if len(self._waiting) >= self._most:
            self.finish(FELL_BEHIND)
            return
        self._waiting.append(message)
        self.cursor = message.cursor
        self._wake()

    def hold(self, cursor: str) -> None:
        """Keep what happens from now on aside: the past after this cursor comes first."""
        self.cursor = cursor
        self.held = deque()

    async def release(self) -> None:
        """The past is told: let what was kept aside follow."""
        while self.held:
            await self.put_with_room(self.held.popleft())
        self.held = None

    async def put_with_room(self, message: Message) -> None:
        """As `put`, but wait until there is room; for what is read from the past as fast as the subscriber takes it."""
        while len(self._waiting) >= self._most // 2 and self.end is None:
            self._room = asyncio.get_running_loop().create_future()
            await self._room
        self.put(message)

    def finish(self, end: End) -> None:
        """Let nothing more come. What is in it is still read."""
        if self.end is None:
            self.end = end
            self._wake()
            self._make_room()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Message:
        while not self._waiting:
            if self.end is not None:
                raise StopAsyncIteration
            self._ready = asyncio.get_running_loop().create_future()
            await self._ready
        message = self._waiting.popleft()
        self._make_room()
        return message

    def _wake(self) -> None:
        if self._ready is not None and not self._ready.done():
            self._ready.set_result(None)

    def _make_room(self) -> None:
        if self._room is not None and not self._room.done():
            self._room.set_result(None)
