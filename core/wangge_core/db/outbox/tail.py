"""The tail: follows the outbox of a deployment while somebody wants to know, and hands on each change once, in order."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from wangge_core.db.outbox.bell import Bell
from wangge_core.db.outbox.pages import Change, present, read_page
from wangge_core.db.outbox.positions import Position
from wangge_core.db.work import Work

log = logging.getLogger("wangge.outbox")


class Tail:
    """Follows from when it is opened. `deliver` gets the changes of a page; when it is called `position` is already after them.

    No page is read before `deliver` has returned. It should not raise: its page is not handed on again.
    """

    def __init__(
        self,
        read: Callable[[], AbstractAsyncContextManager[Work]],
        bell: Bell,
        deliver: Callable[[Sequence[Change]], Awaitable[None]],
    ) -> None:
        self._read = read
        self._bell = bell
        self._deliver = deliver
        self._position: Position | None = None
        self._wanted: list[asyncio.Future[None]] = []
        self._heard = asyncio.Event()

    @property
    def position(self) -> Position:
        """After the last change that was handed on."""
        assert self._position is not None, "the tail is not open"
        return self._position

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[None, None]:
        """Follow while the block runs."""
        async with self._read() as work:
            self._position = await present(work)
        async with self._bell.heard() as self._heard:
            following = asyncio.create_task(self._follow())
            try:
                yield
            finally:
                following.cancel()
                await asyncio.wait([following])
                for one in self._wanted:
                    one.cancel()

    async def up_to_date(self) -> Position:
        """A whole position after everything that had committed when this was called."""
        while True:
            reached = asyncio.get_running_loop().create_future()
            self._wanted.append(reached)
            self._heard.set()
            await reached
            if self.position.whole:
                return self.position

    async def _follow(self) -> None:
        while True:
            self._heard.clear()
            wanted, self._wanted = self._wanted, []
            try:
                more = await self._step()
            except Exception as error:
                self._wanted = wanted + self._wanted
                log.warning("The outbox cannot be read now (%s); trying again.", type(error).__name__, exc_info=error)
                await asyncio.sleep(self.seconds_between_looks)
                continue
            for one in wanted:
                if not one.done():
                    one.set_result(None)
            if not more and not self._wanted:
                await self._pause()

    async def _step(self) -> bool:
        async with self._read() as work:
            page = await read_page(work, self.position)
        self._position = page.next
        if page.changes:
            await self._deliver(page.changes)
        return page.more

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(self.seconds_between_looks):
                await self._heard.wait()
        except TimeoutError:
            pass

    @property
    def seconds_between_looks(self) -> float:
        """How long a change of another process may go unseen when no ring is heard."""
        return 1.0 if self._bell.between_processes else 0.25
