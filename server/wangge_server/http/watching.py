"""Watching: ends an operation when its time is over or when its client has gone away.

Nearly all are done before there is anything to watch: until then a request costs one timer and no task.
"""

import asyncio
from types import TracebackType
from typing import Self

from starlette.types import Receive

from wangge_server.http.requests import ClientGoneError

PATIENCE_SECONDS = 0.05
"""How long an operation runs before it is watched."""


class TimedOutError(Exception):
    """The operation took too long and was cancelled."""


class Watch:
    """Cancels what runs inside `async with` after `most_seconds`, or when `receive` tells that the client left.

    Raises TimedOutError or ClientGoneError. `receive` is None for what must be finished though nobody waits for it.
    """

    __slots__ = ("_clock", "_gone", "_limit", "_most_seconds", "_receive", "_started_at", "_timer", "_waiting")

    def __init__(self, receive: Receive | None, *, most_seconds: float) -> None:
        self._receive = receive
        self._most_seconds = most_seconds
        self._limit = asyncio.timeout(None)
        self._waiting: asyncio.Task[None] | None = None
        self._gone = False

    async def __aenter__(self) -> Self:
        await self._limit.__aenter__()
        self._clock = asyncio.get_running_loop()
        self._started_at = self._clock.time()
        self._timer = self._clock.call_later(min(PATIENCE_SECONDS, self._most_seconds), self._begin)
        return self

    async def __aexit__(
        self, type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._timer.cancel()
        if self._waiting is not None:
            self._waiting.cancel()
        try:
            await self._limit.__aexit__(type, error, traceback)
        except TimeoutError:
            raise (ClientGoneError if self._gone else TimedOutError) from None

    def _begin(self) -> None:
        self._limit.reschedule(self._started_at + self._most_seconds)
        if self._receive is not None:
            self._waiting = self._clock.create_task(self._wait(self._receive))

    async def _wait(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        if not self._limit.expired():
            self._gone = True
            self._limit.reschedule(self._clock.time())
