"""The live part of the service: WebSockets and event streams, and what runs as long as it does."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sqlalchemy.exc import SQLAlchemyError
from starlette.types import Receive, Scope, Send

from wangge_core.db.outbox.pruning import MOST_AT_ONCE, prune
from wangge_core.logs.pruning import prune_reads
from wangge_schema.api import Api
from wangge_schema.live.following import Live, LiveLimits
from wangge_server.live import protocol
from wangge_server.live.admission import Admission
from wangge_server.live.events import EventStreams
from wangge_server.live.revocations import Revocations
from wangge_server.live.websocket import Connection
from wangge_server.observing import Observer
from wangge_server.settings import Settings
from wangge_server.viewers import Viewers

SECONDS_BETWEEN_PRUNINGS = 3600.0
log = logging.getLogger("wangge.live")


class LiveService:
    """Answers over WebSocket and as events. Figures for metrics: `connections`, `live.streams`, `live.reads`."""

    def __init__(self, api: Api, viewers: Viewers, settings: Settings, observer: Observer) -> None:
        reads = max(1, settings.pool_size // 2)
        self.live = Live(api, LiveLimits(messages=settings.live_messages, reads=reads))
        self._revocations = Revocations(api.deployment)
        self._admission = Admission(viewers, settings, self._revocations)
        self.events = EventStreams(self.live, self._admission, settings, observer)
        self._api = api
        self._settings = settings
        self._observer = observer
        self._connections = set[Connection]()

    @property
    def connections(self) -> int:
        """How many clients are connected."""
        return self._admission.connections

    async def websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ASGI app for WebSockets."""
        connection = Connection(self.live, self._admission, self._settings, self._observer, receive, send)
        self._connections.add(connection)
        try:
            await connection.run(scope)
        finally:
            self._connections.discard(connection)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None, None]:
        """While the service runs: old changes and reads are pruned, and who may stay no more is put out; at the end all go."""
        tasks = [asyncio.create_task(one) for one in (self._prune(), self._revocations.run())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            for connection in list(self._connections):
                connection.end(protocol.restart())
            await self.live.close()

    async def _prune(self) -> None:
        while True:
            try:
                while await self._prune_changes() == MOST_AT_ONCE:
                    pass
                while await self._prune_reads():
                    pass
            except (SQLAlchemyError, OSError) as error:
                log.warning("Old changes and reads cannot be pruned now (%s).", type(error).__name__)
            await asyncio.sleep(SECONDS_BETWEEN_PRUNINGS)

    async def _prune_changes(self) -> int:
        async with self._api.deployment.write() as work:
            return await prune(work, self._settings.outbox_days)

    async def _prune_reads(self) -> int:
        async with self._api.deployment.write(operation="pruning") as work:
            return await prune_reads(work, self._settings.read_log_months)
