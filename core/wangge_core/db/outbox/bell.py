"""The bell: wakes who waits for the outbox when something was written, in this process and in the others.

A missed ring only costs the time until the next look. PostgreSQL carries rings between processes by NOTIFY, outside of the writing
transactions (it locks the whole database while it commits) and many writes in one; SQLite has nothing of the kind.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator
from typing import Any

import asyncpg
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from wangge_core.db.postgresql import DatabaseSettings, asyncpg_arguments

CHANNEL = "wangge_outbox"
SECONDS_BETWEEN_NOTICES = 0.02
SECONDS_BEFORE_LISTENING_AGAIN = 5
log = logging.getLogger("wangge.outbox")


class Bell:
    """Rung after a commit that wrote to the outbox."""

    def __init__(self, url: URL, settings: DatabaseSettings, writer: AsyncEngine) -> None:
        self._url = url
        self._settings = settings
        self._writer = writer
        self._waiting: set[asyncio.Event] = set()
        self._rung = False
        self._telling: asyncio.Task[None] | None = None

    @property
    def between_processes(self) -> bool:
        """Whether rings of other processes are heard."""
        return self._url.get_backend_name() == "postgresql"

    def ring(self) -> None:
        """Wake everybody."""
        self._wake()
        self._rung = True
        if self.between_processes and (self._telling is None or self._telling.done()):
            self._telling = asyncio.get_running_loop().create_task(self._tell_others())

    @contextlib.asynccontextmanager
    async def heard(self) -> AsyncGenerator[asyncio.Event, None]:
        """An event that each ring sets, until the block ends."""
        event = asyncio.Event()
        self._waiting.add(event)
        listening = asyncio.create_task(self._listen()) if self.between_processes else None
        try:
            yield event
        finally:
            self._waiting.discard(event)
            if listening is not None:
                listening.cancel()
                await asyncio.wait([listening])

    async def close(self) -> None:
        """Tell the others what was not told yet."""
        if self._telling is not None:
            await asyncio.wait([self._telling])

    def _wake(self, *_: Any) -> None:
        for event in self._waiting:
            event.set()

    async def _tell_others(self) -> None:
        while self._rung:
            self._rung = False
            try:
                async with self._writer.begin() as connection:
                    await connection.exec_driver_sql(f"NOTIFY {CHANNEL}")
            except (SQLAlchemyError, OSError):  # the others look every now and then anyway
                return
            await asyncio.sleep(SECONDS_BETWEEN_NOTICES)

    async def _listen(self) -> None:
        """Listen for ever, over a new connection when one breaks."""
        while True:
            with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await self._listen_once()
            log.warning("The connection that listens to PostgreSQL is lost; changes may be told a second late.")
            await asyncio.sleep(SECONDS_BEFORE_LISTENING_AGAIN)

    async def _listen_once(self) -> None:
        """Listen over a connection of its own until it breaks."""
        connect: Any = asyncpg.connect  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - the driver leaves its arguments untyped
        connection = await connect(**asyncpg_arguments(self._url, self._settings))
        broken = asyncio.Event()

        def tell(_: Any) -> None:
            broken.set()

        try:
            connection.add_termination_listener(tell)
            await connection.add_listener(CHANNEL, self._wake)
            self._wake()  # for what was written meanwhile
            await broken.wait()
        finally:
            connection.terminate()
